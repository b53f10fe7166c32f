#include "tools/demo.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <boost/json.hpp>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <future>
#include <sstream>

#include "base/digest.h"
#include "haechi/v1/api.pb.h"
#include "sim/town_life.h"
#include "tools/demo_process.h"
#include "tools/play.h"

namespace haechi::tools {
namespace {

std::atomic<bool> stop_asked{false};

void ask_to_stop(int) {
  stop_asked = true;
}

// A directory of the demonstration's own, removed at the end.
class Directory {
 public:
  explicit Directory(const std::string& wanted) : path(wanted), own_(wanted.empty()) {
    if (own_) {
      std::string name = (std::filesystem::temp_directory_path() / "haechi-demo-XXXXXX").string();
      path = mkdtemp(name.data()) == nullptr ? std::string() : name;
    } else {
      std::error_code ignored;
      std::filesystem::create_directories(path, ignored);
    }
  }
  ~Directory() {
    std::error_code ignored;
    if (own_ && !path.empty()) std::filesystem::remove_all(path, ignored);
  }
  std::string path;

 private:
  bool own_;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

std::string text_member(const std::string& json, const char* name) {
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(json, error);
  if (error || !parsed.is_object()) return "";
  const boost::json::value* value = parsed.as_object().if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::string pages_beside_source() {
  std::error_code error;
  const std::filesystem::path program = std::filesystem::read_symlink("/proc/self/exe", error);
  for (const auto& top : {program.parent_path() / "../../..", std::filesystem::current_path(error)})
    if (std::filesystem::exists(top / "web/dist/control/index.html", error))
      return std::filesystem::weakly_canonical(top / "web/dist", error).string();
  return "";
}

class Demo {
 public:
  explicit Demo(const DemoOptions& options) : options_(options), directory_(options.data), loop_("town") {}
  ~Demo();
  int run();

 private:
  bool start_server();
  bool start_room();
  Status put_by_two(const std::string& path, const google::protobuf::Message& body);
  bool make_keys();
  bool fill_town();
  bool bring_to_life();
  bool play();
  void print_addresses() const;
  void stay();
  void on_loop(const std::function<void()>& task);

  const DemoOptions options_;
  Directory directory_;
  SystemClock clock_;
  sim::Board board_;
  Checks checks_{board_, stop_asked};
  std::unique_ptr<ChildProcess> server_, room_;
  net::Loop loop_;
  std::unique_ptr<sim::ApiClient> api_;
  std::unique_ptr<sim::TownLife> town_;
  std::unique_ptr<Play> play_;
  std::map<std::string, std::string> keys_;
  std::string secret_ = hex(random_secret(24));  // between the server and the outside room
  std::string http_, live_;
  uint16_t http_port_ = 0, mqtt_port_ = 0;
  bool has_pages_ = false;
  CastIds ids_{900};
  const uint32_t epoch_ = static_cast<uint32_t>(SystemClock().now().us / 1'000'000);
};

Demo::~Demo() {
  play_.reset();
  if (town_) on_loop([this] { town_->stop(); });
  loop_.stop();
  town_.reset();
  room_.reset();
  server_.reset();
}

void Demo::on_loop(const std::function<void()>& task) {
  std::promise<void> done;
  loop_.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

bool Demo::start_server() {
  const std::string pages = options_.static_files.empty() ? pages_beside_source() : options_.static_files;
  std::vector<std::string> arguments = {"serve",
                                        "--data",
                                        directory_.path + "/store",
                                        "--http-port",
                                        std::to_string(options_.port),
                                        "--devices-http-port",
                                        "0",
                                        "--mqtt-port",
                                        "0",
                                        "--demo-keys",
                                        directory_.path + "/keys.json"};
  has_pages_ = !pages.empty();
  if (has_pages_) arguments.insert(arguments.end(), {"--static", pages});
  auto started = ChildProcess::start(arguments, directory_.path + "/server");
  if (!started.ok()) return checks_.record("the server is up", false, started.error().text());
  server_ = *std::move(started);
  const Result<std::string> ready = server_->line("ready ", Duration::seconds(60));
  if (!ready.ok()) return checks_.record("the server is up", false, ready.error().text());
  http_port_ = port_in(*ready, "http");
  mqtt_port_ = port_in(*ready, "mqtt");
  http_ = "http://127.0.0.1:" + std::to_string(http_port_);
  live_ = "ws://127.0.0.1:" + std::to_string(http_port_);
  return checks_.record("the server is up: " + *ready, true);
}

// The provincial 112 room has a system of its own, in a process of its own, behind a connector.
bool Demo::start_room() {
  auto started =
      ChildProcess::start({"cad", "--agency", kRoomId, "--haechi", http_, "--secret", secret_, "--print"},
                          directory_.path + "/room");
  if (!started.ok())
    return checks_.record("the provincial room's own system is up", false, started.error().text());
  room_ = *std::move(started);
  const Result<std::string> ready = room_->line("cad ", Duration::seconds(20));
  if (!ready.ok())
    return checks_.record("the provincial room's own system is up", false, ready.error().text());
  v1::AgencyInput agency;
  agency.set_name("경기북부경찰청 112치안종합상황실");
  agency.set_desk(v1::DESK_CONNECTOR);
  const std::string port = ready->substr(ready->rfind(':') + 1);
  agency.mutable_connector()->set_endpoint("http://127.0.0.1:" + port);
  agency.mutable_connector()->set_secret(secret_);
  return checks_.record("the provincial room's own system is up: " + *ready,
                        put_by_two(std::string("/api/v1/agencies/") + kRoomId, agency));
}

// What changes where alarms go: one registrar asks, another approves, the first does it.
Status Demo::put_by_two(const std::string& path, const google::protobuf::Message& body) {
  const std::string json = sim::to_json(body);
  TRY(const std::string answer, api_->call(keys_["registrar"], "PUT", path, json));
  boost::system::error_code error;
  const boost::json::value waiting = boost::json::parse(answer, error);
  if (error || !waiting.is_object() || !waiting.as_object().contains("asked")) return {};
  const std::string id(waiting.at("asked").at("id").as_string());
  const Result<std::string> approved =
      api_->call(keys_["second_registrar"], "POST", "/api/v1/acts/" + id + "/answer", R"({"approved":true})");
  if (!approved.ok()) return approved.error();
  const Result<std::string> done = api_->call(keys_["registrar"], "PUT", path, json);
  return done.ok() ? Status() : done.error();
}

bool Demo::make_keys() {
  boost::system::error_code error;
  const boost::json::value roles = boost::json::parse(text_of(directory_.path + "/keys.json"), error);
  if (error || !roles.is_object()) return checks_.record("the server wrote its keys", false);
  for (const auto& [role, key] : roles.as_object())
    if (key.is_string()) keys_[std::string(role)] = key.as_string();
  const auto issue = [this](const std::string& name, boost::json::object wish) {
    const Result<std::string> answer =
        api_->call(keys_["registrar"], "POST", "/api/v1/demo/keys", boost::json::serialize(wish));
    if (answer.ok()) keys_[name] = text_member(*answer, "key");
    return answer.ok();
  };
  for (int number = 900; api_->call(keys_["registrar"], "GET", "/api/v1/persons/" + ids_.wearer).ok();)
    ids_ = CastIds(++number);
  bool all = issue("second_registrar", {{"role", "registrar"}, {"agency_id", "second"}}) &&
             issue("review", {{"role", "control"}, {"agency_id", "review"}}) &&
             issue("dispatch", {{"role", "dispatch"}, {"agency_id", kStationId}}) &&
             issue("room", {{"role", "dispatch"}, {"agency_id", kRoomId}}) &&
             issue("protected", {{"role", "protected_person"}, {"person_id", ids_.protected_person}});
  return checks_.record("keys for every screen", all);
}

bool Demo::fill_town() {
  const sim::TownOptions options{.seed = options_.seed, .now = clock_.now(), .outside_agency_id = kRoomId};
  sim::Town town = sim::make_town(options);
  // In a directory of an earlier run the orders are there already, and the agencies as that run left them;
  // everything else may be said again.
  const bool earlier = api_->call(keys_["registrar"], "GET", "/api/v1/orders/order-001").ok();
  v1::FactBatch batch;
  for (const v1::Fact& fact : town.registrations)
    if (!earlier || !(fact.has_order_registered() || fact.has_agency_registered())) *batch.add_facts() = fact;
  if (!checks_.record("the town of seed " + std::to_string(options_.seed) +
                          " is registered: " + std::to_string(town.wearers.size()) + " wearers, " +
                          std::to_string(town.protected_persons.size()) + " protected persons, " +
                          std::to_string(town.units.size()) + " units",
                      api_->post(keys_["registrar"], "/api/v1/facts", batch)))
    return false;
  bool all = true;
  for (const sim::Resident& unit : town.units) {
    const std::string wish = boost::json::serialize(
        boost::json::object{{"role", "unit"}, {"unit_id", unit.unit_id}, {"agency_id", ""}});
    const Result<std::string> answer = api_->call(keys_["registrar"], "POST", "/api/v1/demo/keys", wish);
    all = all && answer.ok();
    if (answer.ok()) keys_[unit.unit_id] = text_member(*answer, "key");
  }
  const sim::TownLifeOptions life{
      .mqtt_port = mqtt_port_, .live_url = live_, .epoch = epoch_, .seed = options_.seed};
  town_ = std::make_unique<sim::TownLife>(loop_, board_, clock_, *api_, std::move(town), life,
                                          [this](const sim::Resident& unit) { return keys_[unit.unit_id]; });
  return checks_.record("every car has a terminal", all);
}

bool Demo::bring_to_life() {
  on_loop([this] { town_->start(); });
  size_t connected = 0;
  for (int i = 0; i < 200 && connected < town_->devices() && !stop_asked; ++i) {
    checks_.pass(100);
    on_loop([&] { connected = town_->connected(); });
  }
  return checks_.record("the town lives: " + std::to_string(connected) + " of " +
                            std::to_string(town_->devices()) + " devices connected over MQTT",
                        connected == town_->devices());
}

bool Demo::play() {
  play_ = std::make_unique<Play>(Scene{.loop = loop_,
                                       .board = board_,
                                       .clock = clock_,
                                       .api = *api_,
                                       .town = *town_,
                                       .checks = checks_,
                                       .live_url = live_,
                                       .mqtt_port = mqtt_port_,
                                       .epoch = epoch_,
                                       .ids = ids_,
                                       .keys = keys_});
  play_->run();
  const Measures& measures = play_->measures();
  checks_.record("the time from violation to dispatch, field and victim is known",
                 measures.violation_to_dispatch_ms >= 0 && measures.violation_to_field_ms >= 0 &&
                     measures.violation_to_victim_ms >= 0);
  return checks_.missing().empty();
}

void Demo::print_addresses() const {
  const auto page = [this](const char* what, const char* korean, const char* path, const std::string& key) {
    const auto found = keys_.find(key);
    if (found != keys_.end() && !found->second.empty())
      std::printf("  %-16s %s/%s/#key=%s  %s\n", what, http_.c_str(), path, found->second.c_str(), korean);
  };
  std::printf(has_pages_ ? "\nPages (each offers its own key, one press opens it; valid while this runs):\n"
                         : "\nThere are no pages beside this program: --static says where they are. Keys:\n");
  page("control room", "관제센터", "control", "control");
  page("dispatch desk", "경찰서 112상황실", "dispatch", "dispatch");
  page("provincial room", "시도경찰청 112상황실", "dispatch", "room");
  page("patrol car", "순찰차", "field",
       play_ && !play_->unit_to_wearer().empty() ? play_->unit_to_wearer() : "unit-001");
  page("her phone", "보호대상자", "me", "protected");
  const auto auditor = keys_.find("auditor");
  if (auditor != keys_.end())
    std::printf("  %-16s GET %s/api/v1/audit with Bearer %s  감사\n", "auditor", http_.c_str(),
                auditor->second.c_str());
  std::printf("  %-16s %s/openapi.json   %s/metrics\n", "API", http_.c_str(), http_.c_str());
  std::fflush(stdout);
}

void Demo::stay() {
  std::printf("\nThe town lives on. Ctrl-C ends it.\n");
  std::fflush(stdout);
  while (!stop_asked && server_->running()) checks_.pass(500);
}

int Demo::run() {
  if (directory_.path.empty()) return std::fprintf(stderr, "no directory for the data\n"), 1;
  loop_.start();
  const bool up = start_server();
  if (up) api_ = std::make_unique<sim::ApiClient>(loop_, http_);
  if (up && make_keys() && fill_town() && start_room() && bring_to_life()) {
    print_addresses();
    play();
    if (!stop_asked) std::printf("%s", play_->hop_table().c_str());
  }
  if (stop_asked) return std::printf("\nStopped before the end.\n"), 130;
  std::printf("\n%zu expected steps happened, %zu did not.\n", checks_.held(), checks_.missing().size());
  for (const std::string& name : checks_.missing()) std::printf("  missing: %s\n", name.c_str());
  const Measures measures = play_ ? play_->measures() : Measures();
  if (!options_.once && up && !stop_asked) {
    print_addresses();
    stay();
  }
  std::printf("violation_to_dispatch_ms=%lld violation_to_field_ms=%lld violation_to_victim_ms=%lld\n",
              static_cast<long long>(measures.violation_to_dispatch_ms),
              static_cast<long long>(measures.violation_to_field_ms),
              static_cast<long long>(measures.violation_to_victim_ms));
  std::fflush(stdout);
  return checks_.missing().empty() ? 0 : 1;
}

}  // namespace

int run_demo(const DemoOptions& options) {
  struct sigaction action {};
  action.sa_handler = ask_to_stop;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGHUP, &action, nullptr);
  Demo demo(options);
  return demo.run();
}

}  // namespace haechi::tools
