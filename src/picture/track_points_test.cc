#include "picture/track_points.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/archive.h"
#include "base/random.h"

namespace haechi::picture {
namespace {

constexpr TrackPoint kBegin{1'700'000'000'000'000, 375'000'000, 1'270'000'000, 8'000, v1::FIX_SOURCE_GNSS};

TrackPoint drawn(Random& random, const TrackPoint& before) {
  TrackPoint point = before;
  const int64_t unit_us = random.chance(0.5) ? 1'000'000 : random.chance(0.5) ? 1'000 : 1;
  point.at_us += random.between(1, 1'200'000'000 / unit_us) * unit_us;
  const bool anywhere = random.chance(0.1);
  point.lat_e7 = anywhere ? static_cast<int32_t>(random.next()) : before.lat_e7 / 2 + 7;
  point.lng_e7 = anywhere ? static_cast<int32_t>(random.next()) : before.lng_e7 / 2 - 7;
  if (random.chance(0.3)) point.accuracy_mm = static_cast<uint32_t>(random.next());
  if (random.chance(0.2)) point.source = static_cast<v1::FixSource>(random.below(5));
  return point;
}

template <typename T>
std::string archived(const T& value) {
  Writer out;
  write(out, value);
  return out.take();
}

TEST(TrackPoints, HoldTheSameAsAListOfPoints) {
  Random random(1);
  TrackPoints track;
  std::deque<TrackPoint> all;
  for (int step = 0; step < 20'000; ++step) {
    if (all.size() > 100 || (!all.empty() && random.chance(0.4))) {
      track.pop_front();
      all.pop_front();
    } else {
      all.push_back(drawn(random, all.empty() ? kBegin : all.back()));
      track.push_back(all.back());
    }
    const std::vector<TrackPoint> points(all.begin(), all.end());
    ASSERT_EQ(track.all(), points);
    ASSERT_EQ(track.size(), points.size());
    if (points.empty()) continue;
    ASSERT_EQ(track.front(), points.front());
    ASSERT_EQ(track.back(), points.back());
    if (!random.chance(0.01)) continue;
    const std::string bytes = archived(track);
    ASSERT_EQ(bytes, archived(points));
    Reader in(bytes);
    read(in, track);
    ASSERT_TRUE(in.done());
    ASSERT_EQ(track.all(), points);
  }
}

TEST(TrackPoints, AreNotReadWhereTheyDoNotFollowEachOther) {
  std::vector<TrackPoint> points(3, kBegin);
  points[1].at_us += 30;
  points[2].at_us += 20;
  const std::string bytes = archived(points);
  Reader in(bytes);
  TrackPoints track;
  read(in, track);
  EXPECT_TRUE(in.failed());
}

}  // namespace
}  // namespace haechi::picture
