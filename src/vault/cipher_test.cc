#include "vault/cipher.h"

#include <gtest/gtest.h>

#include <set>

#include "base/digest.h"

namespace haechi::vault {
namespace {

std::string unhex(const std::string& text) {
  std::string out;
  for (size_t at = 0; at + 1 < text.size(); at += 2)
    out += static_cast<char>(std::stoi(text.substr(at, 2), nullptr, 16));
  return out;
}

// McGrew and Viega, The Galois/Counter Mode of Operation, test case 16.
const Key kKey(unhex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"));
const std::string kNonce = unhex("cafebabefacedbaddecaf888");
const std::string kBeside = unhex("feedfacedeadbeeffeedfacedeadbeefabaddad2");
const std::string kPlain = unhex(
    "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5"
    "aa0de657"
    "ba637b39");
const std::string kBox =
    "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e63"
    "93ba7a0a"
    "bcc9f662"
    "76fc6ece0f4e1768cddf8853bb2d551b";

TEST(Cipher, EncryptsAsThePublishedVectorOfGcmSays) {
  EXPECT_EQ(hex(encrypt(kKey, kNonce, kBeside, kPlain)), kBox);
  EXPECT_EQ(decrypt(kKey, kNonce, kBeside, unhex(kBox)), kPlain);
}

TEST(Cipher, OpensNothingThatWasChangedInOneBit) {
  const std::string box = unhex(kBox);
  for (size_t bit = 0; bit < box.size() * 8; ++bit) {
    std::string other = box;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ 1 << bit % 8);
    EXPECT_FALSE(decrypt(kKey, kNonce, kBeside, other)) << bit;
  }
  EXPECT_FALSE(decrypt(kKey, kNonce, kBeside + "x", box));
  EXPECT_FALSE(decrypt(Key(std::string(32, 'k')), kNonce, kBeside, box));
  EXPECT_FALSE(decrypt(kKey, unhex("cafebabefacedbaddecaf889"), kBeside, box));
  EXPECT_FALSE(decrypt(kKey, kNonce, kBeside, "short"));
}

// RFC 3394, 4.6.
const Key kMaster(unhex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
const Key kWrappedKey(unhex("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f"));

TEST(Cipher, WrapsAsThePublishedVectorOfKeyWrapSays) {
  const std::string wrapped = wrap(kMaster, kWrappedKey);
  EXPECT_EQ(hex(wrapped), "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
  ASSERT_TRUE(unwrap(kMaster, wrapped));
  EXPECT_EQ(unwrap(kMaster, wrapped)->view(), kWrappedKey.view());
}

TEST(Cipher, UnwrapsNothingUnderAnotherMasterKeyOrAfterAChange) {
  std::string wrapped = wrap(kMaster, kWrappedKey);
  EXPECT_FALSE(unwrap(kKey, wrapped));
  wrapped[11] = static_cast<char>(wrapped[11] ^ 1);
  EXPECT_FALSE(unwrap(kMaster, wrapped));
  EXPECT_FALSE(unwrap(kMaster, ""));
}

TEST(Cipher, DrawsNoNonceTwice) {
  std::set<std::string> drawn;
  for (int i = 0; i < 20'000; ++i) {
    std::string nonce(kNonceBytes, '\0');
    draw(nonce.data(), nonce.size());
    EXPECT_TRUE(drawn.insert(nonce).second);
  }
}

}  // namespace
}  // namespace haechi::vault
