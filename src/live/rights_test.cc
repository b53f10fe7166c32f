#include "live/rights.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::live {
namespace {

constexpr int64_t kS = 1'000'000;

// A drawn world of eight persons and six units of two agencies: calls, grants, incidents that others were
// told of, broken glass of which some has ended, and recusals.
class DrawnWorld {
 public:
  explicit DrawnWorld(uint64_t seed) : random_(seed) {
    for (int i = 0; i < 8; ++i) register_person(person(i));
    for (int i = 0; i < 6; ++i) register_unit(unit(i));
    const uint64_t steps = 5 + random_.below(30);
    for (uint64_t i = 0; i < steps; ++i) step();
  }
  const picture::Picture& picture() const { return picture_; }
  const Clock& clock() const { return clock_; }
  Random& random() { return random_; }
  static std::string person(uint64_t i) { return "P" + std::to_string(i); }
  static std::string unit(uint64_t i) { return "U" + std::to_string(i); }
  static std::string agency(uint64_t i) { return "A" + std::to_string(i); }

 private:
  void fold(const v1::Fact& fact, const picture::Effects& effects = {}) {
    const Time at{static_cast<int64_t>(++no_) * kS};
    clock_.set(at);
    picture_.fold(no_, at, fact, effects);
  }
  void tell(const v1::Effect& effect) {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    fold(tick, {std::make_shared<const v1::Effect>(effect)});
  }
  void place(const std::string& device_id) {
    v1::Fact fact;
    fact.mutable_report_received()->set_received_at_us(static_cast<int64_t>(no_) * kS);
    v1::Report& report = *fact.mutable_report_received()->mutable_report();
    report.set_device_id(device_id);
    report.mutable_fix()->set_fixed_at_us(static_cast<int64_t>(no_) * kS);
    report.mutable_fix()->mutable_place()->set_lat_e7(370'000'000);
    fold(fact);
  }
  void register_device(const std::string& holder, bool is_unit) {
    v1::Fact device;
    device.mutable_device_registered()->set_id("D-" + holder);
    device.mutable_device_registered()->set_kind(v1::DEVICE_KIND_PHONE);
    if (is_unit) {
      device.mutable_device_registered()->set_unit_id(holder);
    } else {
      device.mutable_device_registered()->set_person_id(holder);
    }
    fold(device);
    place("D-" + holder);
  }
  void register_person(const std::string& id) {
    v1::Fact fact;
    fact.mutable_person_registered()->set_id(id);
    fact.mutable_person_registered()->set_role(v1::ROLE_WEARER);
    fold(fact);
    register_device(id, false);
  }
  void register_unit(const std::string& id) {
    v1::Fact fact;
    fact.mutable_unit_registered()->set_id(id);
    fact.mutable_unit_registered()->set_agency_id(agency(random_.below(2)));
    fold(fact);
    register_device(id, true);
  }
  std::string any_person() { return person(random_.below(8)); }
  std::string any_number() { return std::to_string(random_.below(4)); }
  void step() {
    v1::Effect effect;
    switch (random_.below(6)) {
      case 0: {
        v1::Call& call = *effect.mutable_open_call();
        call.set_id("C" + any_number());
        call.set_incident_id("I" + any_number());
        call.set_agency_id(agency(random_.below(2)));
        call.set_state(random_.chance(0.2) ? v1::CALL_STATE_CLOSED : v1::CALL_STATE_DISPATCHED);
        call.set_wearer_id(any_person());
        if (random_.chance(0.5)) call.set_protected_id(any_person());
        if (random_.chance(0.5)) call.add_destinations()->set_person_id(any_person());
        v1::Assignment& assignment = *call.add_assignments();
        assignment.set_unit_id(unit(random_.below(6)));
        assignment.set_status(random_.chance(0.2) ? v1::UNIT_STATUS_CLEARED : v1::UNIT_STATUS_ASSIGNED);
        break;
      }
      case 1: {
        v1::TrackAccess& access = *effect.mutable_grant_track();
        access.set_unit_id(unit(random_.below(6)));
        access.set_call_id("C" + any_number());
        access.set_person_id(any_person());
        break;
      }
      case 2: {
        v1::Incident& incident = *effect.mutable_open_incident();
        incident.set_id("I" + any_number());
        incident.set_wearer_id(any_person());
        incident.add_protected_ids(any_person());
        if (random_.chance(0.2)) incident.set_closed_at_us(1);
        break;
      }
      case 3: {
        v1::HandOff& hand_off = *effect.mutable_update_hand_off();
        hand_off.set_id("H" + any_number());
        hand_off.set_incident_id("I" + any_number());
        hand_off.set_agency_id(agency(random_.below(2)));
        hand_off.set_informative(random_.chance(0.7));
        break;
      }
      case 4: {
        v1::BrokenGlass& glass = *effect.mutable_case_effect()->mutable_update_glass();
        glass.set_id("G" + std::to_string(no_));
        glass.set_account(random_.chance(0.5) ? "one" : "other");
        glass.set_person_id(any_person());
        glass.set_ends_at_us((static_cast<int64_t>(no_) + random_.between(-5, 50)) * kS);
        break;
      }
      default: {
        v1::Recused& recused = *effect.mutable_case_effect()->mutable_update_recusal();
        recused.set_account(random_.chance(0.5) ? "one" : "other");
        recused.set_person_id(any_person());
        break;
      }
    }
    tell(effect);
  }

  Random random_;
  ManualClock clock_{Time{kS}};
  picture::Picture picture_;
  uint64_t no_ = 0;
};

TEST(Rights, NobodyMaySeeAPlaceOfWhomNothingTiesThemTo) {
  size_t allowed = 0, spared = 0;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    DrawnWorld world(seed);
    const Rights rights(world.picture(), world.clock());
    for (const trust::Role role : trust::kRoles) {
      const trust::Viewer viewer{.account = world.random().chance(0.5) ? "one" : "other",
                                 .role = role,
                                 .person_id = DrawnWorld::person(0),
                                 .unit_id = DrawnWorld::unit(world.random().below(6)),
                                 .agency_id = DrawnWorld::agency(world.random().below(2)),
                                 .wearer_ids = {DrawnWorld::person(1), DrawnWorld::person(2)}};
      const auto tied = rights.tied_holders(viewer);
      for (uint32_t holder = 0; holder < world.picture().positions().size(); ++holder) {
        const bool asked = !tied || std::find(tied->begin(), tied->end(), holder) != tied->end();
        const bool may = rights.holder_place(viewer, holder).allowed;
        EXPECT_TRUE(asked || !may) << "world " << seed << ", " << trust::role_name(role) << ", "
                                   << world.picture().positions().id(holder);
        allowed += tied && may;
        spared += !asked;
      }
    }
  }
  EXPECT_GT(allowed, 2'000u) << "else nothing was tried";
  EXPECT_GT(spared, 10'000u);
}

}  // namespace
}  // namespace haechi::live
