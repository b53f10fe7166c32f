#include "node/config.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "node/outgoing.h"

namespace haechi::node {
namespace {

Status read(const std::string& text, Config& config, mode_t mode = 0600) {
  const std::string path = testing::TempDir() + "haechi-config-" + std::to_string(getpid()) + ".toml";
  std::ofstream(path) << text;
  ::chmod(path.c_str(), mode);
  const Status status = read_config(path, config);
  std::remove(path.c_str());
  return status;
}

// What most of these tests are not about.
Config with_files() {
  Config config;
  config.accepted = {"no breached passwords", "secrets in files", "unscanned files", "no journal",
                     "links by hand",         "any device",       "keys together"};
  return config;
}

TEST(Config, ReadsWhatIsWrittenAndKeepsTheRest) {
  Config config = with_files();
  ASSERT_TRUE(read("data = \"/srv/haechi\"\n[http]\nport = 9000\n", config).ok());
  EXPECT_EQ(config.data, "/srv/haechi");
  EXPECT_EQ(config.http_port, 9000);
  EXPECT_EQ(config.mqtt_port, 1883);
}

TEST(Config, NamesTheSettingAtFault) {
  Config config = with_files();
  EXPECT_EQ(read("[http]\nport = 70000\n", config).error().field, "http.port");
  EXPECT_EQ(read("dta = \"x\"\n", config).error().field, "dta");
  EXPECT_EQ(read("[devices]\nmqtt = 1\n", config).error().field, "devices.mqtt");
  EXPECT_EQ(read("data = 7\n", config).error().field, "data");
  EXPECT_FALSE(read("data = \n", config).ok());
}

TEST(Config, IsNotReadWhenItHoldsSecretsAndEverybodyMayReadIt) {
  Config config = with_files();
  const std::string gateway =
      "[notify.sms]\nurl = \"https://sms.example/\"\nsecret = \"sixteen characters\"\n";
  EXPECT_EQ(read(gateway, config, 0644).error().field, "notify");
  EXPECT_TRUE(read(gateway, config, 0640).ok()) << "its group may be the operators'";
  Config open;
  EXPECT_TRUE(read("data = \"/srv/haechi\"\n", open, 0644).ok()) << "nothing in it is secret";
}

TEST(Config, TakesNoPasswordHashThatIsCheaperThanItMayBe) {
  Config config = with_files();
  ASSERT_TRUE(
      read("[accounts]\nmemory_kib = 19456\npasses = 2\nbreached_passwords = \"/srv/breached\"\n", config)
          .ok());
  EXPECT_EQ(config.breached_passwords, "/srv/breached");
  EXPECT_FALSE(config.passkeys_end_codes);
  EXPECT_TRUE(check_config(config).ok());
  for (const char* cheap : {"memory_kib = 19455", "passes = 1"}) {
    Config cheaper = with_files();
    ASSERT_TRUE(read(std::string("[accounts]\n") + cheap + "\n", cheaper).ok());
    EXPECT_EQ(check_config(cheaper).error().field, "accounts.memory_kib") << cheap;
  }
  EXPECT_EQ(read("[accounts]\nmemory = 1\n", config).error().field, "accounts.memory");
}

TEST(Config, SaysWhenAccountsEndHowOldSecretsMayGetAndWhereAdministratorsAre) {
  Config config = with_files();
  EXPECT_EQ(config.unused_days, 730u);
  EXPECT_EQ(config.secret_days, 365u);
  ASSERT_TRUE(
      read("secret_days = 90\n[accounts]\nunused_days = 400\nadministration = [\"10.1.0.0/16\"]\n", config)
          .ok());
  EXPECT_EQ(config.unused_days, 400u);
  EXPECT_EQ(config.secret_days, 90u);
  const Status checked = check_config(config);
  EXPECT_TRUE(checked.ok()) << checked.error().text();
  EXPECT_EQ(read("[accounts]\nunused_days = 119\n", config).error().field, "accounts.unused_days");
  Config wrong = with_files();
  EXPECT_EQ(read("secret_days = 59\n", wrong).error().field, "secret_days");
  wrong = with_files();
  ASSERT_TRUE(read("former_forwarder_token_sha256 = \"abc\"\n", wrong).ok());
  EXPECT_EQ(check_config(wrong).error().field, "former_forwarder_token_sha256");
  wrong = with_files();
  ASSERT_TRUE(read("[accounts]\nadministration = [\"the office\"]\n", wrong).ok());
  EXPECT_EQ(check_config(wrong).error().field, "accounts.administration");
}

TEST(Config, SaysHowLongAnActWaitsHowManyMayBeLookedAtAndWhatNoPasswordHolds) {
  Config config = with_files();
  EXPECT_EQ(config.act_hours, 24u);
  ASSERT_TRUE(read("[accounts]\nact_hours = 48\nwords = [\"Namyangju\"]\npersons_an_hour_told = 5\n"
                   "persons_an_hour = 9\naccounts_an_hour_told = 3\n",
                   config)
                  .ok());
  EXPECT_EQ(config.act_hours, 48u);
  EXPECT_EQ(config.words, std::vector<std::string>{"Namyangju"});
  EXPECT_EQ(config.look_limits.persons_told, 5u);
  EXPECT_EQ(config.look_limits.persons_max, 9u);
  EXPECT_EQ(config.look_limits.accounts_told, 3u);
  for (const char* hours : {"0", "169"})
    EXPECT_EQ(read(std::string("[accounts]\nact_hours = ") + hours + "\n", config).error().field,
              "accounts.act_hours");
}

TEST(Config, SaysWhenEachRoleIsOnDuty) {
  Config config = with_files();
  ASSERT_TRUE(
      read("[accounts]\nduty_hours = [\"probation Mon-Fri 07:00-20:00\"]\nduty_zone = \"Asia/Seoul\"\n",
           config)
          .ok());
  EXPECT_FALSE(config.duty_hours.off_duty("probation", *parse_iso8601("2026-11-20T10:59:00Z")))
      << "Friday, 19:59";
  EXPECT_TRUE(config.duty_hours.off_duty("probation", *parse_iso8601("2026-11-20T11:00:00Z")));
  EXPECT_EQ(read("[accounts]\nduty_hours = [\"probation daily\"]\n", config).error().field,
            "accounts.duty_hours");
  EXPECT_EQ(read("[accounts]\nduty_zone = \"Asia/Nowhere\"\n", config).error().field, "accounts.duty_zone");
}

TEST(Config, TakesNoKeysOfPersonsUnlessItIsSaid) {
  Config config = with_files();
  EXPECT_FALSE(config.personal_keys);
  ASSERT_TRUE(read("[accounts]\npersonal_keys = true\n", config).ok());
  EXPECT_TRUE(config.personal_keys);
}

TEST(Config, ReadsWhichIdentityProvidersThereAre) {
  const std::string whole = R"(
[notify]
pages = "https://haechi.example"
[[oidc]]
id = "nmpa"
name = "Police"
issuer = "https://id.example"
client_id = "haechi"
client_secret_file = "/etc/haechi/oidc"
amr = ["mfa"]
)";
  Config config = with_files();
  ASSERT_TRUE(
      read(whole +
               "[[oidc]]\nid = \"court\"\nname = \"C\"\nissuer = \"https://c.example\"\nclient_id = \"h\"\n",
           config)
          .ok());
  config.accepted.push_back("service secrets");
  ASSERT_TRUE(check_config(config).ok());
  ASSERT_EQ(config.providers.size(), 2u);
  EXPECT_EQ(config.providers[0].settings.claim, "preferred_username");
  EXPECT_EQ(config.providers[0].settings.amr, std::vector<std::string>{"mfa"});
  EXPECT_EQ(config.providers[0].client_secret_file, "/etc/haechi/oidc");
  EXPECT_EQ(config.providers[1].settings.id, "court");

  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string text = whole;
    text.replace(text.find(from), from.size(), to);
    Config other = with_files();
    const Status status = read(text, other);
    return status.ok() ? check_config(other).error().field : status.error().field;
  };
  EXPECT_EQ(refused("nmpa", "Nmpa.x"), "oidc.id");
  EXPECT_EQ(refused("https://id.example", "http://id.example"), "oidc.issuer");
  EXPECT_EQ(refused("\"haechi\"", "\"\""), "oidc");
  EXPECT_EQ(refused("amr", "arm"), "oidc.arm");
  EXPECT_EQ(refused("pages = \"https://haechi.example\"", ""), "notify.pages");
  EXPECT_EQ(read("[oidc]\nid = \"x\"\n", config).error().field, "oidc");
}

