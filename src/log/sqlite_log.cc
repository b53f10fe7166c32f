// The log in one SQLite file: one transaction per batch, one connection that writer and readers take turns
// on, the watermark beside it.
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <vector>

#include "base/digest.h"
#include "base/hex.h"
#include "base/in_time.h"
#include "log/chain.h"
#include "log/database.h"
#include "log/files.h"
#include "log/journal.h"
#include "log/live_reader.h"
#include "log/log.h"
#include "log/turns.h"
#include "log/watermark.h"

namespace haechi::log {
namespace {

class SqliteLog final : public Log {
 public:
  static Result<std::unique_ptr<Log>> open(const SqliteOptions& options);
  ~SqliteLog() override;

  Result<uint64_t> append(std::span<const NewRecord> batch) override;
  uint64_t next_no() const override { return end_.no + 1; }
  Time last_stamp() const override { return last_stamp_; }
  Digest head() const override { return end_.digest; }
  std::string id() const override {
    return hex({reinterpret_cast<const char*>(identity_.data()), identity_.size()});
  }
  Status read(uint64_t from_no, const std::function<bool(const Record&)>& each) override;
  bool journalled() const override { return journalled_; }
  uint64_t taken_in() const override { return taken_in_; }
  std::unique_ptr<Reader> reader() override {
    return std::make_unique<LiveReader>(LiveSource{turns_, database_, durable_no_});
  }

 private:
  SqliteLog(DirectoryLock lock, Database database, std::unique_ptr<WatermarkWriter> watermark,
            const ChainChecker& end, const Identity& identity)
      : lock_(std::move(lock)),
        database_(std::move(database)),
        watermark_(std::move(watermark)),
        end_(end.point()),
        durable_no_(end.point().no),
        last_stamp_(end.stamp()),
        identity_(identity) {}
  Status prepare();
  Status take_in_journal();
  // False: the disk refused, and there is a journal.
  bool step(const Statement& statement, const char* what);
  // Where the chain ends.
  struct End {
    ChainPoint point;
    Time stamp;
  };
  bool insert(const NewRecord& record, End& end);
  bool commit(std::span<const NewRecord> batch, End& end);
  bool commit_in_time(std::span<const NewRecord> batch, End& end);
  uint64_t put_into_journal(std::span<const NewRecord> batch);

