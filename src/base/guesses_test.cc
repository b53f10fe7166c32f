#include "base/guesses.h"

#include <gtest/gtest.h>

namespace haechi {
namespace {

constexpr Time kNow{1'800'000'000'000'000};
constexpr Throttle::Rate kRate{.per_minute = 6, .burst = 3};

TEST(Guesses, CountEachWrongKeyOfAnAddress) {
  Guesses guesses(kRate, 100);
  for (const char* key : {"a", "b", "c"}) EXPECT_EQ(guesses.take("192.0.2.1", key, kNow).us, 0) << key;
  EXPECT_EQ(guesses.take("192.0.2.1", "d", kNow), Duration::seconds(10));
  EXPECT_EQ(guesses.take("192.0.2.2", "d", kNow).us, 0) << "another address may still mistype";
}

TEST(Guesses, DoNotCountTheSameWrongKeyAgain) {
  Guesses guesses(kRate, 100);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(guesses.take("192.0.2.1", "an ended session", kNow).us, 0);
    EXPECT_EQ(guesses.take("192.0.2.1", "that of another page", kNow).us, 0);
  }
  EXPECT_EQ(guesses.take("192.0.2.1", "a guess", kNow).us, 0);
  EXPECT_GT(guesses.take("192.0.2.1", "another guess", kNow).us, 0);
  EXPECT_EQ(guesses.take("192.0.2.1", "an ended session", kNow).us, 0);
}

TEST(Guesses, RememberFewKeysOfAnAddress) {
  Guesses guesses({.per_minute = 600, .burst = 600}, 100);
  EXPECT_EQ(guesses.take("192.0.2.1", "first", kNow).us, 0);
  for (int i = 0; i < 599; ++i) EXPECT_EQ(guesses.take("192.0.2.1", std::to_string(i), kNow).us, 0);
  EXPECT_GT(guesses.take("192.0.2.1", "first", kNow).us, 0) << "it is a guess again";
}

}  // namespace
}  // namespace haechi
