// What a node is told at start: a TOML file, overridden by the command line.
//
//   data = "/var/lib/haechi"
//   [server]   accept = ["private authority"]   # what is less safe than it could be; docs/running.md
//              snapshot_every_entries = 250000   # at the latest; once an hour in any case
//   [log]      journal = "/var/lib/haechi-journal"   # on another disk: where facts go while the log cannot
//   be written static_files = "/usr/share/haechi/web" map_config = "/etc/haechi/map.json"  # what
//   /config/map.json says; empty = the built-in base map map_hosts = ["https://tiles.example"] # map servers
//   that pages may fetch from forwarder_token_sha256 = "hex"       # of a Traccar that forwards positions;
//   empty = none metrics_token_sha256 = "hex"         # of who reads /metrics from elsewhere; empty = nobody
//   former_forwarder_token_sha256 = "hex"  # the one before, good for 30 days more; empty = none
//   secret_days = 365                    # how old secrets of devices, agencies and gateways may get;
//   docs/running.md trusted_proxies = ["10.0.0.5"]       # who may say for whom it asks; without [tls] nobody
//   else is let in [tls]      certificate = "file"  key = "file"    # of every door; docs/running.md
//              device_ca = "file"  agency_ca = "file"          # who must prove itself by certificate
//              revoked = ["file"]                              # their lists of revoked certificates
//              ca = "file"  client_certificate = "file"  client_key = "file"    # when we call others
//              client_revoked = ["file"]                       # lists of the authorities in ca
//              minimum = "1.2"  suites = ["TLS_..."]  groups = ["X25519"]       # left out: net/tls_offer.h
//   [link]     hosts = ["cad.example"]   # where outside agencies may be; left out: on this machine alone
//              plain = false             # may they be reached without TLS?
//   [link.agreements."cad.example"]  purpose = "..."  basis = "..."  scope = "..."  method = "..."
//              security = "..."  cost = "..."  # of each of those hosts
//   [http]     address = "127.0.0.1"  port = 8080     # API, live streams, pages
//   [http.hosts]  me = "me.example"    # surfaces that answer at a host of their own alone
//   [evidence] key = "file"  next_key = "file"               # signs as well, until it is the key
//              witnesses = ["name+id+base64 https://host:port/prefix"]   # who cosigns our log
//              mirrors = ["https://host:port/mirror/v1"]    # who keeps a copy of it
//   [mirror]   logs = ["name+id+base64"]                     # of whose log a copy is kept here
//   [witness]  name = "example.org/witness"  logs = ["name+id+base64"]                # whose log we cosign
//   [keys]     ring = "/var/lib/haechi-keys/ring"  master = "file"   # neither in `data` nor in its backups
//              apart = true              # in a process of their own; docs/running.md
//              master = "pkcs11:..."     # or in a token, as keys of TLS and evidence too; docs/running.md
//   [accounts] breached_passwords = "file or folder"  memory_kib = 65536  passes = 3   # docs/accounts.md
//              personal_keys = false     # are keys good that stand for persons? A demonstration's are
//              passkeys_end_codes = false    # does whoever has a passkey sign in with nothing else?
//              words = ["Namyangju"]     # that no password holds, beside the names of the agencies
//              act_hours = 24            # for so long an act waits for its second person
//              unused_days = 730         # after the last sign-in an account ends
//              administration_devices = false   # do administrators show a passkey that stays on its device?
//              administration = ["10.1.0.0/16"]   # from where administrators are answered; none = anywhere
//              persons_an_hour_told = 40  persons_an_hour = 80  accounts_an_hour_told = 10  #
//              docs/watching.md
//              duty_hours = ["probation Mon-Fri 07:00-20:00"]  duty_zone = "Asia/Seoul"
//   [[oidc]]   id = "police"  name = "Police"  issuer = "https://id.example"  client_id = "haechi"
//              client_secret_file = "file"  claim = "preferred_username"  acr = []  amr = ["mfa"]
//   [files]    clamd = "/run/clamav/clamd.ctl"  # looks for viruses in what people attach
//   [devices]  address = "127.0.0.1"  http_port = 8081  mqtt_port = 1883  reports_per_s = 50
//              osmand_addresses = false  # may OsmAnd's place and secret stand in the address?
//   [notify]   pages = "https://haechi.example"  language = "ko"  ca_file = ""    # docs/notifications.md
//   [notify.email]  server = "mail.example:587"  tls = "starttls"  user = ""  password = ""
//                   from = "h@example.org"
//   [notify.sms]    url = "https://sms.example/v1"  body = ""  bearer = ""  secret = "signs both ways"
//   [notify.voice]  url = "https://voice.example/v1"  body = ""  form = false  bearer = ""  secret =
//   "likewise" [notify.push]   contact = "mailto:ops@example.org"  services = ["https://fcm.googleapis.com"]
//                   key = "file"
// A secret, or the file of one, may be "credential:NAME" (node/credentials.h).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "api/identity_providers.h"
#include "api/look_ups.h"
#include "base/result.h"
#include "net/reach.h"
#include "net/tls_offer.h"
#include "node/agreements.h"
#include "notify/settings.h"
#include "trust/passwords.h"

