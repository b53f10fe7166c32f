#include "node/exceptions.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include "haechi/v1/fact.pb.h"
#include "net/trusted.h"
#include "node/credentials.h"
#include "spine/submit.h"
#include "trust/audit.h"
#include "trust/cookie.h"

namespace haechi::node {
namespace {

namespace fs = std::filesystem;

// ASVS 6.2.4 asks for the 3,000 most usual passwords; a line of the list has 40 digits and its end.
constexpr uintmax_t kListBytesMin = 3'000 * 41;

void add(std::string& list, bool at_fault, std::string_view setting) {
  if (at_fault) (list += list.empty() ? "" : ", ") += setting;
}

std::string breached_passwords(const Config& config) {
  const fs::path path = config.breached_passwords;
  std::error_code error;
  const auto has = [&](const char* prefix) {
    return fs::exists(path / prefix, error) || fs::exists(path / (std::string(prefix) + ".txt"), error);
  };
  const bool whole = fs::is_directory(path, error) ? has("00000") && has("FFFFF")
                                                   : fs::file_size(path, error) >= kListBytesMin && !error;
  return whole ? "" : "accounts.breached_passwords";
}

std::string authority(const Config& config) {
  const std::string& file = config.tls.certificate;
  return file.empty() || net::is_of_known_authority(file) ? "" : "tls.certificate";
}

std::string proxy(const Config& config) {
  const bool elsewhere =
      !std::all_of(config.trusted_proxies.begin(), config.trusted_proxies.end(), is_loopback);
  return config.tls.certificate.empty() && elsewhere ? "tls.certificate" : "";
}

std::string agencies_in_plain(const Config& config) {
  return config.agencies.plain ? "link.plain" : "";
}

std::string agency_secrets(const Config& config) {
  std::string out;
  if (config.agencies.hosts.empty()) return out;  // they are on this machine
  add(out, config.tls.agency_ca.empty(), "tls.agency_ca");
  add(out, config.tls.client_certificate.empty(), "tls.client_certificate");
  return out;
}

std::string standing_tokens(const Config& config) {
  std::string out;
  add(out, !config.forwarder_token_sha256.empty() && config.tls.device_ca.empty(), "forwarder_token_sha256");
  add(out, !config.metrics_token_sha256.empty(), "metrics_token_sha256");
  return out;
}

std::string service_secrets(const Config& config) {
  std::string out;
  add(out, !config.notify.email.password.empty(), "notify.email.password");
  add(out, !config.notify.sms.bearer.empty(), "notify.sms.bearer");
  add(out, !config.notify.sms.secret.empty(), "notify.sms.secret");
  add(out, !config.notify.voice.bearer.empty(), "notify.voice.bearer");
  add(out, !config.notify.voice.secret.empty(), "notify.voice.secret");
  add(out,
      std::any_of(config.providers.begin(), config.providers.end(),
                  [](const ProviderConfig& one) { return !one.client_secret_file.empty(); }),
      "oidc.client_secret_file");
  return out;
}

// Of each where it is: what the operator has sealed comes to this process as a credential, or stays in a
// token.
std::string secrets_in_files(const Config& config) {
  const auto in_file = [](const std::string& path) {
    return !path.empty() && !path.starts_with("pkcs11:") && !is_credential(path);
  };
  std::string out;
  for (const std::string& setting : config.secrets_in_clear) add(out, true, setting);
  add(out, in_file(config.tls.key), "tls.key");
  add(out, in_file(config.tls.client_key), "tls.client_key");
  // Without a setting they are files that the first start makes.
  add(out, config.master_key.empty() || in_file(config.master_key), "keys.master");
  add(out, config.evidence_key.empty() || in_file(config.evidence_key), "evidence.key");
  add(out, in_file(config.evidence_next_key), "evidence.next_key");
  add(out, !config.notify.push.contact.empty() && !is_credential(config.vapid_key), "notify.push.key");
  for (const ProviderConfig& one : config.providers)
    add(out, in_file(one.client_secret_file), "oidc.client_secret_file");
  return out;
}

std::string keys_together(const Config& config) {
  return config.keys_apart ? "" : "keys.apart";
}

// Six of the seven: /account/ is at the address of notify.pages.
std::string shared_host(const Config& config) {
  const bool apart = config.surface_hosts.size() + 1 == trust::kSurfaces.size();
  return config.static_files.empty() || apart ? "" : "http.hosts";
}

std::string unscanned_files(const Config& config) {
  return config.clamd_socket.empty() ? "files.clamd" : "";
}

std::string osmand(const Config& config) {
  return config.osmand_addresses ? "devices.osmand_addresses" : "";
}

std::string keys_of_persons(const Config& config) {
  return config.personal_keys ? "accounts.personal_keys" : "";
}

std::string no_journal(const Config& config) {
  return config.journal.empty() ? "log.journal" : "";
}

std::string links_by_hand(const Config& config) {
  const bool sends = !config.notify.email.server.empty() || !config.notify.sms.url.empty();
  return sends && !config.notify.pages.empty() ? "" : "notify.email";
}

std::string any_device(const Config& config) {
  return config.administration_devices ? "" : "accounts.administration_devices";
}

struct Rule {
  std::string_view name, means;
  std::string (*at_fault)(const Config&);  // the settings, empty: it does not apply
};

constexpr std::array<Rule, 16> kRules = {{
    {"no breached passwords", "passwords known from breaches are taken: no whole list of them is there",
     breached_passwords},
    {"private authority", "nobody whom this machine believes has signed the certificate", authority},
    {"plain proxy", "what the trusted proxies pass on is not encrypted", proxy},
    {"plain agencies", "agencies are told of alarms without TLS", agencies_in_plain},
    {"agency secrets", "agencies and this node know each other by secrets that do not change",
     agency_secrets},
    {"standing tokens", "other systems come in by tokens that do not change", standing_tokens},
    {"service secrets", "services that are called are shown secrets that do not change", service_secrets},
    {"secrets in files", "secrets lie in the clear in files of this machine", secrets_in_files},
    {"keys together", "opened keys of persons lie in the memory of the process that the world reaches",
     keys_together},
    {"shared host", "surfaces share a host, so that a browser keeps no more than their cookies apart",
     shared_host},
    {"unscanned files", "nobody looks for viruses in files that people attach", unscanned_files},
    {"osmand addresses", "places and secrets of devices stand in addresses", osmand},
    {"keys of persons", "people come in by keys that do not change", keys_of_persons},
    {"no journal", "where the disk of the log refuses or hangs, no alert goes out", no_journal},
    {"any device", "administrators work on whatever device shows a password and a code", any_device},
    {"links by hand", "who gets back into an account gets the link from an administrator", links_by_hand},
}};

}  // namespace

std::vector<Exception> exceptions_of(const Config& config) {
  std::vector<Exception> out;
  if (!config.demo_keys_file.empty()) return out;
  for (const Rule& rule : kRules)
    if (std::string at_fault = rule.at_fault(config); !at_fault.empty())
      out.push_back({rule.name, rule.means, std::move(at_fault)});
  return out;
}

std::string not_accepted(const Config& config) {
  std::string out;
  for (const std::string& name : config.accepted)
    if (std::none_of(kRules.begin(), kRules.end(), [&](const Rule& rule) { return rule.name == name; }))
      out += "\n  server.accept: \"" + name + "\" is no exception; docs/running.md names them";
  for (const Exception& one : exceptions_of(config)) {
    if (std::find(config.accepted.begin(), config.accepted.end(), one.name) != config.accepted.end())
      continue;
    out += "\n  " + one.at_fault + ": " + std::string(one.means) + "; mend it, or name \"" +
           std::string(one.name) + "\" in server.accept";
  }
  return out;
}

void tell(const std::vector<Exception>& exceptions, spine::Submit& submit) {
  for (const Exception& one : exceptions) {
    const std::string reason = std::string(one.name) + ": " + std::string(one.means);
    spdlog::warn("accepted: {}", reason);
    submit.submit(trust::account_event({.account = "haechi"}, "start_with_exception", "", true, reason), {});
  }
}

void count(const std::vector<Exception>& exceptions, Metrics& metrics) {
  for (const Exception& one : exceptions)
    metrics.add({"haechi_exception_accepted",
                 "What this node does less safely than it could.",
                 {{"exception", std::string(one.name)}},
                 false,
                 [] { return 1.0; }});
}

}  // namespace haechi::node
