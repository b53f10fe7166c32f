// World: a machine, a clock, and what has come out of it so far. Holds every order against the promises of
// cases.h after each entry. For tests of this room.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "cases/cases.h"
#include "haechi/v1/case.pb.h"
#include "haechi/v1/law.pb.h"
#include "law/order.h"
#include "law/pack.h"

namespace haechi::cases {

inline Time at(const std::string& text) {
  const Result<Time> time = parse_iso8601(text);
  EXPECT_TRUE(time.ok()) << text;
  return *time;
}

class World : private Out {
 public:
  explicit World(const std::string& start) : now_(at(start)) {
    v1::TimeZone zone;
    zone.set_name("Asia/Seoul");
    auto* transition = zone.add_transitions();
    transition->set_from_s(INT64_MIN);
    transition->set_offset_s(9 * 3600);
    cases_.know(zone);
    zone.set_name("Europe/Madrid");
    transition->set_offset_s(3600);
    cases_.know(zone);
    zone.set_name(std::string(law::us().time_zone));
    transition->set_offset_s(-5 * 3600);
    cases_.know(zone);
    v1::HolidayCalendar calendar;
    calendar.set_name("kr");
    for (const char* day : {"2026-12-25", "2027-01-01"}) calendar.add_dates(day);
    cases_.know(calendar);
  }

  Time now() const { return now_; }
  // Ticks at that moment.
  void pass_to(Time moment) {
    now_ = moment;
    begin();
    cases_.advance(now_, *this);
    end();
  }
  void pass_to(const std::string& moment) { pass_to(at(moment)); }
  // Ticks every `step` until then.
  void pass_to(const std::string& moment, Duration step) {
    while (now_ + step < at(moment)) pass_to(now_ + step);
    pass_to(at(moment));
  }

