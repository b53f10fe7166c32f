// The durable, ordered log: every fact of one partition, in order, once, for good.
//
// Invariants, whatever stands behind the interface:
//   - numbers start at 1 and have no gaps; stamps strictly increase;
//   - what append() has returned is on disk and is never changed, removed or reordered;
//   - every record carries the chain: digest_n = sha256(digest_{n-1} | no | stamp | fact), digest_0 all zero,
//     so the head digest names the whole history, and any reader can check it from any record on.
// Facts are opaque bytes here. docs/log_format.md has the stored form.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/digest.h"
#include "base/result.h"
#include "base/time.h"

namespace haechi::log {

// Longest fact that a log takes, in bytes. A longer one is a bug of the caller.
inline constexpr size_t kFactBytesMax = 4u << 20;

struct Record {
  uint64_t no = 0;
  Time stamp;
  std::string fact;
};

struct NewRecord {
  Time stamp;
  std::string_view fact;
};

// A place in the chain: a record's number and its digest. {0, zeros} is the start, before record 1.
struct ChainPoint {
  uint64_t no = 0;
  Digest digest{};
};

// Reads a log that is open and being appended to, on a thread of its own. One thread at a time uses a Reader;
// the Log outlives it.
//
// There is one connection to the database and only one (see docs/log_format.md), so reader and writer take
// turns on it. A turn of the reader copies a slice and is over: at most kSliceRecords records, kSliceBytes or
// about kSliceMax, whatever comes first, and no read transaction lasts longer than that. Checks happen after
// the turn. An append thus waits for at most one slice of each reader, and a reader for one append.
class Reader {
 public:
  virtual ~Reader() = default;

  // The number that the next record will get.
  virtual uint64_t next_no() = 0;
  // Number of the first record stamped at `at` or later; next_no() when there is none yet. Looks at some
  // thirty records at most; each is checked as by read().
  virtual Result<uint64_t> find(Time at) = 0;
  // As Log::read; `each` must not call this reader. The end is where the log ends when it gets there, so
  // whoever reads a log that grows bounds it through `each`, which may take its time: nobody waits for it.
  virtual Status read(uint64_t from_no, const std::function<bool(const Record&)>& each) = 0;
  // Likewise of these alone, which rise and are all there; each is checked, as is that it follows the one
  // before it.
  virtual Status pick(std::span<const uint64_t> numbers, const std::function<bool(const Record&)>& each) = 0;
};
inline constexpr size_t kSliceRecords = 256;
inline constexpr size_t kSliceBytes = 256u << 10;  // ends after the record that goes beyond
inline constexpr Duration kSliceMax = Duration::millis(1);

// One thread at a time uses a Log, for reading as for writing; Readers have threads of their own.
class Log {
 public:
  virtual ~Log() = default;

  // Appends `batch` as one: all of it is durable when this returns, or none of it is ever read back. Gives
  // the number of the first record; the others follow it one by one. The batch must not be empty, stamps must
  // rise strictly above last_stamp() and within the batch, facts must be at most kFactBytesMax: each is
  // ENSUREd.
  virtual Result<uint64_t> append(std::span<const NewRecord> batch) = 0;

  // The number that the next record will get: 1 for an empty log.
  virtual uint64_t next_no() const = 0;
  // Stamp of the last record; zero for an empty log.
  virtual Time last_stamp() const = 0;
  // Digest of the last record; zeros for an empty log.
  virtual Digest head() const = 0;
  // Names this log for ever: hexadecimal, drawn when it was made. A cursor of another log means nothing here.
  virtual std::string id() const = 0;

  // Gives the records from `from_no` (at least 1) on, in order, until the end or until `each` returns false.
  // A `from_no` beyond the end gives none. Each record is checked against its checksum and the chain before
  // it is given; kCorrupt names the first that fails. `each` must not call this log.
  virtual Status read(uint64_t from_no, const std::function<bool(const Record&)>& each) = 0;

  // The disk refused a write: what is appended goes to the journal beside the log, for as long as this is
  // open. Any thread.
  virtual bool journalled() const { return false; }
  // So many records of a run before this one came out of the journal when this was opened.
  virtual uint64_t taken_in() const { return 0; }

  // Any thread. nullptr: this log cannot be read beside its writer. While Log::read goes on, Readers wait.
  virtual std::unique_ptr<Reader> reader() { return nullptr; }
};

struct SqliteOptions {
  // Holds the log's files and nothing else. Made if missing.
  std::string directory;
  // Where opening starts to check the chain: a point the caller knows by other means, such as the snapshot it
  // restores. The record there must have this digest. The default checks everything and also the structure of
  // the database, at about a quarter of a million records per second.
  ChainPoint verified = {};
  // Page size in bytes, a power of two from 512 to 65536; must be the same at every opening.
  uint32_t page_bytes = 8192;
  // Of a log that is made now: Log::id() of the one that it is to be a copy of. Empty: a new one.
  std::string identity = {};
  // A directory on another disk for a journal (journal.h). Then a disk that refuses a write does not end the
  // process: that batch and all later ones go to the journal, readers see what was there before, and the next
  // opening takes the journal in. Empty: there is none.
  std::string journal = {};
  // With a journal: a write that has not come back by then was refused.
  Duration hangs_after = Duration::seconds(3);
};

// Opens the log in a directory, or makes it. Errors:
//   kUnavailable  another process (or this one) has it open, or the directory cannot be used;
//   kCorrupt      records that were acknowledged are missing, or something stored is damaged. The sentence
//   says
//                 which records. Nothing was changed; a person or a mirror copy must decide.
// An append() of this log never fails softly: when the disk refuses a write or a sync, what is on disk is
// unknown and a second sync may report success for lost pages, so nothing is written to it again: the journal
// takes the batch (also where the disk hangs and refuses nothing; closing waits until it is back), or, where
// there is none or its disk refuses as well, the process aborts; opening again finds out. Closing
// (destruction) leaves everything in the main database file.
Result<std::unique_ptr<Log>> open_sqlite_log(const SqliteOptions& options);

// What verify_directory() found, as far as it came.
struct VerifyReport {
  std::string identity;       // hexadecimal; empty when not read
  uint64_t records = 0;       // records that were read and hold
  Time first_stamp;           // zero when there are none
  Time last_stamp;            // of the last record that holds
  Digest head{};              // digest of the last record that holds
  uint64_t acknowledged = 0;  // the watermark: at least this many must be there
};

// Checks every record, the chain, the structure of the database and the watermark of a closed or crashed log.
// Changes no byte in the directory. kUnavailable when the log is open elsewhere, kNotFound when there is
// none, kCorrupt with a sentence that names the records concerned.
Status verify_directory(const std::string& directory, VerifyReport& report);

// As Log::read, for a log that is not open: checks what it gives, changes nothing. For replay and export.
Status read_directory(const std::string& directory, uint64_t from_no,
                      const std::function<bool(const Record&)>& each);

}  // namespace haechi::log
