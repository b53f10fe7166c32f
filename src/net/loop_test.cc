#include "net/loop.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "net/test_support.h"

namespace haechi::net {
namespace {

TEST(Loop, RunsPostedTasksInOrderOnItsThread) {
  Loop loop("test");
  std::vector<int> seen;
  std::atomic<bool> done{false};
  for (int i = 0; i < 100; ++i) {
    loop.post([&, i] {
      EXPECT_TRUE(loop.is_current());
      seen.push_back(i);
    });
  }
  loop.post([&] { done = true; });
  EXPECT_FALSE(loop.is_current());
  loop.start();
  ASSERT_TRUE(eventually([&] { return done.load(); }));
  loop.stop();
  ASSERT_EQ(seen.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(seen[i], i);
}

TEST(Loop, LosesNothingPostedByManyThreads) {
  Loop loop("test");
  loop.start();
  int count = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 5000; ++i) loop.post([&] { ++count; });
    });
  }
  for (auto& thread : threads) thread.join();
  std::atomic<bool> done{false};
  loop.post([&] { done = true; });
  ASSERT_TRUE(eventually([&] { return done.load(); }));
  loop.stop();
  EXPECT_EQ(count, 20000);
}

TEST(Loop, RunsLaterAndRepeatedly) {
  Loop loop("test");
  loop.start();
  std::atomic<int> beats{0};
  std::atomic<bool> later{false};
  loop.every(Duration::millis(2), [&] { ++beats; });
  loop.after(Duration::millis(5), [&] { later = true; });
  EXPECT_TRUE(eventually([&] { return beats >= 3 && later; }));
  loop.stop();
  int at_stop = beats;
  EXPECT_EQ(beats, at_stop);
}

TEST(Loop, DropsTasksThatPostWhenTheyAreDropped) {
  struct PostsAtEnd {
    Loop* loop;
    ~PostsAtEnd() {
      loop->post([] {});
    }
  };
  auto loop = std::make_unique<Loop>("test");
  auto token = std::make_shared<PostsAtEnd>(PostsAtEnd{loop.get()});
  std::weak_ptr<PostsAtEnd> watch = token;
  loop->after(Duration::seconds(1000), [token] {});
  loop->post([token] {});
  token.reset();
  loop->start();
  loop->stop();
  loop.reset();
  EXPECT_TRUE(watch.expired());
}

}  // namespace
}  // namespace haechi::net