TEST(Config, NamesWhoCosignsTheLogAndWhoseLogIsCosigned) {
  Config config = with_files();
  ASSERT_TRUE(
      read("[evidence]\nkey = \"/mnt/key\"\nwitnesses = [\"w+0+A https://10.0.0.7:8080/witness/v1\"]\n"
           "[witness]\nlogs = [\"haechi/1+0+A\"]\n",
           config)
          .ok());
  EXPECT_EQ(config.evidence_key, "/mnt/key");
  EXPECT_EQ(check_config(config).error().field, "witness.name");
  config.witness_name = "example.org/w";
  EXPECT_TRUE(check_config(config).ok());
  config.witnesses = {"w+0+A"};
  EXPECT_EQ(check_config(config).error().field, "evidence.witnesses");
  EXPECT_EQ(read("[evidence]\nkeys = \"x\"\n", config).error().field, "evidence.keys");
}

TEST(Config, NamesTheMapServersThatPagesMayFetchFrom) {
  Config config = with_files();
  ASSERT_TRUE(read("map_hosts = [\"https://tiles.example\", \"http://10.0.0.7:8080\"]\n", config).ok());
  EXPECT_EQ(config.map_hosts.size(), 2u);
  EXPECT_TRUE(check_config(config).ok());
  EXPECT_FALSE(read("map_hosts = \"https://tiles.example\"\n", config).ok());
  for (const char* wrong :
       {"tiles.example", "https://", "https://a b", "https://a;script-src *", "https://a/b"}) {
    config.map_hosts = {wrong};
    EXPECT_FALSE(check_config(config).ok()) << wrong;
  }
}

