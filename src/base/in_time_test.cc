#include "base/in_time.h"

#include <gtest/gtest.h>

#include <future>

namespace haechi {
namespace {

constexpr Duration kLong = Duration::seconds(60), kShort = Duration::millis(1);
using Came = InTime::Came;

TEST(InTime, DoesWhatItIsGivenBeforeItAnswers) {
  InTime thread("in time", kLong);
  int sum = 0;
  for (int i = 1; i <= 1'000; ++i) ASSERT_EQ(thread.run([&sum, i] { sum += i; }), Came::kDone);
  EXPECT_EQ(sum, 500'500);
}

TEST(InTime, TakesManyCallersOneAtATime) {
  InTime thread("in time", kLong);
  int sum = 0;  // of its thread
  std::vector<std::thread> callers;
  for (int caller = 0; caller < 8; ++caller)
    callers.emplace_back([&] {
      for (int i = 0; i < 1'000; ++i) EXPECT_EQ(thread.run([&sum] { ++sum; }), Came::kDone);
    });
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(sum, 8'000);
}

TEST(InTime, KeepsNobodyWaitingForWhatHangsAndGoesOnWhenItIsBack) {
  std::promise<void> disk, mended;
  InTime thread("in time", kShort, [&] { mended.set_value(); });
  EXPECT_EQ(thread.run([back = disk.get_future().share()] { back.wait(); }), Came::kLate);
  bool begun = false;
  EXPECT_EQ(thread.run([&begun] { begun = true; }), Came::kNotBegun);
  EXPECT_FALSE(begun);
  disk.set_value();
  mended.get_future().wait();
  Came came = Came::kNotBegun;
  while (came == Came::kNotBegun) came = thread.run([] {});
  EXPECT_NE(came, Came::kNotBegun);
}

}  // namespace
}  // namespace haechi
