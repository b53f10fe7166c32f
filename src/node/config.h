// What a node is told at start: a TOML file, overridden by the command line.
//
//   data = "/var/lib/haechi"
//   static_files = "/usr/share/haechi/web"
//   map_config = "/etc/haechi/map.json"  # what /config/map.json says; empty = the built-in base map
//   map_hosts = ["https://tiles.example"] # map servers that pages may fetch from
//   forwarder_token_sha256 = "hex"       # of a Traccar that forwards positions; empty = none
//   metrics_token_sha256 = "hex"         # of who reads /metrics from elsewhere; empty = nobody
//   trusted_proxies = ["10.0.0.5"]       # who may say for whom it asks; without [tls] nobody else is let in
//   [tls]      certificate = "file"  key = "file"    # of every door; docs/running.md
//              device_ca = "file"  agency_ca = "file"          # who must prove itself by certificate
//              ca = "file"  client_certificate = "file"  client_key = "file"    # when we call others
//   [link]     hosts = ["cad.example"]   # where outside agencies may be; left out: on this machine alone
//              plain = false             # may they be reached without TLS?
//   [http]     address = "127.0.0.1"  port = 8080     # API, live streams, pages
//   [evidence] key = "file"  witnesses = ["name+id+base64 https://host:port/prefix"]   # who cosigns our log
//              mirrors = ["https://host:port/mirror/v1"]    # who keeps a copy of it
//   [mirror]   logs = ["name+id+base64"]                     # of whose log a copy is kept here
//   [witness]  name = "example.org/witness"  logs = ["name+id+base64"]                # whose log we cosign
//   [keys]     ring = "/var/lib/haechi-keys/ring"  master = "file"   # neither in `data` nor in its backups
//   [accounts] breached_passwords = "file or folder"  memory_kib = 65536  passes = 3   # docs/accounts.md
//   [devices]  address = "127.0.0.1"  http_port = 8081  mqtt_port = 1883  reports_per_s = 50
//   [notify]   pages = "https://haechi.example"  language = "ko"  ca_file = ""    # docs/notifications.md
//   [notify.email]  server = "mail.example:587"  tls = "starttls"  user = ""  password = ""
//                   from = "h@example.org"
//   [notify.sms]    url = "https://sms.example/v1"  body = ""  bearer = ""  secret = "signs both ways"
//   [notify.push]   contact = "mailto:ops@example.org"  services = ["https://fcm.googleapis.com"]
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "net/reach.h"
#include "notify/settings.h"
#include "trust/passwords.h"

namespace haechi::node {

// PEM files; docs/running.md says what each is for.
struct TlsConfig {
  std::string certificate, key;                // of every door; empty: plain
  std::string device_ca;                       // devices must show a certificate that it signed
  std::string agency_ca;                       // outside agencies likewise
  std::string ca;                              // whom we believe when we call others; empty: the system's
  std::string client_certificate, client_key;  // what we show then, if asked
};

struct Config {
  std::string data = "data";
  std::string key_ring;  // of the data keys of persons; empty: "<data>.keys/ring"
  std::string
      master_key;  // file with the key that wraps them; empty: "<data>.keys/master", or the environment
  std::string static_files;            // empty: no pages
  std::string map_config;              // a JSON object; empty: the built-in base map
  std::vector<std::string> map_hosts;  // "https://host[:port]"; named in every page's security policy
  std::string http_address = "127.0.0.1";
  uint16_t http_port = 8080;  // 0: any free one
  std::string device_address = "127.0.0.1";
  uint16_t device_http_port = 8081;
  uint16_t mqtt_port = 1883;
  uint32_t reports_per_s = 50;  // of one device, sustained
  TlsConfig tls;
  std::vector<std::string> trusted_proxies;  // addresses
  net::Reach agencies;                       // where outside agencies may be
  uint32_t http_connections_per_address = 2'000;
  std::string forwarder_token_sha256;
  std::string
      metrics_token_sha256;  // who is not on this machine shows it at /metrics; empty: nobody else is let in
  std::string evidence_key;  // signs checkpoints of the log; empty: "evidence/key" in `data`
  std::vector<std::string> witnesses;     // "key url"
  std::vector<std::string> mirrors;       // addresses that keep a copy of our log
  std::vector<std::string> mirror_logs;   // keys of the logs of which a copy is kept here
  std::string witness_name;               // of this node as a witness
  std::vector<std::string> witness_logs;  // keys of the logs it cosigns; none: it is no witness
  notify::Settings notify;
  trust::PasswordCost password_cost;
  std::string breached_passwords;       // file or folder of what nobody may take; empty: none
  bool new_administrator_link = false;  // also where there is an administrator
  std::string demo_keys_file;  // writes one key per role there and opens the key route; only on loopback
};

// Reads the file over `config`. Errors name the key: "http.port: must be 0..65535".
Status read_config(const std::string& path, Config& config);

// What /config/map.json answers: the file, or the built-in base map. kInvalid when it is no JSON object.
Result<std::string> read_map_config(const Config& config);

// kInvalid: a setting is wrong; or the node would not be safe, and then every setting at fault is named in
// one text.
Status check_config(const Config& config);

// Can only programs on this machine reach it?
bool is_loopback(const std::string& address);

}  // namespace haechi::node
