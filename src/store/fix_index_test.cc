#include "store/fix_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

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
    const std::string a = "A", b = "B";
    for (uint64_t no = index_->covered() + 1; no <= last; ++no)
      ASSERT_TRUE(
          index_->take(no, Time{static_cast<int64_t>(no) * 5},
                       no % 3 == 0   ? &a
                       : no % 7 == 0 ? &b
                                     : nullptr)
              .ok());
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
  const std::string a = "A";
  std::vector<uint64_t> reported;
  for (uint64_t step = 1, no = 0; no + step < 900'000; step *= 3) reported.push_back(no += step);
  for (uint64_t no = 1, next = 0; no <= reported.back(); ++no) {
    const bool his = no == reported[next];
    ASSERT_TRUE(index_->take(no, Time{1}, his ? &a : nullptr).ok());
    next += his;
  }
  EXPECT_EQ(find({"A"}, 1, 1'000'000), reported);
}

}  // namespace
}  // namespace haechi::store