TEST(Config, ReadsHowNotificationsLeave) {
  Config config = with_files();
  ASSERT_TRUE(read(R"(
[notify]
pages = "https://haechi.example"
language = "en"
[notify.email]
server = "mail.example:465"
tls = "implicit"
from = "h@example.org"
[notify.sms]
url = "https://sms.example/v1"
secret = "a secret of sixteen bytes"
[notify.voice]
url = "https://voice.example/v1"
body = "To={to}&Say={text}"
form = true
secret = "a secret of those who call"
[notify.push]
contact = "mailto:ops@example.org"
services = ["https://push.example"]
)",
                   config)
                  .ok());
  EXPECT_EQ(config.notify.email.server, "mail.example:465");
  EXPECT_EQ(config.notify.voice.body, "To={to}&Say={text}");
  EXPECT_TRUE(config.notify.voice.form);
  EXPECT_EQ(config.notify.sms.secret, "a secret of sixteen bytes");
  EXPECT_EQ(config.notify.push.services, std::vector<std::string>{"https://push.example"});
  config.accepted.push_back("service secrets");
  EXPECT_TRUE(check_config(config).ok());
  config.notify.voice.body = "Say={text}";
  EXPECT_EQ(check_config(config).error().field, "notify.voice.body") << "it calls nobody";
  config.notify.voice.body = "To={to} &Say={text}";
  EXPECT_EQ(check_config(config).error().field, "notify.voice.body") << "no form has a space";
  config.notify.voice.form = false;
  config.notify.voice.body = R"({"to":"{to}","say":{text}})";
  EXPECT_EQ(check_config(config).error().field, "notify.voice.body") << "a text outside of a string";
  config.notify.voice.body = R"({"to":"{to}","play":"notice-{language}"})";
  EXPECT_TRUE(check_config(config).ok());
  config.notify.email.from = "nobody";
  EXPECT_EQ(check_config(config).error().field, "notify.email.from");
  EXPECT_EQ(read("[notify.email]\nport = 1\n", config).error().field, "notify.email.port");
  EXPECT_EQ(read("[notify.fax]\nnumber = 1\n", config).error().field, "notify.fax");
  EXPECT_EQ(read("[notify.sms]\nurl = 1\n", config).error().field, "notify.sms.url");
}

