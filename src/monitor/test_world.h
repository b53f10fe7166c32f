// World: a small world for tests of the monitoring machine. Facts go in through Monitor::step() as the spine
// would give them, and every effect that comes out is kept.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/archive.h"
#include "base/ensure.h"
#include "geo/place.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/shapes.h"
#include "monitor/monitor.h"

namespace haechi::monitor {

inline constexpr geo::Place kHome{376'360'000, 1'272'165'000};

// So many metres east and north of kHome.
inline geo::Place at_m(double east, double north) {
  return geo::moved(kHome, {static_cast<int64_t>(east * 1000), static_cast<int64_t>(north * 1000)});
}

class World {
 public:
  explicit World(const std::string& start = "2026-03-14T08:00:00+09:00") : now_(*parse_iso8601(start)) {}

  Time now() const { return now_; }
  void submit(const v1::Fact& fact) {
    now_ = now_ + Duration{1};
    law::EffectSink sink(0, ++entry_, now_);
    monitor_->step({entry_, now_, fact}, sink);
    for (auto& effect : sink.take()) effects_.push_back(*effect);
  }
  // Time goes on, second by second.
  void pass(int64_t seconds) {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    for (int64_t i = 0; i < seconds; ++i) {
      now_ = Time{(now_.us / 1'000'000 + 1) * 1'000'000};
      submit(tick);
    }
  }
  // We are down for so long: no entry is written, and the first one afterwards says that we are back.
  void be_down(int64_t seconds) {
    now_ = now_ + Duration::seconds(seconds);
    v1::Fact started;
    started.mutable_process_started();
    submit(started);
  }
  // What was kept of us is all that is left, and somebody else goes on with it.
  void take_up_what_was_kept() {
    Writer kept;
    monitor_->save(kept);
    const std::string bytes = kept.take();
    monitor_ = std::make_unique<Monitor>();
    Reader in(bytes);
    monitor_->load(in);
    ENSURE(in.done());
  }
  void pass_until(const std::string& moment) { pass((*parse_iso8601(moment) - now_).s() + 1); }

  void person(const std::string& id, v1::Role role, uint32_t interval_s = 15) {
    v1::Fact fact;
    fact.mutable_person_registered()->set_id(id);
    fact.mutable_person_registered()->set_role(role);
    submit(fact);
    v1::Fact device;
    device.mutable_device_registered()->set_id("d-" + id);
    device.mutable_device_registered()->set_kind(role == v1::ROLE_WEARER ? v1::DEVICE_KIND_ANKLE
                                                                         : v1::DEVICE_KIND_PHONE);
    device.mutable_device_registered()->set_person_id(id);
    device.mutable_device_registered()->set_interval_s(interval_s);
    submit(device);
    if (role == v1::ROLE_PROTECTED_PERSON) agree(id, true);
  }
  // She read the penalty notice and agrees to be shown him, or no longer does.
  void agree(const std::string& id, bool agreed) {
    now_ = now_ + Duration{1};
    v1::Fact fact;
    law::EffectSink sink(0, ++entry_, now_);
    monitor_->agree_to_view(id, agreed, {entry_, now_, fact}, sink);
    for (auto& effect : sink.take()) effects_.push_back(*effect);
  }
  void wearer(const std::string& id) { person(id, v1::ROLE_WEARER); }
  void protected_person(const std::string& id) { person(id, v1::ROLE_PROTECTED_PERSON); }

  v1::Order order(const std::string& id, const std::string& wearer_id) const {
    v1::Order order;
    order.set_id(id);
    order.set_version(1);
    order.set_kind("ST_PROV_3_2");
    order.set_legal_basis("31-6");
    order.set_wearer_id(wearer_id);
    order.set_starts_at_us(now_.us);
    order.set_time_zone("Asia/Seoul");
    return order;
  }
  v1::Order keep_away_order(const std::string& id, const std::string& wearer_id,
                            const std::string& about) const {
    v1::Order made = order(id, wearer_id);
    made.add_conditions()->set_id("c-1");
    made.mutable_conditions(0)->mutable_keep_away()->set_protected_id(about);
    return made;
  }
  void submit_order(const v1::Order& order) {
    v1::Fact fact;
    *fact.mutable_order_registered() = order;
    submit(fact);
  }
  void circle(const std::string& id, geo::Place centre, uint32_t radius_mm) {
    v1::Fact fact;
    fact.mutable_zone_registered()->set_id(id);
    auto* circle = fact.mutable_zone_registered()->mutable_shape()->mutable_circle();
    law::set_place(centre, *circle->mutable_centre());
    circle->set_radius_mm(radius_mm);
    submit(fact);
  }
  void jurisdiction(const std::string& id, const std::string& agency, double west, double east) {
    v1::Fact fact;
    v1::Jurisdiction& made = *fact.mutable_jurisdiction_registered();
    made.set_id(id);
    made.set_agency_id(agency);
    auto* ring = made.mutable_shape()->mutable_polygon()->mutable_outer();
    for (const auto& [x, y] :
         {std::pair(west, -20'000.0), {east, -20'000.0}, {east, 20'000.0}, {west, 20'000.0}})
      law::set_place(at_m(x, y), *ring->add_corners());
    submit(fact);
  }
  void seoul_time() {
    v1::Fact fact;
    fact.mutable_time_zone_registered()->set_name("Asia/Seoul");
    auto* transition = fact.mutable_time_zone_registered()->add_transitions();
    transition->set_from_s(INT64_MIN);
    transition->set_offset_s(9 * 3600);
    submit(fact);
  }

  // A report of a person's device. Without further orders: fixed just now, 8 m accurate, by satellite.
  void report(
      const std::string& person_id, geo::Place place,
      const std::function<void(v1::Report&)>& change = [](v1::Report&) {}) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    v1::Report& report = *received.mutable_report();
    report.set_device_id("d-" + person_id);
    law::set_place(place, *report.mutable_fix()->mutable_place());
    report.mutable_fix()->set_fixed_at_us(now_.us);
    report.mutable_fix()->set_accuracy_mm(8'000);
    report.mutable_fix()->set_source(v1::FIX_SOURCE_GNSS);
    received.set_received_at_us((now_ - clock_behind).us);
    change(report);
    submit(fact);
  }
  Duration clock_behind;  // of the machine that takes reports in; stamps are as they are
  void event(const std::string& person_id, v1::DeviceEvent event) {
    report(person_id, kHome, [event](v1::Report& report) {
      report.clear_fix();
      report.add_events(event);
    });
  }
  void handle(const std::string& alert_id, v1::Handling handling, const std::string& by,
              const std::string& reason = "TRUE_VIOLATION", int64_t until_us = 0) {
    v1::Fact fact;
    v1::AlertHandled& made = *fact.mutable_alert_handled();
    made.set_alert_id(alert_id);
    made.set_handling(handling);
    made.set_by(by);
    made.set_reason_code(reason);
    made.set_until_us(until_us);
    submit(fact);
  }
  void settle(const std::string& alert_id) {
    handle(alert_id, v1::HANDLING_ACKNOWLEDGE, "kim");
    handle(alert_id, v1::HANDLING_ACT, "kim");
    handle(alert_id, v1::HANDLING_RESOLVE, "kim");
  }
  // The other side's answer to every hand-off that was sent so far: the call is closed.
  void close_calls() {
    for (const std::string& id : hand_off_ids()) {
      v1::Fact fact;
      v1::HandOffMessage& message = *fact.mutable_hand_off_answered()->mutable_message();
      for (const v1::Effect& effect : effects_)
        if (effect.send_hand_off().hand_off_id() == id) {
          message.set_incident_id(effect.send_hand_off().incident_id());
          message.set_from_agency_id(effect.send_hand_off().to_agency_id());
        }
      message.set_hand_off_id(id);
      message.set_id("closed-" + id);
      message.set_seq(1'000);
      message.set_to_agency_id("monitoring");
      message.mutable_closed()->set_disposition("01");
      submit(fact);
    }
  }

  const std::vector<v1::Effect>& effects() const { return effects_; }
  std::vector<v1::Effect> of(v1::Effect::KindCase kind) const {
    std::vector<v1::Effect> out;
    for (const v1::Effect& effect : effects_)
      if (effect.kind_case() == kind) out.push_back(effect);
    return out;
  }
  std::vector<v1::Alert> raised() const {
    std::vector<v1::Alert> out;
    for (const v1::Effect& effect : of(v1::Effect::kRaiseAlert)) out.push_back(effect.raise_alert());
    return out;
  }
  std::vector<v1::AlertKind> raised_kinds() const {
    std::vector<v1::AlertKind> out;
    for (const v1::Alert& alert : raised()) out.push_back(alert.kind());
    return out;
  }
  std::vector<v1::Alert> cleared() const {
    std::vector<v1::Alert> out;
    for (const v1::Effect& effect : of(v1::Effect::kClearAlert)) out.push_back(effect.clear_alert());
    return out;
  }
  // As the last effect about it tells it.
  v1::Alert alert(const std::string& id) const {
    v1::Alert last;
    for (const v1::Effect& effect : effects_)
      for (const v1::Alert* one : {&effect.raise_alert(), &effect.update_alert(), &effect.clear_alert()})
        if (one->id() == id) last = *one;
    return last;
  }
  std::vector<std::string> hand_off_ids() const {
    std::vector<std::string> out;
    for (const v1::Effect& effect : of(v1::Effect::kSendHandOff)) {
      const std::string& id = effect.send_hand_off().hand_off_id();
      if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
    }
    return out;
  }
  std::string bytes() const {
    std::string out;
    for (const v1::Effect& effect : effects_) out += effect.SerializeAsString();
    return out;
  }
  void forget_effects() { effects_.clear(); }

 private:
  std::unique_ptr<Monitor> monitor_ = std::make_unique<Monitor>();
  Time now_;
  uint64_t entry_ = 0;
  std::vector<v1::Effect> effects_;
};

}  // namespace haechi::monitor