  // Destroyed from the last to the first: statements, then the connection, the lock at the very end.
  DirectoryLock lock_;
  Database database_;
  std::unique_ptr<WatermarkWriter> watermark_;
  Statement begin_, insert_, commit_;
  Turns turns_;
  ChainPoint end_;
  uint64_t durable_no_;  // guarded by turns_
  Time last_stamp_;
  const Identity identity_;
  std::string scratch_;
  bool reading_ = false;
  std::unique_ptr<Journal> journal_;
  std::atomic<bool> journalled_ = false;
  uint64_t taken_in_ = 0;
  Duration hangs_after_;
  std::unique_ptr<InTime> writer_;  // with a journal: ends first, it uses all of this
};

Status remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return {};
  return system_error("remove", path);
}

Result<std::string> identity_of(const SqliteOptions& options, size_t bytes) {
  if (options.identity.empty()) return random_secret(bytes);
  const std::optional<std::string> read = decode_hex(options.identity);
  if (!read || read->size() != bytes)
    return invalid("identity", "must be " + std::to_string(2 * bytes) + " hexadecimal digits");
  return *read;
}

// Makes what is missing of a log that was never complete: watermark first, then the database, so that a
// database without a watermark can only be damage.
Result<Mark> make_log(const SqliteOptions& options, const Mark* unfinished) {
  const std::string& directory = options.directory;
  const std::string path = directory + "/" + kDatabaseName;
  Mark mark;
  if (unfinished != nullptr) {
    mark = *unfinished;
    // Nothing was ever acknowledged from these: the second turn is written before the first opening returns.
    for (const char* tail : {"", "-wal", "-journal", "-shm"}) TRY_STATUS(remove_file(path + tail));
  } else {
    TRY(const std::string identity, identity_of(options, mark.identity.size()));
    std::memcpy(mark.identity.data(), identity.data(), identity.size());
    mark.turn = 1;
    TRY_STATUS(create_watermark(directory + "/" + kWatermarkName, mark));
  }
  TRY(Database database, Database::open(path, Access::kWrite, options.page_bytes));
  TRY_STATUS(create_tables(database, mark.identity));
  TRY_STATUS(sync_directory(directory));
  return mark;
}

// The mark of the log in `directory`, which is made first if nothing is there.
Result<Mark> find_or_make(const SqliteOptions& options) {
  const bool has_database = file_exists(options.directory + "/" + kDatabaseName);
  const std::string watermark = options.directory + "/" + kWatermarkName;
  if (!file_exists(watermark)) {
    if (!has_database) return make_log(options, nullptr);
    return corrupt("the watermark file is missing: whether acknowledged records are lost cannot be known");
  }
  TRY(const Mark mark, read_watermark(watermark));
  if (mark.turn == 1) return make_log(options, &mark);
  TRY_STATUS(check_file(options.directory + "/" + kDatabaseName, mark));
  return mark;
}

Result<std::unique_ptr<Log>> SqliteLog::open(const SqliteOptions& options) {
  ENSURE(!options.directory.empty());
  TRY_STATUS(make_directory(options.directory));
  TRY(DirectoryLock lock, DirectoryLock::take(options.directory, true));
  TRY(const Mark mark, find_or_make(options));
  TRY(Database database,
      Database::open(options.directory + "/" + kDatabaseName, Access::kWrite, options.page_bytes));
  TRY(const std::string journal, database.text("PRAGMA journal_mode"));
  if (journal != "wal")
    return corrupt("the database file is damaged or not a log: its journal mode is wrong");
  TRY_STATUS(check_form(database, mark.identity));
  TRY(const std::string page_bytes, database.text("PRAGMA page_size"));
  if (page_bytes != std::to_string(options.page_bytes))
    return corrupt("the page size of the database is " + page_bytes + ", not " +
                   std::to_string(options.page_bytes));
  ChainChecker end(ChainPoint{});
  TRY_STATUS(check_log(database, mark, options.verified, end));
  // What a crash left in the write-ahead file may be in the page cache only. The engine will act on it now,
  // so it must be durable now: a checkpoint syncs it, and the watermark then covers it.
  TRY_STATUS(database.checkpoint());
  TRY(auto watermark,
      WatermarkWriter::open(options.directory + "/" + kWatermarkName, mark, !options.journal.empty()));
  watermark->start(end.point());
  if (!watermark->wait())
    return Error{Code::kUnavailable, "log", "the watermark in " + options.directory + " cannot be written"};
  std::unique_ptr<SqliteLog> log(
      new SqliteLog(std::move(lock), std::move(database), std::move(watermark), end, mark.identity));
  TRY_STATUS(log->prepare());
  // Whoever made the files may have been killed before their names were synced, and SQLite does it only for
  // those it makes itself.
  TRY_STATUS(sync_directory(options.directory));
  if (!options.journal.empty()) {
    TRY(auto journal, Journal::open(options.journal, mark.identity));
    log->journal_ = std::move(journal);
    TRY_STATUS(log->take_in_journal());
    log->hangs_after_ = options.hangs_after;
    log->writer_ = std::make_unique<InTime>("log writer", options.hangs_after);
  }
  return std::unique_ptr<Log>(std::move(log));
}

// What the log has already is there as the journal has it; the rest follows it.
Status SqliteLog::take_in_journal() {
  if (journal_->empty()) return {};
  const uint64_t had = end_.no;
  std::unique_ptr<Journal> journal = std::move(journal_);  // not written to meanwhile
  ChainChecker next(end_, last_stamp_);
  const auto taken = [&](const StoredRecord& record) -> Status {
    if (record.no > had) return next.check(record);
    TRY(const ChainChecker here, checker_at(database_, record.no));
    if (view(here.point().digest) == record.digest) return {};
    return corrupt("the log and the journal beside it do not agree at " +
                   records_named(record.no, record.no));
  };
  const auto batch_taken = [&](std::span<const StoredRecord> batch) -> Status {
    std::vector<NewRecord> missing;
    for (const StoredRecord& record : batch) {
      TRY_STATUS(taken(record));
      if (record.no > had) missing.push_back({record.stamp, record.fact});
    }
    if (!missing.empty()) (void)append(missing).ok();  // without a journal it does not fail
    return {};
  };
  TRY_STATUS(journal->read(batch_taken));
  if (!watermark_->wait()) return Error{Code::kUnavailable, "log", "the watermark cannot be written"};
  TRY_STATUS(database_.checkpoint());
  TRY_STATUS(journal->clear());
  journal_ = std::move(journal);
  taken_in_ = end_.no - had;
  return {};
}

Status SqliteLog::prepare() {
  TRY(begin_, database_.prepare("BEGIN IMMEDIATE"));
  TRY(insert_, database_.prepare("INSERT INTO record(no,stamp,crc,digest,fact) VALUES(?1,?2,?3,?4,?5)"));
  TRY(commit_, database_.prepare("COMMIT"));
  return {};
}

SqliteLog::~SqliteLog() {
  writer_.reset();
  watermark_->wait();
  watermark_.reset();
  begin_.reset();
  insert_.reset();
  commit_.reset();
  // Left undone, the next opening does it: a failure here loses nothing.
  if (!journalled_) (void)database_.checkpoint().ok();
}

bool SqliteLog::step(const Statement& statement, const char* what) {
  const bool done = sqlite3_step(statement.get()) == SQLITE_DONE;
  if (!done && !journal_) storage_failed(database_.error(what).reason);
  sqlite3_reset(statement.get());
  return done;
}

bool SqliteLog::insert(const NewRecord& record, End& end) {
  ENSURE(record.stamp > end.stamp, record.stamp, end.stamp);
  ENSURE(record.fact.size() <= kFactBytesMax, record.fact.size());
  const uint64_t no = end.point.no + 1;
  const Seal made = seal(end.point.digest, no, record.stamp, record.fact, scratch_);
  sqlite3_stmt* row = insert_.get();
  sqlite3_bind_int64(row, 1, static_cast<int64_t>(no));
  sqlite3_bind_int64(row, 2, record.stamp.us);
  sqlite3_bind_int64(row, 3, made.crc);
  sqlite3_bind_blob(row, 4, made.digest.data(), static_cast<int>(made.digest.size()), SQLITE_STATIC);
  // An empty view may have no address, and SQLite stores a blob without address as NULL.
  const char* fact = record.fact.empty() ? "" : record.fact.data();
  sqlite3_bind_blob(row, 5, fact, static_cast<int>(record.fact.size()), SQLITE_STATIC);
  if (!step(insert_, "a record could not be written")) return false;
  end = {{no, made.digest}, record.stamp};
  return true;
}

bool SqliteLog::commit(std::span<const NewRecord> batch, End& end) {
  const Turns::Turn turn(turns_);
  bool done = step(begin_, "a batch could not be begun");
  for (size_t i = 0; done && i < batch.size(); ++i) done = insert(batch[i], end);
  done = done && step(commit_, "a batch could not be made durable");
  if (done)
    durable_no_ = end.point.no;
  else
    (void)database_.run("ROLLBACK").ok();  // there may be nothing to roll back
  return done;
}

// A disk that hangs is one that refuses: whether it takes the batch in the end is not known, so the journal
// has it too, under the same numbers.
bool SqliteLog::commit_in_time(std::span<const NewRecord> batch, End& end) {
  struct Work {
    std::vector<std::string> facts;
    std::vector<NewRecord> batch;
    End end;
    bool done = false;
  };
  const auto work = std::make_shared<Work>();
  work->end = end;
  work->facts.reserve(batch.size());
  for (const NewRecord& record : batch)
    work->batch.push_back({record.stamp, work->facts.emplace_back(record.fact)});
  const InTime::Came came = writer_->run([this, work] { work->done = commit(work->batch, work->end); });
  if (came != InTime::Came::kDone || !work->done) return false;
  end = work->end;
  return true;
}

// For good, until the log is opened anew: what the disk took of the batch that it refused is not known.
uint64_t SqliteLog::put_into_journal(std::span<const NewRecord> batch) {
  journalled_ = true;
  const uint64_t first = next_no();
  const Result<ChainPoint> last = journal_->append(end_, batch);
  if (!last.ok()) storage_failed("neither log nor journal can be written: " + last.error().text());
  end_ = *last;
  last_stamp_ = batch.back().stamp;
  return first;
}

Result<uint64_t> SqliteLog::append(std::span<const NewRecord> batch) {
  ENSURE(!batch.empty());
  ENSURE(!reading_);
  if (journalled_) return put_into_journal(batch);
  const uint64_t first = next_no();
  End end{end_, last_stamp_};
  if (!(writer_ ? commit_in_time(batch, end) : commit(batch, end))) return put_into_journal(batch);
  end_ = end.point;
  last_stamp_ = end.stamp;
  // The mark of the batch before had the whole of this one to reach the disk; this one's starts now that the
  // batch is durable, so it is there soon even when no batch follows. Of a mark that the disk refused, the
  // batch itself is durable; the next one trusts that disk no more.
  if (writer_ ? watermark_->wait(hangs_after_) : watermark_->wait()) {
    watermark_->start(end_);
  } else {
    if (!journal_) storage_failed("the watermark could not be written");
    journalled_ = true;
  }
  return first;
}

Status SqliteLog::read(uint64_t from_no, const std::function<bool(const Record&)>& each) {
  ENSURE(from_no >= 1);
  ENSURE(!reading_);
  if (from_no > end_.no) return {};
  const Turns::Turn turn(turns_);
  TRY(ChainChecker checker, checker_at(database_, from_no - 1));
  reading_ = true;
  Record record;
  bool stopped = false;
  const Status status = walk(database_, checker, [&](const StoredRecord& row) {
    record.no = row.no;
    record.stamp = row.stamp;
    record.fact.assign(row.fact);
    stopped = !each(record);
    return !stopped;
  });
  reading_ = false;
  if (!status.ok() || stopped) return status;
  if (checker.point().no != end_.no)
    return corrupt(records_named(checker.point().no + 1, end_.no) + " missing");
  return {};
}

}  // namespace

Result<std::unique_ptr<Log>> open_sqlite_log(const SqliteOptions& options) {
  return SqliteLog::open(options);
}

}  // namespace haechi::log
