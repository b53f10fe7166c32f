#include "net/turned_away.h"

#include <gtest/gtest.h>

#include <vector>

namespace haechi::net {
namespace {

struct Lines {
  std::vector<std::string> told;
  TurnedAway door{"front", [this](const std::string& line) { told.push_back(line); }};
};

TEST(TurnedAway, TellsAFloodInOneLineWithItsNumber) {
  Lines lines;
  for (int i = 0; i < 5000; ++i) lines.door.note("192.0.2.7", "401 Unauthorized");
  lines.door.note("192.0.2.8", "400 Bad Request");
  EXPECT_TRUE(lines.told.empty());
  lines.door.flush();
  EXPECT_EQ(lines.told, (std::vector<std::string>{"front: 5000 times 401 Unauthorized from 192.0.2.7",
                                                  "front: 1 time 400 Bad Request from 192.0.2.8"}));
  lines.door.flush();
  EXPECT_EQ(lines.told.size(), 2u) << "what was told is not told again";
}

TEST(TurnedAway, HoldsABoundedNumberOfAddresses) {
  Lines lines;
  for (int i = 0; i < 5000; ++i) lines.door.note("2001:db8::" + std::to_string(i), "429 Too Many Requests");
  lines.door.flush();
  EXPECT_EQ(lines.told.size(), TurnedAway::kKindsMax + 1);
  EXPECT_EQ(lines.told.back(), "front: 4800 times turned away from others");
}

TEST(TurnedAway, LetsNoMessageForgeALine) {
  Lines lines;
  lines.door.note("192.0.2.7", "exception: a\nfront: 1 time nothing" + std::string(500, 'x'));
  lines.door.flush();
  ASSERT_EQ(lines.told.size(), 1u);
  EXPECT_EQ(lines.told[0].find('\n'), std::string::npos);
  EXPECT_LT(lines.told[0].size(), 200u);
}

}  // namespace
}  // namespace haechi::net
