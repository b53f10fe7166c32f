#include "base/interner.h"

#include <gtest/gtest.h>

#include <string>

namespace haechi {
namespace {

TEST(Interner, NumbersNamesInOrderOfFirstAppearanceAndFindsEachAgain) {
  Interner names;
  for (uint32_t i = 0; i < 20'000; ++i) EXPECT_EQ(names.intern("name-" + std::to_string(i)), i);
  for (uint32_t i = 0; i < 20'000; ++i) {
    const std::string name = "name-" + std::to_string(i);
    EXPECT_EQ(names.intern(name), i);
    EXPECT_EQ(names.find(name), i);
    EXPECT_EQ(names.name(i), name);
  }
  EXPECT_EQ(names.size(), 20'000u);
}

TEST(Interner, DoesNotFindWhatItWasNotTold) {
  Interner names;
  EXPECT_EQ(names.find("a"), std::nullopt);
  names.intern("a");
  EXPECT_EQ(names.find("b"), std::nullopt);
  EXPECT_EQ(names.find(""), std::nullopt);
  EXPECT_EQ(names.intern(""), 1u);
  EXPECT_EQ(names.find(""), 1u);
}

TEST(Interner, KeepsTheNameItHandedOutWhereItWas) {
  Interner names;
  names.intern("first");
  const std::string& first = names.name(0);
  for (int i = 0; i < 10'000; ++i) names.intern(std::to_string(i));
  EXPECT_EQ(&first, &names.name(0));
  EXPECT_EQ(first, "first");
}

}  // namespace
}  // namespace haechi
