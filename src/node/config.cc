#include "node/config.h"

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

#include <arpa/inet.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <fstream>
#include <map>
#include <set>

#include "net/http.h"
#include "net/networks.h"
#include "node/credentials.h"
#include "node/exceptions.h"
#include "node/outgoing.h"
#include "node/surface_hosts.h"
#include "node/time_zones.h"

namespace haechi::node {
namespace {

Error wrong_type(const std::string& key, const char* wanted) {
  return invalid(key, std::string("must be ") + wanted);
}

Status read_text(const toml::table& table, const std::string& key, std::string& into) {
  const auto node = table.at_path(key);
  if (!node) return {};
  const auto value = node.value_exact<std::string>();
  if (!value) return wrong_type(key, "text");
  into = *value;
  return {};
}

Status read_texts(const toml::table& table, const std::string& key, std::vector<std::string>& into) {
  const auto node = table.at_path(key);
  if (!node) return {};
  const toml::array* values = node.as_array();
  if (values == nullptr) return wrong_type(key, "a list of texts");
  into.clear();
  for (const toml::node& element : *values) {
    const auto text = element.value_exact<std::string>();
    if (!text) return wrong_type(key, "a list of texts");
    into.push_back(*text);
  }
  return {};
}

// It goes into a header as it is: scheme, host and port, nothing that could end the directive.
bool is_origin(const std::string& text) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (!text.starts_with(scheme)) continue;
    const std::string host = text.substr(scheme.size());
    return !host.empty() && host.size() <= 260 &&
           host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789.-:*[]") == std::string::npos;
  }
  return false;
}

