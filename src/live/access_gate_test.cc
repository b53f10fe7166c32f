#include "live/access_gate.h"

#include <gtest/gtest.h>

#include "live/hub_testing.h"
#include "net/run_on.h"

namespace haechi::live {
namespace {

class AccessGateTest : public testing::Test {
 protected:
  AccessGateTest() { loop_.start(); }
  ~AccessGateTest() override { loop_.stop(); }
  bool shown(const trust::Source& source = {"203.0.113.7", "session-1"}) {
    bool open = false;
    net::run_on(loop_, [&] {
      open = gate_.open({.account = "desk", .role = trust::Role::kDispatch}, trust::Action::kSeePosition,
                        "W-1", {.allowed = true, .precision = trust::Precision::kFull, .reason = ""}, source);
      gate_.flush();
    });
    return open;
  }

  net::Loop loop_{"front"};
  FakeSubmit submit_;
  ManualClock clock_{Time{kStart}};
  AccessGate gate_{loop_, submit_, clock_, [](const std::string&) {}};
};

TEST_F(AccessGateTest, IsOpenForAMinuteFromTheMomentOnAtWhichTheRecordIsDurable) {
  submit_.hold();
  EXPECT_FALSE(shown());
  EXPECT_FALSE(shown());
  submit_.release();
  EXPECT_TRUE(shown());
  clock_.advance(Duration::seconds(59));
  EXPECT_TRUE(shown());
  EXPECT_EQ(submit_.facts().size(), 1U);
}

TEST_F(AccessGateTest, AsksForANewRecordAtOnceWhenTheClockWasSetBack) {
  shown();
  ASSERT_TRUE(shown());
  clock_.advance(Duration::seconds(-3'600));
  EXPECT_FALSE(shown()) << "by this clock the old record would hold for an hour";
  EXPECT_EQ(submit_.facts().size(), 2U);
  EXPECT_TRUE(shown());
}

TEST_F(AccessGateTest, AClockThatIsSetBackALittleOpensNothingForLonger) {
  shown();
  ASSERT_TRUE(shown());
  clock_.advance(Duration::seconds(-18));
  EXPECT_FALSE(shown());
}

TEST_F(AccessGateTest, TheRecordSaysFromWhereAndInWhichSession) {
  shown();
  const v1::AccessDecided access = submit_.facts().at(0).access_decided();
  EXPECT_EQ(access.address(), "203.0.113.7");
  EXPECT_EQ(access.session(), "session-1");
}

TEST_F(AccessGateTest, ASecondSessionOrAnotherPlaceHasARecordOfItsOwn) {
  shown();
  ASSERT_TRUE(shown());
  EXPECT_FALSE(shown({"203.0.113.7", "session-2"})) << "what opened for another is not open here";
  EXPECT_FALSE(shown({"203.0.113.8", "session-1"}));
  EXPECT_TRUE(shown({"203.0.113.7", "session-2"}));
  ASSERT_EQ(submit_.facts().size(), 3U);
  EXPECT_EQ(submit_.facts()[1].access_decided().session(), "session-2");
  EXPECT_EQ(submit_.facts()[2].access_decided().address(), "203.0.113.8");
}

TEST_F(AccessGateTest, WhoIsOnAScreenIsShownAndWasNotLookedUp) {
  shown();
  const v1::AccessDecided access = submit_.facts().at(0).access_decided();
  EXPECT_EQ(access.subject_id(), "") << "a look at one person names that person as its subject";
  ASSERT_EQ(access.shown_ids_size(), 1);
  EXPECT_EQ(access.shown_ids(0), "W-1");
}

}  // namespace
}  // namespace haechi::live
