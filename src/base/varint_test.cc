#include "base/varint.h"

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"

namespace haechi {
namespace {

TEST(Varint, TakesSevenBitsAByteAndIsReadBackBothWays) {
  Random random(1);
  std::string text;
  std::vector<uint64_t> all;
  for (int shift = 0; shift < 64; ++shift)
    for (const uint64_t value : {uint64_t{1} << shift, (uint64_t{1} << shift) - 1, random.next() >> shift}) {
      std::array<char, kVarintBytesMax> bytes{};
      const size_t size = put_varint(bytes.data(), value);
      EXPECT_EQ(size, value == 0 ? 1u : (64u - static_cast<size_t>(std::countl_zero(value)) + 6) / 7);
      uint64_t read = 0;
      EXPECT_EQ(get_varint(bytes.data(), read), bytes.data() + size);
      EXPECT_EQ(read, value);
      append_varint(text, value);
      all.push_back(value);
    }
  std::string_view left = text;
  for (const uint64_t value : all) EXPECT_EQ(take_varint(left), value);
  EXPECT_TRUE(left.empty());
  EXPECT_EQ(take_varint(left), std::nullopt);
}

TEST(Varint, IsNotReadWhereItIsCutOffOrNeverEnds) {
  std::string text;
  append_varint(text, UINT64_MAX);
  for (size_t size = 0; size < text.size(); ++size) {
    std::string_view part = std::string_view(text).substr(0, size);
    EXPECT_EQ(take_varint(part), std::nullopt);
    EXPECT_EQ(part.size(), size) << "nothing is taken away";
  }
  std::string_view endless = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01";
  EXPECT_EQ(take_varint(endless), std::nullopt);
}

TEST(Varint, OfADifferenceIsShortWhereThatIsNearToNothing) {
  for (const int64_t difference : {0, 1, -1, 63, -64}) {
    EXPECT_LT(folded(static_cast<uint64_t>(difference)), 128u);
    EXPECT_EQ(unfolded(folded(static_cast<uint64_t>(difference))), static_cast<uint64_t>(difference));
  }
  EXPECT_EQ(unfolded(folded(uint64_t{1} << 63)), uint64_t{1} << 63);
}

}  // namespace
}  // namespace haechi
