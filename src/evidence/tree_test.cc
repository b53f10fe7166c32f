#include "evidence/tree.h"

#include <gtest/gtest.h>

#include "log/test_log.h"

namespace haechi::evidence {
namespace {

std::string some_entry(uint64_t no) {
  return entry_of(no, Time{static_cast<int64_t>(no) * 10}, "fact " + std::to_string(no));
}

TEST(Tree, IsTheSameHoweverManyEntriesComeAtOnce) {
  const log::TestDirectory directory(true);
  const auto tree = Tree::open(directory.file("tree"), 0, true);
  ASSERT_TRUE(tree.ok());
  RunningRoot expected;
  uint64_t no = 0;
  for (const uint64_t many : {1, 254, 1, 1, 255, 256, 257, 1'000, 64'000, 3}) {
    std::string entries;
    for (uint64_t i = 0; i < many; ++i) {
      entries += some_entry(++no);
      expected.add(leaf_hash(some_entry(no)));
    }
    ASSERT_TRUE((*tree)->append(entries).ok());
    EXPECT_EQ((*tree)->size(), no);
    EXPECT_EQ(*(*tree)->root(no), expected.root());
  }
  EXPECT_TRUE((*tree)->check().ok());
  EXPECT_EQ(*(*tree)->entry(256), some_entry(257));
}

}  // namespace
}  // namespace haechi::evidence
