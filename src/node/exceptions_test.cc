#include "node/exceptions.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "net/test_certificates.h"

namespace haechi::node {
namespace {

std::vector<std::string> names(const Config& config) {
  std::vector<std::string> out;
  for (const Exception& one : exceptions_of(config)) out.emplace_back(one.name);
  return out;
}

// A node that makes none: its secrets are credentials, its certificate is of an authority that the machine
// believes, and there is a whole list of breached passwords.
class Exceptions : public testing::Test {
 protected:
  Exceptions() : folder_(testing::TempDir() + "haechi-exceptions-" + std::to_string(getpid())) {
    std::filesystem::create_directories(folder_);
    authority_.certify("server", "IP:127.0.0.1");
    ::setenv("CREDENTIALS_DIRECTORY", folder_.c_str(), 1);
    ::setenv("SSL_CERT_FILE", authority_.file().c_str(), 1);
    config_.breached_passwords = write_list(3'000);
    config_.clamd_socket = "/run/clamav/clamd.ctl";
    config_.administration_devices = true;
    config_.keys_apart = true;
    config_.journal = "/mnt/other/journal";
    config_.notify.pages = "https://haechi.example";
    config_.notify.email.server = "mail.example:587";
    config_.notify.email.from = "haechi@example.org";
    config_.tls.certificate = authority_.path("server.pem");
    config_.tls.key = config_.master_key = config_.evidence_key = folder_ + "/secret";
  }
  ~Exceptions() override {
    ::unsetenv("CREDENTIALS_DIRECTORY");
    ::unsetenv("SSL_CERT_FILE");
    std::filesystem::remove_all(folder_);
  }
  std::string write_list(int lines) const {
    std::ofstream file(folder_ + "/list");
    for (int i = 0; i < lines; ++i) file << std::string(40, '0') << '\n';
    return folder_ + "/list";
  }
  // The one exception that `change` makes.
  std::string made_by(const std::function<void(Config&)>& change) const {
    Config config = config_;
    change(config);
    const std::vector<std::string> made = names(config);
    return made.size() == 1 ? made.front() : std::to_string(made.size()) + " exceptions";
  }

  const std::string folder_;
  net::TestAuthority authority_{"exceptions"};
  Config config_;
};

TEST_F(Exceptions, AreNoneWhereAllIsDone) {
  EXPECT_EQ(names(config_), std::vector<std::string>{});
  EXPECT_TRUE(check_config(config_).ok()) << check_config(config_).error().text();
}

TEST_F(Exceptions, NameWhatIsLessSafe) {
  EXPECT_EQ(made_by([](Config& c) { c.breached_passwords = ""; }), "no breached passwords");
  EXPECT_EQ(made_by([](Config& c) { c.trusted_proxies = {"10.0.0.5"}, c.tls = {}; }), "plain proxy");
  EXPECT_EQ(made_by([](Config& c) { c.agencies.plain = true; }), "plain agencies");
  EXPECT_EQ(made_by([](Config& c) { c.agencies.hosts = {"cad.example"}; }), "agency secrets");
  EXPECT_EQ(made_by([](Config& c) { c.forwarder_token_sha256 = std::string(64, '0'); }), "standing tokens");
  EXPECT_EQ(made_by([](Config& c) { c.metrics_token_sha256 = std::string(64, '0'); }), "standing tokens");
  EXPECT_EQ(made_by([](Config& c) { c.notify.email.password = "given as a credential"; }), "service secrets");
  EXPECT_EQ(made_by([](Config& c) { c.tls.key = "/etc/haechi/server.key"; }), "secrets in files");
  EXPECT_EQ(made_by([](Config& c) { c.master_key = ""; }), "secrets in files");
  EXPECT_EQ(made_by([](Config& c) { c.evidence_key = ""; }), "secrets in files");
  EXPECT_EQ(made_by([](Config& c) { c.evidence_next_key = "/etc/haechi/next"; }), "secrets in files");
  EXPECT_EQ(made_by([](Config& c) { c.secrets_in_clear = {"notify.sms.secret"}; }), "secrets in files");
  EXPECT_EQ(made_by([](Config& c) { c.notify.push.contact = "mailto:ops@example.org"; }), "secrets in files");
  EXPECT_EQ(made_by([](Config& c) { c.keys_apart = false; }), "keys together");
  EXPECT_EQ(made_by([](Config& c) { c.static_files = "/usr/share/haechi/web"; }), "shared host");
  EXPECT_EQ(made_by([](Config& c) { c.clamd_socket = ""; }), "unscanned files");
  EXPECT_EQ(made_by([](Config& c) { c.osmand_addresses = true; }), "osmand addresses");
  EXPECT_EQ(made_by([](Config& c) { c.personal_keys = true; }), "keys of persons");
  EXPECT_EQ(made_by([](Config& c) { c.journal = ""; }), "no journal");
  EXPECT_EQ(made_by([](Config& c) { c.administration_devices = false; }), "any device");
  EXPECT_EQ(made_by([](Config& c) { c.notify.email.server = ""; }), "links by hand");
  EXPECT_EQ(made_by([](Config& c) { c.notify.pages = ""; }), "links by hand");
}

TEST_F(Exceptions, AreNotMadeByWhatIsAsSafe) {
  EXPECT_EQ(made_by([](Config& c) { c.trusted_proxies = {"127.0.0.1"}, c.tls = {}; }), "0 exceptions");
  EXPECT_EQ(made_by([](Config& c) { c.master_key = "pkcs11:token=haechi;object=master"; }), "0 exceptions");
  EXPECT_EQ(made_by([](Config& c) {
              c.tls.key = c.tls.client_key = "pkcs11:token=haechi;object=tls";
              c.evidence_key = c.evidence_next_key = "pkcs11:token=haechi;object=log";
            }),
            "0 exceptions");
  EXPECT_EQ(made_by([](Config& c) {
              c.agencies.hosts = {"cad.example"};
              c.tls.agency_ca = c.tls.client_certificate = "file.pem";
            }),
            "0 exceptions");
}

TEST_F(Exceptions, AreNotMadeBySurfacesThatAllHaveTheirHosts) {
  config_.static_files = "/usr/share/haechi/web";
  for (const char* surface : {"control", "dispatch", "field", "me", "court", "cases"})
    config_.surface_hosts[surface] = std::string(surface) + ".example";
  EXPECT_EQ(names(config_), std::vector<std::string>{});
  config_.surface_hosts.erase("court");
  EXPECT_EQ(names(config_), std::vector<std::string>{"shared host"});
}

TEST_F(Exceptions, LookAtWhoSignedTheCertificate) {
  const net::TestAuthority other("exceptions-other");
  other.certify("server", "IP:127.0.0.1");
  EXPECT_EQ(made_by([&](Config& c) { c.tls.certificate = other.path("server.pem"); }), "private authority");
  EXPECT_EQ(made_by([&](Config& c) { c.tls.certificate = other.file(); }), "private authority");
  authority_.certify("old", "IP:127.0.0.1", -60);
  EXPECT_EQ(made_by([&](Config& c) { c.tls.certificate = authority_.path("old.pem"); }), "private authority");
}

TEST_F(Exceptions, LookAtHowLongTheListOfBreachedPasswordsIs) {
  write_list(2'999);
  EXPECT_EQ(names(config_), std::vector<std::string>{"no breached passwords"});
  const std::string ranges = folder_ + "/ranges";
  std::filesystem::create_directories(ranges);
  config_.breached_passwords = ranges;
  EXPECT_EQ(names(config_), std::vector<std::string>{"no breached passwords"});
  for (const char* name : {"/00000", "/FFFFF.txt"}) std::ofstream(ranges + name) << "x";
  EXPECT_EQ(names(config_), std::vector<std::string>{});
}

TEST_F(Exceptions, KeepANodeFromStartingUntilTheyAreNamed) {
  config_.breached_passwords = "";
  config_.osmand_addresses = true;
  const std::string faults = check_config(config_).error().text();
  for (const char* part :
       {"accounts.breached_passwords: passwords", "devices.osmand_addresses: places", "\"osmand addresses\""})
    EXPECT_NE(faults.find(part), std::string::npos) << part << " is not in " << faults;
  config_.accepted = {"no breached passwords", "osmand addresses"};
  EXPECT_TRUE(check_config(config_).ok());
  config_.accepted.push_back("everything");
  EXPECT_NE(check_config(config_).error().text().find("\"everything\" is no exception"), std::string::npos);
}

TEST_F(Exceptions, AreNotAskedOfADemonstration) {
  Config config;
  config.demo_keys_file = "keys.json";
  EXPECT_EQ(names(config), std::vector<std::string>{});
  EXPECT_TRUE(check_config(config).ok());
}

}  // namespace
}  // namespace haechi::node
