#include "store/fix_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>

#include "base/random.h"
#include "vault/key_ring.h"

namespace haechi::store {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr FixIndex::Bounds kSmall{.entries = 10, .fixes_each = 0};

PastFix fix_at(uint64_t no) {
  return {.no = no,
          .at = Time{static_cast<int64_t>(no) * 15'000'000},
          .lat_e7 = 375'000'000 + static_cast<int32_t>(no),
          .lng_e7 = 1'270'000'000,
          .accuracy_mm = 8'000,
          .source = 1};
}

class FixIndexTest : public testing::Test {
 protected:
  FixIndexTest() {
    std::string name = testing::TempDir() + "haechi-fixes-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    ring_ =
        *vault::KeyRing::open(folder_ + "/ring", vault::Key(std::string(32, 'm')), vault::RingMode::kWrite);
    open();
  }
  ~FixIndexTest() override { std::filesystem::remove_all(folder_); }

  void open(const std::string& log_id = "log-1", FixIndex::Bounds bounds = kSmall) {
    index_.reset();
    auto opened = FixIndex::open(path(), log_id, ring_.get(), bounds);
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    index_ = *std::move(opened);
  }
  std::string path() const { return folder_ + "/fixes.sqlite"; }
  // A reports in every third entry, B in every seventh that is none of A's; the keys are those of now.
  void take_up_to(uint64_t last) {
    const std::map<std::string, vault::KeyId> keys = {{"A", *ring_->key_of("person/A")},
                                                      {"B", *ring_->key_of("person/B")}};
    for (uint64_t no = index_->covered() + 1; no <= last; ++no) {
      std::optional<FixIndex::Taken> taken;
      const std::string person = no % 3 == 0 ? "A" : no % 7 == 0 ? "B" : "";
      if (!person.empty()) taken = {.person_id = person, .key = keys.at(person), .fix = fix_at(no)};
      ASSERT_TRUE(index_->take(no, Time{static_cast<int64_t>(no) * 5}, {}, taken).ok());
    }
  }
  // In as many turns as there are blocks.
  std::vector<uint64_t> find(const std::string& person, uint64_t first, uint64_t last) {
    std::vector<uint64_t> out;
    while (first <= last) {
      const auto past = index_->past(person, first, last);
      if (!past.ok() || past->closed || past->through < first) {
        ADD_FAILURE() << "from " << first;
        return out;
      }
      for (const PastFix& fix : past->fixes) {
        EXPECT_EQ(fix, fix_at(fix.no));
        out.push_back(fix.no);
      }
      first = past->through + 1;
    }
    return out;
  }

