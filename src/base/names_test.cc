#include "base/names.h"

#include <gtest/gtest.h>

#include <string>

namespace haechi {
namespace {

std::string archived(const auto& value) {
  Writer out;
  write(out, value);
  return out.take();
}

// Of all lengths, a few of them longer than a piece.
std::string nth_name(uint32_t i) {
  return "name-" + std::to_string(i) + std::string(i % 1'000 == 7 ? 40'000 + i : i % 300, 'x');
}

TEST(Names, AreNumberedInOrderOfFirstAppearanceAndFoundAgain) {
  Names names;
  for (uint32_t i = 0; i < 5'000; ++i) EXPECT_EQ(names.intern(nth_name(i)), i);
  for (uint32_t i = 0; i < 5'000; ++i) {
    EXPECT_EQ(names.intern(nth_name(i)), i);
    EXPECT_EQ(names.find(nth_name(i)), i);
    EXPECT_EQ(names.name(i), nth_name(i));
    EXPECT_EQ(names.guess(Names::mark_of(nth_name(i))), i);
  }
  EXPECT_EQ(names.size(), 5'000u);
}

TEST(Names, DoNotFindWhatTheyWereNotTold) {
  Names names;
  EXPECT_EQ(names.find("a"), std::nullopt);
  names.intern("a");
  EXPECT_EQ(names.find("b"), std::nullopt);
  EXPECT_EQ(names.find(""), std::nullopt);
  EXPECT_EQ(names.intern(""), 1u);
  EXPECT_EQ(names.find(""), 1u);
}

TEST(Names, ComeBackFromAnArchiveAndRefuseOneThatSaysOneTwice) {
  Names names, back;
  for (uint32_t i = 0; i < 3'000; ++i) names.intern(nth_name(i));
  const std::string bytes = archived(names);
  Reader in(bytes);
  read(in, back);
  ASSERT_TRUE(in.done());
  EXPECT_EQ(archived(back), bytes);
  const std::string twice = archived(std::vector<std::string>{"a", "b", "a"});
  Reader odd(twice);
  read(odd, back);
  EXPECT_TRUE(odd.failed());
}

}  // namespace
}  // namespace haechi
