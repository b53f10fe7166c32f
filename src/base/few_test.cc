#include "base/few.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/archive.h"
#include "base/random.h"

namespace haechi {
namespace {

template <typename T>
std::string archived(const T& value) {
  Writer out;
  write(out, value);
  return out.take();
}
template <typename T>
T back(const std::string& bytes) {
  Reader in(bytes);
  T value;
  read(in, value);
  EXPECT_TRUE(in.done());
  return value;
}

TEST(FewIndexes, HoldTheSameAsAVectorWhateverIsPutInAndTakenOut) {
  Random random(5);
  FewIndexes few;
  std::vector<uint32_t> all;
  for (int step = 0; step < 5'000; ++step) {
    const auto index = static_cast<uint32_t>(random.below(6)) * 1'000'000'007u;
    if (random.chance(0.5)) {
      few.push_back(index);
      all.push_back(index);
    } else {
      drop(few, index);
      std::erase(all, index);
    }
    const FewIndexes copy = few;
    ASSERT_EQ(copy.empty(), all.empty());
    ASSERT_EQ(std::vector<uint32_t>(copy.begin(), copy.end()), all);
    ASSERT_EQ(archived(copy), archived(all));
    const auto read_back = back<FewIndexes>(archived(copy));
    ASSERT_EQ(std::vector<uint32_t>(read_back.begin(), read_back.end()), all);
  }
}

TEST(FewByKey, HoldsTheSameAsAMapWhateverIsPutInAndTakenOut) {
  Random random(6);
  FewByKey<int, std::string> few;
  std::map<int, std::string> all;
  for (int step = 0; step < 5'000; ++step) {
    const int key = static_cast<int>(random.below(8));
    if (random.chance(0.5)) {
      few[key] += 'x';
      all[key] += 'x';
    } else {
      few.erase(key);
      all.erase(key);
    }
    ASSERT_EQ(few.size(), all.size());
    ASSERT_EQ(few.empty(), all.empty());
    ASSERT_EQ(few.contains(key), all.contains(key));
    ASSERT_EQ(archived(few), archived(all));
    ASSERT_EQ(archived(back<FewByKey<int, std::string>>(archived(all))), archived(all));
  }
}

TEST(Few, TakesOneWordWhereItHoldsNothing) {
  Few<std::string> few;
  EXPECT_EQ(sizeof few, sizeof(void*));
  EXPECT_TRUE(few.empty());
  few.push_back("a");
  few.emplace_back() = "b";
  Few<std::string> copy = few;
  few.erase(few.begin());
  EXPECT_EQ(*few.begin(), "b");
  few.erase(few.begin());
  EXPECT_TRUE(few.empty());
  EXPECT_EQ(few.begin(), few.end());
  EXPECT_EQ(copy.size(), 2u);
}

}  // namespace
}  // namespace haechi
