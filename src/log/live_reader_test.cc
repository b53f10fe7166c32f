#include "log/live_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "log/test_log.h"

namespace haechi::log {
namespace {

using testing::HasSubstr;

// Appends batches of 16 until there are `count` records.
void append_up_to(Log& log, uint64_t count) {
  while (log.next_no() <= count) append_facts(log, std::min<uint64_t>(16, count + 1 - log.next_no()));
}

TEST(Reader, FindsNothingInAnEmptyLog) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  const auto reader = (*log)->reader();
  EXPECT_EQ(reader->next_no(), 1u);
  EXPECT_EQ(*reader->find(Time{}), 1u);
  EXPECT_TRUE(reader->read(1, [](const Record&) { return ADD_FAILURE(), true; }).ok());
}

TEST(Reader, FindsTheFirstRecordOfATime) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  append_up_to(**log, 100);
  const auto reader = (*log)->reader();
  EXPECT_EQ(*reader->find(Time{}), 1u);
  EXPECT_EQ(*reader->find(stamp_of(1)), 1u);
  EXPECT_EQ(*reader->find(stamp_of(1) + Duration{1}), 2u);
  EXPECT_EQ(*reader->find(stamp_of(57)), 57u);
  EXPECT_EQ(*reader->find(stamp_of(100)), 100u);
  EXPECT_EQ(*reader->find(stamp_of(100) + Duration{1}), 101u);
}

TEST(Reader, GivesEveryRecordOfManySlicesInOrderAndStopsWhenTold) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  append_up_to(**log, 3 * kSliceRecords + 5);
  const auto reader = (*log)->reader();
  uint64_t seen = 10;
  ASSERT_TRUE(reader
                  ->read(11,
                         [&](const Record& record) {
                           EXPECT_EQ(record.no, ++seen);
                           EXPECT_EQ(record.stamp, stamp_of(record.no));
                           EXPECT_EQ(record.fact, fact_of(record.no));
                           return record.no < 3 * kSliceRecords;
                         })
                  .ok());
  EXPECT_EQ(seen, 3 * kSliceRecords);
}

TEST(Reader, PicksTheRecordsThatAreNamedInManyTurnsAndStopsWhenTold) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  append_up_to(**log, 1'000);
  const auto reader = (*log)->reader();
  std::vector<uint64_t> wanted = {1, 2, 3, 1'000}, seen;
  for (uint64_t no = 10; no < 999; no += 2) wanted.insert(wanted.end() - 1, no);
  ASSERT_TRUE(reader
                  ->pick(wanted,
                         [&](const Record& record) {
                           EXPECT_EQ(record.stamp, stamp_of(record.no));
                           EXPECT_EQ(record.fact, fact_of(record.no));
                           seen.push_back(record.no);
                           return true;
                         })
                  .ok());
  EXPECT_EQ(seen, wanted);
  seen.clear();
  ASSERT_TRUE(
      reader->pick(wanted, [&](const Record& record) { return seen.push_back(record.no), false; }).ok());
  EXPECT_EQ(seen, std::vector<uint64_t>{1});
  EXPECT_TRUE(reader->pick({}, [](const Record&) { return ADD_FAILURE(), true; }).ok());
}

TEST(Reader, SeesRecordsThatWereAppendedSinceItLastLooked) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  append_up_to(**log, 3);
  const auto reader = (*log)->reader();
  uint64_t seen = 0;
  const auto count = [&](const Record& record) { return seen = record.no, true; };
  ASSERT_TRUE(reader->read(1, count).ok());
  EXPECT_EQ(seen, 3u);
  append_up_to(**log, 5);
  ASSERT_TRUE(reader->read(4, count).ok());
  EXPECT_EQ(seen, 5u);
}

TEST(Reader, ReadsTheWholeHistoryAgainAndAgainWhileTheWriterGoesOnAndTheWriteAheadFileStaysSmall) {
  constexpr uint64_t kRecords = 20'000;
  const TestDirectory directory(true);
  const auto log = open_at(directory.path());
  append_up_to(**log, 1'000);
  const auto reader = (*log)->reader();
  std::atomic<bool> writing{true};
  uint64_t whole_readings = 0, last_seen = 0;
  std::thread reading([&] {
    for (bool again = true; again;) {
      again = writing;  // once more after the last record
      uint64_t seen = 0;
      const Status status = reader->read(1, [&](const Record& record) {
        if (record.no != ++seen || record.stamp != stamp_of(seen) || record.fact != fact_of(seen))
          ADD_FAILURE() << "record " << seen << " is another";
        return true;
      });
      EXPECT_TRUE(status.ok()) << status.error().text();
      EXPECT_GE(seen, last_seen);
      last_seen = seen;
      ++whole_readings;
    }
  });
  append_up_to(**log, kRecords);
  writing = false;
  reading.join();
  EXPECT_EQ(last_seen, kRecords);
  EXPECT_GE(whole_readings, 2u);
  // Emptied about every 200 pages; with a reader that held on it would be as long as the log, over 300.
  EXPECT_LT(std::filesystem::file_size(directory.file("log.sqlite-wal")), 260u * 8'192);
  expect_facts(**log, kRecords);
}

TEST(Reader, NamesTheDamagedRecordAndGivesNothingOfIt) {
  const TestDirectory directory;
  SqliteOptions options;
  options.directory = directory.path();
  {
    const auto log = open_sqlite_log(options);
    append_up_to(**log, 40);
    options.verified = {40, (*log)->head()};
  }
  {
    const auto database = Database::open(directory.file("log.sqlite"), Access::kWrite, 8192);
    auto& open = const_cast<Database&>(*database);
    ASSERT_TRUE(open.run("UPDATE record SET fact=x'00' WHERE no=30").ok());
    ASSERT_TRUE(open.checkpoint().ok());
  }
  const auto log = open_sqlite_log(options);  // trusts what the snapshot vouches for
  ASSERT_TRUE(log.ok()) << log.error().text();
  const auto reader = (*log)->reader();
  uint64_t seen = 0;
  const Status status = reader->read(1, [&](const Record& record) { return seen = record.no, true; });
  EXPECT_EQ(seen, 29u);
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kCorrupt);
  EXPECT_THAT(status.error().reason, HasSubstr("record 30 is damaged"));
  EXPECT_TRUE(reader->read(31, [](const Record&) { return true; }).ok()) << "what is whole can still be read";
  seen = 0;
  const std::vector<uint64_t> picked = {7, 30, 31};
  const Status of_picked = reader->pick(picked, [&](const Record& record) { return seen = record.no, true; });
  EXPECT_EQ(seen, 7u);
  ASSERT_FALSE(of_picked.ok());
  EXPECT_THAT(of_picked.error().reason, HasSubstr("record 30 is damaged"));
  EXPECT_EQ(*reader->find(stamp_of(40)), 40u);
}

}  // namespace
}  // namespace haechi::log
