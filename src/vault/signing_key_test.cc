#include "vault/signing_key.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/digest.h"
#include "base/hex.h"
#include "vault/key_ring.h"

namespace haechi::vault {
namespace {

TEST(Hkdf, GivesTheFirstBlockOfTheVectorsOfRfc5869) {
  EXPECT_EQ(hex(hkdf_sha256(std::string(22, '\x0b'), decode_hex("000102030405060708090a0b0c").value(),
                            decode_hex("f0f1f2f3f4f5f6f7f8f9").value())
                    .view()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(hex(hkdf_sha256(std::string(22, '\x0b'), "", "").view()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(SigningKey, IsTheOneOfTheVectors) {
  std::ifstream in(std::string(HAECHI_SOURCE_DIR) + "/tests/vectors/signed_reports.txt");
  std::string line;
  std::getline(in, line);
  int rows = 0;
  for (; std::getline(in, line); ++rows) {
    std::istringstream words(line);
    std::string device, root, key;
    uint32_t generation = 0;
    words >> device >> generation >> root >> key;
    EXPECT_EQ(hex(signing_key(Key(decode_hex(root).value()), device, generation).view()), key) << line;
  }
  EXPECT_EQ(rows, 4);
}

TEST(SigningKey, IsTheSameWheneverTheRingIsOpenedAndLiesNowhereInIt) {
  std::string name = testing::TempDir() + "haechi-signing-XXXXXX";
  const std::string folder = ::mkdtemp(name.data());
  const auto open = [&] {
    return *KeyRing::open(folder + "/ring", Key(std::string(32, 'm')), RingMode::kWrite);
  };
  auto ring = open();
  const std::string first = *ring->device_key("ankle-7", 1);
  EXPECT_NE(first, *ring->device_key("ankle-7", 2));
  EXPECT_NE(first, *ring->device_key("ankle-8", 1));
  EXPECT_EQ(*ring->device_mac("ankle-7", 1, "report"), hmac_sha256(first, "report"));
  const Digest coarse = *ring->coarse_digest("W-1");
  ring.reset();
  ring = open();
  EXPECT_EQ(first, *ring->device_key("ankle-7", 1));
  EXPECT_EQ(coarse, *ring->coarse_digest("W-1"));
  std::ifstream in(folder + "/ring", std::ios::binary);
  std::stringstream all;
  all << in.rdbuf();
  EXPECT_EQ(all.str().find(first), std::string::npos);
  ring.reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace haechi::vault
