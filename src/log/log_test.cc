#include "log/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "log/chain.h"
#include "log/test_log.h"

namespace haechi::log {
namespace {

using testing::HasSubstr;

TEST(Log, StartsEmptyAtNumberOne) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  ASSERT_TRUE(log.ok()) << log.error().text();
  EXPECT_EQ((*log)->next_no(), 1u);
  EXPECT_EQ((*log)->last_stamp(), Time{});
  EXPECT_EQ((*log)->head(), Digest{});
  expect_facts(**log, 0);
}

TEST(Log, NumbersRecordsWithoutGapsAcrossBatches) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  ASSERT_TRUE(log.ok());
  for (const uint64_t size : {1, 7, 256, 1, 32}) append_facts(**log, size);
  EXPECT_EQ((*log)->next_no(), 298u);
  EXPECT_EQ((*log)->last_stamp(), stamp_of(297));
  expect_facts(**log, 297);
}

TEST(Log, GoesOnWhereItWasAfterClosing) {
  const TestDirectory directory;
  Digest head;
  {
    const auto log = open_at(directory.path());
    append_facts(**log, 100);
    head = (*log)->head();
  }
  const auto log = open_at(directory.path());
  ASSERT_TRUE(log.ok()) << log.error().text();
  EXPECT_EQ((*log)->next_no(), 101u);
  EXPECT_EQ((*log)->head(), head);
  EXPECT_EQ((*log)->last_stamp(), stamp_of(100));
  append_facts(**log, 3);
  expect_facts(**log, 103);
}

TEST(Log, HeadIsTheChainOfWhatWasAppendedWhateverTheBatches) {
  const TestDirectory one, other;
  const auto a = open_at(one.path());
  const auto b = open_at(other.path());
  append_facts(**a, 12);
  for (int i = 0; i < 12; ++i) append_facts(**b, 1);
  Digest expected{};
  for (uint64_t no = 1; no <= 12; ++no) {
    std::string body;
    put_u64(body, no);
    put_u64(body, static_cast<uint64_t>(stamp_of(no).us));
    expected = sha256(view(expected), body + fact_of(no));
  }
  EXPECT_EQ((*a)->head(), expected);
  EXPECT_EQ((*b)->head(), expected);
}

TEST(Log, ReadsFromANumberUntilToldToStop) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  append_facts(**log, 50);
  std::vector<uint64_t> seen;
  ASSERT_TRUE((*log)
                  ->read(20,
                         [&](const Record& record) {
                           EXPECT_EQ(record.fact, fact_of(record.no));
                           seen.push_back(record.no);
                           return record.no < 23;
                         })
                  .ok());
  EXPECT_EQ(seen, (std::vector<uint64_t>{20, 21, 22, 23}));
  ASSERT_TRUE((*log)->read(51, [](const Record&) { return ADD_FAILURE(), false; }).ok());
}

TEST(Log, KeepsEmptyAndLargeFacts) {
  const TestDirectory directory;
  std::string large(3'000'000, '\0');
  for (size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 31 >> 8);
  {
    const auto log = open_at(directory.path());
    const NewRecord batch[] = {{Time{1}, ""}, {Time{2}, large}, {Time{3}, std::string_view("\0x\0", 3)}};
    ASSERT_TRUE((*log)->append(batch).ok());
  }
  const auto log = open_at(directory.path());
  ASSERT_TRUE(log.ok()) << log.error().text();
  std::vector<std::string> facts;
  ASSERT_TRUE((*log)->read(1, [&](const Record& record) { return facts.push_back(record.fact), true; }).ok());
  EXPECT_EQ(facts, (std::vector<std::string>{"", large, std::string("\0x\0", 3)}));
}

TEST(LogDeathTest, RefusesStampsThatDoNotRise) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  append_facts(**log, 5);
  const NewRecord same[] = {{stamp_of(5), "x"}};
  EXPECT_DEATH((void)(*log)->append(same).ok(), "record.stamp > end.stamp");
  const NewRecord falling[] = {{stamp_of(8), "x"}, {stamp_of(7), "y"}};
  EXPECT_DEATH((void)(*log)->append(falling).ok(), "record.stamp > end.stamp");
  EXPECT_DEATH((void)(*log)->append({}).ok(), "batch.empty");
}

TEST(Log, RefusesASecondOpenerAndNamesTheFirst) {
  const TestDirectory directory;
  {
    const auto log = open_at(directory.path());
    ASSERT_TRUE(log.ok());
    const auto second = open_at(directory.path());
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, Code::kUnavailable);
    EXPECT_THAT(second.error().reason, HasSubstr("in use by process " + std::to_string(::getpid())));
    VerifyReport report;
    EXPECT_EQ(verify_directory(directory.path(), report).error().code, Code::kUnavailable);
    append_facts(**log, 1);
  }
  EXPECT_TRUE(open_at(directory.path()).ok());
}