TEST(Config, HasABuiltInBaseMapUnlessAFileSaysOtherwise) {
  Config config = with_files();
  EXPECT_NE(read_map_config(config)->find("\"builtin\""), std::string::npos);
  config.map_config = testing::TempDir() + "haechi-map-" + std::to_string(getpid()) + ".json";
  EXPECT_EQ(read_map_config(config).error().field, "map_config");
  std::ofstream(config.map_config) << R"({"base":[],"default":""})";
  EXPECT_EQ(*read_map_config(config), R"({"base":[],"default":""})");
  std::ofstream(config.map_config) << "[1]";
  EXPECT_FALSE(read_map_config(config).ok());
  std::remove(config.map_config.c_str());
}

TEST(Config, TakesSecretsThatTheServiceManagerGives) {
  const std::string folder = testing::TempDir() + "haechi-credentials-" + std::to_string(getpid());
  std::filesystem::create_directories(folder);
  std::ofstream(folder + "/sms") << "sixteen characters\n";
  std::ofstream(folder + "/server.key") << "a key\n";
  const std::string text =
      "[tls]\nkey = \"credential:server.key\"\n"
      "[notify.sms]\nurl = \"https://sms.example/\"\nsecret = \"credential:sms\"\n";
  Config config;
  EXPECT_EQ(read(text, config).error().field, "tls.key") << "none were given to this process";
  ::setenv("CREDENTIALS_DIRECTORY", folder.c_str(), 1);
  ASSERT_TRUE(read(text, config, 0644).ok()) << "there is no secret in the file itself";
  EXPECT_EQ(config.tls.key, folder + "/server.key");
  EXPECT_EQ(config.notify.sms.secret, "sixteen characters");
  EXPECT_TRUE(config.secrets_in_clear.empty());
  for (const char* wrong : {"other", "", "../config", ".hidden"})
    EXPECT_EQ(read(std::string("[keys]\nmaster = \"credential:") + wrong + "\"\n", config).error().field,
              "keys.master")
        << wrong;
  ::unsetenv("CREDENTIALS_DIRECTORY");
  std::filesystem::remove_all(folder);
}

TEST(Config, SaysWhetherKeysAreKeptApart) {
  Config config = with_files();
  ASSERT_TRUE(read("[keys]\napart = true\n", config).ok());
  EXPECT_TRUE(config.keys_apart);
  ASSERT_TRUE(read("[keys]\napart = false\n", config).ok());
  EXPECT_FALSE(config.keys_apart);
  EXPECT_EQ(read("[keys]\napart = \"yes\"\n", config).error().field, "keys.apart");
}

TEST(Config, GivesASurfaceAHostOfItsOwn) {
  Config config = with_files();
  ASSERT_TRUE(read("[http.hosts]\nme = \"me.example\"\ncourt = \"court.example\"\n", config).ok());
  EXPECT_EQ(config.surface_hosts.at("me"), "me.example");
  EXPECT_TRUE(check_config(config).ok());
  for (const auto& [surface, host] : {std::pair("account", "a.example"),
                                      {"nothing", "n.example"},
                                      {"court", "me.example"},
                                      {"me", "Me.example"},
                                      {"me", "me.example:8443"},
                                      {"me", ""}}) {
    Config wrong = with_files();
    wrong.surface_hosts = {{"me", "me.example"}};
    wrong.surface_hosts[surface] = host;
    EXPECT_FALSE(check_config(wrong).ok()) << surface << ' ' << host;
  }
}

TEST(Config, GivesDemonstrationKeysOnLoopbackOnly) {
  Config config = with_files();
  config.demo_keys_file = "keys.json";
  EXPECT_TRUE(check_config(config).ok());
  config.http_address = "0.0.0.0";
  config.tls.certificate = config.tls.key = "x.pem";
  EXPECT_NE(check_config(config).error().text().find("http.address"), std::string::npos);
  EXPECT_NE(check_config(config).error().text().find("--demo-keys"), std::string::npos);
}

