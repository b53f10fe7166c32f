#include "node/secrets.h"

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include <fstream>
#include <utility>

#include "base/time.h"
#include "net/http.h"
#include "net/tls.h"
#include "store/records.h"

namespace haechi::node {
namespace {

using Tls = net::Tls;

constexpr Duration kWarnBefore = Duration::seconds(30 * 86'400);
constexpr Duration kWarnBeforeRevoked =
    Duration::seconds(86'400);  // such lists are often made anew each week

// What a member of net::TlsFiles is called in the configuration: "tls.client_key".
Error named(const std::string& prefix, const std::string& authorities, const Error& error) {
  if (error.field.empty()) return error;
  return {error.code, error.field == "authorities" ? authorities : prefix + error.field, error.reason};
}

Result<std::shared_ptr<Tls>> open_door(const TlsConfig& tls, const std::string& ca, const char* ca_setting,
                                       Tls::Peer peer, std::shared_ptr<Signer> signer) {
  if (tls.certificate.empty()) return std::shared_ptr<Tls>();
  auto opened = Tls::server({tls.certificate, tls.key, ca, tls.revoked, tls.offer, std::move(signer)},
                            ca.empty() ? Tls::Peer::kAnonymous : peer);
  if (!opened.ok()) return named("tls.", ca_setting, opened.error());
  return opened;
}

// It signs what a court believes: nobody else may read it, and it may not vanish and be made anew.
Status check_signing_key(const Config& config, const LogKeyPlaces& keys) {
  const std::string folder = config.data + "/evidence";
  const std::string &path = keys.key.file, &next = keys.next.file;
  struct stat about {};
  if (!keys.next.signer && !next.empty() && ::stat(next.c_str(), &about) == 0 &&
      (about.st_mode & S_IRWXO) != 0)
    return invalid("evidence.next_key", next + ": everybody on this machine may use it; chmod o= " + next);
  if (keys.key.signer) return {};
  if (::stat(path.c_str(), &about) == 0) {
    if ((about.st_mode & S_IRWXO) == 0) return {};
    return invalid("evidence.key", path + ": everybody on this machine may use it; chmod o= " + path);
  }
  if (::stat((folder + "/key.pub").c_str(), &about) != 0) return {};  // nothing has been signed yet
  return invalid("evidence.key", path + ": is missing, and this log has been signed with it");
}

// One that is away is told at the start and not at the first checkpoint.
Status try_signer(const std::shared_ptr<WatchedKey>& key, const char* setting) {
  if (!key) return {};
  const auto signing = evidence::SigningKey::of(key, "try", evidence::KeyUse::kLog);
  if (!signing.ok()) return invalid(setting, signing.error().reason);
  evidence::Note note{"try\n", {}};
  if (const Status good = signing->sign(note, Time{}); !good.ok())
    return Error{good.error().code, setting, good.error().reason};
  return {};
}

void warn_of_revoked(const std::string& what, const Tls& tls, Time now) {
  const Time end = tls.revoked_end_at();
  if (!end.known() || end - now > kWarnBeforeRevoked) return;
  if (end > now) return spdlog::warn("{}: a list of revoked certificates ends on {}", what, iso8601(end));
  spdlog::error(
      "{}: a list of revoked certificates ended on {}: who was revoked since is let in; renew it and send"
      " SIGHUP",
      what, iso8601(end));
}

void warn_of_end(const std::string& what, const Tls& tls) {
  const Time end = tls.ends_at(), now = SystemClock().now();
  if (end.known() && end - now <= kWarnBefore)
    spdlog::warn("{}: the certificate {} on {}", what, end < now ? "ended" : "ends", iso8601(end));
  warn_of_revoked(what, tls, now);
}

}  // namespace

Result<Secrets> Secrets::open(const Config& config) {
  Secrets secrets;
  const TlsConfig& tls = config.tls;
  TRY(secrets.log_key_, WatchedKey::open(config.evidence_key, "evidence.key"));
  TRY(secrets.next_log_key_, WatchedKey::open(config.evidence_next_key, "evidence.next_key"));
  TRY(secrets.door_key_, WatchedKey::open(tls.key, "tls.key"));
  TRY(secrets.client_key_, WatchedKey::open(tls.client_key, "tls.client_key"));
  secrets.log_keys.key = {config.evidence_key.empty() ? config.data + "/evidence/key" : config.evidence_key,
                          secrets.log_key_};
  secrets.log_keys.next = {config.evidence_next_key, secrets.next_log_key_};
  TRY_STATUS(check_signing_key(config, secrets.log_keys));
  TRY_STATUS(try_signer(secrets.log_key_, "evidence.key"));
  TRY_STATUS(try_signer(secrets.next_log_key_, "evidence.next_key"));
  TRY(secrets.for_people,
      open_door(tls, tls.agency_ca, "tls.agency_ca", Tls::Peer::kMayProve, secrets.door_key_));
  TRY(secrets.for_devices,
      open_door(tls, tls.device_ca, "tls.device_ca", Tls::Peer::kMustProve, secrets.door_key_));
  auto outgoing = Tls::client(
      {tls.client_certificate, tls.client_key, tls.ca, tls.client_revoked, tls.offer, secrets.client_key_});
  if (!outgoing.ok()) return named("tls.client_", "tls.ca", outgoing.error());
  secrets.outgoing = *outgoing;
  if (secrets.for_people)
    secrets.all_ = {{"tls", secrets.for_people}, {"tls of devices", secrets.for_devices}};
  secrets.all_.emplace_back("tls to others", secrets.outgoing);
  for (const auto& [what, one] : secrets.all_) warn_of_end(what, *one);
  return secrets;
}

void Secrets::reload() {
  for (const auto& [what, tls] : all_) {
    const Status read = tls->reload();
    if (!read.ok()) {
      spdlog::error("{}: not read again, what was read before stays: {}", what, read.error().text());
      continue;
    }
    spdlog::info("{}: read again", what);
    warn_of_end(what, *tls);
  }
}

void Secrets::warn_of_revoked() const {
  for (const auto& [what, tls] : all_) node::warn_of_revoked(what, *tls, SystemClock().now());
}

void Secrets::count(Metrics& metrics) const {
  for (const auto& key : {door_key_, client_key_, log_key_, next_log_key_}) WatchedKey::count(key, metrics);
  for (const auto& [label, tls] : {std::pair("people", for_people), std::pair("devices", for_devices)}) {
    if (!tls || !tls->revoked_end_at().known()) continue;
    metrics.add({"haechi_tls_revoked_ends_seconds",
                 "When the first list of revoked certificates ends, in Unix time.",
                 {{"door", label}},
                 false,
                 [tls = tls] { return static_cast<double>(tls->revoked_end_at().us) / 1e6; }});
  }
  for (const auto& [label, tls] : {std::pair("doors", for_people), std::pair("client", outgoing)}) {
    if (!tls || !tls->ends_at().known()) continue;
    metrics.add({"haechi_tls_certificate_ends_seconds",
                 "When the certificate ends, in Unix time.",
                 {{"certificate", label}},
                 false,
                 [tls = tls] { return static_cast<double>(tls->ends_at().us) / 1e6; }});
  }
}

Result<std::vector<api::ProviderSettings>> read_providers(const Config& config) {
  std::vector<api::ProviderSettings> out;
  for (const ProviderConfig& provider : config.providers) {
    out.push_back(provider.settings);
    const std::string& path = provider.client_secret_file;
    if (path.empty()) continue;
    struct stat about {};
    std::ifstream file(path);
    if (!file || ::stat(path.c_str(), &about) != 0 || !std::getline(file, out.back().client_secret) ||
        out.back().client_secret.empty())
      return invalid("oidc.client_secret_file", path + ": cannot be read, or is empty");
    if ((about.st_mode & S_IRWXO) != 0)
      return invalid("oidc.client_secret_file",
                     path + ": everybody on this machine may use it; chmod o= " + path);
  }
  return out;
}

Status check_agencies(const Config& config, store::Records& records) {
  TRY(const std::vector<store::Connector> connectors, records.connectors());
  std::string faults;
  for (const store::Connector& connector : connectors)
    if (const Status within = net::check_reach(config.agencies, connector.endpoint); !within.ok())
      faults += (faults.empty() ? "" : "; ") + connector.agency_id + ' ' + within.error().reason;
  if (faults.empty()) return {};
  return invalid("link", "alarms would not be told safely: " + faults);
}

}  // namespace haechi::node
