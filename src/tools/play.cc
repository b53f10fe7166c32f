#include "tools/play.h"

#include <algorithm>
#include <cstdio>
#include <future>

#include "haechi/v1/api.pb.h"
#include "haechi/v1/case_api.pb.h"
#include "law/pack.h"
#include "tools/play_cast.h"

namespace haechi::tools {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;

constexpr Duration kOperatorLooks = Duration::millis(1'500);

int64_t ms_between(sim::Instant from, sim::Instant to) {
  if (from == sim::Instant() || to == sim::Instant()) return -1;
  return duration_cast<milliseconds>(to - from).count();
}

}  // namespace

Play::Play(Scene scene) : scene_(std::move(scene)) {}

Play::~Play() {
  operator_on_duty_ = false;
  on_loop([this] {
    if (!cast_) return;
    for (const auto& screen : {control_, desk_, room_, hers_})
      if (screen) screen->on_message = nullptr;
    for (const auto& device : {cast_->ankle, cast_->phone}) {
      if (!device) continue;
      device->on_published = nullptr;
      device->stop();
    }
  });
}

void Play::run() {
  if (!evening_before() || !open_screens()) return;
  start_devices();
  approach();
  response();
  attack();
  flight();
  arrest();
  aftermath();
  measure();
}

void Play::on_loop(const std::function<void()>& task) {
  std::promise<void> done;
  scene_.loop.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

bool Play::evening_before() {
  scene_.checks.tell("전날 저녁: 접근금지 잠정조치와 피해자 휴대전화를 등록한다",
                     "The evening before: police register the new order and her phone");
  on_loop([this] {
    cast_ = std::make_unique<Cast>(scene_.loop, scene_.clock, scene_.ids, scene_.mqtt_port, scene_.epoch);
  });
  const std::string& key = scene_.keys["registrar"];
  bool all = true;
  for (const Registration& each :
       registrations(scene_.ids, cast_->ankle_secret, cast_->phone_secret, scene_.clock.now())) {
    const Status written = scene_.api.put(key, "/api/v1/" + each.path, *each.body);
    all = scene_.checks.record(each.name, written) && all;
  }
  v1::ConsentInput consent;
  consent.set_notice_code(std::string(law::kr().exposure.notice_code));
  consent.set_given(true);
  const Status agreed = scene_.api.post(scene_.keys["protected"], "/api/v1/me/consent", consent);
  return scene_.checks.record("she reads the penalty notice and agrees to be shown him", agreed) && all;
}

bool Play::open_screens() {
  const auto open = [this](const char* key, const char* topics) {
    return sim::LiveWatch::open(scene_.loop, scene_.board, scene_.live_url, scene_.keys[key], topics);
  };
  control_ = open("control", "alerts,positions,calls,views");
  desk_ = open("dispatch", "alerts,positions,calls");
  room_ = open("room", "alerts,positions,calls");
  hers_ = open("protected", "alerts,views");
  on_loop([this] {
    control_->on_message = [this](const v1::LiveMessage& message) {
      if (message.has_alert()) act_as_operator(message.alert());
    };
  });
  return scene_.checks.expect(
      "control room, dispatch desk, provincial room and her phone see their screens", 15,
      [&] { return control_->seen.open && desk_->seen.open && room_->seen.open && hers_->seen.open; });
}

void Play::start_devices() {
  const auto note = [this](Time fixed_at, sim::Instant published) {
    const std::lock_guard lock(published_mutex_);
    published_[fixed_at.us] = published;
  };
  on_loop([&] {
    for (const auto& device : {cast_->ankle, cast_->phone}) {
      device->on_published = note;
      device->start(Duration::millis(300));
    }
  });
  scene_.checks.expect("his ankle device and her phone are on the control room's map", 15, [this] {
    return control_->seen.positions.contains(scene_.ids.wearer) &&
           control_->seen.positions.contains(scene_.ids.protected_person);
  });
  scene_.checks.expect("her phone shows nothing of him while he is far", 2,
                       [this] { return view() == nullptr; });
}

bool Play::is_ours(const v1::Alert& alert) const {
  return alert.wearer_id() == scene_.ids.wearer || alert.protected_id() == scene_.ids.protected_person;
}

const sim::SeenAlert* Play::alert_of(const sim::LiveWatch& screen, v1::AlertKind kind) const {
  for (const auto& [id, alert] : screen.seen.alerts)
    if (alert.latest.kind() == kind && is_ours(alert.latest)) return &alert;
  return nullptr;
}

std::vector<std::string> Play::our_alerts() const {
  std::vector<std::pair<int64_t, std::string>> order;
  for (const auto& [id, alert] : control_->seen.alerts)
    if (is_ours(alert.latest)) order.emplace_back(alert.latest.opened_at_us(), id);
  std::sort(order.begin(), order.end());
  std::vector<std::string> ids;
  for (const auto& [at, id] : order) ids.push_back(id);
  return ids;
}

const sim::SeenCall* Play::call() const {
  for (const auto& [id, call] : desk_->seen.calls)
    if (call.latest.wearer_id() == scene_.ids.wearer) return &call;
  return nullptr;
}

const sim::SeenView* Play::view() const {
  const sim::SeenView* newest = nullptr;
  for (const auto& [id, view] : hers_->seen.views)
    if (newest == nullptr || view.first > newest->first) newest = &view;
  return newest;
}

// On the loop. An operator takes what rings and acts on it; the rest of her shift is not part of the play.
void Play::act_as_operator(const v1::Alert& alert) {
  if (!operator_on_duty_ || !is_ours(alert)) return;
  const bool fresh = alert.handling() == v1::ALERT_HANDLING_NEW;
  if (!fresh && alert.handling() != v1::ALERT_HANDLING_ACKNOWLEDGED) return;
  const v1::Handling next = fresh ? v1::HANDLING_ACKNOWLEDGE : v1::HANDLING_ACT;
  if (!cast_->handled.insert({alert.id(), next}).second) return;
  scene_.loop.after(kOperatorLooks, [this, id = alert.id(), next] {
    if (operator_on_duty_) handle(scene_.keys["control"], id, next, "", [](const Result<std::string>&) {});
  });
}

void Play::handle(const std::string& key, const std::string& alert_id, v1::Handling handling,
                  const std::string& reason_code, sim::ApiClient::Done done) {
  v1::HandleInput input;
  input.set_handling(handling);
  input.set_reason_code(reason_code);
  scene_.api.send(key, "POST", "/api/v1/alerts/" + alert_id + "/handling", sim::to_json(input),
                  std::move(done));
}

bool Play::handle_all(const std::string& key, v1::Handling handling, const std::string& reason_code) {
  const v1::AlertHandling outcome =
      handling == v1::HANDLING_RESOLVE ? v1::ALERT_HANDLING_RESOLVED : v1::ALERT_HANDLING_CLOSED;
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(scene_.board.mutex);
    ids = our_alerts();
  }
  bool all = !ids.empty();
  for (const std::string& id : ids) {
    std::promise<Result<std::string>> answer;
    handle(key, id, handling, reason_code,
           [&answer](Result<std::string> result) { answer.set_value(std::move(result)); });
    const Result<std::string> result = answer.get_future().get();
    v1::HandledAnswer answered;
    const bool done = result.ok() && sim::from_json(*result, answered).ok() &&
                      answered.alert().alert().handling() == outcome;
    if (!done)
      std::printf("             %s: %s\n", id.c_str(),
                  (result.ok() ? *result : result.error().text()).c_str());
    all = all && done;
  }
  return all;
}

// All by the clock of this process: from the moment the fix left the device until each screen had it.
void Play::measure() {
  const std::lock_guard lock(scene_.board.mutex);
  const std::lock_guard published_lock(published_mutex_);
  // The one that the call came from.
  const sim::SeenAlert* alert = alert_of(*control_, v1::ALERT_KIND_APPROACHING);
  const sim::SeenCall* our_call = call();
  if (alert == nullptr || our_call == nullptr) return;
  // An alert found between two fixes came to light with the later one.
  const auto left = published_.lower_bound(alert->latest.happened_at_us());
  if (left == published_.end()) return;
  const sim::Instant violation = left->second;
  measures_.violation_to_dispatch_ms = ms_between(violation, our_call->both_assigned);
  const std::string& id = alert->latest.id();
  if (const auto named = hers_->seen.named_alerts.find(id); named != hers_->seen.named_alerts.end())
    measures_.violation_to_victim_ms = ms_between(violation, named->second);
  const auto patrol = scene_.town.patrol(unit_to_wearer_);
  if (!patrol) return;
  const sim::Seen& field = patrol->terminal().seen;
  const auto shown = field.calls.find(our_call->latest.id());
  if (shown != field.calls.end() && shown->second.first_placed != sim::Instant())
    measures_.violation_to_field_ms = ms_between(violation, shown->second.first_placed);
}

std::string Play::hop_table() {
  constexpr const char* kRow = "  %-19s %6s %6s %6s %7s %6s %6s %6s | %7s %8s %6s %6s\n";
  char row[320];
  std::snprintf(row, sizeof row, kRow, "ms since the fix", "taken", "durab.", "judged", "outside", "h-off",
                "accept", "assign", "control", "dispatch", "field", "victim");
  std::string out = std::string("\n") + row;
  std::vector<std::string> ids;
  {
    const std::lock_guard lock(scene_.board.mutex);
    ids = our_alerts();
  }
  for (const std::string& id : ids) {
    v1::TimelineAnswer answer;
    v1::AlertAnswer about;
    if (!scene_.api.get(scene_.keys["control"], "/api/v1/alerts/" + id + "/timeline", answer).ok()) continue;
    if (!scene_.api.get(scene_.keys["control"], "/api/v1/alerts/" + id, about).ok()) continue;
    const v1::Ledger& ledger = answer.ledger();
    const v1::Alert& alert = about.alert().alert();
    const auto since = [&](int64_t at_us) {
      return at_us == 0 ? std::string("-") : std::to_string((at_us - ledger.fixed_at_us()) / 1'000);
    };
    int64_t outside_us = 0;
    for (const v1::TimelineStep& step : answer.timeline().steps())
      if (step.what().ends_with("handed_off") && step.who() == kRoomId && outside_us == 0)
        outside_us = step.at_us();
    const std::string name =
        v1::AlertKind_Name(alert.kind()).substr(11) + ", code " + std::to_string(alert.code());
    std::snprintf(row, sizeof row, kRow, name.c_str(), since(ledger.received_at_us()).c_str(),
                  since(ledger.durable_at_us()).c_str(), since(ledger.judged_at_us()).c_str(),
                  since(outside_us).c_str(), since(ledger.handed_off_at_us()).c_str(),
                  since(ledger.accepted_at_us()).c_str(), since(ledger.assigned_at_us()).c_str(),
                  since(ledger.shown_control_at_us()).c_str(), since(ledger.shown_dispatch_at_us()).c_str(),
                  since(ledger.shown_field_at_us()).c_str(), since(ledger.shown_protected_at_us()).c_str());
    out += row;
  }
  out +=
      "  outside: the provincial room's own system has it. -: the alert joined a call that was under way.\n";
  return out;
}

}  // namespace haechi::tools
