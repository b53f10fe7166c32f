#include "node/node.h"

#include <spdlog/spdlog.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include <atomic>
#include <csignal>
#include <cstdio>
#include <map>
#include <utility>

#include "api/api.h"
#include "api/identity_providers.h"
#include "api/provider_door.h"
#include "api/session.h"
#include "base/ensure.h"
#include "base/files.h"
#include "base/hex.h"
#include "base/last_words.h"
#include "base/signals.h"
#include "base/time.h"
#include "gateway/devices.h"
#include "gateway/http_intake.h"
#include "gateway/mqtt_server.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "link/cad_connector.h"
#include "live/hub.h"
#include "live/static_files.h"
#include "log/log.h"
#include "net/client.h"
#include "net/run_on.h"
#include "net/server.h"
#include "net/tls.h"
#include "node/account_ends.h"
#include "node/bundle_desk.h"
#include "node/counts.h"
#include "node/csp_reports.h"
#include "node/demo_keys.h"
#include "node/door.h"
#include "node/elsewhere.h"
#include "node/erasing.h"
#include "node/evidence_room.h"
#include "node/exceptions.h"
#include "node/health.h"
#include "node/link_letters.h"
#include "node/master_change.h"
#include "node/mending.h"
#include "node/metrics.h"
#include "node/notification_counts.h"
#include "node/open_keeper.h"
#include "node/outgoing.h"
#include "node/past.h"
#include "node/pulse.h"
#include "node/retention.h"
#include "node/secret_watch.h"
#include "node/secrets.h"
#include "node/snapshots.h"
#include "node/surface_hosts.h"
#include "node/time_zones.h"
#include "notify/sender.h"
#include "spine/spine.h"
#include "store/fix_index.h"
#include "store/records.h"
#include "trust/accounts.h"
#include "trust/key_sessions.h"

namespace haechi::node {
namespace {

// With a journal it has taken over by then.
constexpr Duration kDiskHangsAfter = Duration::seconds(4);
constexpr const char* kLogDisk = "disk of the log";
constexpr Duration kSayAgain = Duration::seconds(3600);     // that a list of revoked certificates ends
constexpr Duration kLetterTimeout = Duration::seconds(10);  // of one try to hand a notification over

}  // namespace

struct Node::Rooms {
  explicit Rooms(const Config& given) : config(given) {}

  Status open();
  Status listen();
  Status listen_front();
  Status listen_devices();
  void subscribe();
  void tell_gateway(const spine::Batch& batch);
  Status open_sender();
  Status open_accounts();
  net::ClientOptions line_to_others() const { return {.tls = secrets.outgoing, .outgoing = outgoing}; }
  void answer(net::Request request, const net::Respond& respond);
  void count();
  ~Rooms();

  const Config config;
  const vault::RingPlace ring_at = ring_place(config);  // before a keeper is started, which wipes variables
  SystemClock clock;
  Metrics metrics;
  std::atomic<bool> ready{false};
  uint64_t snapshot_no = 0, entries_replayed = 0;
  std::string map_config;  // what /config/map.json answers

  std::string kept_by;                  // of whom the keys are; empty: of this process
  std::unique_ptr<vault::Keeper> ring;  // outlives whoever seals or opens
  std::unique_ptr<spine::SnapshotStore> snapshots;
  std::unique_ptr<spine::Quarantine> quarantine;
  std::unique_ptr<gateway::Suspects> suspects;
  Secrets secrets;
  std::shared_ptr<net::Outgoing> outgoing;
  std::unique_ptr<store::Records> records;
  std::unique_ptr<trust::Keys> keys;
  std::unique_ptr<store::AccountRecords> account_records;
  std::unique_ptr<trust::Accounts> accounts;          // front loop
  std::optional<trust::KeySessions> key_sessions;     // front loop
  std::unique_ptr<api::IdentityProviders> providers;  // front loop
  std::unique_ptr<api::ProviderDoor> provider_door;   // likewise
  trust::BreachedPasswords breached;
  std::optional<trust::Link> administrator_link;
  std::optional<std::string> first_administrator;
  std::unique_ptr<spine::Spine> spine;
  std::unique_ptr<Health> health;  // outlives the loops
  Pulse pulse;                     // likewise
  std::unique_ptr<RetentionJob> retention;
  std::unique_ptr<MasterChange> master_change;
  std::unique_ptr<log::Reader> past;       // of the spine's log
  std::unique_ptr<store::FixIndex> fixes;  // likewise
  std::unique_ptr<EvidenceRoom> evidence;  // likewise
  std::unique_ptr<BundleDesk> bundles;     // likewise

