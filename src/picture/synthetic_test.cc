#include "picture/synthetic.h"

#include <gtest/gtest.h>

namespace haechi::picture {
namespace {

class SyntheticTest : public ::testing::Test {
 protected:
  SyntheticTest() {
    for (const char* id : {"W1", "DOG"}) {
      v1::Fact fact;
      fact.mutable_person_registered()->set_id(id);
      fact.mutable_person_registered()->set_role(v1::ROLE_WEARER);
      fact.mutable_person_registered()->set_synthetic(id == std::string("DOG"));
      fold(fact, {});
    }
  }
  void fold(const v1::Fact& fact, const std::vector<v1::Effect>& effects) {
    Effects shared;
    for (const v1::Effect& effect : effects) shared.push_back(std::make_shared<const v1::Effect>(effect));
    ++no_;
    picture_.fold(no_, Time{static_cast<int64_t>(no_)}, fact, shared);
  }
  void fold(const std::vector<v1::Effect>& effects) {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    fold(tick, effects);
  }
  // One episode of that wearer in an incident of its own, from beginning to end.
  void episode(const std::string& wearer_id, int number) {
    const std::string suffix = wearer_id + std::to_string(number);
    v1::Effect opened, raised, alarmed, cleared, ended, closed;
    opened.mutable_open_incident()->set_id("I-" + suffix);
    opened.mutable_open_incident()->set_wearer_id(wearer_id);
    v1::Alert& alert = *raised.mutable_raise_alert();
    alert.set_id("A-" + suffix);
    alert.set_incident_id("I-" + suffix);
    alert.set_wearer_id(wearer_id);
    alert.set_synthetic(wearer_id == "DOG");
    alert.set_state(v1::ALERT_STATE_ACTIVE);
    alarmed.mutable_raise_alarm()->set_id("M-" + suffix);
    alarmed.mutable_raise_alarm()->set_incident_id("I-" + suffix);
    fold({opened, raised, alarmed});
    *cleared.mutable_clear_alert() = alert;
    cleared.mutable_clear_alert()->set_state(v1::ALERT_STATE_CLEARED);
    cleared.mutable_clear_alert()->set_handling(v1::ALERT_HANDLING_CLOSED);
    v1::HandOff& hand_off = *ended.mutable_update_hand_off();
    hand_off.set_id("H-" + suffix);
    hand_off.set_incident_id("I-" + suffix);
    *closed.mutable_close_incident() = opened.open_incident();
    closed.mutable_close_incident()->set_closed_at_us(1);
    fold({cleared, ended, closed});
  }

  Picture picture_;
  uint64_t no_ = 0;
};

TEST_F(SyntheticTest, IsKnownByPersonAndByIncident) {
  episode("DOG", 1);
  episode("W1", 1);
  EXPECT_TRUE(is_synthetic(picture_, "DOG"));
  EXPECT_FALSE(is_synthetic(picture_, "W1"));
  EXPECT_FALSE(is_synthetic(picture_, "nobody"));
  EXPECT_TRUE(is_synthetic_incident(picture_, "I-DOG1"));
  EXPECT_FALSE(is_synthetic_incident(picture_, "I-W11"));
}

TEST_F(SyntheticTest, ADayOfRoundsTakesNoRoomFromWhatPeopleAreAskedAbout) {
  for (int i = 0; i < 900; ++i) episode("W1", i);
  for (int i = 0; i < 8'640; ++i) episode("DOG", i);
  EXPECT_EQ(picture_.alerts().alerts().size(), 900u);
  EXPECT_EQ(picture_.alerts().alarms().size(), 900u);
  for (int i = 0; i < 900; ++i)
    ASSERT_NE(picture_.alerts().incident("I-W1" + std::to_string(i)), nullptr) << i;
  EXPECT_LE(picture_.alerts().incidents().size(), kClosedIncidentsMax);
}

TEST_F(SyntheticTest, NoStatisticCountsIt) {
  episode("DOG", 1);
  EXPECT_TRUE(picture_.past_alerts().tallies().empty());
  EXPECT_EQ(picture_.past_alerts().of("DOG"), nullptr);
  episode("W1", 1);
  EXPECT_EQ(picture_.past_alerts().tallies().size(), 1u);
}

}  // namespace
}  // namespace haechi::picture
