// Damage of every kind to every byte: what comes back is what was written, or a refusal that says what is
// lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <optional>

#include "log/chain.h"
#include "log/log.h"
#include "log/scrub.h"
#include "log/test_harm.h"
#include "log/test_log.h"
#include "log/watermark.h"

namespace haechi::log {
namespace {

using testing::AnyOf;
using testing::HasSubstr;

// Small pages, so that a log of a few kilobytes already has inner pages and overflow pages.
constexpr uint32_t kPageBytes = 512;
constexpr uint64_t kRecords = 24;

void make_log(const TestDirectory& directory, uint64_t records = kRecords, uint32_t page_bytes = kPageBytes) {
  const auto log = open_at(directory.path(), page_bytes);
  ASSERT_TRUE(log.ok()) << log.error().text();
  for (uint64_t i = 0; i < records; i += 4) append_facts(**log, 4);
}

// The rows of a closed log, under a connection that knows nothing of chains: what an intruder with a database
// tool, or decay that SQLite does not notice, would do.
class RawRows {
 public:
  struct Row {
    int64_t stamp = 0;
    int64_t crc = 0;
    std::string digest, fact;
  };
  explicit RawRows(const TestDirectory& directory) {
    EXPECT_EQ(sqlite3_open(directory.file("log.sqlite").c_str(), &database_), SQLITE_OK);
    run("PRAGMA synchronous=OFF");
  }
  ~RawRows() { sqlite3_close(database_); }
  RawRows(const RawRows&) = delete;
  void run(const std::string& sql) {
    EXPECT_EQ(sqlite3_exec(database_, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK)
        << sqlite3_errmsg(database_);
  }
  Row get(int64_t no) {
    sqlite3_stmt* row = nullptr;
    sqlite3_prepare_v2(database_, "SELECT stamp,crc,digest,fact FROM record WHERE no=?1", -1, &row, nullptr);
    sqlite3_bind_int64(row, 1, no);
    EXPECT_EQ(sqlite3_step(row), SQLITE_ROW);
    const auto bytes = [row](int column) {
      return std::string(static_cast<const char*>(sqlite3_column_blob(row, column)),
                         sqlite3_column_bytes(row, column));
    };
    Row out{sqlite3_column_int64(row, 0), sqlite3_column_int64(row, 1), bytes(2), bytes(3)};
    sqlite3_finalize(row);
    return out;
  }
  void set(int64_t no, const Row& to) {
    sqlite3_stmt* row = nullptr;
    sqlite3_prepare_v2(database_, "UPDATE record SET stamp=?2,crc=?3,digest=?4,fact=?5 WHERE no=?1", -1, &row,
                       nullptr);
    sqlite3_bind_int64(row, 1, no);
    sqlite3_bind_int64(row, 2, to.stamp);
    sqlite3_bind_int64(row, 3, to.crc);
    sqlite3_bind_blob(row, 4, to.digest.data(), static_cast<int>(to.digest.size()), SQLITE_STATIC);
    sqlite3_bind_blob(row, 5, to.fact.data(), static_cast<int>(to.fact.size()), SQLITE_STATIC);
    EXPECT_EQ(sqlite3_step(row), SQLITE_DONE);
    sqlite3_finalize(row);
  }

 private:
  sqlite3* database_ = nullptr;
};

std::string verified(const TestDirectory& directory) {
  VerifyReport report;
  const Status status = verify_directory(directory.path(), report);
  if (status.ok()) return "ok";
  EXPECT_EQ(status.error().code, Code::kCorrupt) << status.error().text();
  return status.error().reason;
}

std::string refused(const TestDirectory& directory) {
  const auto log = open_at(directory.path(), kPageBytes);
  if (log.ok()) return "opened";
  EXPECT_EQ(log.error().code, Code::kCorrupt) << log.error().text();
  return log.error().reason;
}

// Opens what may be damaged. Gives the number of records, all of them right, or nothing when it was refused.
// A log that opens must also take and keep a further record.
std::optional<uint64_t> opened_records(const TestDirectory& directory, uint32_t page_bytes = kPageBytes) {
  uint64_t count = 0;
  {
    const auto log = open_at(directory.path(), page_bytes);
    if (!log.ok()) {
      EXPECT_FALSE(log.error().reason.empty());
      return std::nullopt;
    }
    count = (*log)->next_no() - 1;
    expect_facts(**log, count);
    append_facts(**log, 1);
  }
  VerifyReport report;
  const Status after = verify_directory(directory.path(), report);
  EXPECT_TRUE(after.ok()) << after.error().text();
  EXPECT_EQ(report.records, count + 1);
  return count;
}

TEST(Damage, AnyFlippedBitOfAnyStoredColumnIsNamedWithItsRecord) {
  const TestDirectory directory(true);
  make_log(directory, 4);
  int flips = 0;
  for (int64_t no = 1; no <= 4; ++no) {
    const RawRows::Row good = RawRows(directory).get(no);
    const size_t bytes = 8 + 4 + good.digest.size() + good.fact.size();
    for (size_t bit = 0; bit < bytes * 8; ++bit, ++flips) {
      RawRows::Row bad = good;
      size_t at = bit / 8;
      if (at < 8) {
        bad.stamp ^= int64_t(1ull << bit);
      } else if ((at -= 8) < 4) {
        bad.crc ^= int64_t{1} << (bit - 64);
      } else if ((at -= 4) < good.digest.size()) {
        bad.digest[at] ^= static_cast<char>(1 << (bit % 8));
      } else {
        bad.fact[at - good.digest.size()] ^= static_cast<char>(1 << (bit % 8));
      }
      RawRows(directory).set(no, bad);
      EXPECT_THAT(verified(directory), HasSubstr("record " + std::to_string(no) + " is damaged")) << bit;
    }
    RawRows(directory).set(no, good);
  }
  EXPECT_GT(flips, 1'500);
  EXPECT_EQ(verified(directory), "ok");
  EXPECT_EQ(opened_records(directory), 4u);
}

TEST(Damage, AWholeRecordPutInPlaceOfAnotherBreaksTheChain) {
  const TestDirectory directory(true);
  make_log(directory);
  {
    // What someone would write who knows the format and mends the record's own digest and checksum.
    RawRows rows(directory);
    RawRows::Row row = rows.get(10);
    const RawRows::Row before = rows.get(9);
    Digest digest;
    std::copy(before.digest.begin(), before.digest.end(), digest.begin());
    std::string scratch;
    row.fact = "nothing happened here";
    const Seal forged = seal(digest, 10, Time{row.stamp}, row.fact, scratch);
    row.digest = view(forged.digest);
    row.crc = forged.crc;
    rows.set(10, row);
  }
  EXPECT_THAT(verified(directory), HasSubstr("record 11 does not continue 10: the chain is broken"));
  EXPECT_THAT(refused(directory), HasSubstr("record 11 does not continue 10: the chain is broken"));
}

TEST(Damage, RewritingTheTailWithARightChainIsSeenByTheWatermark) {
  const TestDirectory directory(true), other(true);
  make_log(directory, 8);
  {
    const auto log = open_at(other.path(), kPageBytes);
    append_facts(**log, 7);
    const NewRecord forged[] = {{stamp_of(8), "nothing happened here"}};
    ASSERT_TRUE((*log)->append(forged).ok());
  }
  const RawRows::Row row = RawRows(other).get(8);
  RawRows(directory).set(8, row);
  EXPECT_THAT(refused(directory), HasSubstr("record 8 is not the one that is named by the watermark file"));
}

TEST(Damage, RecordsThatAreMissingAreNamed) {
  const TestDirectory directory(true), copy(true);
  make_log(directory);
  const auto without = [&](const std::string& which) {
    copy.replace_with(directory.path());
    RawRows(copy).run("DELETE FROM record WHERE no " + which);
    EXPECT_EQ(verified(copy).substr(0, 40), refused(copy).substr(0, 40));
    // A deleted row may also free a page, which is the first thing that is looked at.
    return refused(copy);
  };
  EXPECT_THAT(without("= 5"), HasSubstr("record 5 missing before record 6"));
  EXPECT_THAT(without("BETWEEN 5 AND 7"),
              AnyOf(HasSubstr("records 5 to 7 missing before record 8"), HasSubstr("free pages")));
  EXPECT_THAT(without("= 24"), HasSubstr("record 24 missing: acknowledged, but the log ends at 23"));
}

TEST(Damage, BeforeTheKnownPointIsFoundWhenItIsReadAndNotBefore) {
  const TestDirectory directory(true);
  ChainPoint known;
  {
    const auto log = open_at(directory.path(), kPageBytes);
    append_facts(**log, 20);
    known = {20, (*log)->head()};
    append_facts(**log, 4);
  }
  RawRows::Row row = RawRows(directory).get(7);
  row.fact[0] ^= 1;
  RawRows(directory).set(7, row);
  SqliteOptions options{directory.path(), known, kPageBytes};
  const auto log = open_sqlite_log(options);
  ASSERT_TRUE(log.ok()) << log.error().text();
  uint64_t last = 0;
  const auto take = [&](const Record& record) { return last = record.no, true; };
  EXPECT_TRUE((*log)->read(8, take).ok());
  EXPECT_EQ(last, 24u);
  EXPECT_THAT((*log)->read(1, take).error().reason, HasSubstr("record 7 is damaged"));
  EXPECT_EQ(last, 6u);
}

TEST(Damage, ThatNoStartReadsIsFoundByReadingTheLogAgain) {
  const TestDirectory directory(true);
  ChainPoint known;
  {
    const auto log = open_at(directory.path(), kPageBytes);
    append_facts(**log, 20);
    known = {20, (*log)->head()};
  }
  const RawRows::Row good = RawRows(directory).get(7);
  RawRows::Row bad = good;
  bad.fact[0] ^= 1;
  for (const bool harmed : {false, true}) {
    RawRows(directory).set(7, harmed ? bad : good);
    const auto log = open_sqlite_log({directory.path(), known, kPageBytes});
    const auto reader = (*log)->reader();
    Scrub scrub(*reader);
    ASSERT_TRUE(scrub.step(6).ok());
    for (int step = 0; step < 10; ++step) {  // to the end, and from the beginning again
      const Status read = scrub.step(6);
      ASSERT_EQ(read.ok(), !harmed);
      if (harmed) {
        EXPECT_THAT(read.error().reason, HasSubstr("record 7 is damaged"));
      }
    }
  }
}

// Both the plain bit and all bits of every byte of the database file of a closed log.
TEST(Damage, AnyFlippedByteOfTheDatabaseFileIsHarmlessOrRefused) {
  const TestDirectory good(true), bad(true);
  make_log(good);
  const std::string database = slurp(good.file("log.sqlite"));
  ASSERT_GE(database.size(), 8u * kPageBytes);
  size_t harmless = 0, refusals = 0;
  for (size_t at = 0; at < database.size(); ++at) {
    for (const char flip : {static_cast<char>(1 << (at % 8)), static_cast<char>(0xff)}) {
      std::string damaged = database;
      damaged[at] ^= flip;
      bad.replace_with(good.path());
      spill(bad.file("log.sqlite"), damaged);
      const auto records = opened_records(bad);
      EXPECT_EQ(records.value_or(kRecords), kRecords) << "byte " << at;
      ++(records ? harmless : refusals);
      if (HasFailure()) FAIL() << "byte " << at << " flip " << int{flip};
    }
  }
  RecordProperty("harmless", static_cast<int>(harmless));
  EXPECT_GT(refusals, database.size());
}

// A log as a crash leaves it: one batch in the database file, the rest in the write-ahead file only.
void make_crashed(const TestDirectory& copy, uint64_t records) {
  const TestDirectory live(true);
  const auto log = open_at(live.path(), kPageBytes);
  ASSERT_TRUE(log.ok());
  for (uint64_t i = 0; i < records; i += 2) append_facts(**log, 2);
  copy.replace_with(live.path());
}

uint64_t acknowledged(const TestDirectory& directory) {
  const auto mark = read_watermark(directory.file("watermark"));
  EXPECT_TRUE(mark.ok());
  return mark->point.no;
}

TEST(Damage, AWriteAheadFileCutAnywhereGivesAPrefixThatHoldsAllAcknowledgedOrARefusal) {
  const TestDirectory crashed(true), cut(true);
  make_crashed(crashed, 10);
  const std::string wal = slurp(crashed.file("log.sqlite-wal"));
  const uint64_t acked = acknowledged(crashed);
  ASSERT_GE(acked, 8u);
  std::string first_refusal;
  size_t opened = 0;
  for (size_t size = 0; size <= wal.size(); ++size) {
    cut.replace_with(crashed.path());
    spill(cut.file("log.sqlite-wal"), wal.substr(0, size));
    const auto records = opened_records(cut);
    if (records) {
      EXPECT_GE(*records, acked);
      EXPECT_EQ(*records % 2, 0u) << "half a batch";
      ++opened;
    } else if (first_refusal.empty()) {
      first_refusal = refused(cut);
    }
    if (HasFailure()) FAIL() << "cut to " << size;
  }
  EXPECT_EQ(first_refusal,
            "records 1 to " + std::to_string(acked) + " missing: acknowledged, but the log ends at 0");
  EXPECT_GT(opened, 0u);
}

TEST(Damage, AnyFlippedByteOfTheWriteAheadFileLosesNothingAcknowledgedUnsaid) {
  const TestDirectory crashed(true), bad(true);
  make_crashed(crashed, 6);
  const std::string wal = slurp(crashed.file("log.sqlite-wal"));
  const uint64_t acked = acknowledged(crashed);
  size_t refusals = 0;
  for (size_t at = 0; at < wal.size(); ++at) {
    std::string damaged = wal;
    damaged[at] ^= static_cast<char>(1 << (at % 8));
    bad.replace_with(crashed.path());
    spill(bad.file("log.sqlite-wal"), damaged);
    const auto records = opened_records(bad);
    EXPECT_GE(records.value_or(acked), acked) << "byte " << at;
    if (!records) ++refusals;
    if (HasFailure()) FAIL() << "byte " << at;
  }
  EXPECT_GT(refusals, wal.size() / 4);
}

// Every kind of damage to every sector of every file of `good`, whose files were once those of `before`: what
// is opened holds all that was acknowledged, and what is refused says why.
void expect_nothing_misread(const TestDirectory& good, const TestDirectory& before, uint32_t page_bytes) {
  const TestDirectory bad(true);
  Random random(20261122);
  const uint64_t acked = acknowledged(good);
  size_t opened = 0, refusals = 0;
  for (const std::string name : {"log.sqlite", "log.sqlite-wal", "watermark"}) {
    if (!std::filesystem::exists(good.file(name))) continue;
    harm_every_sector(slurp(good.file(name)), slurp(before.file(name)), random,
                      [&](const std::string& damaged, const std::string& what) {
                        if (testing::Test::HasFailure()) return;
                        bad.replace_with(good.path());
                        spill(bad.file(name), damaged);
                        const auto records = opened_records(bad, page_bytes);
                        EXPECT_GE(records.value_or(acked), acked) << name << ": " << what;
                        ++(records ? opened : refusals);
                      });
  }
  EXPECT_GT(refusals, 500u);
  EXPECT_GT(opened, 20u);  // one of two slots of the watermark is enough
}

TEST(Damage, NoHarmToAnySectorOfAClosedLogIsMisread) {
  for (const uint32_t page_bytes : {512u, 8192u}) {
    const TestDirectory good(true), before(true);
    make_log(good, 48, page_bytes);
    before.replace_with(good.path());
    make_log(good, 48, page_bytes);
    expect_nothing_misread(good, before, page_bytes);
  }
}

TEST(Damage, NoHarmToAnySectorOfACrashedLogIsMisread) {
  for (const auto& [page_bytes, batches] : {std::pair(512u, 12), std::pair(8192u, 3)}) {
    const TestDirectory live(true), before(true), good(true);
    const auto log = open_at(live.path(), page_bytes);
    append_facts(**log, 4);
    before.replace_with(live.path());
    for (int batch = 0; batch < batches; ++batch) append_facts(**log, 2);
    good.replace_with(live.path());
    expect_nothing_misread(good, before, page_bytes);
  }
}

TEST(Damage, ARefusedLogIsLeftAsItWas) {
  const TestDirectory crashed(true);
  make_crashed(crashed, 6);
  std::string wal = slurp(crashed.file("log.sqlite-wal"));
  wal[40] ^= 1;
  spill(crashed.file("log.sqlite-wal"), wal);
  const std::string database = slurp(crashed.file("log.sqlite"));
  const std::string watermark = slurp(crashed.file("watermark"));
  EXPECT_THAT(refused(crashed), HasSubstr("missing: acknowledged, but the log ends at 0"));
  EXPECT_EQ(slurp(crashed.file("log.sqlite-wal")), wal);
  EXPECT_EQ(slurp(crashed.file("log.sqlite")), database);
  EXPECT_EQ(slurp(crashed.file("watermark")), watermark);
}

TEST(Damage, AMissingFileIsNamed) {
  const TestDirectory good(true), bad(true);
  make_log(good);
  bad.replace_with(good.path());
  std::filesystem::remove(bad.file("watermark"));
  EXPECT_THAT(refused(bad), HasSubstr("the watermark file is missing"));
  EXPECT_THAT(verified(bad), HasSubstr("the watermark file is missing"));
  for (const bool empty : {false, true}) {
    bad.replace_with(good.path());
    std::filesystem::remove(bad.file("log.sqlite"));
    if (empty) spill(bad.file("log.sqlite"), "");
    EXPECT_THAT(refused(bad), HasSubstr("the database file is missing or empty: records 1 to 24 missing"));
    EXPECT_THAT(verified(bad), HasSubstr("the database file is missing or empty"));
  }
}

TEST(Damage, ALogOfAFormThatIsNotKnownIsRefused) {
  const TestDirectory directory(true);
  make_log(directory);
  RawRows(directory).run("PRAGMA user_version=2");
  EXPECT_THAT(refused(directory), HasSubstr("its format version is wrong"));
  EXPECT_THAT(verified(directory), HasSubstr("its format version is wrong"));
}

TEST(Watermark, OneDamagedSlotLeavesTheOtherToGoBy) {
  const TestDirectory good(true), bad(true);
  make_log(good);
  const std::string bytes = slurp(good.file("watermark"));
  ASSERT_EQ(bytes.size(), kSlotCount * kSlotBytes);
  const size_t mark_bytes = encode_mark(Mark{}).size();
  for (size_t slot = 0; slot < kSlotCount; ++slot) {
    for (size_t at = 0; at < mark_bytes; ++at) {
      std::string damaged = bytes;
      damaged[slot * kSlotBytes + at] ^= static_cast<char>(1 << (at % 8));
      bad.replace_with(good.path());
      spill(bad.file("watermark"), damaged);
      EXPECT_EQ(opened_records(bad), kRecords) << slot << " " << at;
    }
  }
}

TEST(Watermark, TwoDamagedSlotsAreRefused) {
  const TestDirectory directory(true);
  make_log(directory);
  std::string bytes = slurp(directory.file("watermark"));
  bytes[20] ^= 1;
  bytes[kSlotBytes + 33] ^= 1;
  for (const std::string& damaged : {bytes, std::string(), std::string(kSlotCount * kSlotBytes, '\0')}) {
    spill(directory.file("watermark"), damaged);
    EXPECT_THAT(refused(directory), HasSubstr("the watermark file is damaged"));
    EXPECT_THAT(verified(directory), HasSubstr("the watermark file is damaged"));
  }
}

TEST(Watermark, ThatOfAnotherLogIsRefused) {
  const TestDirectory one(true), other(true);
  make_log(one);
  make_log(other);
  const std::string mine = slurp(one.file("watermark")), theirs = slurp(other.file("watermark"));
  spill(one.file("watermark"), theirs);
  EXPECT_THAT(refused(one), HasSubstr("the watermark file belongs to another log"));
  spill(one.file("watermark"), mine.substr(0, kSlotBytes) + theirs.substr(kSlotBytes));
  EXPECT_THAT(refused(one), HasSubstr("the watermark file is of two logs"));
}

TEST(Watermark, IsAtMostOneBatchBehindAndNeverAhead) {
  const TestDirectory directory(true);
  const auto log = open_at(directory.path(), kPageBytes);
  for (uint64_t batch = 1; batch <= 50; ++batch) {
    append_facts(**log, 3);
    const auto mark = read_watermark(directory.file("watermark"));
    ASSERT_TRUE(mark.ok());
    EXPECT_GE(mark->point.no, 3 * (batch - 1));
    EXPECT_LE(mark->point.no, 3 * batch);
  }
}

TEST(Watermark, AfterClosingNamesTheLastRecord) {
  const TestDirectory directory(true);
  make_log(directory);
  EXPECT_EQ(acknowledged(directory), kRecords);
}

TEST(Log, FinishesAMakingThatACrashInterrupted) {
  const TestDirectory directory(true);
  Mark mark;
  mark.turn = 1;
  mark.identity[3] = 7;
  ASSERT_TRUE(create_watermark(directory.file("watermark"), mark).ok());
  VerifyReport report;
  EXPECT_EQ(verify_directory(directory.path(), report).error().code, Code::kNotFound);
  spill(directory.file("log.sqlite"), "half a pa");
  EXPECT_EQ(opened_records(directory), 0u);
  EXPECT_EQ(acknowledged(directory), 1u);
}

}  // namespace
}  // namespace haechi::log
