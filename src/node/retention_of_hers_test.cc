// A drawn decade of those whom orders and cases protect, on virtual time: orders with a term and without,
// withdrawn or run out, cases opened and closed, holds. Every day an auditor with books of its own asks of
// each of them: not erased while anything that protects her lives, not before five years after the last, not
// after, never while a hold stands; and her devices go with her.
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
constexpr Duration kLatest =
    kDay * 4;  // a day anywhere on Earth, and a refusal that is asked again the next day
constexpr int kPersons = 10;
constexpr int kWithin = 10 * 365, kDays = 17 * 366;

class Lives final : public spine::Submit {
 public:
  explicit Lives(uint64_t seed) : random_(seed) {
    v1::Fact zone, station;
    zone.mutable_time_zone_registered()->set_name("Asia/Seoul");
    auto& only = *zone.mutable_time_zone_registered()->add_transitions();
    only.set_from_s(INT64_MIN);
    only.set_offset_s(9 * 3'600);
    step(zone);
    station.mutable_agency_registered()->set_id("station-1");
    station.mutable_agency_registered()->set_desk(v1::DESK_BUILT_IN);
    step(station);
  }
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done) override { waiting_.push_back(std::move(*fact)); }

  void live() {
    for (int number = 0; number < kPersons; ++number) enter(number);
    for (int day = 0; day < kDays; ++day) {
      now_ = now_ + kDay;
      happen(day < kWithin);
      v1::Fact tick;
      tick.mutable_clock_ticked();
      step(tick);
      while (!waiting_.empty()) {
        const v1::Fact fact = std::move(waiting_.front());
        waiting_.pop_front();
        step(fact);
      }
      for (const auto& [id, one] : persons_) audit(id, one);
      if (testing::Test::HasFatalFailure()) return;
    }
  }

  int erased = 0, held_back = 0, protected_again = 0, listed = 0;

 private:
  struct One {
    Time registered_at;
    std::map<std::string, Time> lives;  // what protects her, and until when; not known: until it is closed
    Time over_at;                       // of the last that ended
    bool held = false;
    Time released_at;
    bool erased = false;
    bool device_retired = false;
  };

  void enter(int number) {
    const std::string id = "p-" + std::to_string(number);
    v1::Fact person, device, wearer;
    person.mutable_person_registered()->set_id(id);
    person.mutable_person_registered()->set_role(v1::ROLE_PROTECTED_PERSON);
    step(person);
    persons_[id].registered_at = stamp_;
    device.mutable_device_registered()->set_id("phone-" + id);
    device.mutable_device_registered()->set_kind(v1::DEVICE_KIND_PHONE);
    device.mutable_device_registered()->set_person_id(id);
    step(device);
    wearer.mutable_person_registered()->set_id("w-" + id);
    wearer.mutable_person_registered()->set_role(v1::ROLE_WEARER);
    step(wearer);
  }

  void happen(bool within) {
    const std::string id = "p-" + std::to_string(random_.below(kPersons));
    One& one = persons_[id];
    if (one.erased) return;
    const uint64_t chance = random_.below(150);
    if (within && chance < 2) order(id, one, random_.chance(0.5));
    if (within && (chance == 2 || chance == 3)) open_case(id, one);
    if (chance >= 4 && chance < 14) close_one(id, one);
    if (within && chance == 14 && !one.held) hold(id, one);
    if (chance == 15 && one.held) release(id, one);
  }

  void order(const std::string& id, One& one, bool open_ended) {
    protected_again += one.over_at.known() && one.lives.empty();
    const std::string order_id = "o-" + std::to_string(++made_);
    v1::Order order = order_of(order_id, id);
    if (!open_ended) order.set_ends_at_us((now_ + kDay * static_cast<int64_t>(30 + random_.below(700))).us);
    orders_[order_id] = order;
    one.lives[order_id] = Time{order.ends_at_us()};
    give(order);
  }
  static v1::Order order_of(const std::string& order_id, const std::string& id) {
    v1::Order order;
    order.set_id(order_id);
    order.set_version(1);
    order.set_kind("ST_PROV_3_2");
    order.set_legal_basis("Stalking Act 9(1)3-2");
    order.set_wearer_id("w-" + id);
    order.set_starts_at_us(1);
    order.add_conditions()->set_id("k");
    order.mutable_conditions(0)->mutable_keep_away()->set_protected_id(id);
    return order;
  }
  void give(const v1::Order& order) {
    v1::Fact fact;
    *fact.mutable_order_registered() = order;
    step(fact);
  }

  void open_case(const std::string& id, One& one) {
    protected_again += one.over_at.known() && one.lives.empty();
    const std::string case_id = "c-" + std::to_string(++made_);
    v1::Fact fact;
    v1::CaseOpened& opened = *fact.mutable_case_fact()->mutable_case_opened();
    opened.set_case_id(case_id);
    opened.set_country("kr");
    opened.set_kind(v1::CASE_KIND_STALKING);
    opened.set_number("2026-" + std::to_string(made_));
    opened.set_agency_id("station-1");
    opened.set_subject_id("w-" + id);
    opened.add_protected_ids(id);
    step(fact);
    one.lives[case_id] = Time{};
  }