Status read_port(const toml::table& table, const std::string& key, uint16_t& into) {
  const auto node = table.at_path(key);
  if (!node) return {};
  const auto value = node.value_exact<int64_t>();
  if (!value || *value < 0 || *value > 65'535) return wrong_type(key, "a number from 0 to 65535");
  into = static_cast<uint16_t>(*value);
  return {};
}

Status read_cost(const toml::table& table, const std::string& key, uint32_t& into) {
  const auto node = table.at_path(key);
  if (!node) return {};
  const auto value = node.value_exact<int64_t>();
  if (!value || *value < 1 || *value > 4'194'304) return wrong_type(key, "a number from 1 to 4194304");
  into = static_cast<uint32_t>(*value);
  return {};
}

Status read_flag(const toml::table& table, const std::string& key, bool& into) {
  const auto node = table.at_path(key);
  if (!node) return {};
  const auto value = node.value_exact<bool>();
  if (!value) return wrong_type(key, "true or false");
  into = *value;
  return {};
}

Status read_rate(const toml::table& table, const std::string& key, uint32_t& into) {
  const auto node = table.at_path(key);
  if (!node) return {};
  const auto value = node.value_exact<int64_t>();
  if (!value || *value < 1 || *value > 1'000'000) return wrong_type(key, "a number from 1 to 1000000");
  into = static_cast<uint32_t>(*value);
  return {};
}

Status read_acts(const toml::table& table, Config& config) {
  constexpr uint32_t kActHoursMax = 7 * 24, kUnusedDaysMin = 120, kUnusedDaysMax = 3'660;
  TRY_STATUS(read_texts(table, "accounts.words", config.words));
  TRY_STATUS(read_rate(table, "accounts.act_hours", config.act_hours));
  if (config.act_hours > kActHoursMax) return invalid("accounts.act_hours", "must be 1 to 168");
  TRY_STATUS(read_texts(table, "accounts.administration", config.administration));
  TRY_STATUS(read_rate(table, "accounts.unused_days", config.unused_days));
  if (config.unused_days < kUnusedDaysMin || config.unused_days > kUnusedDaysMax)
    return invalid("accounts.unused_days", "must be 120 to 3660");
  TRY_STATUS(read_rate(table, "accounts.persons_an_hour_told", config.look_limits.persons_told));
  TRY_STATUS(read_rate(table, "accounts.persons_an_hour", config.look_limits.persons_max));
  return read_rate(table, "accounts.accounts_an_hour_told", config.look_limits.accounts_told);
}

Status read_duty_hours(const toml::table& table, Config& config) {
  std::vector<std::string> hours;
  std::string zone = "UTC";
  TRY_STATUS(read_texts(table, "accounts.duty_hours", hours));
  TRY_STATUS(read_text(table, "accounts.duty_zone", zone));
  v1::TimeZone rules;
  if (zone != "UTC") {
    Result<v1::TimeZone> found = read_time_zone(zone);
    if (!found.ok()) return invalid("accounts.duty_zone", "is no time zone of this machine");
    rules = *std::move(found);
  }
  Result<api::DutyHours> duty = api::DutyHours::from(hours, rules);
  if (!duty.ok()) return invalid("accounts.duty_hours", duty.error().reason);
  config.duty_hours = *std::move(duty);
  return {};
}

Status check_keys(const toml::table& table, const std::set<std::string>& known, const std::string& prefix) {
  for (const auto& [key, node] : table)
    if (!known.contains(std::string(key.str())))
      return invalid(prefix + std::string(key.str()), "is not a setting");
  return {};
}

Status read_tls(const toml::table& table, TlsConfig& into) {
  const std::pair<const char*, std::string*> files[] = {{"certificate", &into.certificate},
                                                        {"key", &into.key},
                                                        {"device_ca", &into.device_ca},
                                                        {"agency_ca", &into.agency_ca},
                                                        {"ca", &into.ca},
                                                        {"client_certificate", &into.client_certificate},
                                                        {"client_key", &into.client_key}};
  const toml::table* tls = table["tls"].as_table();
  if (tls == nullptr) return table.contains("tls") ? wrong_type("tls", "a table") : Status();
  std::set<std::string> known;
  for (const auto& [name, path] : files) known.insert(name);
  known.insert({"revoked", "client_revoked", "minimum", "suites", "groups"});
  TRY_STATUS(check_keys(*tls, known, "tls."));
  for (const auto& [name, path] : files) TRY_STATUS(read_text(table, std::string("tls.") + name, *path));
  TRY_STATUS(read_text(table, "tls.minimum", into.offer.minimum));
  TRY_STATUS(read_texts(table, "tls.suites", into.offer.suites));
  TRY_STATUS(read_texts(table, "tls.groups", into.offer.groups));
  TRY_STATUS(read_texts(table, "tls.client_revoked", into.client_revoked));
  return read_texts(table, "tls.revoked", into.revoked);
}

Status read_notify(const toml::table& table, notify::Settings& into) {
  const toml::table* all = table["notify"].as_table();
  if (all == nullptr) return table.contains("notify") ? wrong_type("notify", "a table") : Status();
  TRY_STATUS(check_keys(*all, {"pages", "language", "ca_file", "revoked", "email", "sms", "voice", "push"},
                        "notify."));
  for (const auto& [name, known] :
       std::map<std::string, std::set<std::string>>{{"email", {"server", "tls", "user", "password", "from"}},
                                                    {"sms", {"url", "body", "bearer", "secret"}},
                                                    {"voice", {"url", "body", "form", "bearer", "secret"}},
                                                    {"push", {"contact", "services", "key"}}}) {
    if (!all->contains(name)) continue;
    const toml::table* one = (*all)[name].as_table();
    if (one == nullptr) return wrong_type("notify." + name, "a table");
    TRY_STATUS(check_keys(*one, known, "notify." + name + "."));
  }
  const std::pair<const char*, std::string*> texts[] = {{"notify.pages", &into.pages},
                                                        {"notify.language", &into.language},
                                                        {"notify.ca_file", &into.ca_file},
                                                        {"notify.revoked", &into.revoked},
                                                        {"notify.email.server", &into.email.server},
                                                        {"notify.email.tls", &into.email.tls},
                                                        {"notify.email.user", &into.email.user},
                                                        {"notify.email.password", &into.email.password},
                                                        {"notify.email.from", &into.email.from},
                                                        {"notify.sms.url", &into.sms.url},
                                                        {"notify.sms.body", &into.sms.body},
                                                        {"notify.sms.bearer", &into.sms.bearer},
                                                        {"notify.sms.secret", &into.sms.secret},
                                                        {"notify.voice.url", &into.voice.url},
                                                        {"notify.voice.body", &into.voice.body},
                                                        {"notify.voice.bearer", &into.voice.bearer},
                                                        {"notify.voice.secret", &into.voice.secret},
                                                        {"notify.push.contact", &into.push.contact}};
  for (const auto& [key, text] : texts) TRY_STATUS(read_text(table, key, *text));
  TRY_STATUS(read_flag(table, "notify.voice.form", into.voice.form));
  return read_texts(table, "notify.push.services", into.push.services);
}

Status read_providers(const toml::table& table, std::vector<ProviderConfig>& into) {
  if (!table.contains("oidc")) return {};
  const toml::array* all = table["oidc"].as_array();
  if (all == nullptr) return wrong_type("oidc", "tables: [[oidc]]");
  for (const toml::node& node : *all) {
    const toml::table* one = node.as_table();
    if (one == nullptr) return wrong_type("oidc", "tables: [[oidc]]");
    TRY_STATUS(check_keys(
        *one, {"id", "name", "issuer", "client_id", "client_secret_file", "claim", "acr", "amr"}, "oidc."));
    ProviderConfig& provider = into.emplace_back();
    api::ProviderSettings& settings = provider.settings;
    const std::pair<const char*, std::string*> texts[] = {
        {"id", &settings.id},
        {"name", &settings.name},
        {"issuer", &settings.issuer},
        {"client_id", &settings.client_id},
        {"client_secret_file", &provider.client_secret_file},
        {"claim", &settings.claim}};
    for (const auto& [key, text] : texts) TRY_STATUS(read_text(*one, key, *text));
    TRY_STATUS(read_texts(*one, "acr", settings.acr));
    TRY_STATUS(read_texts(*one, "amr", settings.amr));
  }
  return {};
}

Status check_providers(const Config& config) {
  std::set<std::string> ids;
  for (const ProviderConfig& provider : config.providers) {
    const api::ProviderSettings& one = provider.settings;
    const bool fits = !one.id.empty() && one.id.size() <= 20 &&
                      one.id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string::npos;
    if (!fits) return invalid("oidc.id", "must be 1 to 20 of a-z, 0-9 and '-'");
    if (!ids.insert(one.id).second) return invalid("oidc.id", "is there twice: " + one.id);
    if (one.name.empty() || one.client_id.empty() || one.claim.empty())
      return invalid("oidc", "name, client_id and claim are needed: " + one.id);
    if (net::leaves_in_plain(one.issuer)) return invalid("oidc.issuer", "must be an https:// address");
    if (config.notify.pages.empty())
      return invalid("notify.pages", "is needed: to where the provider sends people back");
  }
  return {};
}

bool is_address(const std::string& text) {
  unsigned char bytes[sizeof(in6_addr)];
  return ::inet_pton(AF_INET, text.c_str(), bytes) == 1 || ::inet_pton(AF_INET6, text.c_str(), bytes) == 1;
}

Status check_tls(const TlsConfig& tls) {
  if (const Status good = net::check_offer(tls.offer); !good.ok())
    return invalid("tls." + good.error().field, good.error().reason);
  if (tls.certificate.empty() != tls.key.empty())
    return invalid(tls.key.empty() ? "tls.key" : "tls.certificate", "certificate and key go together");
  if (tls.client_certificate.empty() != tls.client_key.empty())
    return invalid(tls.client_key.empty() ? "tls.client_key" : "tls.client_certificate",
                   "certificate and key go together");
  for (const auto& [name, file] :
       {std::pair("tls.device_ca", &tls.device_ca), {"tls.agency_ca", &tls.agency_ca}})
    if (!file->empty() && tls.certificate.empty())
      return invalid(name, "needs tls.certificate and tls.key: without TLS nobody shows a certificate");
  if (!tls.revoked.empty() && tls.device_ca.empty() && tls.agency_ca.empty())
    return invalid("tls.revoked", "needs tls.device_ca or tls.agency_ca: nobody else shows a certificate");
  if (!tls.client_revoked.empty() && tls.ca.empty())
    return invalid("tls.client_revoked", "needs tls.ca: the system's authorities have lists without end");
  return {};
}

// Everything at once: who mends one setting should not have to start again to learn of the next.
Status check_safe(const Config& config) {
  std::string faults;
  const auto fault = [&faults](const std::string& setting, const std::string& why) {
    faults += "\n  " + setting + ": " + why;
  };
  const bool ends_tls = !config.tls.certificate.empty() || !config.trusted_proxies.empty();
  for (const auto& [setting, address] :
       {std::pair("http.address", &config.http_address), {"devices.address", &config.device_address}}) {
    if (is_loopback(*address)) continue;
    if (!ends_tls)
      fault(setting, "others can reach " + *address +
                         " and nothing is encrypted: set tls.certificate and tls.key, or name in"
                         " trusted_proxies the addresses of what ends TLS in front");
    if (!config.demo_keys_file.empty())
      fault(setting, "others can reach " + *address + " and --demo-keys gives keys away");
  }
  faults += not_agreed(config.agreements, config.agencies);
  faults += not_accepted(config);
  if (faults.empty()) return {};
  return invalid("", "the configuration is not safe to start with:" + faults);
}

// Surfaces with a host of their own: "me" -> "me.example".
Status read_hosts(const toml::table& table, std::map<std::string, std::string>& into) {
  const toml::table* hosts = table.at_path("http.hosts").as_table();
  if (hosts == nullptr) return table.at_path("http.hosts") ? wrong_type("http.hosts", "a table") : Status();
  for (const auto& [name, node] : *hosts) {
    const std::string surface(name.str());
    TRY_STATUS(read_text(table, "http.hosts." + surface, into[surface]));
  }
  return {};
}

Status read_agreements(const toml::table& table, Agreements& into) {
  const toml::table* all = table.at_path("link.agreements").as_table();
  if (all == nullptr)
    return table.at_path("link.agreements") ? wrong_type("link.agreements", "a table") : Status();
  for (const auto& [host, node] : *all) {
    const std::string name = "link.agreements.\"" + std::string(host.str()) + "\"";
    const toml::table* said = node.as_table();
    if (said == nullptr) return wrong_type(name, "a table");
    TRY_STATUS(check_keys(*said, {"purpose", "basis", "scope", "method", "security", "cost"}, name + "."));
    Agreement& one = into[std::string(host.str())];
    for (const auto& [key, text] : {std::pair("purpose", &one.purpose),
                                    {"basis", &one.basis},
                                    {"scope", &one.scope},
                                    {"method", &one.method},
                                    {"security", &one.security},
                                    {"cost", &one.cost}})
      TRY_STATUS(read_text(*said, key, *text));
  }
  return {};
}

Status read_doors(const toml::table& table, Config& config) {
  if (const auto* http = table["http"].as_table())
    TRY_STATUS(check_keys(*http, {"address", "port", "connections_per_address", "hosts"}, "http."));
  if (const auto* link = table["link"].as_table())
    TRY_STATUS(check_keys(*link, {"agreements", "hosts", "plain"}, "link."));
  if (const auto* devices = table["devices"].as_table())
    TRY_STATUS(check_keys(
        *devices, {"address", "http_port", "mqtt_port", "osmand_addresses", "reports_per_s"}, "devices."));
  TRY_STATUS(read_text(table, "http.address", config.http_address));
  TRY_STATUS(read_text(table, "devices.address", config.device_address));
  TRY_STATUS(read_port(table, "http.port", config.http_port));
  TRY_STATUS(read_port(table, "devices.http_port", config.device_http_port));
  TRY_STATUS(read_port(table, "devices.mqtt_port", config.mqtt_port));
  TRY_STATUS(read_flag(table, "devices.osmand_addresses", config.osmand_addresses));
  TRY_STATUS(read_rate(table, "devices.reports_per_s", config.reports_per_s));
  TRY_STATUS(read_rate(table, "http.connections_per_address", config.http_connections_per_address));
  TRY_STATUS(read_texts(table, "trusted_proxies", config.trusted_proxies));
  TRY_STATUS(read_texts(table, "link.hosts", config.agencies.hosts));
  if (const auto* outgoing = table["outgoing"].as_table())
    TRY_STATUS(check_keys(*outgoing, {"inside"}, "outgoing."));
  TRY_STATUS(read_texts(table, "outgoing.inside", config.inside));
  TRY_STATUS(read_flag(table, "link.plain", config.agencies.plain));
  TRY_STATUS(read_agreements(table, config.agreements));
  return read_hosts(table, config.surface_hosts);
}

// "credential:NAME" becomes the file or the secret that is meant.
Status take_credentials(Config& config) {
  std::vector<std::pair<std::string, std::string*>> files = {{"tls.key", &config.tls.key},
                                                             {"tls.client_key", &config.tls.client_key},
                                                             {"keys.master", &config.master_key},
                                                             {"evidence.key", &config.evidence_key},
                                                             {"evidence.next_key", &config.evidence_next_key},
                                                             {"notify.push.key", &config.vapid_key}};
  for (ProviderConfig& one : config.providers)
    files.emplace_back("oidc.client_secret_file", &one.client_secret_file);
  for (const auto& [setting, path] : files) {
    TRY(*path, credential_file(setting, *path));
  }
  for (const auto& [setting, text] : {std::pair("notify.email.password", &config.notify.email.password),
                                      std::pair("notify.sms.bearer", &config.notify.sms.bearer),
                                      std::pair("notify.sms.secret", &config.notify.sms.secret),
                                      std::pair("notify.voice.bearer", &config.notify.voice.bearer),
                                      std::pair("notify.voice.secret", &config.notify.voice.secret)}) {
    Result<std::string> secret = credential_value(setting, *text);
    if (!secret.ok() && secret.error().code != Code::kNotFound) return secret.error();
    if (secret.ok()) {
      *text = *std::move(secret);
    } else if (!text->empty()) {
      config.secrets_in_clear.push_back(setting);
    }
  }
  return {};
}

// A configuration with secrets in it is for its owner and group.
Status check_secrecy(const std::string& path, const Config& config) {
  struct stat about {};
  if (config.secrets_in_clear.empty() || ::stat(path.c_str(), &about) != 0 || (about.st_mode & S_IRWXO) == 0)
    return {};
  return invalid("notify",
                 path + ": holds secrets and everybody on this machine may use it; chmod o= " + path);
}

}  // namespace

