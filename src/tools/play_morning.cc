// The steps of the Namyangju morning, in the order in which they happen.
#include "tools/play.h"
#include "tools/play_cast.h"

namespace haechi::tools {
namespace {

constexpr int64_t kRoadMmps = 25'000;
constexpr int64_t kStreetMmps = 12'000;

bool has_unit_for(const v1::Call& call, v1::Target target, bool by_policy) {
  for (const v1::Assignment& each : call.assignments())
    if (each.target() == target && each.status() < v1::UNIT_STATUS_CLEARED &&
        (!by_policy || each.by_policy()))
      return true;
  return false;
}

std::string unit_for(const v1::Call& call, v1::Target target) {
  for (const v1::Assignment& each : call.assignments())
    if (each.target() == target && each.status() < v1::UNIT_STATUS_CLEARED) return each.unit_id();
  return "";
}

bool on_scene(const v1::Call& call, v1::Target target) {
  for (const v1::Assignment& each : call.assignments())
    if (each.target() == target && each.status() == v1::UNIT_STATUS_ON_SCENE) return true;
  return false;
}

}  // namespace

void Play::approach() {
  Checks& checks = scene_.checks;
  checks.tell("아침: 차로 집을 나선다. 2.4 km", "Morning: he leaves home by car, 2.4 km away");
  on_loop([this] {
    cast_->his.go({{near_home(900, -800), kRoadMmps},
                   {near_home(200, -230), kRoadMmps},
                   {near_home(40, -38), kStreetMmps}},
                  scene_.clock.now());
  });
  checks.expect("his way is foreseen: he may reach her within minutes", 60,
                [this] { return alert_of(*control_, v1::ALERT_KIND_APPROACHING) != nullptr; });
  checks.expect("2 km: the control room is warned", 60,
                [this] { return alert_of(*control_, v1::ALERT_KIND_NEAR_WARN) != nullptr; });
  checks.expect("2 km: her view opens with distance and direction, without his place", 15,
                [this] { return view() != nullptr && view()->distance_shown && !view()->place_shown; });
}

void Play::response() {
  Checks& checks = scene_.checks;
  checks.tell("1 km 밖에서 이미: 사건 하나, 출동 지점 둘, 순찰차 두 대",
              "Before he is within 1 km: one call, two places to go, two cars");
  checks.expect("a call is on the desk of the station", 10, [this] { return call() != nullptr; });
  checks.expect("the call has two destinations: him and her", 10, [this] {
    bool his = false, hers = false;
    if (call() == nullptr) return false;
    for (const v1::Destination& each : call()->latest.destinations()) {
      his |= each.target() == v1::TARGET_WEARER && each.has_place();
      hers |= each.target() == v1::TARGET_PROTECTED_PERSON && each.has_place();
    }
    return his && hers;
  });
  checks.expect("two units are assigned with no human step", 10, [this] {
    if (call() == nullptr || !has_unit_for(call()->latest, v1::TARGET_WEARER, true)) return false;
    if (!has_unit_for(call()->latest, v1::TARGET_PROTECTED_PERSON, true)) return false;
    call_id_ = call()->latest.id();
    incident_id_ = call()->latest.incident_id();
    unit_to_wearer_ = unit_for(call()->latest, v1::TARGET_WEARER);
    unit_to_her_ = unit_for(call()->latest, v1::TARGET_PROTECTED_PERSON);
    return true;
  });
  checks.expect("the car sent to him has the call and his place on its terminal", 10, [this] {
    const auto patrol = scene_.town.patrol(unit_to_wearer_);
    if (!patrol) return false;
    const auto shown = patrol->terminal().seen.calls.find(call_id_);
    return shown != patrol->terminal().seen.calls.end() && shown->second.first_placed != sim::Instant();
  });
  checks.expect("the provincial room's own system has confirmed the hand-off", 15, [this] {
    for (const auto& [id, hand_off] : control_->seen.hand_offs)
      if (hand_off.agency_id() == kRoomId && hand_off.incident_id() == incident_id_ &&
          hand_off.received_at_us() != 0)
        return true;
    return false;
  });
}

void Play::attack() {
  Checks& checks = scene_.checks;
  checks.expect("1 km: alert for the police", 60,
                [this] { return alert_of(*control_, v1::ALERT_KIND_NEAR_POLICE) != nullptr; });
  checks.expect("the police were at work before that", 1, [this] {
    const sim::SeenAlert* near = alert_of(*control_, v1::ALERT_KIND_NEAR_POLICE);
    return near != nullptr && call() != nullptr &&
           call()->latest.opened_at_us() < near->latest.opened_at_us();
  });
  checks.expect("600 m: alert", 40,
                [this] { return alert_of(*control_, v1::ALERT_KIND_NEAR_MAP) != nullptr; });
  checks.expect("600 m: her view shows the map with his place", 15,
                [this] { return view() != nullptr && view()->place_shown; });
  checks.expect("100 m: alert of code 0", 60, [this] {
    const sim::SeenAlert* alert = alert_of(*control_, v1::ALERT_KIND_KEEP_AWAY);
    return alert != nullptr && alert->latest.code() == 0;
  });
  checks.tell("100 m 안: 전자발찌를 끊는다. 피해자가 SOS를 누른다",
              "Within 100 m: he cuts the strap. She presses SOS");
  on_loop([this] { cast_->ankle->report({v1::DEVICE_EVENT_STRAP_CUT}); });
  checks.expect("strap cut: alert", 10,
                [this] { return alert_of(*control_, v1::ALERT_KIND_STRAP_CUT) != nullptr; });
  on_loop([this] { cast_->phone->report({v1::DEVICE_EVENT_SOS}); });
  checks.expect("SOS: alert of code 0", 10, [this] {
    const sim::SeenAlert* alert = alert_of(*control_, v1::ALERT_KIND_SOS);
    return alert != nullptr && alert->latest.code() == 0;
  });
  checks.expect("all of it is one incident, and one call", 10, [this] {
    size_t incidents = 0, calls = 0;
    for (const auto& [id, incident] : control_->seen.incidents)
      incidents += incident.wearer_id() == scene_.ids.wearer && incident.closed_at_us() == 0 ? 1 : 0;
    for (const auto& [id, each] : desk_->seen.calls)
      calls += each.latest.wearer_id() == scene_.ids.wearer ? 1 : 0;
    for (const std::string& id : our_alerts())
      if (control_->seen.alerts.at(id).latest.incident_id() != incident_id_) return false;
    return incidents == 1 && calls == 1 && our_alerts().size() >= 6;
  });
  checks.expect("the call rose to code 0", 10,
                [this] { return call() != nullptr && call()->latest.code() == 0; });
}

void Play::flight() {
  Checks& checks = scene_.checks;
  checks.tell("도주: 순찰차가 실시간 위치를 따라간다", "He flees by car; the patrol follows the live track");
  uint64_t before = 0;
  {
    const std::lock_guard lock(scene_.board.mutex);
    if (const auto patrol = scene_.town.patrol(unit_to_wearer_))
      before = patrol->terminal().seen.positions[scene_.ids.wearer].count;
  }
  on_loop([this] {
    cast_->his.go({{near_home(-120, -260), kRoadMmps}, {near_home(-700, -420), kRoadMmps}},
                  scene_.clock.now());
  });
  checks.expect(
      "the pursuing car is shown ten further places of him, none older than 5 s", 40, [this, before] {
        const auto patrol = scene_.town.patrol(unit_to_wearer_);
        if (!patrol) return false;
        const sim::SeenPosition& shown = patrol->terminal().seen.positions[scene_.ids.wearer];
        return shown.count >= before + 10 && scene_.clock.now() - shown.fixed_at < Duration::seconds(5);
      });
  checks.expect("a unit has reached her", 120, [this] {
    return call() != nullptr && on_scene(call()->latest, v1::TARGET_PROTECTED_PERSON);
  });
  checks.expect("a unit stands before him", 120,
                [this] { return call() != nullptr && on_scene(call()->latest, v1::TARGET_WEARER); });
}

void Play::arrest() {
  Checks& checks = scene_.checks;
  checks.tell("검거. 두 순찰차가 상황을 종료한다", "Arrest. Both cars clear the call");
  on_loop([this] {
    for (const std::string& unit : {unit_to_wearer_, unit_to_her_})
      if (const auto patrol = scene_.town.patrol(unit)) patrol->clear();
  });
  checks.expect("the call closes when both units have cleared", 15,
                [this] { return call() != nullptr && call()->latest.state() == v1::CALL_STATE_CLOSED; });
  checks.expect("the car is told that its right to his track has ended", 10, [this] {
    const auto patrol = scene_.town.patrol(unit_to_wearer_);
    if (!patrol) return false;
    for (const auto& [at, revoked] : patrol->terminal().seen.revoked)
      if (revoked.id() == call_id_ || revoked.person_id() == scene_.ids.wearer) return true;
    return false;
  });
  checks.pass(1'000);  // what was under way at that moment has arrived
  uint64_t car_before = 0, control_before = 0;
  const auto patrol = scene_.town.patrol(unit_to_wearer_);
  {
    const std::lock_guard lock(scene_.board.mutex);
    if (patrol) car_before = patrol->terminal().seen.positions[scene_.ids.wearer].count;
    control_before = control_->seen.positions[scene_.ids.wearer].count;
  }
  checks.expect("his device goes on reporting to the control room", 10,
                [&] { return control_->seen.positions[scene_.ids.wearer].count >= control_before + 3; });
  {
    const std::lock_guard lock(scene_.board.mutex);
    const bool silent = patrol && patrol->terminal().seen.positions[scene_.ids.wearer].count == car_before;
    checks.record("and none of it reaches the car any more", silent);
  }
}

void Play::aftermath() {
  Checks& checks = scene_.checks;
  checks.tell("관제: 경보를 매듭짓는다. 피해자 화면이 닫힌다",
              "The control room settles the alerts; her view closes");
  checks.expect("an operator has taken every alert", 15, [this] {
    for (const std::string& id : our_alerts())
      if (control_->seen.alerts.at(id).latest.handling() != v1::ALERT_HANDLING_IN_PROGRESS) return false;
    return !our_alerts().empty();
  });
  checks.record("every alert is resolved with its outcome",
                handle_all(scene_.keys["control"], v1::HANDLING_RESOLVE, "TRUE_VIOLATION"));
  checks.expect("her view is closed", 10, [this] { return view() != nullptr && view()->closed; });
  checks.expect("the incident is closed", 10, [this] {
    const auto incident = control_->seen.incidents.find(incident_id_);
    return incident != control_->seen.incidents.end() && incident->second.closed_at_us() != 0;
  });
  operator_on_duty_ = false;
  checks.record("a second person reviews and closes every alert",
                handle_all(scene_.keys["review"], v1::HANDLING_CLOSE, ""));
  const Result<std::string> refused =
      scene_.api.call(scene_.keys[unit_to_wearer_], "GET", "/api/v1/positions/" + scene_.ids.wearer);
  checks.record("asked for his place now, the car is refused",
                !refused.ok() && refused.error().code == Code::kForbidden,
                refused.ok() ? "it was shown" : refused.error().text());
  const Result<std::string> trail = scene_.api.call(
      scene_.keys["auditor"], "GET", "/api/v1/audit?subject_id=" + scene_.ids.wearer + "&limit=1000");
  checks.record("the auditor finds who was shown his place, the refusal included",
                trail.ok() && trail->find(unit_to_wearer_) != std::string::npos &&
                    trail->find("\"allowed\":false") != std::string::npos,
                trail.ok() ? "no such entry" : trail.error().text());
}

}  // namespace haechi::tools