  std::string folder_;
  std::unique_ptr<vault::KeyRing> ring_;
  std::unique_ptr<FixIndex> index_;
};

TEST_F(FixIndexTest, FindsThoseOfAPersonInWholeBlocksAndInTheOneUnderWay) {
  take_up_to(28);
  EXPECT_THAT(find("B", 1, 28), ElementsAre(7, 14, 28));
  EXPECT_THAT(find("A", 1, 28), ElementsAre(3, 6, 9, 12, 15, 18, 21, 24, 27));
  EXPECT_THAT(find("A", 12, 24), ElementsAre(12, 15, 18, 21, 24));
  EXPECT_THAT(find("A", 10, 11), IsEmpty());
  EXPECT_THAT(find("C", 1, 28), IsEmpty());
}

TEST_F(FixIndexTest, OpenedAgainItCoversTheWholeBlocksAndGoesOnBehindThem) {
  take_up_to(28);
  open();
  EXPECT_EQ(index_->covered(), 20U);
  EXPECT_EQ(index_->stored().no, 20U);
  EXPECT_EQ(index_->stored().stamp, Time{100});
  take_up_to(33);
  EXPECT_THAT(find("B", 1, 33), ElementsAre(7, 14, 28));
}

TEST_F(FixIndexTest, WhatIsUnderWayIsKeptWhenANodeEndsIfBoxesAreWorthIt) {
  take_up_to(28);
  ASSERT_TRUE(index_->finish().ok());
  ASSERT_TRUE(index_->finish().ok()) << "there is nothing more";
  open("log-1", {.entries = 10, .fixes_each = 3});
  EXPECT_EQ(index_->covered(), 28U);
  take_up_to(33);  // two of A
  ASSERT_TRUE(index_->finish().ok());
  open();
  EXPECT_EQ(index_->covered(), 28U);
  EXPECT_THAT(find("A", 1, 28), ElementsAre(3, 6, 9, 12, 15, 18, 21, 24, 27));
}

TEST_F(FixIndexTest, ABlockGoesOnUntilItsBoxesAreWorthTheirFrames) {
  open("log-1", {.entries = 10, .fixes_each = 10});
  take_up_to(48);
  EXPECT_EQ(index_->stored().no, 0U) << "before it there were 15 of A and 4 of B";
  take_up_to(49);
  EXPECT_EQ(index_->stored().no, 48U) << "16 of A and 4 of B";
  open("log-2", {.entries = 10, .fixes_each = 1'000});
  take_up_to(161);
  EXPECT_EQ(index_->stored().no, 160U) << "it has an end, whatever they are worth";
}

// The least that a box may be worth, of phones whose every number trembles, in whatever order they report.
TEST_F(FixIndexTest, AFixTakesTwelveBytesAtMostWithEverythingThatIsInTheFile) {
  constexpr uint64_t kPeople = 2'000, kRounds = 64, kBlocks = 8;
  open("log-1", {.entries = kPeople * kRounds, .fixes_each = kRounds});
  Random random(12);
  std::vector<uint64_t> turns(kPeople);
  for (uint64_t i = 0; i < kPeople; ++i) turns[i] = i;
  std::vector<vault::KeyId> keys;
  for (const uint64_t who : turns) keys.push_back(*ring_->key_of("person/person-" + std::to_string(who)));
  uint64_t no = 0;
  for (uint64_t round = 0; round < kBlocks * kRounds; ++round) {
    for (uint64_t i = kPeople - 1; i > 0; --i) std::swap(turns[i], turns[random.below(i + 1)]);
    for (const uint64_t who : turns) {
      const std::string person = "person-" + std::to_string(who);
      PastFix fix = fix_at(++no);
      fix.at = Time{1'700'000'000'000'000} +
               Duration::millis(static_cast<int64_t>(round * 15'000 + random.below(400)));
      fix.lat_e7 +=
          static_cast<int32_t>(random.normal() * 450 + static_cast<double>(round * (who % 3) * 900));
      fix.lng_e7 +=
          static_cast<int32_t>(random.normal() * 565 + static_cast<double>(round * (who % 3) * 900));
      fix.accuracy_mm = static_cast<uint32_t>(5'000 + random.below(8'000));
      ASSERT_TRUE(index_->take(no, fix.at, {}, {{.person_id = person, .key = keys[who], .fix = fix}}).ok());
    }
  }
  ASSERT_TRUE(index_->finish().ok());
  ASSERT_EQ(index_->stored().no, no);
  index_.reset();
  const double bytes = static_cast<double>(std::filesystem::file_size(path())) / static_cast<double>(no);
  RecordProperty("bytes_a_fix", std::to_string(bytes));
  EXPECT_LE(bytes, 12);
}

TEST_F(FixIndexTest, OfAnotherLogOrOfAFileThatIsNoneItKnowsNothing) {
  take_up_to(28);
  open("log-2");
  EXPECT_EQ(index_->covered(), 0U);
  EXPECT_THAT(find("A", 1, 0), IsEmpty());
  index_.reset();
  std::ofstream(path()) << "this is no file of records, whatever it is called; it is long enough to be one";
  open("log-2");
  EXPECT_EQ(index_->covered(), 0U);
  take_up_to(12);
  open("log-2");
  EXPECT_EQ(index_->covered(), 10U);
}

TEST_F(FixIndexTest, WhoseKeyIsDestroyedHasNoPastAndOthersHaveTheirs) {
  take_up_to(28);
  ASSERT_TRUE(ring_->destroy("person/A", 29).ok());
  EXPECT_THAT(find("A", 1, 28), IsEmpty());
  EXPECT_THAT(find("B", 1, 28), ElementsAre(7, 14, 28));
}

// The block that is under way as the key ends would else be sealed under the one that comes after it.
TEST_F(FixIndexTest, WhatWasUnderAKeyThatEndedIsSealedUnderNoOther) {
  take_up_to(18);
  ring_->reach(19);
  ASSERT_TRUE(ring_->destroy("person/A", 19).ok());
  ring_->reach(20);
  take_up_to(41);  // under a key that was made at entry 20
  open();
  EXPECT_THAT(find("A", 1, 40), ElementsAre(21, 24, 27, 30, 33, 36, 39));
}

TEST_F(FixIndexTest, ForgetsAtOnceWhatIsInMemoryOfWhoIsErased) {
  take_up_to(18);
  index_->forget("A", 19);
  EXPECT_THAT(find("A", 1, 18), ElementsAre(3, 6, 9)) << "its key ends in the ring";
  EXPECT_THAT(find("B", 1, 18), ElementsAre(7, 14));
  take_up_to(28);
  open();
  EXPECT_THAT(find("A", 1, 20), ElementsAre(3, 6, 9));
}

TEST_F(FixIndexTest, SaysNothingOfWhomWhileTheRingDoesNotKnowAKey) {
  take_up_to(28);
  ring_ =
      *vault::KeyRing::open(folder_ + "/other", vault::Key(std::string(32, 'm')), vault::RingMode::kWrite);
  open();
  const auto past = index_->past("A", 1, 20);
  ASSERT_TRUE(past.ok());
  EXPECT_TRUE(past->closed);
}

TEST_F(FixIndexTest, NoBoxIsTakenForThatOfAnotherPersonOrBlock) {
  take_up_to(28);
  index_.reset();
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open(path().c_str(), &file), SQLITE_OK);
  const char* swap =
      "UPDATE box SET bytes = (SELECT bytes FROM box WHERE place = 0) WHERE place = 1 << 28;"
      "UPDATE whose SET key = (SELECT key FROM whose WHERE number = 0) WHERE number = 1;"
      "UPDATE box SET bytes = (SELECT bytes FROM box WHERE place = 0) WHERE place = 1;";
  ASSERT_EQ(sqlite3_exec(file, swap, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(file);
  open();
  EXPECT_TRUE(index_->past("A", 1, 10).ok());
  for (const auto& [person, first] : {std::pair("A", 11), std::pair("B", 1)}) {
    const auto past = index_->past(person, static_cast<uint64_t>(first), 20);
    ASSERT_FALSE(past.ok()) << person;
    EXPECT_EQ(past.error().code, Code::kCorrupt);
  }
}

TEST_F(FixIndexTest, NamesThatAreFarApartComeBackAsTheyWere) {
  open("log-1", {.entries = 1'000'000, .fixes_each = 0});
  std::vector<uint64_t> named;
  for (uint64_t step = 1, no = 0; no + step < 900'000; step *= 3) named.push_back(no += step);
  for (uint64_t no = 1, next = 0; no <= named.back(); ++no) {
    const bool his = no == named[next];
    ASSERT_TRUE(
        index_->take(no, Time{1}, his ? std::vector<std::string>{"A"} : std::vector<std::string>{}).ok());
    next += his;
  }
  std::reverse(named.begin(), named.end());
  EXPECT_EQ(index_->newest({"A"}, 1'000'000, 1'000)->numbers, named);
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
  open("log-1", {.entries = 50, .fixes_each = 0});
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
  open("log-1", {.entries = 2, .fixes_each = 0});
  const uint64_t last = 2 * (FixIndex::kBlocksAtOnce + 500);
  for (uint64_t no = 1; no <= last + 1; ++no)
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
