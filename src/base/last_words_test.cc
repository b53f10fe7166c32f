#include "base/last_words.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <climits>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <thread>

#include "base/ensure.h"

namespace haechi {
namespace {

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

class LastWordsTest : public testing::Test {
 protected:
  LastWordsTest() {
    std::string name = testing::TempDir() + "haechi-last-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    path_ = directory_ + "/last_words";
  }
  ~LastWordsTest() override { std::filesystem::remove_all(directory_); }
  // What a program that ends like this leaves behind.
  template <typename End>
  LastWord after(End end, int signal) {
    EXPECT_EXIT(
        {
          if (install_last_words(path_, "1.2").ok()) end();
        },
        testing::KilledBySignal(signal), "haechi ended by a fault of its own: [0-9]+ 1\\.2");
    const auto words = read_last_words(path_);
    EXPECT_EQ(words.size(), 1u);
    return words.empty() ? LastWord() : words.front();
  }

  std::string directory_, path_;
};

TEST_F(LastWordsTest, SayWhichInvariantBrokeAndWhereAndNoValueOfIt) {
  const std::string secret = "37.6360";
  const LastWord word = after([&] { ENSURE(secret.empty(), secret); }, SIGABRT);
  EXPECT_THAT(word.how, MatchesRegex("invariant src/base/last_words_test.cc:[0-9]+ at( \\+[0-9a-f]+)+"));
  EXPECT_THAT(word.how, Not(HasSubstr(secret)));
  EXPECT_THAT(word.build, MatchesRegex("1\\.2-[0-9a-f]{16}"));
  EXPECT_GT(word.at, Time{1'700'000'000'000'000});
}

TEST_F(LastWordsTest, SayWhichExceptionNobodyCaughtAndNotWhatItQuotes) {
  const LastWord word =
      after([] { std::thread([] { throw std::runtime_error("37.6360"); }).join(); }, SIGABRT);
  EXPECT_THAT(word.how, MatchesRegex("exception St13runtime_error at( \\+[0-9a-f]+)+"));
}

TEST_F(LastWordsTest, SayWhichSignalEndedIt) {
  const LastWord word = after(
      [] {
        volatile int* nowhere = nullptr;
        *nowhere = 1;
      },
      SIGSEGV);
  EXPECT_THAT(word.how, MatchesRegex("signal SIGSEGV at( \\+[0-9a-f]+)+"));
}

int down(int n) {
  volatile char room[4096];
  room[n % 4096] = static_cast<char>(n);
  return n == INT_MAX ? 0 : down(n + 1) + room[n % 4096];
}

TEST_F(LastWordsTest, AreSaidWithNoStackLeft) {
  const LastWord word = after([] { std::exit(down(0)); }, SIGSEGV);
  EXPECT_THAT(word.how, HasSubstr("signal SIGSEGV at"));
}

TEST_F(LastWordsTest, AreSaidWithNoStackLeftOnAThreadThatKeptOneForThem) {
  const LastWord word = after(
      [] {
        std::thread([] {
          keep_stack_for_last_words();
          std::exit(down(0));
        }).join();
      },
      SIGSEGV);
  EXPECT_THAT(word.how, HasSubstr("signal SIGSEGV at"));
}

TEST_F(LastWordsTest, StayUntilTheyAreForgotten) {
  after([] { ::raise(SIGBUS); }, SIGBUS);
  ASSERT_TRUE(forget_last_words(path_).ok());
  EXPECT_TRUE(read_last_words(path_).empty());
  EXPECT_TRUE(read_last_words(directory_ + "/none").empty());
}

}  // namespace
}  // namespace haechi
