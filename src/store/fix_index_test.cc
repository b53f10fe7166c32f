#include "store/fix_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "base/random.h"

namespace haechi::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class FixIndexTest : public testing::Test {
 protected:
  FixIndexTest() {
    std::string name = testing::TempDir() + "haechi-fixes-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    open();
  }
  ~FixIndexTest() override { std::filesystem::remove_all(folder_); }

  void open(const std::string& log_id = "log-1", uint64_t block = 10) {
    index_.reset();
    auto opened = FixIndex::open(folder_ + "/fixes.sqlite", log_id, block);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    index_ = *std::move(opened);
  }
  // A reports in every third entry, B in every seventh that is none of A's.
  void take_up_to(uint64_t last) {
    for (uint64_t no = index_->covered() + 1; no <= last; ++no) {
      std::vector<std::string> names;
      if (no % 3 == 0) names = {"A"};
      if (no % 3 != 0 && no % 7 == 0) names = {"B"};
      ASSERT_TRUE(index_->take(no, Time{static_cast<int64_t>(no) * 5}, names).ok());
    }
  }
  std::vector<uint64_t> find(const std::set<std::string>& persons, uint64_t first, uint64_t last) {
    const auto found = index_->find(persons, first, last);
    EXPECT_TRUE(found.ok());
    return found.ok() ? *found : std::vector<uint64_t>{};
  }

  std::string folder_;
  std::unique_ptr<FixIndex> index_;
};

TEST_F(FixIndexTest, FindsThoseOfAPersonInWholeBlocksAndInTheOneUnderWay) {
  take_up_to(28);
  EXPECT_THAT(find({"B"}, 1, 28), ElementsAre(7, 14, 28));
  EXPECT_THAT(find({"A"}, 1, 28), ElementsAre(3, 6, 9, 12, 15, 18, 21, 24, 27));
  EXPECT_THAT(find({"A", "B"}, 12, 24), ElementsAre(12, 14, 15, 18, 21, 24));
  EXPECT_THAT(find({"A"}, 10, 11), IsEmpty());
  EXPECT_THAT(find({"C"}, 1, 28), IsEmpty());
}

TEST_F(FixIndexTest, OpenedAgainItCoversTheWholeBlocksAndGoesOnBehindThem) {
  take_up_to(28);
  open();
  EXPECT_EQ(index_->covered(), 20U);
  EXPECT_EQ(index_->stored().no, 20U);
  EXPECT_EQ(index_->stored().stamp, Time{100});
  take_up_to(33);
  EXPECT_THAT(find({"B"}, 1, 33), ElementsAre(7, 14, 28));
}

TEST_F(FixIndexTest, OfAnotherLogOrWithBlocksOfAnotherSizeItKnowsNothing) {
  take_up_to(28);
  open("log-2");
  EXPECT_EQ(index_->covered(), 0U);
  EXPECT_THAT(find({"A"}, 1, 28), IsEmpty());
  take_up_to(12);
  open("log-2", 7);
  EXPECT_EQ(index_->covered(), 0U);
}

TEST_F(FixIndexTest, NumbersThatAreFarApartComeBackAsTheyWere) {
  open("log-1", 1'000'000);
  std::vector<uint64_t> reported;
  for (uint64_t step = 1, no = 0; no + step < 900'000; step *= 3) reported.push_back(no += step);
  for (uint64_t no = 1, next = 0; no <= reported.back(); ++no) {
    const bool his = no == reported[next];
    ASSERT_TRUE(
        index_->take(no, Time{1}, his ? std::vector<std::string>{"A"} : std::vector<std::string>{}).ok());
    next += his;
  }
  EXPECT_EQ(find({"A"}, 1, 1'000'000), reported);
}

// Entries with up to three names, drawn; found as a walk over all of them finds them.
TEST_F(FixIndexTest, FindsTheNewestThatHaveAllNamesWhateverTheBlocksAndThePage) {
  Random random(20'261'123);
  const std::vector<std::string> all = {"by x", "by y", "at A", "at B", "at C"};
  std::vector<std::set<std::string>> entries(1);  // there is no entry 0
  for (int i = 0; i < 2'345; ++i) {
    std::set<std::string> names;
    for (uint64_t n = random.below(4); n > 0; --n) names.insert(all[random.below(all.size())]);
    entries.push_back(names);
  }
  open("log-1", 50);
  for (uint64_t no = 1; no < entries.size(); ++no)
    ASSERT_TRUE(index_->take(no, Time{1}, {entries[no].begin(), entries[no].end()}).ok());
  for (int round = 0; round < 300; ++round) {
    std::vector<std::string> wanted = {all[random.below(all.size())]};
    if (random.chance(0.6)) wanted.push_back(all[random.below(all.size())]);
    const uint64_t last = 1 + random.below(entries.size() + 20);
    const size_t most = 1 + random.below(60);
    std::vector<uint64_t> expected;
    for (uint64_t no = std::min<uint64_t>(last, entries.size() - 1); no > 0 && expected.size() < most; --no)
      if (std::all_of(wanted.begin(), wanted.end(),
                      [&](const auto& name) { return entries[no].contains(name); }))
        expected.push_back(no);
    const auto found = index_->newest(wanted, last, most);
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->numbers, expected);
    EXPECT_EQ(found->from, expected.size() == most ? expected.back() : 1);
  }
}

TEST_F(FixIndexTest, ReadsManyBlocksInTurnsAndSaysHowFarItCame) {
  open("log-1", 2);
  const uint64_t last = 2 * (FixIndex::kBlocksAtOnce + 500);
  for (uint64_t no = 1; no <= last; ++no)
    ASSERT_TRUE(
        index_
            ->take(no, Time{1}, no == 3 ? std::vector<std::string>{"A", "B"} : std::vector<std::string>{"A"})
            .ok());
  const auto first = index_->newest({"A", "B"}, last, 10);
  ASSERT_TRUE(first.ok());
  EXPECT_THAT(first->numbers, IsEmpty());
  EXPECT_EQ(first->from, last - 2 * FixIndex::kBlocksAtOnce + 1);
  const auto second = index_->newest({"A", "B"}, first->from - 1, 10);
  ASSERT_TRUE(second.ok());
  EXPECT_THAT(second->numbers, ElementsAre(3));
  EXPECT_EQ(second->from, 1U);
}

}  // namespace
}  // namespace haechi::store
