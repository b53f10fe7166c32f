// LegalWorld: the engine, a clock, and what has come out of it so far about cases and alerts. After each
// entry it holds every alert and view against its basis: a measure in force and active, or an order that an
// agency stated with what it rests on; and every view against her consent. For tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/archive.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/engine.h"

namespace haechi::spine {

inline Time at(const std::string& text) {
  const Result<Time> time = parse_iso8601(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

class LegalWorld {
 public:
  struct Protection {
    bool with_ban = false;  // measure 2 beside 3-2, on which its distance rests
    bool stop_before_data = false;
  };
  struct Tally {
    size_t alerts_under_measures = 0, alerts_under_stated = 0, orders_ended = 0, views = 0, checked = 0;
  };

  explicit LegalWorld(const std::string& start) : now_(at(start)) {
    v1::Fact fact;
    v1::TimeZone& zone = *fact.mutable_time_zone_registered();
    zone.set_name("Asia/Seoul");
    auto* transition = zone.add_transitions();
    transition->set_from_s(INT64_MIN);
    transition->set_offset_s(9 * 3600);
    submit(fact);
  }

  Time now() const { return now_; }
  void pass(Duration some) {
    now_ = now_ + some;
    v1::Fact tick;
    tick.mutable_clock_ticked();
    submit(tick);
  }
  // Nobody could be heard, or ticked, for so long.
  void restart_after(Duration some) {
    now_ = now_ + some;
    v1::Fact started;
    started.mutable_process_started()->set_build("test");
    submit(started);
  }
  void pass_to(const std::string& moment, Duration step) {
    while (now_ + step < at(moment)) pass(step);
    pass(at(moment) - now_);
  }
  void submit(const v1::Fact& fact) {
    now_ = now_ + Duration{1};
    ++no_;
    before_ = last_;
    last_ = now_;
    const auto effects = engine_->step({no_, now_, fact});
    step_loaded(fact, effects);
    if (fact.has_order_registered()) note_stated(fact.order_registered());
    for (const auto& effect : effects) {
      fold(*effect);
      bytes_ += effect->SerializeAsString();
    }
    for (const auto& effect : effects) hold_to_its_basis(*effect);
  }

  static v1::Order based() {
    v1::Order order;
    order.set_legal_basis("EM Act 5, 2024-1");
    return order;
  }
  void state_order(const std::string& id, const std::string& wearer, v1::Order order = based()) {
    v1::Fact fact;
    order.set_id(id);
    order.set_wearer_id(wearer);
    if (order.version() == 0) order.set_version(1);
    if (order.kind().empty()) order.set_kind("EM_POST");
    order.set_starts_at_us(1);
    *fact.mutable_order_registered() = order;
    submit(fact);
  }
  void supervise(const std::string& wearer, const std::string& officer) {
    v1::Fact fact;
    auto& assigned = *fact.mutable_case_fact()->mutable_supervisor_assigned();
    assigned.set_wearer_id(wearer);
    assigned.set_officer(officer);
    assigned.set_agency_id("probation-1");
    submit(fact);
  }
  // She read the penalty notice and agrees to be shown him, or no longer does.
  void agree(const std::string& protected_id, bool given) {
    v1::Fact fact;
    fact.mutable_case_fact()->mutable_notice_given()->set_protected_id(protected_id);
    fact.mutable_case_fact()->mutable_notice_given()->set_notice_code("kr-em-36-4.1");
    submit(fact);
    fact.mutable_case_fact()->mutable_consent_recorded()->set_protected_id(protected_id);
    fact.mutable_case_fact()->mutable_consent_recorded()->set_given(given);
    submit(fact);
  }
  size_t views_open() const { return views_open_.size(); }
  void identify(const std::string& person, const std::string& document) {
    v1::Fact fact;
    auto& keys = *fact.mutable_case_fact()->mutable_identity_recorded();
    keys.set_person_id(person);
    keys.set_document(document);
    submit(fact);
  }
  void open_case(const std::string& id, const std::string& subject, const std::string& protected_id) {
    v1::Fact fact;
    auto& opened = *fact.mutable_case_fact()->mutable_case_opened();
    opened.set_case_id(id);
    opened.set_country("kr");
    opened.set_kind(v1::CASE_KIND_STALKING);
    opened.set_agency_id("police-1");
    opened.set_subject_id(subject);
    opened.add_protected_ids(protected_id);
    submit(fact);
  }
  void begin(const std::string& id, const std::string& case_id, const std::string& kind,
             const std::string& protected_id) {
    v1::Fact fact;
    auto& begun = *fact.mutable_case_fact()->mutable_measure_begun();
    begun.set_measure_id(id);
    begun.set_case_id(case_id);
    begun.set_kind(kind);
    begun.set_protected_id(protected_id);
    auto& condition = *begun.mutable_stated()->add_conditions();
    condition.set_id("k");
    condition.mutable_keep_away()->set_protected_id(protected_id);
    submit(fact);
  }
  void step(const std::string& measure, v1::CaseStep step) {
    v1::Fact fact;
    fact.mutable_case_fact()->mutable_measure_stepped()->set_measure_id(measure);
    fact.mutable_case_fact()->mutable_measure_stepped()->set_step(step);
    submit(fact);
  }
  // Measures 2 (m-2) and 3-2 (m-32) of that case; the id of the order that 3-2 made.
  std::string protect(const std::string& case_id, const std::string& protected_id, Protection how) {
    if (how.with_ban) {
      begin("m-2", case_id, "ST_PROV_2", protected_id);
      for (const v1::CaseStep one :
           {v1::CASE_STEP_APPLY, v1::CASE_STEP_PETITION, v1::CASE_STEP_GRANT, v1::CASE_STEP_SERVE})
        step("m-2", one);
    }
    begin("m-32", case_id, "ST_PROV_3_2", protected_id);
    for (const v1::CaseStep one : {v1::CASE_STEP_APPLY, v1::CASE_STEP_PETITION, v1::CASE_STEP_GRANT,
                                   v1::CASE_STEP_SERVE, v1::CASE_STEP_FIT})
      step("m-32", one);
    if (!how.stop_before_data) step("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA);
    return measures_["m-32"].order_id();
  }
  void device(const std::string& id, const std::string& person, v1::DeviceKind kind) {
    v1::Fact fact;
    fact.mutable_person_registered()->set_id(person);
    fact.mutable_person_registered()->set_role(kind == v1::DEVICE_KIND_ANKLE ? v1::ROLE_WEARER
                                                                             : v1::ROLE_PROTECTED_PERSON);
    submit(fact);
    fact.mutable_device_registered()->set_id(id);
    fact.mutable_device_registered()->set_kind(kind);
    fact.mutable_device_registered()->set_person_id(person);
    submit(fact);
  }
  void police_desk() {
    v1::Fact fact;
    fact.mutable_agency_registered()->set_id("station");
    fact.mutable_agency_registered()->set_name("Station");
    fact.mutable_agency_registered()->set_desk(v1::DESK_BUILT_IN);
    submit(fact);
    v1::Jurisdiction& area = *fact.mutable_jurisdiction_registered();
    area.set_id("area");
    area.set_agency_id("station");
    area.mutable_shape()->mutable_circle()->mutable_centre()->set_lat_e7(377'000'000);
    area.mutable_shape()->mutable_circle()->mutable_centre()->set_lng_e7(1'272'000'000);
    area.mutable_shape()->mutable_circle()->set_radius_mm(50'000'000);
    submit(fact);
    v1::Unit& unit = *fact.mutable_unit_registered();
    unit.set_id("unit-1");
    unit.set_agency_id("station");
    unit.set_call_sign("21");
    submit(fact);
  }
  void report(const std::string& device, double lat, double lng) {
    v1::Fact fact;
    auto& received = *fact.mutable_report_received();
    received.set_received_at_us(now_.us);
    received.mutable_report()->set_device_id(device);
    received.mutable_report()->set_epoch(1);
    received.mutable_report()->set_seq(++seq_);
    v1::Fix& fix = *received.mutable_report()->mutable_fix();
    fix.mutable_place()->set_lat_e7(static_cast<int32_t>(lat * 1e7));
    fix.mutable_place()->set_lng_e7(static_cast<int32_t>(lng * 1e7));
    fix.set_fixed_at_us(now_.us);
    fix.set_accuracy_mm(8'000);
    fix.set_source(v1::FIX_SOURCE_GNSS);
    submit(fact);
  }

  const std::map<std::string, v1::CaseLink>& links() const { return links_; }
  const std::map<std::string, v1::Notification>& notifications() const { return notifications_; }
  const std::map<std::string, v1::Order>& orders() const { return orders_; }  // of measures, active
  const std::vector<v1::Alert>& raised() const { return raised_; }
  const v1::LegalMeasure& measure(const std::string& id) { return measures_[id]; }
  const std::string& bytes() const { return bytes_; }
  size_t case_effects() const { return case_effects_; }
  size_t alerts(v1::AlertKind kind) const {
    size_t count = 0;
    for (const v1::Alert& one : raised_) count += one.kind() == kind;
    return count;
  }
  size_t open_alerts(v1::AlertKind kind) const {
    size_t count = 0;
    for (const auto& [id, one] : open_) count += one.kind() == kind;
    return count;
  }
  v1::Duty duty(const std::string& code) const {
    for (const auto& [id, one] : duties_)
      if (one.code() == code) return one;
    return {};
  }
  size_t done(const std::string& code) const {
    const auto found = done_.find(code);
    return found == done_.end() ? 0 : found->second;
  }

  static Tally random_history(uint64_t seed);

 private:
  void fold(const v1::Effect& effect) {
    if (effect.has_raise_alert()) {
      raised_.push_back(effect.raise_alert());
      open_[effect.raise_alert().id()] = effect.raise_alert();
    }
    if (effect.has_open_view()) views_open_.insert(effect.open_view().id());
    if (effect.has_close_view()) views_open_.erase(effect.close_view().view_id());
    if (effect.has_clear_alert()) open_.erase(effect.clear_alert().id());
    if (!effect.has_case_effect()) return;
    ++case_effects_;
    const v1::CaseEffect& one = effect.case_effect();
    if (one.has_update_consent())
      agreed_[one.update_consent().protected_id()] = one.update_consent().view_allowed();
    if (one.has_update_measure()) measures_[one.update_measure().id()] = one.update_measure();
    if (one.has_propose_link()) links_[one.propose_link().id()] = one.propose_link();
    if (one.has_update_link()) links_[one.update_link().id()] = one.update_link();
    if (one.has_queue_notification())
      notifications_[one.queue_notification().id()] = one.queue_notification();
    if (one.has_update_duty() && one.update_duty().done_at_us() == 0)
      duties_[one.update_duty().id()] = one.update_duty();
    if (one.has_update_duty() && one.update_duty().done_at_us() != 0) {
      duties_.erase(one.update_duty().id());
      ++done_[one.update_duty().code()];
    }
    if (one.has_activate_order()) {
      orders_[one.activate_order().order().id()] = one.activate_order().order();
      basis_[one.activate_order().order().id()] = one.activate_order().measure_id();
      begun_.try_emplace(one.activate_order().order().id(), now_);
    }
    if (one.has_end_order()) orders_.erase(one.end_order().order().id());
    if (one.has_end_order()) ++tally_.orders_ended;
  }
  void hold_to_its_basis(const v1::Effect& effect) {
    if (effect.has_raise_alert()) live(effect.raise_alert());
    if (effect.has_open_view()) live(effect.open_view());
    if (effect.has_update_view()) live(effect.update_view());
    ++tally_.checked;
  }
  void live(const v1::View& view) {
    ++tally_.views;
    EXPECT_TRUE(agreed_[view.protected_id()]) << "she is shown what she did not agree to: " << view.id();
    if (basis_.contains(view.order_id())) return live(view.order_id(), "view");
    const std::vector<Stated>& all = stated_[view.order_id()];
    EXPECT_TRUE(!all.empty() && all.back().holds(now_.us)) << "view under " << view.order_id();
  }
  // One version of an order of an agency, as long as it counts.
  struct Stated {
    uint32_t version = 0;
    int64_t from_us = 0, until_us = 0;
    bool holds(int64_t at_us) const { return at_us >= from_us && at_us < until_us; }
  };
  void note_stated(const v1::Order& order) {
    if (basis_.contains(order.id()) || (order.legal_basis().empty() && !order.withdrawn())) return;
    std::vector<Stated>& all = stated_[order.id()];
    if (!all.empty() && order.version() <= all.back().version) return;
    if (!all.empty()) all.back().until_us = std::min(all.back().until_us, now_.us);
    const int64_t end = order.ends_at_us() == 0 ? INT64_MAX : order.ends_at_us();
    all.push_back({order.version(), order.starts_at_us(), order.withdrawn() ? 0 : end});
  }
  static bool is_silence(const v1::Alert& alert) {
    return alert.kind() == v1::ALERT_KIND_SILENCE || alert.kind() == v1::ALERT_KIND_PROTECTED_SILENCE ||
           alert.kind() == v1::ALERT_KIND_UNACCOUNTED_NEAR;
  }
  // Some version held at the moment it is about, or, of silence, ended since the entry before.
  void live_stated(const v1::Alert& alert) {
    if (alert.order_id().empty()) return;
    ++tally_.alerts_under_stated;
    const std::vector<Stated>& all = stated_[alert.order_id()];
    const bool held = std::any_of(all.begin(), all.end(), [&](const Stated& one) {
      const bool just_ended = one.until_us > before_.us && one.until_us <= now_.us;
      return one.holds(alert.happened_at_us()) || (is_silence(alert) && just_ended);
    });
    EXPECT_TRUE(held) << v1::AlertKind_Name(alert.kind()) << " under " << alert.order_id();
  }
  // An alert is judged by the moment it is about: what is learned of an order's last minutes after its end
  // still counts. That somebody is not heard of falls due while the order is in force, and may be noticed by
  // the very entry that ends it.
  void live(const v1::Alert& alert) {
    const auto basis = basis_.find(alert.order_id());
    if (basis == basis_.end()) return live_stated(alert);
    ++tally_.alerts_under_measures;
    const v1::LegalMeasure& measure = measures_[basis->second];
    if (is_silence(alert) && measure.ended_at_us() == now_.us) return;
    const bool began = alert.happened_at_us() >= begun_[alert.order_id()].us;
    if (measure.stage() == v1::MEASURE_STAGE_ENDED && began &&
        alert.happened_at_us() < measure.ended_at_us() &&
        (measure.ends_at_us() == 0 || alert.happened_at_us() < measure.ends_at_us()))
      return;
    live(alert.order_id(), v1::AlertKind_Name(alert.kind()).c_str());
  }
  void live(const std::string& order_id, const char* what) {
    const auto basis = basis_.find(order_id);
    if (basis == basis_.end()) return;
    const v1::LegalMeasure& measure = measures_[basis->second];
    EXPECT_TRUE(orders_.contains(order_id)) << what << " under an order that ended: " << order_id;
    EXPECT_EQ(measure.stage(), v1::MEASURE_STAGE_ACTIVE) << what << " of " << measure.id();
    EXPECT_TRUE(measure.in_force()) << what << " of " << measure.id();
    EXPECT_TRUE(measure.ends_at_us() == 0 || measure.ends_at_us() > now_.us) << what;
  }

  // Beside the engine goes one that is loaded from its bytes now and then: nobody can tell one from the
  // other.
  void step_loaded(const v1::Fact& fact, const std::vector<std::shared_ptr<const v1::Effect>>& effects) {
    constexpr uint64_t kLoadedEvery = 61;
    const auto again = loaded_->step({no_, now_, fact});
    bool same = again.size() == effects.size();
    for (size_t i = 0; same && i < effects.size(); ++i)
      same = again[i]->SerializeAsString() == effects[i]->SerializeAsString();
    EXPECT_TRUE(same) << "entry " << no_;
    if (no_ % kLoadedEvery != 0) return;
    const std::string bytes = bytes_of(*engine_);
    EXPECT_TRUE(bytes_of(*loaded_) == bytes) << "entry " << no_;
    Reader in(bytes);
    loaded_ = std::make_unique<Engine>(0);
    loaded_->load(in);
    EXPECT_TRUE(in.done()) << "entry " << no_;
  }
  static std::string bytes_of(const Engine& engine) {
    Writer out;
    engine.save(out);
    return out.take();
  }

  std::unique_ptr<Engine> engine_ = std::make_unique<Engine>(0), loaded_ = std::make_unique<Engine>(0);
  Time now_, before_, last_;  // before_, last_: of the entry before, of this one
  uint64_t no_ = 0, seq_ = 0;
  size_t case_effects_ = 0;
  std::string bytes_;
  Tally tally_;
  std::vector<v1::Alert> raised_;
  std::map<std::string, v1::Alert> open_;
  std::map<std::string, v1::LegalMeasure> measures_;
  std::map<std::string, v1::CaseLink> links_;
  std::map<std::string, v1::Notification> notifications_;
  std::map<std::string, v1::Duty> duties_;
  std::map<std::string, size_t> done_;
  std::map<std::string, v1::Order> orders_;
  std::map<std::string, std::string> basis_;
  std::map<std::string, Time> begun_;
  std::set<std::string> views_open_;
  std::map<std::string, bool> agreed_;                 // by protected person
  std::map<std::string, std::vector<Stated>> stated_;  // by order of an agency
};

// Two wearers, two protected persons, in one small town; measures of every stage, cancelled, extended,
// expired, consents given and taken back, orders stated by agencies beside them.
inline LegalWorld::Tally LegalWorld::random_history(uint64_t seed) {
  LegalWorld world("2026-05-04T10:00:00+09:00");
  std::mt19937_64 random(seed);
  const auto below = [&random](uint64_t end) { return random() % end; };
  const auto id = [&](const char* prefix, uint64_t count) { return prefix + std::to_string(below(count)); };
  for (int i = 0; i < 2; ++i) {
    world.device("dw" + std::to_string(i), "s" + std::to_string(i), v1::DEVICE_KIND_ANKLE);
    world.device("dp" + std::to_string(i), "p" + std::to_string(i), v1::DEVICE_KIND_PHONE);
  }
  for (int i = 0; i < 4; ++i)
    world.open_case("c" + std::to_string(i), "s" + std::to_string(i % 2), "p" + std::to_string(i / 2));
  constexpr v1::CaseStep kForward[] = {v1::CASE_STEP_APPLY, v1::CASE_STEP_PETITION,
                                       v1::CASE_STEP_GRANT, v1::CASE_STEP_SERVE,
                                       v1::CASE_STEP_FIT,   v1::CASE_STEP_RECEIVE_VICTIM_DATA};
  constexpr v1::CaseStep kAny[] = {v1::CASE_STEP_CANCEL, v1::CASE_STEP_EXTEND, v1::CASE_STEP_NOT_INDICT,
                                   v1::CASE_STEP_CHANGE, v1::CASE_STEP_WITHDRAW};
  uint64_t begun = 0;
  for (int i = 0; i < 1'500 && !testing::Test::HasFailure(); ++i) {
    const uint64_t what = below(100);
    if (what < 50) {
      const bool wearer = below(2) == 0;
      world.report(id(wearer ? "dw" : "dp", 2), 37.7 + 0.0004 * static_cast<double>(below(8)), 127.2);
    } else if (what < 62) {
      const std::string number = std::to_string(below(4));
      world.begin("m" + std::to_string(begun++), "c" + number, below(3) == 0 ? "ST_PROV_2" : "ST_PROV_3_2",
                  "p" + std::to_string((number[0] - '0') / 2));
      for (size_t step = 0, end = below(12); step < end && step < 6; ++step)
        world.step("m" + std::to_string(begun - 1), kForward[step]);
    } else if (what < 72 && begun > 0) {
      world.step("m" + std::to_string(below(begun)), kAny[below(5)]);
    } else if (what < 80 && begun > 0) {
      world.step("m" + std::to_string(below(begun)), kForward[below(6)]);
    } else if (what < 84) {
      v1::Fact fact;
      if (below(2) == 0) {
        fact.mutable_case_fact()->mutable_notice_given()->set_protected_id(id("p", 2));
        fact.mutable_case_fact()->mutable_notice_given()->set_notice_code("kr-em-36-4.1");
      } else {
        fact.mutable_case_fact()->mutable_consent_recorded()->set_protected_id(id("p", 2));
        fact.mutable_case_fact()->mutable_consent_recorded()->set_given(below(2) == 0);
      }
      world.submit(fact);
    } else if (what < 86) {
      v1::Order order;
      order.set_version(static_cast<uint32_t>(i + 1));
      order.set_withdrawn(below(3) == 0);
      if (below(3) == 0) order.set_ends_at_us((world.now() + Duration::seconds(600)).us);
      if (below(4) != 0) order.set_legal_basis("EM Act 5, 2024-1");
      order.add_conditions()->set_id("k");
      order.mutable_conditions(0)->mutable_keep_away()->set_protected_id(id("p", 2));
      world.state_order(id("o", 3), id("s", 2), order);
    } else if (what < 98) {
      world.pass(Duration::seconds(static_cast<int64_t>(1 + below(40))));
    } else {
      world.restart_after(Duration::seconds(static_cast<int64_t>(86'400 * (1 + below(40)))));
    }
  }
  return world.tally_;
}

}  // namespace haechi::spine
