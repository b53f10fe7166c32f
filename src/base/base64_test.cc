#include "base/base64.h"

#include <gtest/gtest.h>

namespace haechi {
namespace {

TEST(Base64, IsWhatRfc4648SaysAndComesBack) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("foobar"), "Zm9vYmFy");
  EXPECT_EQ(base64("fooba"), "Zm9vYmE=");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_EQ(decode_base64("QUI="), "AB");
  EXPECT_EQ(base64url("\xfb\xff"), "-_8");
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    EXPECT_EQ(decode_base64(base64(bytes)), bytes);
    EXPECT_EQ(decode_base64url(base64url(bytes)), bytes);
    bytes += static_cast<char>(i * 7);
  }
}

TEST(Base64, HasOneTextForEachValue) {
  EXPECT_EQ(decode_base64("AA=="), std::string(1, '\0'));
  for (const char* other : {"AB==", "AA", "A===", "Q===", "A", "AA==\n", " AA=", "-_8=", "AA==AA==", "===="})
    EXPECT_EQ(decode_base64(other), std::nullopt) << other;
}

TEST(Base64, ForAddressesMayBePaddedAndKnowsNoPlusAndNoSlash) {
  EXPECT_EQ(decode_base64url("-_8="), "\xfb\xff");
  for (const char* other : {"+/8=", "A", "-_9", "a b"})
    EXPECT_EQ(decode_base64url(other), std::nullopt) << other;
}

}  // namespace
}  // namespace haechi
