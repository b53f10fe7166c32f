// A drawn decade of retention on virtual time: measures begin and end, holds come and go, and every day an
// auditor who keeps books of its own asks of each wearer: not erased before the earliest day, not kept after
// the latest, and never while a hold stands.
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <set>

#include "base/random.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "node/retention.h"
#include "node/test_years.h"
#include "spine/engine.h"

namespace haechi::node {
namespace {

constexpr Duration kDay = Duration::seconds(86'400);
constexpr int kWearers = 12;
constexpr int kDays = 18 * 366;  // a decade of measures, and what is kept after the last

class Decade final : public spine::Submit {
 public:
  explicit Decade(uint64_t seed) : random_(seed) {
    v1::Fact zone;
    zone.mutable_time_zone_registered()->set_name("Asia/Seoul");
    auto& only = *zone.mutable_time_zone_registered()->add_transitions();
    only.set_from_s(INT64_MIN);
    only.set_offset_s(9 * 3'600);
    step(zone);
  }

  void submit(std::unique_ptr<v1::Fact> fact, spine::Done) override { waiting_.push_back(std::move(*fact)); }

  void live() {
    for (int day = 0; day < kDays; ++day) {
      now_ = now_ + kDay;
      happen(day < 10 * 365);
      v1::Fact tick;
      tick.mutable_clock_ticked();
      step(tick);
      while (!waiting_.empty()) {
        const v1::Fact fact = std::move(waiting_.front());
        waiting_.pop_front();
        step(fact);
      }
      audit();
      if (HasFatalFailure()) return;
    }
  }

  int erased = 0, waited_for_hold = 0, kept_by_hold = 0, worn_again = 0;

 private:
  struct Wearer {
    std::set<std::string> worn;  // measures that run
    Time ended_at;               // of the last that ended; not known: none did
    bool held = false;
    Time released_at;
    bool erased = false;
    int measures = 0;
  };
  static bool HasFatalFailure() { return testing::Test::HasFatalFailure(); }
  static std::string name(int number) { return "w-" + std::to_string(number); }

  // Something for one wearer, now and then; after the decade nothing begins, and few holds are released.
  void happen(bool within_decade) {
    const int number = static_cast<int>(random_.below(kWearers));
    Wearer& one = wearers_[name(number)];
    const uint64_t chance = random_.below(200);
    if (within_decade && chance < 3 && one.worn.empty() && !one.erased && one.measures < 3)
      begin(name(number), one);
    if (chance >= 3 && chance < 6 && !one.worn.empty()) end(*one.worn.begin());
    if (within_decade && chance == 6 && !one.held && one.measures > 0) hold(name(number), one);
    if (chance == 7 && one.held && random_.chance(0.3)) release(name(number), one);
  }

  void begin(const std::string& wearer, Wearer& one) {
    worn_again += one.ended_at.known();
    const std::string id = "m-" + wearer + "-" + std::to_string(one.measures++);
    v1::Fact fact;
    v1::MeasureBegun& begun = *fact.mutable_case_fact()->mutable_measure_begun();
    begun.set_measure_id(id);
    begun.set_country("kr");
    begun.set_kind("EM_BAIL");
    begun.set_subject_id(wearer);
    begun.set_court_id("court-1");
    begun.set_agency_id("court-1");
    v1::Condition& stay = *begun.mutable_stated()->add_conditions();
    stay.set_id("stay");
    stay.mutable_inclusion()->set_zone_id("z-home");
    step(fact);
    for (const v1::CaseStep next : {v1::CASE_STEP_GRANT, v1::CASE_STEP_SERVE, v1::CASE_STEP_FIT})
      go(id, next);
    ASSERT_TRUE(one.worn.contains(id)) << "it is worn";
  }
  void end(const std::string& id) { go(id, v1::CASE_STEP_END_BASIS); }
  void go(const std::string& id, v1::CaseStep next) {
    v1::Fact fact;
    fact.mutable_case_fact()->mutable_measure_stepped()->set_measure_id(id);
    fact.mutable_case_fact()->mutable_measure_stepped()->set_step(next);
    step(fact);
  }
  void hold(const std::string& wearer, Wearer& one) {
    v1::Fact fact;
    fact.mutable_hold_placed()->set_person_id(wearer);
    fact.mutable_hold_placed()->set_by("judge-1");
    fact.mutable_hold_placed()->set_reason("proceedings");
    step(fact);
    one.held = true;
  }
  void release(const std::string& wearer, Wearer& one) {
    v1::Fact fact;
    fact.mutable_hold_released()->set_person_id(wearer);
    fact.mutable_hold_released()->set_by("judge-2");
    fact.mutable_hold_released()->set_reason("over");
    step(fact);
    one.held = false;
    one.released_at = now_;
  }

  void step(const v1::Fact& fact) {
    stamp_ = std::max(now_, stamp_ + Duration{1});
    spine::Batch batch;
    spine::PublishedEntry& entry = batch.entries.emplace_back();
    entry.no = ++no_;
    entry.stamped_at = stamp_;
    entry.fact = std::make_shared<v1::Fact>(fact);
    entry.effects = engine_.step({no_, stamp_, *entry.fact});
    for (const auto& effect : entry.effects) note(*effect);
    job_.on_batch(batch);
  }

  void note(const v1::Effect& effect) {
    if (effect.case_effect().has_refuse()) ADD_FAILURE() << effect.case_effect().refuse().reason();
    if (effect.case_effect().has_update_measure()) {
      const v1::LegalMeasure& measure = effect.case_effect().update_measure();
      Wearer& one = wearers_[measure.subject_id()];
      if (measure.in_force()) one.worn.insert(measure.id());
      if (measure.ended_at_us() != 0 && one.worn.erase(measure.id()) != 0)
        one.ended_at = Time{measure.ended_at_us()};
    }
    if (!effect.settle_erasure().erased()) return;
    const std::string& id = effect.settle_erasure().person_id();
    Wearer& one = wearers_[id];
    EXPECT_FALSE(one.erased) << id << " once";
    EXPECT_FALSE(one.held) << id << ": a hold wins";
    EXPECT_TRUE(one.worn.empty()) << id << " wears a device";
    ASSERT_TRUE(one.ended_at.known()) << id;
    EXPECT_GE(stamp_, five_years_on(one.ended_at)) << id << ": not before the earliest";
    waited_for_hold += one.released_at.known() && one.released_at > five_years_on(one.ended_at);
    one.erased = true;
    ++erased;
  }

  // Two days are what a day's tick, and being asked again the next day, may take.
  void audit() {
    for (const auto& [id, one] : wearers_) {
      if (one.erased || one.held || !one.worn.empty() || !one.ended_at.known()) continue;
      const Time latest = std::max(five_years_on(one.ended_at), one.released_at) + kDay * 3;
      ASSERT_LT(now_, latest) << id << ": not after the latest";
    }
    kept_by_hold = 0;
    for (const auto& [id, one] : wearers_)
      kept_by_hold +=
          one.held && one.ended_at.known() && one.worn.empty() && now_ > five_years_on(one.ended_at);
  }

  Random random_;
  Time now_{1'780'000'000'000'000};  // 2026-05-28
  Time stamp_{1};
  uint64_t no_ = 0;
  spine::Engine engine_{0};
  RetentionJob job_{*this};
  std::deque<v1::Fact> waiting_;
  std::map<std::string, Wearer> wearers_;
};

TEST(RetentionOfDecades, OfADrawnDecadeErasesNobodyEarlyNobodyLateAndNobodyWhoIsHeld) {
  int erased = 0, waited = 0, kept = 0, again = 0;
  for (uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(seed);
    Decade decade(seed);
    decade.live();
    ASSERT_FALSE(HasFatalFailure());
    erased += decade.erased;
    waited += decade.waited_for_hold;
    kept += decade.kept_by_hold;
    again += decade.worn_again;
  }
  // Each of what may go wrong was reached.
  EXPECT_GT(erased, 60);
  EXPECT_GT(waited, 3);
  EXPECT_GT(kept, 3);
  EXPECT_GT(again, 10);
}

}  // namespace
}  // namespace haechi::node
