#include "base/digest.h"

#include <gtest/gtest.h>

#include <thread>

namespace haechi {
namespace {

// Known answers: FIPS 180-4 example, RFC 4231 case 2, RFC 3720 B.4.
TEST(Digest, MatchesPublishedAnswers) {
  EXPECT_EQ(hex(view(sha256("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(view(hmac_sha256("Jefe", "what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8A9136AAu);
}

TEST(Digest, AThreadThatEndsLeavesNothingOfItBehind) {
  Digest made{};
  std::thread([&made] { made = sha256("abc"); }).join();  // LeakSanitizer looks
  EXPECT_EQ(made, sha256("abc"));
}

// Divided out bit by bit, as the standard defines it.
uint32_t crc32c_by_bits(std::string_view bytes) {
  uint32_t sum = 0xFFFFFFFF;
  for (const char byte : bytes) {
    sum ^= static_cast<uint8_t>(byte);
    for (int bit = 0; bit < 8; ++bit) sum = (sum >> 1) ^ (sum & 1 ? 0x82F63B78 : 0);
  }
  return ~sum;
}

TEST(Digest, ChecksumIsThatOfTheStandardForEveryLengthAndPlace) {
  std::string bytes;
  for (int i = 0; i < 80; ++i) bytes += static_cast<char>(i * i * 37 + 11);
  for (size_t from = 0; from < 9; ++from)
    for (size_t length = 0; from + length <= bytes.size(); ++length) {
      const std::string_view part = std::string_view(bytes).substr(from, length);
      ASSERT_EQ(crc32c(part), crc32c_by_bits(part)) << from << ' ' << length;
    }
}

TEST(Digest, OfTwoPartsIsTheDigestOfBothJoined) {
  EXPECT_EQ(sha256("ab", "c"), sha256("abc"));
}

TEST(Digest, SecretsDifferInLengthOrContent) {
  EXPECT_TRUE(equal_secret("key", "key"));
  EXPECT_FALSE(equal_secret("key", "kez"));
  EXPECT_FALSE(equal_secret("key", "keys"));
}

}  // namespace
}  // namespace haechi
