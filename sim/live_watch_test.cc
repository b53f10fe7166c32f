#include "sim/live_watch.h"

#include <gtest/gtest.h>

namespace haechi::sim {
namespace {

TEST(LiveMessage, ReadsABareListOfPositions) {
  const auto message = read_live_message(
      R"({"entry":7,"positions":[{"person_id":"w-1","fix":{"place":{"lat_e7":5,"lng_e7":6}}},{"unit_id":"u-1"}]})");
  ASSERT_TRUE(message.ok()) << message.error().text();
  EXPECT_EQ(message->entry(), 7u);
  ASSERT_EQ(message->positions_size(), 2);
  EXPECT_EQ(message->positions(0).fix().place().lng_e7(), 6);
  EXPECT_EQ(message->positions(1).unit_id(), "u-1");
}

TEST(LiveMessage, ReadsAnObjectAndPassesOverWhatItDoesNotKnow) {
  const auto message = read_live_message(
      R"({"entry":8,"cursor":"8.1","call":{"id":"c-1","state":"CALL_STATE_CLOSED","opened_at_us":"12"}})");
  ASSERT_TRUE(message.ok()) << message.error().text();
  EXPECT_EQ(message->call().state(), v1::CALL_STATE_CLOSED);
  EXPECT_EQ(message->call().opened_at_us(), 12);
}

TEST(LiveMessage, IsNotMadeOfAnythingElse) {
  EXPECT_FALSE(read_live_message("").ok());
  EXPECT_FALSE(read_live_message("[1]").ok());
  EXPECT_FALSE(read_live_message(R"({"entry":)").ok());
}

}  // namespace
}  // namespace haechi::sim