TEST(Log, MakesItsDirectoryForItsOwnerOnly) {
  const TestDirectory directory;
  const std::string deep = directory.file("a/b");
  { ASSERT_TRUE(open_at(deep).ok()); }
  EXPECT_EQ(std::filesystem::status(deep).permissions(), std::filesystem::perms::owner_all);
}

TEST(Log, RefusesADirectoryItCannotUse) {
  const TestDirectory directory;
  spill(directory.file("plain"), "not a directory");
  const auto log = open_at(directory.file("plain"));
  ASSERT_FALSE(log.ok());
  EXPECT_EQ(log.error().code, Code::kUnavailable);
}

TEST(Log, RefusesAnotherPageSizeThanItWasMadeWith) {
  const TestDirectory directory;
  { ASSERT_TRUE(open_at(directory.path(), 512).ok()); }
  const auto log = open_at(directory.path());
  ASSERT_FALSE(log.ok());
  EXPECT_THAT(log.error().reason, HasSubstr("page size of the database is 512, not 8192"));
}

TEST(Log, OpensFromAPointTheCallerKnowsAndRefusesAFalseOne) {
  const TestDirectory directory;
  ChainPoint known;
  {
    const auto log = open_at(directory.path());
    append_facts(**log, 40);
    known = {40, (*log)->head()};
    append_facts(**log, 10);
  }
  SqliteOptions options;
  options.directory = directory.path();
  options.verified = known;
  {
    const auto log = open_sqlite_log(options);
    ASSERT_TRUE(log.ok()) << log.error().text();
    expect_facts(**log, 50);
  }
  options.verified.digest[0] ^= 1;
  EXPECT_THAT(open_sqlite_log(options).error().reason,
              HasSubstr("record 40 is not the one that is named by the snapshot"));
  options.verified = {60, known.digest};
  EXPECT_THAT(open_sqlite_log(options).error().reason, HasSubstr("record 60 is missing"));
}

TEST(Verify, ReportsAClosedLogAndChangesNothing) {
  const TestDirectory directory;
  Digest head;
  {
    const auto log = open_at(directory.path());
    append_facts(**log, 30);
    head = (*log)->head();
  }
  std::map<std::string, std::string> before, after;
  const auto look = [&](auto& out) {
    for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
      out[entry.path().filename()] = slurp(entry.path());
  };
  look(before);
  VerifyReport report;
  const Status status = verify_directory(directory.path(), report);
  ASSERT_TRUE(status.ok()) << status.error().text();
  EXPECT_EQ(report.records, 30u);
  EXPECT_EQ(report.acknowledged, 30u);
  EXPECT_EQ(report.first_stamp, stamp_of(1));
  EXPECT_EQ(report.last_stamp, stamp_of(30));
  EXPECT_EQ(report.head, head);
  EXPECT_EQ(report.identity.size(), 32u);
  look(after);
  EXPECT_EQ(before, after);
}

TEST(Verify, FindsALogWhoseFolderHasANameOfSigns) {
  const TestDirectory parent;
  const std::string folder = parent.file("a?b#c%20d e");
  {
    const auto log = open_at(folder);
    append_facts(**log, 3);
  }
  VerifyReport report;
  const Status status = verify_directory(folder, report);
  ASSERT_TRUE(status.ok()) << status.error().text();
  EXPECT_EQ(report.records, 3u);
}

TEST(Verify, ReadsACrashedLogIncludingItsWriteAheadFileAndChangesNothing) {
  const TestDirectory directory, copy;
  const auto log = open_at(directory.path());
  append_facts(**log, 30);
  append_facts(**log, 1);
  copy.replace_with(directory.path());
  const std::string wal = slurp(copy.file("log.sqlite-wal"));
  const std::string database = slurp(copy.file("log.sqlite"));
  ASSERT_GT(wal.size(), 0u);
  VerifyReport report;
  const Status status = verify_directory(copy.path(), report);
  ASSERT_TRUE(status.ok()) << status.error().text();
  EXPECT_EQ(report.records, 31u);
  EXPECT_GE(report.acknowledged, 30u);
  uint64_t seen = 0;
  const auto take = [&](const Record& record) {
    EXPECT_EQ(record.fact, fact_of(record.no));
    ++seen;
    return true;
  };
  ASSERT_TRUE(read_directory(copy.path(), 5, take).ok());
  EXPECT_EQ(seen, 27u);
  EXPECT_EQ(slurp(copy.file("log.sqlite-wal")), wal);
  EXPECT_EQ(slurp(copy.file("log.sqlite")), database);
  EXPECT_FALSE(std::filesystem::exists(copy.file("log.sqlite-shm")));
}

TEST(Verify, SaysThatThereIsNoLog) {
  const TestDirectory directory;
  VerifyReport report;
  EXPECT_EQ(verify_directory(directory.path(), report).error().code, Code::kNotFound);
}

}  // namespace
}  // namespace haechi::log