TEST(Config, StartsWithoutTlsOnlyWhereNobodyElseListensOrWhatEndsTlsInFrontIsNamed) {
  Config config = with_files();
  config.http_address = "10.0.0.1";
  config.device_address = "::";
  const std::string faults = check_config(config).error().text();
  for (const char* part : {"http.address: others can reach 10.0.0.1",
                           "devices.address: others can reach ::", "tls.certificate", "trusted_proxies"})
    EXPECT_NE(faults.find(part), std::string::npos) << part << " is not in " << faults;
  config.trusted_proxies = {"10.0.0.5"};
  config.accepted.push_back("plain proxy");
  EXPECT_TRUE(check_config(config).ok());
  config.trusted_proxies = {"proxy.example"};
  EXPECT_EQ(check_config(config).error().field, "trusted_proxies");
  config.trusted_proxies.clear();
  config.tls.certificate = "server.pem";
  EXPECT_EQ(check_config(config).error().field, "tls.key");
  config.tls.key = "server.key";
  config.accepted.push_back("private authority");
  EXPECT_TRUE(check_config(config).ok());
}

TEST(Config, TakesNoHostOfAgenciesOfWhichNothingIsAgreed) {
  Config config = with_files();
  const std::string hosts = "[link]\nhosts = [\"cad.example\"]\n";
  ASSERT_TRUE(read(hosts, config).ok());
  config.accepted.push_back("agency secrets");
  EXPECT_NE(check_config(config).error().text().find("link.agreements.\"cad.example\""), std::string::npos);
  const std::string agreed =
      hosts + "[link.agreements.\"cad.example\"]\npurpose = \"response\"\nbasis = \"112 Act 8\"\n" +
      "scope = \"places\"\nmethod = \"signed HTTP\"\nsecurity = \"certificates\"\ncost = \"none\"\n";
  ASSERT_TRUE(read(agreed, config).ok());
  config.accepted.push_back("agency secrets");
  EXPECT_TRUE(check_config(config).ok()) << check_config(config).error().text();
  EXPECT_EQ(config.agreements.at("cad.example").basis, "112 Act 8");
  EXPECT_EQ(read(agreed + "price = \"1\"\n", config).error().field, "link.agreements.\"cad.example\".price");
  EXPECT_EQ(read("[link]\nagreements = \"yes\"\n", config).error().field, "link.agreements");
}

TEST(Config, ReadsWhichCertificatesAreShownAndBelieved) {
  Config config = with_files();
  ASSERT_TRUE(read(R"(
trusted_proxies = ["10.0.0.5"]
[tls]
certificate = "c.pem"
key = "k.pem"
device_ca = "d.pem"
agency_ca = "a.pem"
ca = "w.pem"
client_certificate = "cc.pem"
client_key = "ck.pem"
[link]
plain = true
[http]
connections_per_address = 7
)",
                   config)
                  .ok());
  EXPECT_EQ(config.tls.certificate + config.tls.key + config.tls.device_ca + config.tls.agency_ca +
                config.tls.ca + config.tls.client_certificate + config.tls.client_key,
            "c.pemk.pemd.pema.pemw.pemcc.pemck.pem");
  EXPECT_EQ(config.trusted_proxies, std::vector<std::string>{"10.0.0.5"});
  EXPECT_TRUE(config.agencies.plain);
  EXPECT_EQ(config.http_connections_per_address, 7u);
  config.accepted.insert(config.accepted.end(), {"plain agencies", "private authority"});
  EXPECT_TRUE(check_config(config).ok());
  EXPECT_EQ(read("[tls]\ncertificates = \"x\"\n", config).error().field, "tls.certificates");
  EXPECT_EQ(read("[link]\nplain = 1\n", config).error().field, "link.plain");
  config.tls.certificate = config.tls.key = "";
  EXPECT_EQ(check_config(config).error().field, "tls.device_ca");
  config.tls = {};
  config.tls.client_revoked = {"crl.pem"};
  EXPECT_EQ(check_config(config).error().field, "tls.client_revoked");
  config.tls = {};
  config.tls.client_key = "ck.pem";
  EXPECT_EQ(check_config(config).error().field, "tls.client_certificate");
}

