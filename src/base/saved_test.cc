#include "base/saved.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

#include "base/time.h"

namespace haechi {
namespace {

struct Packed {
  int64_t at_us;
  int32_t east, north;
  bool operator==(const Packed&) const = default;
};
static_assert(archive::is_packed<Packed>());
static_assert(archive::is_packed<Time>());

struct Gap {
  int64_t at_us;
  int32_t east;
};
struct Pointing {
  const int* to;
};
struct Doubtful {
  bool sure;
};
static_assert(!archive::is_packed<Gap>(), "a gap holds whatever was there before");
static_assert(!archive::is_packed<Pointing>());
static_assert(!archive::is_packed<Doubtful>(), "not every byte is a bool");

TEST(Saved, IsTakenInPlaceOfWhatWasThere) {
  const std::map<int, std::string> names{{1, "one"}};
  const std::vector<Packed> points{{5, 6, -7}, {8, 9, 10}};
  std::map<int, std::string> names_back{{2, "two"}};
  std::vector<Packed> points_back;
  ASSERT_TRUE(take_saved(saved(names, points), names_back, points_back).ok());
  EXPECT_EQ(names_back, names);
  EXPECT_EQ(points_back, points);
}

TEST(Saved, NothingStandsForANewState) {
  std::vector<int> kept{1, 2, 3};
  ASSERT_TRUE(take_saved("", kept).ok());
  EXPECT_TRUE(kept.empty());
}

TEST(Saved, WhatCannotBeReadChangesNothing) {
  const std::string whole = saved(std::vector<Packed>{{5, 6, 7}}, std::string("end"));
  for (const std::string& bytes : {whole.substr(0, whole.size() - 1), whole + "x"}) {
    std::vector<Packed> points{{1, 2, 3}};
    std::string end = "before";
    EXPECT_FALSE(take_saved(bytes, points, end).ok());
    EXPECT_EQ(points, (std::vector<Packed>{{1, 2, 3}}));
    EXPECT_EQ(end, "before");
  }
}

}  // namespace
}  // namespace haechi