namespace haechi::node {

struct ProviderConfig {
  api::ProviderSettings settings;  // but the secret
  std::string client_secret_file;  // empty: a public client
};

// PEM files; docs/running.md says what each is for.
struct TlsConfig {
  std::string certificate, key;                // of every door; empty: plain
  std::string device_ca;                       // devices must show a certificate that it signed
  std::string agency_ca;                       // outside agencies likewise
  std::vector<std::string> revoked;            // lists of both, in force; none: nothing is looked up
  std::string ca;                              // whom we believe when we call others; empty: the system's
  std::vector<std::string> client_revoked;     // lists of those, in force; none: nothing is looked up
  std::string client_certificate, client_key;  // what we show then, if asked
  net::TlsOffer offer;                         // of every door, and when we call others
};

struct Config {
  std::string data = "data";
  std::vector<std::string> accepted;  // exceptions (node/exceptions.h)
  std::string journal;                // directory of the log's journal; empty: none
  std::string accept_older_log;       // why the log may be older than what was seen; empty: it may not
  uint32_t snapshot_every_entries = 250'000;
  std::vector<std::string> secrets_in_clear;  // settings whose value is a secret as it stands in the file
  std::string key_ring;                       // of the data keys of persons; empty: "<data>.keys/ring"
  // File with the key that wraps them, or pkcs11: URI; empty: "<data>.keys/master", or the environment.
  std::string master_key;
  bool keys_apart = false;             // master key, ring and opened keys in a process of their own
  std::string static_files;            // empty: no pages
  std::string map_config;              // a JSON object; empty: the built-in base map
  std::vector<std::string> map_hosts;  // "https://host[:port]"; named in every page's security policy
  std::string http_address = "127.0.0.1";
  uint16_t http_port = 8080;                         // 0: any free one
  std::map<std::string, std::string> surface_hosts;  // of surfaces with a host of their own, by surface
  std::string device_address = "127.0.0.1";
  uint16_t device_http_port = 8081;
  uint16_t mqtt_port = 1883;
  uint32_t reports_per_s = 50;    // of one device, sustained
  bool osmand_addresses = false;  // OsmAnd's place and secret may stand in the address
  TlsConfig tls;
  std::string clamd_socket;                  // of who looks for viruses in files; empty: nobody does
  std::vector<std::string> trusted_proxies;  // addresses
  net::Reach agencies;                       // where outside agencies may be
  std::vector<std::string> inside;           // hosts and networks that may be called though inside
  Agreements agreements;                     // with those who are there
  uint32_t http_connections_per_address = 2'000;
  std::string forwarder_token_sha256;
  std::string former_forwarder_token_sha256;  // good beside it for 30 days, so that it can be changed
  uint32_t secret_days = 365;  // then a secret of others is too old, and somebody is told each day
  std::string
      metrics_token_sha256;  // who is not on this machine shows it at /metrics; empty: nobody else is let in
  std::string evidence_key;  // signs checkpoints of the log; empty: "evidence/key" in `data`
  std::string evidence_next_key;          // signs them as well, while it takes the place of that; empty: none
  std::vector<std::string> witnesses;     // "key url"
  std::vector<std::string> mirrors;       // addresses that keep a copy of our log
  std::vector<std::string> mirror_logs;   // keys of the logs of which a copy is kept here
  std::string witness_name;               // of this node as a witness
  std::vector<std::string> witness_logs;  // keys of the logs it cosigns; none: it is no witness
  notify::Settings notify;
  std::string vapid_key;  // by which push services know this node; empty: "vapid.pem" in `data`
  trust::PasswordCost password_cost;
  std::string breached_passwords;           // file or folder of what nobody may take; empty: none
  std::vector<std::string> words;           // of the place, which no password holds
  uint32_t act_hours = 24;                  // for so long an act waits for its second person
  uint32_t unused_days = 730;               // after the last sign-in an account ends
  std::vector<std::string> administration;  // networks of administrators; empty: any
  api::LookLimits look_limits;
  api::DutyHours duty_hours;
  bool personal_keys = false;           // keys of persons are good here, as they are in a demonstration
  bool administration_devices = false;  // administrators show a passkey that stays on its device
  bool passkeys_end_codes = false;      // who has a passkey does not sign in with a code
  std::vector<ProviderConfig> providers;
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