  const std::vector<Exception> exceptions = exceptions_of(config);
  const SurfaceHosts surface_hosts{config.surface_hosts};
  CspReports csp_reports;  // front loop
  net::Loop gateway{"gateway"}, front{"front"}, link{"link"}, notify{"notify"}, disks{"disks"};
  gateway::Devices devices{[this](const std::string& device_id, uint32_t generation, std::string_view bytes) {
    return ring->device_mac(device_id, generation, bytes);
  }};                  // gateway loop
  Commands commanded;  // gateway loop
  std::unique_ptr<gateway::MqttServer> mqtt;
  std::unique_ptr<gateway::Rejections> rejections;  // gateway loop
  std::unique_ptr<gateway::HttpIntake> intake;
  std::unique_ptr<net::HttpServer> device_http;
  std::unique_ptr<live::Hub> hub;
  std::unique_ptr<api::Api> api;
  std::unique_ptr<live::StaticFiles> static_files;
  std::unique_ptr<net::HttpServer> front_http;
  std::unique_ptr<SecretWatch> secret_watch;  // front loop; outlives it
  std::unique_ptr<AccountEnds> account_ends;  // front loop; outlives it
  std::unique_ptr<link::CadConnector> connector;
  std::unique_ptr<notify::Letters> letters;  // any loop
  std::unique_ptr<notify::Sender> sender;
  std::unique_ptr<notify::AccountNotices> notices;  // notify loop
};

Status Node::Rooms::open() {
  TRY(map_config, read_map_config(config));
  TRY(secrets, Secrets::open(config));
  TRY(outgoing, open_outgoing(config));
  TRY_STATUS(make_directory(config.data));
  TRY(auto keeper, open_keeper(config, ring_at));
  ring = std::move(keeper.keeper);
  kept_by = keeper.said;
  snapshots = std::make_unique<spine::SnapshotStore>(config.data + "/snapshots", *ring);
  TRY(auto opened, open_or_mend(config, secrets.log_keys, *snapshots, line_to_others(), clock));
  const Seen seen = read_seen(seen_file(config), opened.log->id());
  TRY_STATUS(check_seen(seen.entries, "on this disk", opened.log->next_no() - 1, config.accept_older_log));
  AskElsewhere elsewhere(config, secrets.log_keys, opened.log->id(), line_to_others(), clock);
  TRY(quarantine, spine::Quarantine::open(config.data + "/quarantine"));
  TRY(suspects, gateway::Suspects::open(config.data + "/suspects", HAECHI_VERSION, clock.now()));
  TRY(records, store::Records::open(config.data + "/records.sqlite", ring.get()));
  TRY(keys, trust::Keys::open(*records));
  keys->take_persons(config.personal_keys || !config.demo_keys_file.empty());
  TRY_STATUS(check_agencies(config, *records));
  TRY_STATUS(config.demo_keys_file.empty() ? end_demo_keys(*keys)
                                           : write_demo_keys(*keys, config.demo_keys_file));
  TRY([[maybe_unused]] const Digest made, ring->coarse_digest(""));
  const trust::CoarseSecret coarse(
      [this](std::string_view text) { return ring->coarse_digest(text).value(); });
  live::HubOptions hub_options{.epoch = opened.log->id(), .coarse_secret = coarse};
  hub_options.session_of = [this](std::string_view key) { return accounts->session_id(key, clock.now()); };
  hub_options.log_stands_still = [this] {
    return ready && (pulse.is_still(kLogDisk) || pulse.is_still("spine"));
  };
  past = opened.log->reader();
  TRY(fixes, store::FixIndex::open(config.data + "/fixes.sqlite", opened.log->id(), ring.get()));
  auto notary_reader = opened.log->reader();
  auto bundle_reader = opened.log->reader();
  const std::string log_id = opened.log->id();
  spine::SpineOptions options{.ring = ring.get()};
  options.snapshots = snapshots.get();
  options.snapshot_entries = config.snapshot_every_entries;
  options.snapshot_failed = tell_of_snapshot;
  options.quarantine = quarantine.get();
  options.build = HAECHI_VERSION;
  spine = std::make_unique<spine::Spine>(options, std::move(opened.log), clock);
  health = std::make_unique<Health>(config, log_id, seen, *spine, clock);
  retention = std::make_unique<RetentionJob>(*spine);
  TRY_STATUS(open_sender());
  TRY_STATUS(open_accounts());
  TRY_STATUS(sync_directory(config.data));  // the names of all that was made above, in this run or one before

  // An open stream is no sign of a person, so it does not keep a session from being idle.
  const auto identify = [this](std::string_view key) {
    const Time now = clock.now();
    auto viewer = keys->viewer_of_key(key, now);
    if (!viewer) viewer = key_sessions->viewer_of(key, now);
    if (!viewer) viewer = accounts->viewer_of(key, now);
    return viewer ? viewer : accounts->api_keys().viewer_of(key, now);
  };
  hub = std::make_unique<live::Hub>(front, *spine, clock, identify, hub_options);
  account_ends = std::make_unique<AccountEnds>(
      front,
      trust::AccountLife(*account_records, *accounts,
                         Duration::seconds(int64_t{86'400} * config.unused_days)),
      *records, hub->picture(), *spine, clock);
  secret_watch = std::make_unique<SecretWatch>(
      config, front,
      trust::SecretAges(*account_records, Duration::seconds(int64_t{86'400} * config.secret_days)), *accounts,
      *records, hub->picture(), clock);
  const std::vector<uint64_t> passed_over = quarantine->entries();
  bundles = std::make_unique<BundleDesk>(BundleSource{config.data + "/evidence",
                                                      secrets.log_keys.key,
                                                      HAECHI_VERSION,
                                                      {passed_over.begin(), passed_over.end()}},
                                         std::move(bundle_reader), *ring);
  api = std::make_unique<api::Api>(
      api::ApiOptions{
          .time_zones = read_time_zone,
          .log = source_of(*past, *ring, *fixes),
          .bundles = bundles.get(),
          .letters = letters.get(),
          .accounts = accounts.get(),
          .account_life = &account_ends->life(),
          .key_sessions = &*key_sessions,
          .breached = breached,
          .words = config.words,
          .agencies = config.agencies,
          .signing_keys = [this](const std::string& device_id,
                                 uint32_t generation) { return ring->device_key(device_id, generation); },
          .clamd_socket = config.clamd_socket,
          .act_term = Duration::seconds(int64_t{3600} * config.act_hours),
          .look_limits = config.look_limits,
          .duty_hours = config.duty_hours,
          .endings = [this](Time before) { return retention->endings(before); },
          .coarse_secret = coarse,
          .secret_ages = &secret_watch->ages(),
          .post_letter = posting(notify, notices, *spine),
          .administration = *net::Networks::from(config.administration, ""),
          .administration_devices = config.administration_devices},
      front, *spine, hub->picture(), *records, *keys, clock);
  const auto identify_request = [identify](const net::Request& request) {
    const Result<std::string> key = api::session::presented_key(request);
    return key.ok() ? identify(*key) : std::nullopt;
  };
  evidence = std::make_unique<EvidenceRoom>(config, secrets.log_keys, std::move(notary_reader), log_id,
                                            *spine, identify_request, clock, line_to_others());
  link::CadConnectorOptions link_options;
  link_options.tls = secrets.outgoing;
  link_options.outgoing = outgoing;
  link_options.certificates = !config.tls.agency_ca.empty();
  connector = link::CadConnector::create(link, *spine, *records, clock, link_options);
  if (!config.static_files.empty())
    static_files = std::make_unique<live::StaticFiles>(config.static_files, config.map_hosts);
  subscribe();
  for (net::Loop* loop : {&gateway, &front, &link, &notify, &disks}) loop->start();
  TRY_STATUS(spine->replay(opened.snapshot ? &*opened.snapshot : nullptr));
  entries_replayed = spine->stats().entries;
  snapshot_no = spine->stats().entry_no - entries_replayed;
  return health->take(elsewhere.wait());
}

// The key by which push services know this node is made at the first start that pushes: subscriptions are
// bound to it.
Status Node::Rooms::open_sender() {
  std::optional<notify::KeyPair> vapid;
  if (!config.notify.push.contact.empty()) {
    TRY(vapid,
        notify::KeyPair::open(config.vapid_key.empty() ? config.data + "/vapid.pem" : config.vapid_key));
  }
  letters = std::make_unique<notify::Letters>(config.notify, std::move(vapid), *records, clock);
  notify::SenderOptions options;
  options.sms_secret = config.notify.sms.secret;
  options.voice_secret = config.notify.voice.secret;
  options.wakes_phones = !config.notify.push.contact.empty() || !config.notify.sms.url.empty() ||
                         !config.notify.voice.url.empty();
  sender = std::make_unique<notify::Sender>(notify, *spine, *letters, clock,
                                            notify::make_carrier(kLetterTimeout, outgoing), options);
  notices =
      std::make_unique<notify::AccountNotices>(*letters, notify::make_carrier(kLetterTimeout, outgoing));
  return {};
}

Status Node::Rooms::open_accounts() {
  TRY(breached, trust::BreachedPasswords::open(config.breached_passwords));
  TRY(account_records, store::AccountRecords::open(config.data + "/accounts.sqlite", ring.get()));
  TRY(key_sessions, trust::KeySessions::open(*account_records, *keys));
  TRY(auto settings, read_providers(config));
  std::vector<trust::ProviderName> names;
  for (const api::ProviderSettings& one : settings) names.push_back({one.id, one.name});
  TRY(accounts,
      trust::Accounts::open(*account_records, config.password_cost, config.notify.pages, std::move(names)));
  providers = std::make_unique<api::IdentityProviders>(front, clock, std::move(settings), config.notify.pages,
                                                       line_to_others());
  provider_door = std::make_unique<api::ProviderDoor>(*providers, *accounts, *spine, clock, front);
  if (config.passkeys_end_codes) accounts->end_codes_by_passkeys();
  accounts->tell([this](const std::string& account, Time now) {
    notify.post([this, account, now] { notices->tell(account, now); });
  });
  TRY(administrator_link, accounts->administrator_link(config.new_administrator_link, clock.now()));
  return {};
}

void Node::Rooms::subscribe() {
  spine->subscribe([this](const std::shared_ptr<const spine::Batch>& batch) {
    hub->on_batch(batch);
    front.post([this, batch] { api->fold(*batch); });
    connector->on_batch(batch);
    sender->on_batch(batch);
    if (const Status erased = erase_settled(*batch, *ring, *records); !erased.ok())
      spdlog::error("erasure is not finished and is tried again at the next start: {}",
                    erased.error().text());
    retention->on_batch(*batch);
    tell_gateway(*batch);
  });
  for (const auto& part : {hub->part(), api->part(), connector->part(), sender->part(),
                           part_of(gateway, devices, commanded), part_of(*retention)})
    spine->take_part(part);
}

// The gateway keeps commands in memory only: what each device was told last is offered to it again after a
// restart, or it would report as slowly as before while he stands at her door.
void Node::Rooms::tell_gateway(const spine::Batch& batch) {
  std::vector<std::shared_ptr<const v1::Fact>> facts;
  std::vector<v1::DeviceCommand> commands;
  for (const spine::PublishedEntry& entry : batch.entries) {
    if (gateway::Devices::concerns(*entry.fact)) facts.push_back(entry.fact);
    for (const auto& effect : entry.effects)
      if (effect->has_command_device()) commands.push_back(effect->command_device());
  }
  if (facts.empty() && commands.empty()) return;
  gateway.post([this, facts = std::move(facts), commands = std::move(commands)] {
    for (const auto& fact : facts) devices.apply(*fact);
    for (const v1::DeviceCommand& command : commands) {
      commanded[command.device_id()] = command;
      if (mqtt) mqtt->command(command);
    }
  });
}

Status Node::Rooms::listen_devices() {
  const net::Door door = door_of("devices", config, secrets.for_devices, gateway);
  gateway::MqttLimits limits;
  limits.reports_per_s = config.reports_per_s;
  limits.reports_burst = config.reports_per_s * 10;
  limits.answer_after = gateway::kAnswerAfter;
  TRY(mqtt, gateway::MqttServer::listen(gateway, config.device_address, config.mqtt_port, limits, devices,
                                        *spine, clock, door, suspects.get()));
  for (const auto& [id, command] : commanded) mqtt->command(command);
  rejections = std::make_unique<gateway::Rejections>(*spine);
  gateway.every(Duration::seconds(1), [this] {
    if (rejections) rejections->flush(clock.now());
  });
  gateway.every(kSayAgain, [this] { secrets.warn_of_revoked(); });
  intake = std::make_unique<gateway::HttpIntake>(
      gateway, clock, *spine, devices, *rejections,
      gateway::HttpIntakeOptions{
          .forwarder_token_sha256 = decode_hex(config.forwarder_token_sha256).value_or(""),
          .former_forwarder_token_sha256 = decode_hex(config.former_forwarder_token_sha256).value_or(""),
          .former_forwarder_good = [this] { return secret_watch->former_forwarder_good(); },
          .certificates = !config.tls.device_ca.empty(),
          .osmand_addresses = config.osmand_addresses || !config.demo_keys_file.empty(),
          .reports_per_s = config.reports_per_s,
          .answer_after = gateway::kAnswerAfter});
  intake->heed(suspects.get());
  TRY(device_http,
      net::HttpServer::listen(gateway, config.device_address, config.device_http_port, {}, door));
  device_http->handle([this](net::Request request, net::Respond respond) {
    intake->handle(std::move(request), std::move(respond));
  });
  return {};
}

Status Node::Rooms::listen_front() {
  net::ServerLimits limits;
  limits.connections_per_address_max = config.http_connections_per_address;
  net::Door door = door_of("people", config, secrets.for_people, front);
  door.browsers = true;
  door.instead = [this](const net::Request& request) { return surface_hosts.instead(request); };
  TRY(front_http, net::HttpServer::listen(front, config.http_address, config.http_port, limits, door));
  front_http->handle(
      [this](net::Request request, net::Respond respond) { answer(std::move(request), respond); });
  hub->mount(*front_http);
  providers->start([](const Error& why) { spdlog::warn("no sign-in by {}", why.reason); });
  return {};
}

// Doors open only after the replay, devices before screens: a report that waits is worse than a page that
// waits.
Status Node::Rooms::listen() {
  // The first entry of this run, so that the engine knows how long nobody could be heard.
  auto started = std::make_unique<v1::Fact>();
  started->mutable_process_started()->set_build(HAECHI_VERSION);
  started->mutable_process_started()->set_names_by_subject(true);
  started->mutable_process_started()->set_facts_form(spine::kFactsForm);
  spine->submit(std::move(started), {});
  health->tell();
  tell(exceptions, *spine);
  tell(config.agreements, *spine);
  master_change = std::make_unique<MasterChange>(*ring, ring_at, *spine);
  Status opened;
  net::run_on(gateway, [&] { opened = listen_devices(); });
  if (!opened.ok()) return opened;
  count();
  spine->start();
  net::run_on(front, [&] { opened = listen_front(); });
  if (!opened.ok()) return opened;
  if (administrator_link) {
    const std::string here = "http://" + config.http_address + ":" + std::to_string(front_http->port());
    first_administrator = (config.notify.pages.empty() ? here : config.notify.pages) +
                          "/account/#enrol=" + administrator_link->token;
  }
  net::run_on(link, [&] { connector->start(); });
  TRY_STATUS(evidence->start([this](const Error& what) { health->tell_harmed(what); }));
  sender->start();
  net::run_on(front, [this] {
    health->watch(disks, hub->picture().node_book());
    account_ends->start();
    secret_watch->start();
  });
  ready = true;
  return {};
}

void Node::Rooms::answer(net::Request request, const net::Respond& respond) {
  const std::string& path = request.path;
  const auto text = [](int status, std::string body) {
    return net::Response{status, "text/plain; charset=utf-8", std::move(body), {}};
  };
  if (path == "/healthz") return respond(text(200, "alive\n"));
  if (path == "/readyz") return respond(std::apply(text, pulse.readiness(ready)));
  if (path == "/metrics")
    return respond(may_measure(config, request) ? text(200, metrics.text())
                                                : net::problem(401, "bad_credential", "authorization",
                                                               "the token of /metrics is needed"));
  if (path == "/link/v1/answers")
    return link.post([this, request = std::move(request), respond]() mutable {
      connector->receive_answers(std::move(request), respond);
    });
  if (path == "/witness/v1/add-checkpoint") return evidence->add_checkpoint(std::move(request), respond);
  if (path == "/mirror/v1/records") return evidence->take_records(std::move(request), respond);
  if (path == "/mirror/v1/give_back") return evidence->give_back(std::move(request), respond);
  if (path.starts_with("/evidence/v1/")) return evidence->answer(request, respond);
  if (path == "/notify/v1/receipts" && request.method == "POST")
    return sender->receive_receipt(std::move(request), respond);
  if (path == "/api/v1/demo/keys" && !config.demo_keys_file.empty() && request.method == "POST")
    return respond(issue_demo_key(*keys, request, clock.now()));
  if (api::ProviderDoor::is_for(path)) return provider_door->answer(request, respond);
  if (path.starts_with("/api/") || path == "/openapi.json")
    return api->handler()(std::move(request), respond);
  if (path == kCspReportsPath) return respond(csp_reports.take(request));
  if (path == "/config/map.json")
    return respond(net::Response{200, "application/json", map_config, {{"cache-control", "no-cache"}}});
  if (static_files)
    if (auto page = static_files->answer(request, std::string_view(path).substr(1)))
      return respond(std::move(*page));
  respond(net::problem(404, "not_found", "path", "there is nothing here"));
}

void Node::Rooms::count() {
  count_spine(metrics, *spine);
  count_snapshots(metrics, config.data + "/snapshots");
  evidence->count(metrics);
  health->count(metrics);
  for (const auto& [name, loop] :
       {std::pair("gateway", &gateway), {"front", &front}, {"link", &link}, {"notify", &notify}})
    pulse.watch(name, *loop);
  pulse.watch(
      "spine", [this] { return spine->stats().entry_no; }, front);
  pulse.watch(kLogDisk, [this] { return spine->writing_for() > kDiskHangsAfter; });
  pulse.count(metrics);
  csp_reports.count(metrics);
  count_machine(metrics, *ring, *fixes);
  count_doors(metrics, *mqtt, front_http, device_http);
  metrics.add({"haechi_api_too_many_total", "Requests refused with 429.", {}, true, [this] {
                 return static_cast<double>(api->refused_by_pace());
               }});
  secrets.count(metrics);
  account_ends->count(metrics);
  secret_watch->count(metrics);
  master_change->count(metrics);
  node::count(outgoing, metrics);
  node::count(exceptions, metrics);
  count_intake(metrics, *intake);
  count_notifications(metrics, *sender, *notices);
}

// Doors first, so that nothing new comes in; then the spine, which finishes what it has and acknowledges it
// through the MQTT server; then the rooms, each on its loop; then the loops.
Node::Rooms::~Rooms() {
  ready = false;
  const auto end = [](net::Loop& loop, const std::function<void()>& task) { net::run_on(loop, task); };
  if (front_http) end(front, [this] { front_http.reset(); });
  if (device_http) end(gateway, [this] { device_http.reset(); });
  master_change.reset();
  if (bundles) bundles->stop();
  if (spine) spine->stop();
  if (evidence) evidence->stop();
  if (hub) {
    end(gateway, [this] {
      mqtt.reset();
      intake.reset();
      rejections.reset();
    });
    end(link, [this] { connector.reset(); });
    end(notify, [this] {
      notices.reset();
      sender.reset();
    });
    end(front, [this] {
      provider_door.reset();
      providers.reset();
      api.reset();
      account_ends->stop();
      secret_watch->stop();
      hub.reset();
    });
  }
  for (net::Loop* loop : {&gateway, &front, &link, &notify, &disks}) loop->stop();
}

Node::Node(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
Node::~Node() = default;

Result<std::unique_ptr<Node>> Node::start(const Config& config) {
  TRY_STATUS(check_config(config));
  auto rooms = std::make_unique<Rooms>(config);
  TRY_STATUS(rooms->open());
  TRY_STATUS(rooms->listen());
  return std::unique_ptr<Node>(new Node(std::move(rooms)));
}

uint16_t Node::http_port() const {
  return rooms_->front_http->port();
}
uint16_t Node::device_http_port() const {
  return rooms_->device_http->port();
}
uint16_t Node::mqtt_port() const {
  return rooms_->mqtt->port();
}
const std::optional<std::string>& Node::first_administrator() const {
  return rooms_->first_administrator;
}
uint64_t Node::snapshot_no() const {
  return rooms_->snapshot_no;
}
uint64_t Node::entries_replayed() const {
  return rooms_->entries_replayed;
}

const std::string& Node::kept_by() const {
  return rooms_->kept_by;
}

void Node::reload() {
  rooms_->secrets.reload();
}

int run_serve(const Config& config) {
  // Keys and places are in memory in clear: no core file, and no look into it by others of the same account.
  ENSURE(prctl(PR_SET_DUMPABLE, 0) == 0);
  const sigset_t signals = block_signals({SIGINT, SIGTERM, SIGHUP});
  std::signal(SIGPIPE, SIG_IGN);
  Status made = make_directory(config.data);
  if (made.ok()) made = install_last_words(last_words_file(config), HAECHI_VERSION);
  if (!made.ok()) spdlog::warn("no last words: {}", made.error().text());
  auto node = Node::start(config);
  if (!node.ok()) {
    std::fprintf(stderr, "haechi: %s\n", node.error().text().c_str());
    return 1;
  }
  std::printf("ready http=%u devices_http=%u mqtt=%u\n", (*node)->http_port(), (*node)->device_http_port(),
              (*node)->mqtt_port());
  if (const auto& address = (*node)->first_administrator())
    std::printf("administrator %s\n", address->c_str());
  std::fflush(stdout);
  if (!(*node)->kept_by().empty()) spdlog::info("{}", (*node)->kept_by());
  tell_beginning((*node)->snapshot_no(), (*node)->entries_replayed());
  if (!clock_is_kept())
    spdlog::warn("nothing keeps this machine's clock: fixes will be dated against a wrong one");
  int received = 0;
  while (sigwait(&signals, &received) == 0 && received == SIGHUP) (*node)->reload();
  spdlog::info("stopping");
  return 0;
}

}  // namespace haechi::node