  // Withdrawn or closed, before its time.
  void close_one(const std::string& id, One& one) {
    if (one.lives.empty()) return;
    const std::string what = one.lives.begin()->first;
    if (what.starts_with("o-")) {
      v1::Order& order = orders_[what];
      order.set_version(2);
      order.set_withdrawn(true);
      give(order);
    } else {
      v1::Fact fact;
      fact.mutable_case_fact()->mutable_case_closed()->set_case_id(what);
      fact.mutable_case_fact()->mutable_case_closed()->set_reason(v1::CASE_CLOSE_REASON_JUDGED);
      step(fact);
    }
    if (HasFailure()) ADD_FAILURE() << id << ' ' << what;
    one.lives.erase(what);
    one.over_at = std::max(one.over_at, stamp_);
  }

  void hold(const std::string& id, One& one) {
    v1::Fact fact;
    fact.mutable_hold_placed()->set_person_id(id);
    fact.mutable_hold_placed()->set_by("judge-1");
    fact.mutable_hold_placed()->set_reason("proceedings");
    step(fact);
    one.held = true;
  }
  void release(const std::string& id, One& one) {
    v1::Fact fact;
    fact.mutable_hold_released()->set_person_id(id);
    fact.mutable_hold_released()->set_by("judge-2");
    fact.mutable_hold_released()->set_reason("over");
    step(fact);
    one.held = false;
    one.released_at = now_;
  }
  static bool HasFailure() { return testing::Test::HasFatalFailure(); }

  void step(const v1::Fact& fact) {
    stamp_ = std::max(now_, stamp_ + Duration{1});
    for (auto& [id, one] : persons_) run_out(one);
    spine::Batch batch;
    spine::PublishedEntry& entry = batch.entries.emplace_back();
    entry.no = ++no_;
    entry.stamped_at = stamp_;
    entry.fact = std::make_shared<v1::Fact>(fact);
    entry.effects = engine_.step({no_, stamp_, *entry.fact});
    for (const auto& effect : entry.effects) note(*effect);
    const v1::Device& device = fact.device_registered();
    if (device.retired()) persons_[device.person_id()].device_retired = true;
    job_.on_batch(batch);
  }

  void run_out(One& one) const {
    for (auto it = one.lives.begin(); it != one.lives.end();) {
      const Time end = it->second;
      if (!end.known() || end > stamp_) {
        ++it;
        continue;
      }
      one.over_at = std::max(one.over_at, end);
      it = one.lives.erase(it);
    }
  }

  static Time due(const One& one) { return five_years_on(std::max(one.over_at, one.registered_at)); }

  void note(const v1::Effect& effect) {
    if (effect.case_effect().has_refuse()) ADD_FAILURE() << effect.case_effect().refuse().reason();
    if (!effect.settle_erasure().erased()) return;
    const std::string& id = effect.settle_erasure().person_id();
    if (!persons_.contains(id)) return;  // him
    One& one = persons_[id];
    EXPECT_FALSE(one.erased) << id << " once";
    EXPECT_FALSE(one.held) << id << ": a hold wins";
    EXPECT_TRUE(one.lives.empty()) << id << " is protected by " << one.lives.begin()->first;
    EXPECT_GE(stamp_, due(one)) << id << ": not before the earliest";
    held_back += one.released_at.known() && one.released_at > due(one) + kLatest;
    one.erased = true;
    ++erased;
  }

  void audit(const std::string& id, const One& one) {
    if (one.erased) {
      ASSERT_TRUE(one.device_retired) << id << ": with her device";
      return;
    }
    if (!one.lives.empty()) return;
    bool told = false;
    for (const api::Ending& ending : job_.endings(now_ + kDay * 30)) told |= ending.person_id == id;
    if (now_ + kDay * 25 > due(one)) {
      ASSERT_TRUE(told) << id << ": whoever looks is told a month before";
      ++listed;
    }
    if (now_ + kDay * 35 < due(one)) {
      ASSERT_FALSE(told) << id << ": not a month before a month before";
    }
    if (one.held) return;
    ASSERT_LT(now_, std::max(due(one), one.released_at) + kLatest) << id << ": not after the latest";
  }

  Random random_;
  Time now_{1'780'000'000'000'000};  // 2026-05-28
  Time stamp_{1};
  uint64_t no_ = 0;
  int made_ = 0;
  spine::Engine engine_{0};
  RetentionJob job_{*this};
  std::deque<v1::Fact> waiting_;
  std::map<std::string, One> persons_;
  std::map<std::string, v1::Order> orders_;
};

TEST(RetentionOfHers, OfADrawnDecadeEndsNobodyEarlyNobodyLateAndNobodyWhoIsHeldOrProtected) {
  int erased = 0, held_back = 0, again = 0, listed = 0;
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    SCOPED_TRACE(seed);
    Lives lives(seed);
    lives.live();
    ASSERT_FALSE(HasFatalFailure());
    erased += lives.erased;
    held_back += lives.held_back;
    again += lives.protected_again;
    listed += lives.listed;
  }
  // Each of what may go wrong was reached.
  EXPECT_GT(erased, 40);
  EXPECT_GT(held_back, 2);
  EXPECT_GT(again, 20);
  EXPECT_GT(listed, 1'000);
}

}  // namespace
}  // namespace haechi::node
