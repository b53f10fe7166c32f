#include "node/node_watch.h"

#include <gtest/gtest.h>

#include <string>

namespace haechi::node {
namespace {

constexpr uint64_t kGb = 1'000'000'000;

class NodeWatchTest : public testing::Test {
 protected:
  // What is told over so many hours, as "DISK_FILLING 12" or "DISK_FILLING over", with the hour.
  std::vector<std::string> pass(int hours, int64_t free_bytes_per_hour, bool clock_is_kept = true) {
    std::vector<std::string> out;
    for (int look = 0; look < hours * 120; ++look) {
      now_ = now_ + kWatchPeriod;
      free_ = static_cast<uint64_t>(static_cast<int64_t>(free_) + free_bytes_per_hour / 120);
      for (const v1::NodeCondition& one : watch_.look(now_, Disk{free_, 1'000 * kGb}, clock_is_kept)) {
        told_.put(1, now_, one);
        out.push_back(v1::NodeCondition::Kind_Name(one.kind()) +
                      (one.over() ? " over" : " " + std::to_string(one.days_left())));
      }
    }
    return out;
  }

  picture::NodeBook told_;
  NodeWatch watch_{told_};
  Time now_{1'795'342'680'000'000};
  uint64_t free_ = 500 * kGb;
};

using Told = std::vector<std::string>;

TEST_F(NodeWatchTest, SaysNothingOfADiskThatLastsForMoreThanAMonth) {
  EXPECT_EQ(pass(48, -600'000'000), Told()) << "14 GB a day of 500: 33 days";
}

TEST_F(NodeWatchTest, SaysAMonthAheadThatTheDiskWillBeFull) {
  EXPECT_EQ(pass(3, -700'000'000), Told{"DISK_FILLING 29"});
}

TEST_F(NodeWatchTest, SaysItAgainWhenHalfOfThatIsLeftAndWhenItIsOver) {
  pass(2, -700'000'000);
  free_ = 200 * kGb;  // somebody put something there
  const Told again = pass(1, -700'000'000);
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].substr(0, 13), "DISK_FILLING ");
  EXPECT_EQ(pass(1, -700'000'000), Told());
  free_ = 900 * kGb;
  EXPECT_EQ(pass(1, 0), Told{"DISK_FILLING over"});
}

TEST_F(NodeWatchTest, SaysThatADiskIsNearlyFullWhateverThePace) {
  free_ = kGb / 2;
  EXPECT_EQ(pass(1, 0), Told{"DISK_FILLING 0"});
}

TEST_F(NodeWatchTest, SaysWithinFiveMinutesThatNothingKeepsTheClock) {
  EXPECT_EQ(pass(1, 0, true), Told());
  Told told;
  int looks = 0;
  while (told.empty() && looks < 1'000) {
    ++looks;
    now_ = now_ + kWatchPeriod;
    for (const v1::NodeCondition& one : watch_.look(now_, std::nullopt, false))
      told.push_back(v1::NodeCondition::Kind_Name(one.kind()));
  }
  EXPECT_EQ(told, Told{"CLOCK_UNKEPT"});
  EXPECT_LE((kWatchPeriod * looks).us, Duration::seconds(300).us);
  EXPECT_EQ(pass(1, 0, false), Told()) << "once";
  EXPECT_EQ(pass(1, 0, true), Told{"CLOCK_UNKEPT over"});
}

TEST_F(NodeWatchTest, KnowsAtAStartWhatTheLogWasTold) {
  EXPECT_EQ(pass(1, 0, false), Told{"CLOCK_UNKEPT 0"});
  watch_ = NodeWatch(told_);
  EXPECT_EQ(pass(1, 0, false), Told());
  EXPECT_EQ(pass(1, 0, true), Told{"CLOCK_UNKEPT over"});
}

}  // namespace
}  // namespace haechi::node
