#include "store/fix_stream.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "base/random.h"

namespace haechi::store {
namespace {

template <typename T>
T any(Random& random) {
  using Limits = std::numeric_limits<T>;
  if (random.chance(0.2)) return random.chance(0.5) ? Limits::min() : Limits::max();
  return static_cast<T>(random.below(std::numeric_limits<uint64_t>::max()));
}

TEST(FixStream, GivesBackWhateverClocksDevicesAndPlacesSaid) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Random random(seed);
    const uint64_t before = random.chance(0.5) ? 0 : uint64_t{1} << random.below(60);
    FixStream stream(before);
    std::vector<PastFix> added;
    PastFix fix;
    fix.no = before;
    for (int i = 0; i < 500; ++i) {
      fix.no += 1 + random.below(uint64_t{1} << random.below(30));
      if (random.chance(0.05)) fix.at.us = any<int64_t>(random);
      const int64_t units[] = {1, 1'000, 1'000'000};
      fix.at.us = static_cast<int64_t>(static_cast<uint64_t>(fix.at.us) +
                                       random.below(100'000) * static_cast<uint64_t>(units[random.below(3)]));
      if (random.chance(0.3)) fix.lat_e7 = any<int32_t>(random);
      if (random.chance(0.3)) fix.lng_e7 = any<int32_t>(random);
      if (random.chance(0.3)) fix.accuracy_mm = any<uint32_t>(random);
      if (random.chance(0.1)) fix.source = any<int32_t>(random);
      stream.add(fix);
      added.push_back(fix);
    }
    const auto read = FixStream::read(stream.bytes(), before, fix.no);
    ASSERT_TRUE(read.has_value()) << seed;
    EXPECT_EQ(*read, added) << seed;
    EXPECT_FALSE(FixStream::read(stream.bytes(), before, fix.no - 1)) << "one is of an entry behind the end";
    const std::string_view cut(stream.bytes().data(), stream.bytes().size() - 1);
    EXPECT_FALSE(FixStream::read(cut, before, fix.no)) << "the last one is cut";
  }
}

// What nobody wrote is refused or read as something, and never more than there is.
TEST(FixStream, ReadsAnyBytesWithoutHarm) {
  Random random(5);
  for (int round = 0; round < 2'000; ++round) {
    std::string bytes(random.below(200), '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.below(256));
    const auto read = FixStream::read(bytes, 7, 1'000'000);
    if (!read) continue;
    EXPECT_LE(read->size(), bytes.size() / 4);
    for (const PastFix& fix : *read) EXPECT_TRUE(7 < fix.no && fix.no <= 1'000'000);
  }
}

// A phone whose every number trembles: the clock by some hundred milliseconds, the place by five metres, the
// accuracy by some metres, and how many of a thousand others report in between.
TEST(FixStream, TakesNoMoreThanElevenBytesForAFixOfAPhoneThatIsCarriedAround) {
  Random random(11);
  FixStream stream(0);
  PastFix fix{
      .no = 0, .at = Time{1'700'000'000'000'000}, .lat_e7 = 0, .lng_e7 = 0, .accuracy_mm = 0, .source = 1};
  double north_m = 0, east_m = 0;
  constexpr int kFixes = 5'760;
  for (int i = 0; i < kFixes; ++i) {
    const double speed_mps = i % 24 < 16 ? 0 : i % 24 < 22 ? 1.4 : 14;
    north_m += speed_mps * 15 * 0.6;
    east_m += speed_mps * 15 * 0.8;
    fix.no += 1'000 + random.below(60);
    fix.at = fix.at + Duration::millis(14'800 + static_cast<int64_t>(random.below(400)));
    fix.lat_e7 = 375'000'000 + static_cast<int32_t>((north_m + 5 * random.normal()) * 90);
    fix.lng_e7 = 1'270'000'000 + static_cast<int32_t>((east_m + 5 * random.normal()) * 113);
    fix.accuracy_mm = static_cast<uint32_t>(5'000 + random.below(8'000));
    stream.add(fix);
  }
  const double bytes = static_cast<double>(stream.bytes().size()) / kFixes;
  RecordProperty("bytes_a_fix", std::to_string(bytes));
  EXPECT_LT(bytes, 11);
}

}  // namespace
}  // namespace haechi::store
