#include "base/hex.h"

#include <gtest/gtest.h>

#include "base/digest.h"

namespace haechi {
namespace {

TEST(DecodeHex, ReadsWhatHexWrites) {
  std::string bytes;
  for (int value = 0; value < 256; ++value) bytes += static_cast<char>(value);
  EXPECT_EQ(decode_hex(hex(bytes)), bytes);
  EXPECT_EQ(decode_hex("aFfA"), "\xAF\xFA");
  EXPECT_EQ(decode_hex(""), "");
}

TEST(DecodeHex, ReadsNothingElse) {
  for (const char* text : {"a", "abc", "zz", "-1", "+1", " 1", "0x", "1g"})
    EXPECT_FALSE(decode_hex(text)) << text;
}

}  // namespace
}  // namespace haechi
