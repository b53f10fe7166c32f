#include "node/config.h"

#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

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

TEST(Config, ReadsWhatIsWrittenAndKeepsTheRest) {
  Config config;
  ASSERT_TRUE(read("data = \"/srv/haechi\"\n[http]\nport = 9000\n", config).ok());
  EXPECT_EQ(config.data, "/srv/haechi");
  EXPECT_EQ(config.http_port, 9000);
  EXPECT_EQ(config.mqtt_port, 1883);
}

TEST(Config, NamesTheSettingAtFault) {
  Config config;
  EXPECT_EQ(read("[http]\nport = 70000\n", config).error().field, "http.port");
  EXPECT_EQ(read("dta = \"x\"\n", config).error().field, "dta");
  EXPECT_EQ(read("[devices]\nmqtt = 1\n", config).error().field, "devices.mqtt");
  EXPECT_EQ(read("data = 7\n", config).error().field, "data");
  EXPECT_FALSE(read("data = \n", config).ok());
}

TEST(Config, IsNotReadWhenItHoldsSecretsAndEverybodyMayReadIt) {
  Config config;
  const std::string gateway =
      "[notify.sms]\nurl = \"https://sms.example/\"\nsecret = \"sixteen characters\"\n";
  EXPECT_EQ(read(gateway, config, 0644).error().field, "notify");
  EXPECT_TRUE(read(gateway, config, 0640).ok()) << "its group may be the operators'";
  Config open;
  EXPECT_TRUE(read("data = \"/srv/haechi\"\n", open, 0644).ok()) << "nothing in it is secret";
}

TEST(Config, TakesNoPasswordHashThatIsCheaperThanItMayBe) {
  Config config;
  ASSERT_TRUE(
      read("[accounts]\nmemory_kib = 19456\npasses = 2\nbreached_passwords = \"/srv/breached\"\n", config)
          .ok());
  EXPECT_EQ(config.breached_passwords, "/srv/breached");
  EXPECT_TRUE(check_config(config).ok());
  for (const char* cheap : {"memory_kib = 19455", "passes = 1"}) {
    Config cheaper;
    ASSERT_TRUE(read(std::string("[accounts]\n") + cheap + "\n", cheaper).ok());
    EXPECT_EQ(check_config(cheaper).error().field, "accounts.memory_kib") << cheap;
  }
  EXPECT_EQ(read("[accounts]\nmemory = 1\n", config).error().field, "accounts.memory");
}

TEST(Config, NamesWhoCosignsTheLogAndWhoseLogIsCosigned) {
  Config config;
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
  Config config;
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
  Config config;
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
[notify.push]
contact = "mailto:ops@example.org"
services = ["https://push.example"]
)",
                   config)
                  .ok());
  EXPECT_EQ(config.notify.email.server, "mail.example:465");
  EXPECT_EQ(config.notify.sms.secret, "a secret of sixteen bytes");
  EXPECT_EQ(config.notify.push.services, std::vector<std::string>{"https://push.example"});
  EXPECT_TRUE(check_config(config).ok());
  config.notify.email.from = "nobody";
  EXPECT_EQ(check_config(config).error().field, "notify.email.from");
  EXPECT_EQ(read("[notify.email]\nport = 1\n", config).error().field, "notify.email.port");
  EXPECT_EQ(read("[notify.fax]\nnumber = 1\n", config).error().field, "notify.fax");
  EXPECT_EQ(read("[notify.sms]\nurl = 1\n", config).error().field, "notify.sms.url");
}

TEST(Config, HasABuiltInBaseMapUnlessAFileSaysOtherwise) {
  Config config;
  EXPECT_NE(read_map_config(config)->find("\"builtin\""), std::string::npos);
  config.map_config = testing::TempDir() + "haechi-map-" + std::to_string(getpid()) + ".json";
  EXPECT_EQ(read_map_config(config).error().field, "map_config");
  std::ofstream(config.map_config) << R"({"base":[],"default":""})";
  EXPECT_EQ(*read_map_config(config), R"({"base":[],"default":""})");
  std::ofstream(config.map_config) << "[1]";
  EXPECT_FALSE(read_map_config(config).ok());
  std::remove(config.map_config.c_str());
}

TEST(Config, GivesDemonstrationKeysOnLoopbackOnly) {
  Config config;
  config.demo_keys_file = "keys.json";
  EXPECT_TRUE(check_config(config).ok());
  config.http_address = "0.0.0.0";
  config.tls.certificate = config.tls.key = "x.pem";
  EXPECT_NE(check_config(config).error().text().find("http.address"), std::string::npos);
  EXPECT_NE(check_config(config).error().text().find("--demo-keys"), std::string::npos);
}

TEST(Config, StartsWithoutTlsOnlyWhereNobodyElseListensOrWhatEndsTlsInFrontIsNamed) {
  Config config;
  config.http_address = "10.0.0.1";
  config.device_address = "::";
  const std::string faults = check_config(config).error().text();
  for (const char* part : {"http.address: others can reach 10.0.0.1",
                           "devices.address: others can reach ::", "tls.certificate", "trusted_proxies"})
    EXPECT_NE(faults.find(part), std::string::npos) << part << " is not in " << faults;
  config.trusted_proxies = {"10.0.0.5"};
  EXPECT_TRUE(check_config(config).ok());
  config.trusted_proxies = {"proxy.example"};
  EXPECT_EQ(check_config(config).error().field, "trusted_proxies");
  config.trusted_proxies.clear();
  config.tls.certificate = "server.pem";
  EXPECT_EQ(check_config(config).error().field, "tls.key");
  config.tls.key = "server.key";
  EXPECT_TRUE(check_config(config).ok());
}

TEST(Config, ReadsWhichCertificatesAreShownAndBelieved) {
  Config config;
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
  EXPECT_TRUE(check_config(config).ok());
  EXPECT_EQ(read("[tls]\ncertificates = \"x\"\n", config).error().field, "tls.certificates");
  EXPECT_EQ(read("[link]\nplain = 1\n", config).error().field, "link.plain");
  config.tls.certificate = config.tls.key = "";
  EXPECT_EQ(check_config(config).error().field, "tls.device_ca");
  config.tls = {};
  config.tls.client_key = "ck.pem";
  EXPECT_EQ(check_config(config).error().field, "tls.client_certificate");
}

}  // namespace
}  // namespace haechi::node
