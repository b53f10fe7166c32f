#include "base/chunks.h"

#include <gtest/gtest.h>

#include <string>

#include "base/rare.h"

namespace haechi {
namespace {

TEST(Chunks, KeepWhatIsPutInInItsOrder) {
  Chunks<std::string> chunks;
  for (int i = 0; i < 1'000; ++i) chunks.push_back(std::to_string(i));
  ASSERT_EQ(chunks.size(), 1'000u);
  int next = 0;
  for (const std::string& one : chunks) EXPECT_EQ(one, std::to_string(next++));
  EXPECT_EQ(next, 1'000);
  EXPECT_EQ(chunks[777], "777");
  chunks.clear();
  EXPECT_EQ(chunks.size(), 0u);
}

TEST(Chunks, MoveNothingOnceTheFirstPieceIsFull) {
  Chunks<int> chunks;
  chunks.extend(256);
  const int* const first = &chunks[0];
  chunks.extend(10'000);
  EXPECT_EQ(&chunks[0], first);
  EXPECT_EQ(chunks.size(), 10'000u);
  chunks.extend(5);
  EXPECT_EQ(chunks.size(), 10'000u) << "so many at least";
}

TEST(Rare, IsOneWordWhereThereIsNothing) {
  static_assert(sizeof(Rare<std::string>) == sizeof(void*));
  Rare<std::string> none;
  EXPECT_FALSE(none);
}

TEST(Rare, ACopyHasAValueOfItsOwn) {
  Rare<std::string> one = std::string("a");
  Rare<std::string> copy = one;
  *copy += "b";
  EXPECT_EQ(*one, "a");
  EXPECT_EQ(*copy, "ab");
  one = copy;
  copy.reset();
  EXPECT_EQ(*one, "ab");
  EXPECT_FALSE(copy);
}

}  // namespace
}  // namespace haechi