  // Empty: it was taken.
  std::string submit(const v1::CaseFact& fact) {
    pass_to(now_ + Duration{1});  // what is due comes first, so that the rest is the fact's own doing
    begin();
    const Status taken = cases_.step(fact, now_, *this);
    end();
    EXPECT_EQ(!taken.ok(), !entry_.empty() && entry_.back().has_refuse());
    EXPECT_TRUE(taken.ok() || entry_.size() == 1) << "what is refused changes nothing";
    return taken.ok() ? "" : taken.error().text();
  }
  std::string open_case(const std::string& id, const std::string& subject,
                        const std::string& protected_id = "p-1", const std::string& country = "kr") {
    v1::CaseFact fact;
    auto& opened = *fact.mutable_case_opened();
    opened.set_case_id(id);
    opened.set_country(country);
    opened.set_kind(v1::CASE_KIND_STALKING);
    opened.set_number("2026-1");
    opened.set_agency_id("police-namyangju");
    opened.set_subject_id(subject);
    if (!protected_id.empty()) opened.add_protected_ids(protected_id);
    opened.set_protection_officer("officer-kim");
    return submit(fact);
  }
  // She was not shown an alert on any channel.
  void unreached(const std::string& protected_id) {
    begin();
    cases_.tell_unreached(protected_id, now_, *this);
    end();
  }
  std::string close_case(const std::string& id, v1::CaseCloseReason reason) {
    v1::CaseFact fact;
    fact.mutable_case_closed()->set_case_id(id);
    fact.mutable_case_closed()->set_reason(reason);
    return submit(fact);
  }
  std::string wears(const std::string& wearer, const std::string& order, const std::string& until = {}) {
    v1::CaseFact fact;
    auto& known = *fact.mutable_wearer_known();
    known.set_wearer_id(wearer);
    known.set_order_id(order);
    known.set_kind("EM_POST");
    known.set_agency_id("probation-1");
    if (!until.empty()) known.set_ends_at_us(at(until).us);
    return submit(fact);
  }
  std::string supervises(const std::string& officer, const std::string& wearer) {
    v1::CaseFact fact;
    fact.mutable_supervisor_assigned()->set_officer(officer);
    fact.mutable_supervisor_assigned()->set_wearer_id(wearer);
    fact.mutable_supervisor_assigned()->set_agency_id("probation-1");
    return submit(fact);
  }
  // Keys of a record: "": not known.
  std::string identity(const std::string& person, const std::string& document, const std::string& name,
                       const std::string& born, const std::string& address) {
    v1::CaseFact fact;
    auto& keys = *fact.mutable_identity_recorded();
    keys.set_person_id(person);
    keys.set_document(document);
    keys.set_name_key(name);
    keys.set_born_key(born);
    keys.set_address_key(address);
    return submit(fact);
  }
  std::string begin(const std::string& measure, const std::string& case_id, const std::string& kind,
                    const v1::Order& stated = {}, const std::string& protected_id = "p-1") {
    v1::CaseFact fact;
    auto& begun = *fact.mutable_measure_begun();
    begun.set_measure_id(measure);
    begun.set_case_id(case_id);
    begun.set_kind(kind);
    begun.set_protected_id(protected_id);
    *begun.mutable_stated() = stated;
    return submit(fact);
  }
  v1::CaseFact stepped(const std::string& measure, v1::CaseStep step) const {
    v1::CaseFact fact;
    fact.mutable_measure_stepped()->set_measure_id(measure);
    fact.mutable_measure_stepped()->set_step(step);
    return fact;
  }
  std::string go(const std::string& measure, v1::CaseStep step) { return submit(stepped(measure, step)); }
  // To the grant, at once.
  void grant(const std::string& measure, const std::string& case_id, const std::string& kind,
             const v1::Order& stated = {}, const std::string& protected_id = "p-1") {
    EXPECT_EQ(begin(measure, case_id, kind, stated, protected_id), "");
    for (const v1::CaseStep step : {v1::CASE_STEP_APPLY, v1::CASE_STEP_PETITION, v1::CASE_STEP_GRANT})
      EXPECT_EQ(go(measure, step), "");
  }
  void fit(const std::string& measure) {
    for (const v1::CaseStep step : {v1::CASE_STEP_SERVE, v1::CASE_STEP_FIT}) EXPECT_EQ(go(measure, step), "");
  }
  // A case with measures 2 and 3-2 whose device is worn and whose order is active.
  void active_order(const v1::Order& stated) {
    EXPECT_EQ(open_case("c-1", "s-1"), "");
    grant("m-2", "c-1", "ST_PROV_2");
    EXPECT_EQ(go("m-2", v1::CASE_STEP_SERVE), "");
    grant("m-32", "c-1", "ST_PROV_3_2", stated);
    fit("m-32");
    EXPECT_EQ(go("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  }

  // Of the last entry, and of all.
  std::vector<v1::CaseEffect> of(v1::CaseEffect::KindCase kind) const { return chosen(entry_, kind); }
  std::vector<v1::CaseEffect> ever(v1::CaseEffect::KindCase kind) const { return chosen(all_, kind); }
  const v1::LegalMeasure& measure(const std::string& id) { return measures_[id]; }
  const v1::CaseLink& link(size_t index = 0) const { return std::next(links_.begin(), index)->second; }
  size_t links() const { return links_.size(); }
  const v1::Petition& petition(const std::string& id) { return petitions_[id]; }
  const std::map<std::string, v1::Order>& active() const { return active_; }
  // Ever activated, each once.
  size_t orders() const { return basis_.size(); }
  // The open duty of that code, or of that task; empty id: there is none.
  v1::Duty duty(const std::string& code) const {
    for (const auto& [id, one] : duties_)
      if (one.code() == code) return one;
    return {};
  }
  v1::Duty duty(v1::CaseTask task, const std::string& measure) const {
    for (const auto& [id, one] : duties_)
      if (one.task() == task && one.measure_id() == measure) return one;
    return {};
  }
  size_t told(v1::NotificationKind kind, v1::CaseParty party) const {
    size_t count = 0;
    for (const auto& [id, one] : notifications_) count += one.kind() == kind && one.party() == party;
    return count;
  }
  const std::map<std::string, v1::Notification>& notifications() const { return notifications_; }
  // Everything that ever came out, as bytes.
  const std::string& bytes() const { return bytes_; }
  const std::vector<std::string> some_ids(v1::CaseEffect::KindCase kind) const {
    std::vector<std::string> ids;
    if (kind == v1::CaseEffect::kUpdateDuty)
      for (const auto& [id, one] : duties_) ids.push_back(id);
    if (kind == v1::CaseEffect::kUpdateLink)
      for (const auto& [id, one] : links_) ids.push_back(id);
    if (kind == v1::CaseEffect::kQueueNotification)
      for (const auto& [id, one] : notifications_) ids.push_back(id);
    return ids;
  }

 private:
  v1::CaseEffect& add() override { return entry_.emplace_back(); }
  std::string new_id(const char* prefix) override {
    return std::string(prefix) + '-' + std::to_string(entry_no_) + '-' + std::to_string(ids_++);
  }
  static std::vector<v1::CaseEffect> chosen(const std::vector<v1::CaseEffect>& from,
                                            v1::CaseEffect::KindCase kind) {
    std::vector<v1::CaseEffect> found;
    for (const v1::CaseEffect& effect : from)
      if (effect.kind_case() == kind) found.push_back(effect);
    return found;
  }
  void begin() {
    ++entry_no_;
    ids_ = 0;
    entry_.clear();
  }
  void end() {
    for (const v1::CaseEffect& effect : entry_) {
      fold(effect);
      bytes_ += effect.SerializeAsString();
      all_.push_back(effect);
    }
    const bool measures_changed = !of(v1::CaseEffect::kUpdateMeasure).empty();
    for (const auto& [id, order] : active_) {
      const v1::LegalMeasure& basis = measures_[basis_[id]];
      ASSERT_EQ(basis.stage(), v1::MEASURE_STAGE_ACTIVE) << id;
      ASSERT_TRUE(basis.in_force()) << id;
      ASSERT_TRUE(basis.ends_at_us() == 0 || basis.ends_at_us() > now_.us) << id;
      ASSERT_EQ(basis.ends_at_us(), order.ends_at_us()) << id;
      ASSERT_EQ(basis.order_id(), id);
      ASSERT_EQ(basis.order_version(), order.version());
      if (measures_changed) {
        ASSERT_TRUE(may_order(basis, order)) << id;
      }
    }
  }
  // Is every condition one that measures in force for the same two may order?
  bool may_order(const v1::LegalMeasure& basis, const v1::Order& order) const {
    std::vector<std::string_view> kinds;
    for (const auto& [id, one] : measures_)
      if (one.in_force() && one.country() == basis.country() && one.subject_id() == basis.subject_id() &&
          one.protected_id() == basis.protected_id())
        kinds.push_back(one.kind());
    const Result<law::Order> made = law::order_from(order);
    return made.ok() && law::check_conditions(law::pack(basis.country()), kinds, *made).ok();
  }
  void fold(const v1::CaseEffect& effect) {
    switch (effect.kind_case()) {
      case v1::CaseEffect::kUpdateMeasure:
        measures_[effect.update_measure().id()] = effect.update_measure();
        break;
      case v1::CaseEffect::kUpdateDuty:
        if (effect.update_duty().done_at_us() == 0)
          duties_[effect.update_duty().id()] = effect.update_duty();
        else
          duties_.erase(effect.update_duty().id());
        break;
      case v1::CaseEffect::kProposeLink:
        links_[effect.propose_link().id()] = effect.propose_link();
        break;
      case v1::CaseEffect::kUpdateLink:
        links_[effect.update_link().id()] = effect.update_link();
        break;
      case v1::CaseEffect::kActivateOrder: {
        const v1::Order& order = effect.activate_order().order();
        EXPECT_TRUE(law::check_order(order).ok());
        EXPECT_FALSE(order.withdrawn());
        EXPECT_FALSE(ended_.contains(order.id())) << "an order is not active again";
        EXPECT_EQ(order.version(), active_[order.id()].version() + 1);
        active_[order.id()] = order;
        basis_[order.id()] = effect.activate_order().measure_id();
        break;
      }
      case v1::CaseEffect::kEndOrder: {
        const v1::Order& order = effect.end_order().order();
        EXPECT_TRUE(active_.contains(order.id())) << "ends once, and only what was active";
        EXPECT_EQ(order.version(), active_[order.id()].version() + 1);
        EXPECT_TRUE(order.withdrawn());
        active_.erase(order.id());
        ended_.insert(order.id());
        break;
      }
      case v1::CaseEffect::kQueueNotification:
        notifications_[effect.queue_notification().id()] = effect.queue_notification();
        break;
      case v1::CaseEffect::kUpdateNotification:
        notifications_[effect.update_notification().id()] = effect.update_notification();
        break;
      case v1::CaseEffect::kUpdatePetition:
        petitions_[effect.update_petition().id()] = effect.update_petition();
        break;
      default:
        break;
    }
  }

  Cases cases_;
  Time now_;
  uint64_t entry_no_ = 0;
  uint32_t ids_ = 0;
  std::vector<v1::CaseEffect> entry_;
  std::vector<v1::CaseEffect> all_;
  std::string bytes_;
  std::map<std::string, v1::LegalMeasure> measures_;
  std::map<std::string, v1::Duty> duties_;
  std::map<std::string, v1::CaseLink> links_;
  std::map<std::string, v1::Petition> petitions_;
  std::map<std::string, v1::Notification> notifications_;
  std::map<std::string, v1::Order> active_;
  std::map<std::string, std::string> basis_;
  std::set<std::string> ended_;
};

inline v1::Order keep_away(const std::string& protected_id = "p-1") {
  v1::Order stated;
  auto& condition = *stated.add_conditions();
  condition.set_id("k");
  condition.mutable_keep_away()->set_protected_id(protected_id);
  return stated;
}

}  // namespace haechi::cases