Status read_config(const std::string& path, Config& config) {
  const toml::parse_result parsed = toml::parse_file(path);
  if (!parsed) {
    const auto& error = parsed.error();
    return invalid(path + ":" + std::to_string(error.source().begin.line), std::string(error.description()));
  }
  const toml::table& table = parsed.table();
  TRY_STATUS(check_keys(table,
                        {"data",
                         "static_files",
                         "map_config",
                         "map_hosts",
                         "forwarder_token_sha256",
                         "former_forwarder_token_sha256",
                         "secret_days",
                         "metrics_token_sha256",
                         "trusted_proxies",
                         "server",
                         "files",
                         "tls",
                         "link",
                         "outgoing",
                         "http",
                         "devices",
                         "evidence",
                         "mirror",
                         "witness",
                         "notify",
                         "accounts",
                         "keys",
                         "log",
                         "oidc"},
                        ""));
  if (const auto* keys = table["keys"].as_table())
    TRY_STATUS(check_keys(*keys, {"ring", "master", "apart"}, "keys."));
  TRY_STATUS(read_text(table, "keys.ring", config.key_ring));
  TRY_STATUS(read_text(table, "keys.master", config.master_key));
  TRY_STATUS(read_flag(table, "keys.apart", config.keys_apart));
  if (const auto* server = table["server"].as_table())
    TRY_STATUS(check_keys(*server, {"accept", "snapshot_every_entries"}, "server."));
  TRY_STATUS(read_rate(table, "server.snapshot_every_entries", config.snapshot_every_entries));
  TRY_STATUS(read_texts(table, "server.accept", config.accepted));
  if (const auto* log = table["log"].as_table()) TRY_STATUS(check_keys(*log, {"journal"}, "log."));
  TRY_STATUS(read_text(table, "log.journal", config.journal));
  if (const auto* files = table["files"].as_table()) TRY_STATUS(check_keys(*files, {"clamd"}, "files."));
  TRY_STATUS(read_text(table, "files.clamd", config.clamd_socket));
  TRY_STATUS(read_doors(table, config));
  TRY_STATUS(read_text(table, "notify.push.key", config.vapid_key));
  if (const auto* accounts = table["accounts"].as_table())
    TRY_STATUS(check_keys(
        *accounts,
        {"breached_passwords", "memory_kib", "passes", "personal_keys", "passkeys_end_codes",
         "administration_devices", "words", "act_hours", "unused_days", "administration",
         "persons_an_hour_told", "persons_an_hour", "accounts_an_hour_told", "duty_hours", "duty_zone"},
        "accounts."));
  if (const auto* evidence = table["evidence"].as_table())
    TRY_STATUS(check_keys(*evidence, {"key", "next_key", "mirrors", "witnesses"}, "evidence."));
  if (const auto* mirror = table["mirror"].as_table()) TRY_STATUS(check_keys(*mirror, {"logs"}, "mirror."));
  if (const auto* witness = table["witness"].as_table())
    TRY_STATUS(check_keys(*witness, {"name", "logs"}, "witness."));
  TRY_STATUS(read_text(table, "accounts.breached_passwords", config.breached_passwords));
  TRY_STATUS(read_flag(table, "accounts.personal_keys", config.personal_keys));
  TRY_STATUS(read_flag(table, "accounts.passkeys_end_codes", config.passkeys_end_codes));
  TRY_STATUS(read_flag(table, "accounts.administration_devices", config.administration_devices));
  TRY_STATUS(read_acts(table, config));
  TRY_STATUS(read_duty_hours(table, config));
  TRY_STATUS(read_providers(table, config.providers));
  TRY_STATUS(read_cost(table, "accounts.memory_kib", config.password_cost.memory_kib));
  TRY_STATUS(read_cost(table, "accounts.passes", config.password_cost.passes));
  TRY_STATUS(read_text(table, "evidence.key", config.evidence_key));
  TRY_STATUS(read_text(table, "evidence.next_key", config.evidence_next_key));
  TRY_STATUS(read_texts(table, "evidence.witnesses", config.witnesses));
  TRY_STATUS(read_texts(table, "evidence.mirrors", config.mirrors));
  TRY_STATUS(read_texts(table, "mirror.logs", config.mirror_logs));
  TRY_STATUS(read_text(table, "witness.name", config.witness_name));
  TRY_STATUS(read_texts(table, "witness.logs", config.witness_logs));
  TRY_STATUS(read_text(table, "data", config.data));
  TRY_STATUS(read_text(table, "static_files", config.static_files));
  TRY_STATUS(read_text(table, "map_config", config.map_config));
  TRY_STATUS(read_texts(table, "map_hosts", config.map_hosts));
  TRY_STATUS(read_text(table, "forwarder_token_sha256", config.forwarder_token_sha256));
  TRY_STATUS(read_text(table, "former_forwarder_token_sha256", config.former_forwarder_token_sha256));
  TRY_STATUS(read_rate(table, "secret_days", config.secret_days));
  if (config.secret_days < 60 || config.secret_days > 1'830)
    return invalid("secret_days", "must be 60 to 1830");
  TRY_STATUS(read_text(table, "metrics_token_sha256", config.metrics_token_sha256));
  TRY_STATUS(read_tls(table, config.tls));
  TRY_STATUS(read_notify(table, config.notify));
  TRY_STATUS(take_credentials(config));
  return check_secrecy(path, config);
}

Result<std::string> read_map_config(const Config& config) {
  if (config.map_config.empty())
    return std::string(R"({"base":[{"id":"builtin","kind":"builtin"}],"default":"builtin"})");
  std::ifstream file(config.map_config, std::ios::binary);
  if (!file) return invalid("map_config", "cannot read " + config.map_config);
  std::string text(std::istreambuf_iterator<char>(file), {});
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(text, error);
  if (error || !parsed.is_object())
    return invalid("map_config", "must be a JSON object: " + config.map_config);
  return text;
}

bool is_loopback(const std::string& address) {
  return address == "127.0.0.1" || address == "::1";
}

Status check_config(const Config& config) {
  TRY_STATUS(check_tls(config.tls));
  if (const auto outgoing = open_outgoing(config); !outgoing.ok()) return outgoing.error();
  for (const std::string& proxy : config.trusted_proxies)
    if (!is_address(proxy)) return invalid("trusted_proxies", "must be IP addresses: " + proxy);
  for (const std::string& host : config.map_hosts)
    if (!is_origin(host))
      return invalid("map_hosts", "must be like https://tiles.example:443, in lower case");
  if (config.password_cost.memory_kib < trust::kPasswordCostMin.memory_kib ||
      config.password_cost.passes < trust::kPasswordCostMin.passes)
    return invalid("accounts.memory_kib", "must be 19456 or more, with 2 passes or more");
  for (const std::string& line : config.witnesses)
    if (net::leaves_in_plain(line.substr(line.rfind(' ') + 1)))
      return invalid("evidence.witnesses",
                     "must be a key, a space and https://host:port/prefix (http:// to this machine)");
  for (const std::string& url : config.mirrors)
    if (net::leaves_in_plain(url))
      return invalid("evidence.mirrors", "must be https://host:port/prefix (http:// to this machine)");
  if (!config.witness_logs.empty() && config.witness_name.empty())
    return invalid("witness.name", "is needed to cosign");
  for (const auto& [name, digest] :
       {std::pair("forwarder_token_sha256", &config.forwarder_token_sha256),
        std::pair("former_forwarder_token_sha256", &config.former_forwarder_token_sha256),
        std::pair("metrics_token_sha256", &config.metrics_token_sha256)})
    if (!digest->empty() &&
        (digest->size() != 64 || digest->find_first_not_of("0123456789abcdefABCDEF") != std::string::npos))
      return invalid(name, "must be 64 hexadecimal digits");
  if (const auto read = net::Networks::from(config.administration, "accounts.administration"); !read.ok())
    return read.error();
  TRY_STATUS(notify::check(config.notify));
  TRY_STATUS(check_providers(config));
  TRY_STATUS(SurfaceHosts::check(config.surface_hosts));
  return check_safe(config);
}

}  // namespace haechi::node
