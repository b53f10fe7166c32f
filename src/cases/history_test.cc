// Random histories: whatever comes in whatever order, no order without a live basis, and the same bytes
// again.
#include <algorithm>

#include "base/random.h"
#include "cases/test_world.h"

namespace haechi::cases {
namespace {

constexpr int kSteps = 5'000;

class Chance {
 public:
  explicit Chance(uint64_t seed) : random_(seed) {}

  bool one_in(uint64_t n) { return random_.below(n) == 0; }
  uint64_t below(uint64_t n) { return random_.below(n); }
  // Mostly of those that exist, now and then of none.
  std::string id(const char* prefix, uint64_t n) { return prefix + std::to_string(random_.below(n + 1)); }
  template <typename T, size_t N>
  T of(const T (&all)[N]) {
    return all[random_.below(N)];
  }
  std::string known(const std::vector<std::string>& ids) {
    return ids.empty() || one_in(20) ? "none" : ids[random_.below(ids.size())];
  }

 private:
  Random random_;
};

v1::Order draft(Chance& chance) {
  v1::Order stated = keep_away(chance.id("p-", 3));
  if (chance.one_in(3)) {
    auto& home = *stated.add_conditions();
    home.set_id(chance.one_in(20) ? "k" : "home");
    home.mutable_exclusion()->set_zone_id(chance.id("z-", 3));
    home.mutable_exclusion()->set_protected_id(chance.id("p-", 3));
  }
  if (chance.one_in(5)) {
    auto& stay = *stated.add_conditions();
    stay.set_id("stay");
    stay.mutable_inclusion()->set_zone_id("z-home");
  }
  return stated;
}

// The step that would bring a measure on, if any would.
v1::CaseStep forward(Chance& chance, const v1::LegalMeasure& measure) {
  static constexpr v1::CaseStep kLater[] = {v1::CASE_STEP_EXTEND, v1::CASE_STEP_CHANGE, v1::CASE_STEP_CHANGE,
                                            v1::CASE_STEP_CANCEL, v1::CASE_STEP_NOT_COUNTED};
  switch (measure.stage()) {
    case v1::MEASURE_STAGE_NEW:
      return measure.kind().starts_with("EM_")         ? v1::CASE_STEP_GRANT
             : measure.kind().starts_with("ST_URGENT") ? v1::CASE_STEP_IMPOSE
                                                       : v1::CASE_STEP_APPLY;
    case v1::MEASURE_STAGE_APPLIED:
      return v1::CASE_STEP_PETITION;
    case v1::MEASURE_STAGE_PETITIONED:
      return v1::CASE_STEP_GRANT;
    case v1::MEASURE_STAGE_GRANTED:
      return v1::CASE_STEP_SERVE;
    case v1::MEASURE_STAGE_SERVED:
      return v1::CASE_STEP_FIT;
    case v1::MEASURE_STAGE_FITTED:
      return v1::CASE_STEP_RECEIVE_VICTIM_DATA;
    default:
      return chance.of(kLater);
  }
}

void about_measures(Chance& chance, World& world, uint64_t& begun_so_far, v1::CaseFact& fact) {
  static constexpr const char* kKinds[] = {"ST_URGENT_1", "ST_PROV_2",   "ST_PROV_2", "ST_PROV_3_2",
                                           "ST_PROV_3_2", "ST_PROV_3_2", "EM_BAIL",   "EM_POST",
                                           "DV_TEMP_2",   "EM_STALK",    "?"};
  if (chance.one_in(8)) {
    auto& begun = *fact.mutable_measure_begun();
    begun.set_measure_id(chance.one_in(20) ? chance.id("m-", 400) : "m-" + std::to_string(begun_so_far++));
    begun.set_case_id(chance.one_in(8) ? "" : chance.id("c-", 30));
    begun.set_country("kr");
    begun.set_kind(chance.of(kKinds));
    begun.set_subject_id(chance.id("s-", 8));
    begun.set_protected_id(chance.one_in(6) ? "" : chance.id("p-", 3));
    *begun.mutable_stated() = draft(chance);
    return;
  }
  auto& stepped = *fact.mutable_measure_stepped();
  const std::string id = "m-" + std::to_string(begun_so_far - std::min(begun_so_far, chance.below(16)));
  stepped.set_measure_id(id);
  stepped.set_step(chance.one_in(8) ? static_cast<v1::CaseStep>(chance.below(27))
                                    : forward(chance, world.measure(id)));
  if (chance.one_in(2)) {
    stepped.mutable_term()->set_unit(static_cast<v1::StatedPeriod::Unit>(chance.below(5)));
    stepped.mutable_term()->set_count(static_cast<int32_t>(chance.below(400)));
  }
  if (chance.one_in(30)) stepped.set_until_us(static_cast<int64_t>(chance.below(UINT64_MAX)));
  if (chance.one_in(60)) stepped.set_from_us(static_cast<int64_t>(chance.below(UINT64_MAX)));
  stepped.set_not_counted_us(static_cast<int64_t>(chance.below(1'000'000'000'000)));
  stepped.set_newer_kind(chance.of(kKinds));
  stepped.set_task(static_cast<v1::CaseTask>(chance.below(24)));
  if (chance.one_in(6)) *stepped.mutable_stated() = draft(chance);
}

void about_cases(Chance& chance, v1::CaseFact& fact) {
  switch (chance.below(6)) {
    case 0:
    case 1: {
      auto& opened = *fact.mutable_case_opened();
      opened.set_case_id(chance.id("c-", 30));
      opened.set_country(chance.one_in(20) ? "xx" : "kr");
      opened.set_kind(static_cast<v1::CaseKind>(chance.below(6)));
      opened.set_agency_id("police-1");
      opened.set_subject_id(chance.id("s-", 8));
      opened.add_protected_ids(chance.id("p-", 3));
      return;
    }
    case 2:
      fact.mutable_case_closed()->set_case_id(chance.id("c-", 600));
      fact.mutable_case_closed()->set_reason(static_cast<v1::CaseCloseReason>(chance.below(6)));
      return;
    case 3: {
      auto& keys = *fact.mutable_identity_recorded();
      keys.set_person_id(chance.id("s-", 8));
      if (chance.one_in(2)) keys.set_document(chance.id("d-", 4));
      keys.set_name_key(chance.id("n-", 2));
      keys.set_born_key(chance.id("b-", 2));
      return;
    }
    case 4: {
      auto& known = *fact.mutable_wearer_known();
      known.set_wearer_id(chance.id("s-", 8));
      known.set_order_id(chance.id("o-", 12));
      known.set_withdrawn(chance.one_in(4));
      if (chance.one_in(4)) known.add_protected_ids(chance.id("p-", 3));
      return;
    }
    default: {
      auto& changed = *fact.mutable_places_changed();
      changed.set_case_id(chance.id("c-", 30));
      changed.set_protected_id(chance.id("p-", 3));
      auto& place = *changed.add_places();
      if (!chance.one_in(3)) place.set_old_zone_id(chance.id("z-", 3));
      if (!chance.one_in(3)) place.set_new_zone_id(chance.id("z-", 3));
    }
  }
}

void about_work(Chance& chance, const World& world, v1::CaseFact& fact) {
  switch (chance.below(9)) {
    case 0:
      fact.mutable_link_decided()->set_link_id(chance.known(world.some_ids(v1::CaseEffect::kUpdateLink)));
      fact.mutable_link_decided()->set_accepted(chance.one_in(2));
      fact.mutable_link_decided()->set_reason_code("r");
      return;
    case 1:
    case 2:
      fact.mutable_duty_done()->set_duty_id(chance.known(world.some_ids(v1::CaseEffect::kUpdateDuty)));
      return;
    case 3: {
      auto& reported = *fact.mutable_notification_reported();
      reported.set_notification_id(chance.known(world.some_ids(v1::CaseEffect::kQueueNotification)));
      reported.set_state(static_cast<v1::NotificationState>(chance.below(7)));
      reported.set_channel(static_cast<v1::NotificationChannel>(chance.below(6)));
      return;
    }
    case 4:
      fact.mutable_trigger_seen()->set_trigger(static_cast<v1::DutyTrigger>(chance.below(26)));
      fact.mutable_trigger_seen()->set_measure_id(chance.id("m-", 400));
      return;
    case 5:
      fact.mutable_notice_given()->set_protected_id(chance.id("p-", 3));
      fact.mutable_notice_given()->set_notice_code(chance.one_in(4) ? "n" : "kr-em-36-4.1");
      return;
    case 6:
      fact.mutable_consent_recorded()->set_protected_id(chance.id("p-", 3));
      fact.mutable_consent_recorded()->set_given(chance.one_in(2));
      return;
    case 7: {
      auto& one = *fact.mutable_petition_filed();
      one.set_petition_id(chance.id("pet-", 40));
      one.set_case_id(chance.id("c-", 30));
      one.set_protected_id(chance.id("p-", 3));
      one.add_kinds(chance.one_in(2) ? "ST_VPO_1" : "DV_VPO");
      return;
    }
    default:
      if (chance.one_in(2)) {
        fact.mutable_petition_docketed()->set_petition_id(chance.id("pet-", 40));
        fact.mutable_petition_docketed()->set_court_id("court");
      } else {
        auto& one = *fact.mutable_petition_decided();
        one.set_petition_id(chance.id("pet-", 40));
        one.set_granted(chance.one_in(2));
        if (chance.one_in(3)) one.set_interim_kind(chance.one_in(2) ? "ST_VPO_TMP" : "DV_VPO_TMP");
      }
  }
}

struct Outcome {
  std::string bytes;
  size_t activated = 0;
  size_t ended = 0;
  size_t active = 0;
  size_t orders = 0;
  size_t refused = 0;
  size_t links = 0;
};

Outcome run(uint64_t seed) {
  World world("2027-05-03T10:00:00+09:00");
  Chance chance(seed);
  uint64_t begun_so_far = 0;
  for (int i = 0; i < kSteps && !testing::Test::HasFatalFailure(); ++i) {
    if (chance.one_in(12)) {
      const Duration some = chance.one_in(10) ? Duration::seconds(30 * 86'400) : Duration::seconds(40'000);
      world.pass_to(world.now() + Duration{1 + static_cast<int64_t>(chance.below(some.us))});
      continue;
    }
    v1::CaseFact fact;
    switch (chance.below(4)) {
      case 0:
        about_cases(chance, fact);
        break;
      case 1:
        about_work(chance, world, fact);
        break;
      default:
        about_measures(chance, world, begun_so_far, fact);
    }
    if (chance.one_in(10)) fact.set_at_us((world.now() - Duration::seconds(chance.below(900'000))).us);
    world.submit(fact);
  }
  return {world.bytes(),
          world.ever(v1::CaseEffect::kActivateOrder).size(),
          world.ever(v1::CaseEffect::kEndOrder).size(),
          world.active().size(),
          world.orders(),
          world.ever(v1::CaseEffect::kRefuse).size(),
          world.ever(v1::CaseEffect::kProposeLink).size()};
}

class History : public testing::TestWithParam<uint64_t> {};

// What World checks after each entry holds over all of them; here, that there was something to check.
TEST_P(History, HasNoOrderWithoutALiveBasisAndEveryOrderEndsOnce) {
  const Outcome first = run(GetParam());
  EXPECT_GT(first.activated, 20u);
  EXPECT_GT(first.ended, 5u);
  EXPECT_GT(first.refused, 300u);
  EXPECT_GT(first.links, 5u);
  RecordProperty("activated", static_cast<int>(first.activated));
  EXPECT_EQ(first.ended + first.active, first.orders);
}

TEST(Replay, GivesTheSameBytes) {
  EXPECT_TRUE(run(5).bytes == run(5).bytes);
}

INSTANTIATE_TEST_SUITE_P(Seeds, History, testing::Values(1, 2, 3, 4));

}  // namespace
}  // namespace haechi::cases