TEST(Config, TakesHowOftenASnapshotIsTaken) {
  Config config;
  ASSERT_TRUE(read("[server]\nsnapshot_every_entries = 300\n", config).ok());
  EXPECT_EQ(config.snapshot_every_entries, 300U);
  for (const char* bad : {"0", "1000001", "\"often\""})
    EXPECT_EQ(read("[server]\nsnapshot_every_entries = " + std::string(bad) + "\n", config).error().field,
              "server.snapshot_every_entries");
}

TEST(Config, TakesOfTlsWhatThisMachineKnowsAndNothingWeaker) {
  const auto refused = [](const std::string& line) {
    Config config = with_files();
    const Status taken = read("[tls]\n" + line, config);
    const Status checked = taken.ok() ? check_config(config) : taken;
    return checked.ok() ? std::string() : checked.error().field;
  };
  EXPECT_EQ(refused("minimum = \"1.3\"\nsuites = [\"TLS_AES_256_GCM_SHA384\"]\ngroups = [\"P-521\"]\n"), "");
  for (const char* minimum : {"1.1", "", "1.4"})
    EXPECT_EQ(refused("minimum = \"" + std::string(minimum) + "\"\n"), "tls.minimum") << minimum;
  for (const char* suite :
       {"AES128-GCM-SHA256", "ECDHE-RSA-AES128-SHA256", "DHE-RSA-AES128-GCM-SHA256", "HIGH",
        "ECDHE-ECDSA-AES128-CCM8", "TLS_AES_128_CCM_8_SHA256", "NULL-SHA256", "TLS_NEW", ""})
    EXPECT_EQ(
        refused("minimum = \"1.3\"\nsuites = [\"TLS_AES_256_GCM_SHA384\", \"" + std::string(suite) + "\"]\n"),
        "tls.suites")
        << suite;
  EXPECT_EQ(refused("suites = [\"TLS_AES_256_GCM_SHA384\"]\n"), "tls.suites") << "TLS 1.2 has none";
  EXPECT_EQ(refused("suites = [\"ECDHE-ECDSA-AES128-GCM-SHA256\"]\n"), "tls.suites") << "TLS 1.3 has none";
  for (const char* groups : {"[]", "[\"P-224\"]", "[\"X25519:P-256\"]", "[\"sect163k1\"]", "[\"ffdhe2048\"]"})
    EXPECT_EQ(refused("groups = " + std::string(groups) + "\n"), "tls.groups") << groups;
}

TEST(Config, SaysWhichNamesMayLeadInside) {
  const auto lets = [](const Config& config, const std::string& host, const char* to) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    EXPECT_EQ(::inet_pton(AF_INET, to, &address.sin_addr), 1);
    return (*open_outgoing(config))->lets(host, reinterpret_cast<const sockaddr&>(address));
  };
  Config config = with_files();
  ASSERT_TRUE(read("[outgoing]\ninside = [\"cad.example\", \"10.1.0.0/16\"]\n"
                   "[evidence]\nmirrors = [\"https://10.7.7.7:8080/mirror/v1\"]\n",
                   config)
                  .ok());
  EXPECT_TRUE(check_config(config).ok());
  EXPECT_TRUE(lets(config, "cad.example", "127.0.1.1"));
  EXPECT_TRUE(lets(config, "other.example", "10.1.2.3"));
  EXPECT_FALSE(lets(config, "other.example", "10.2.2.3"));
  EXPECT_TRUE(lets(config, "10.7.7.7", "10.7.7.7")) << "written as an address";
  EXPECT_FALSE(lets(config, "mirror.example", "10.7.7.7"));
  EXPECT_TRUE(lets(config, "127.0.0.1", "127.0.0.1")) << "where agencies are while no host is named";
  config.agencies.hosts = {"cad.example"};
  EXPECT_FALSE(lets(config, "127.0.0.1", "127.0.0.1"));
  config.demo_keys_file = "keys.json";
  EXPECT_TRUE(lets(config, "any.example", "127.0.1.1")) << "a demonstration, on this machine";
  EXPECT_FALSE(lets(config, "any.example", "10.2.2.3"));
  config.inside = {"10.0.0.0/40"};
  EXPECT_EQ(check_config(config).error().field, "outgoing.inside");
}

}  // namespace
}  // namespace haechi::node
