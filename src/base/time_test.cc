#include "base/time.h"

#include <gtest/gtest.h>

namespace haechi {
namespace {

TEST(Time, StandsAtItsEndsWhereASumGoesBeyondThem) {
  const Time last{INT64_MAX}, first{INT64_MIN};
  EXPECT_EQ(last + Duration{1}, last);
  EXPECT_EQ(last - Duration{-1}, last);
  EXPECT_EQ(first - Duration{1}, first);
  EXPECT_EQ(first + Duration{-1}, first);
  EXPECT_EQ(last - first, Duration{INT64_MAX});
  EXPECT_EQ(first - last, Duration{INT64_MIN});
  EXPECT_EQ(Duration::seconds(INT64_MAX), Duration{INT64_MAX});
  EXPECT_EQ(Duration{INT64_MIN} * 2, Duration{INT64_MIN});
  EXPECT_EQ(Duration{INT64_MIN} * -1, Duration{INT64_MAX});
  EXPECT_EQ(last - Duration{5}, Time{INT64_MAX - 5});
  static_assert(Time{7} + Duration{3} == Time{10} && Duration{7} - Duration{9} == Duration{-2});
}

TEST(Iso8601, WritesAndReadsBackTheSameMoment) {
  for (const int64_t us : {int64_t{0}, int64_t{951'782'400'000'000}, int64_t{1'773'446'112'250'000},
                           int64_t{4'133'980'799'999'000}}) {
    const auto back = parse_iso8601(iso8601(Time{us}));
    ASSERT_TRUE(back.ok());
    EXPECT_EQ(back->us, us);
  }
}

TEST(Iso8601, ReadsOffsetsInEveryFormThatPeersSend) {
  const int64_t expected = parse_iso8601("2026-08-21T16:18:48Z")->us;
  for (const char* text :
       {"2026-08-21T16:18:48.000+00:00", "2026-08-21T16:18:48.000+0000", "2026-08-21 16:18:48",
        "2026-08-22T01:18:48+09:00", "2026-08-21T11:18:48.000000-05:00"}) {
    const auto read = parse_iso8601(text);
    ASSERT_TRUE(read.ok()) << text;
    EXPECT_EQ(read->us, expected) << text;
  }
}

TEST(Iso8601, TakesALeapSecondForTheNextSecond) {
  EXPECT_EQ(parse_iso8601("2016-12-31T23:59:60Z")->us, parse_iso8601("2017-01-01T00:00:00Z")->us);
  EXPECT_FALSE(parse_iso8601("2016-12-31T23:59:61Z").ok());
}

TEST(Iso8601, RefusesWhatIsNotATime) {
  for (const char* text : {"", "2026", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-01-01T24:00:00Z",
                           "2026-01-01T00:00:00Zjunk", "1969-12-31T23:59:59Z", "2026-01-01T00:00:00.Z"})
    EXPECT_FALSE(parse_iso8601(text).ok()) << text;
}

TEST(Iso8601, KnowsLeapYears) {
  EXPECT_TRUE(parse_iso8601("2028-02-29T00:00:00Z").ok());
  EXPECT_FALSE(parse_iso8601("2100-02-29T00:00:00Z").ok());
}

}  // namespace
}  // namespace haechi
