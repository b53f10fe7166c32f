#include "evidence/mend.h"

#include <charconv>
#include <filesystem>
#include <memory>
#include <vector>

#include "base/files.h"
#include "base/first_entry.h"
#include "evidence/merkle.h"
#include "evidence/mirror.h"
#include "evidence/notary.h"
#include "log/chain.h"
#include "log/salvage.h"

namespace haechi::evidence {
namespace {

constexpr size_t kBatchRecords = 1'000;
constexpr size_t kBatchBytes = 1u << 20;
constexpr char kLog[] = "/log", kMending[] = "/log.mending", kMended[] = "/log.mended", kTold[] = "/mended";

Error unmended(std::string reason) {
  return Error{Code::kCorrupt, "evidence", std::move(reason)};
}

Status move_directory(const std::string& from, const std::string& to) {
  std::error_code failed;
  std::filesystem::rename(from, to, failed);
  if (failed) return Error{Code::kUnavailable, "disk", "cannot rename " + from + ": " + failed.message()};
  return log::sync_directory(directory_of(to));
}

Status remove_all(const std::string& path) {
  std::error_code failed;
  std::filesystem::remove_all(path, failed);
  if (failed) return Error{Code::kUnavailable, "disk", "cannot remove " + path + ": " + failed.message()};
  return {};
}

// The keys that the log signs with. Both are asked with, for the mirror may know either.
struct Keys {
  std::vector<SigningKey> signing;
  LogKeys verifying;

  static Result<Keys> open(const MendOptions& options, const std::string& origin) {
    Keys keys;
    for (const KeyPlace& place : {options.key, options.next_key}) {
      if (!place.named()) continue;
      TRY(SigningKey key, SigningKey::open(place, origin, KeyUse::kLog));
      keys.verifying.push_back(key.verifier());
      keys.signing.push_back(std::move(key));
    }
    return keys;
  }
};

// What a mirror has of the log, fetched as it is needed. Nothing of it is believed here but what it signed.
class Fetched {
 public:
  Fetched(const AskMirror& mirror, const Keys& keys, Time now) : mirror_(mirror), keys_(keys), now_(now) {}

  // First of all.
  Status begin() {
    TRY_STATUS(ask(0));
    return {};
  }
  const Checkpoint& checkpoint() const { return push_.checkpoint; }
  uint64_t given() const { return given_; }
  uint64_t first_no() const { return first_no_; }
  uint64_t last_no() const { return last_no_; }

  // 1 <= no <= checkpoint().size; valid until the next call.
  Result<log::NewRecord> record(uint64_t no) {
    ENSURE(no >= 1 && no <= checkpoint().size, no);
    if (no < from_no_ || no - from_no_ >= push_.records.size()) TRY_STATUS(ask(no));
    if (push_.records.empty()) return unmended("the mirror does not give record " + std::to_string(no));
    ++given_;
    if (first_no_ == 0) first_no_ = no;
    last_no_ = no;
    return push_.records[no - from_no_];
  }

 private:
  Status ask(uint64_t from_no) {
    Note note{body_of(GiveBack{keys_.verifying.front().name(), from_no, now_}), {}};
    for (const SigningKey& key : keys_.signing) TRY_STATUS(key.sign(note, Time{}));
    const std::optional<Note> before = bytes_.empty() ? std::nullopt : std::optional(push_.note);
    TRY(bytes_, mirror_(text_of(note)));
    TRY(push_, read_push(bytes_));
    if (!signed_by_any(keys_.verifying, push_.note) ||
        push_.checkpoint.origin != keys_.verifying.front().name())
      return unmended("the mirror shows a checkpoint that this log has not signed");
    if (before && before->body != push_.note.body) return unmended("the mirror's copy changed meanwhile");
    from_no_ = from_no;
    return {};
  }

  const AskMirror& mirror_;
  const Keys& keys_;
  const Time now_;
  std::string bytes_;
  Push push_;
  uint64_t from_no_ = 0;
  uint64_t given_ = 0, first_no_ = 0, last_no_ = 0;
};

// The newest checkpoint of the log itself; nothing when there is none that holds.
std::optional<Checkpoint> own_checkpoint(const MendOptions& options, const LogKeys& keys) {
  const auto text = log::read_file(options.evidence_directory + "/" + kCheckpointName, kNoteBytesMax);
  if (!text.ok()) return std::nullopt;
  const Result<Note> note = read_note(*text);
  if (!note.ok() || !signed_by_any(keys, *note)) return std::nullopt;
  const Result<Checkpoint> checkpoint = read_checkpoint(note->body);
  if (!checkpoint.ok() || checkpoint->origin != keys.front().name()) return std::nullopt;
  return *checkpoint;
}

// With how many entries the last run ended in good order; nothing: it did not.
std::optional<uint64_t> closed_at(const MendOptions& options) {
  const auto text = log::read_file(options.evidence_directory + "/" + kClosedName, 64);
  if (!text.ok()) return std::nullopt;
  uint64_t size = 0;
  std::from_chars(text->data(), text->data() + text->size(), size);
  if (std::to_string(size) + "\n" != *text) return std::nullopt;
  return size;
}

// One try: the records in order, each from the one place or the other.
class Joiner {
 public:
  // `closed_at`: where the log is known to have ended, should its watermark be gone.
  Joiner(log::Salvage& own, Fetched& mirror, std::optional<Checkpoint> signed_last,
         std::optional<uint64_t> closed_at, bool prefers_mirror)
      : own_(own),
        mirror_(mirror),
        signed_last_(std::move(signed_last)),
        closed_at_(closed_at),
        prefers_mirror_(prefers_mirror) {
    compare();
  }

  // Makes the log in that directory.
  Status join(const log::SqliteOptions& options) {
    TRY(auto log, log::open_sqlite_log(options));
    while (true) {
      TRY(const bool found, take_next());
      if (!found) break;
      compare();
      if (facts_.size() >= kBatchRecords || bytes_ >= kBatchBytes) TRY_STATUS(flush(*log));
    }
    return flush(*log);
  }

  // Is what was joined the log, and all of it?
  Status prove() const {
    const uint64_t end = at_.point().no;
    const Checkpoint& kept = mirror_.checkpoint();
    if (!kept_holds_)
      return unmended("what was put together is not what the log signed to the mirror, " +
                      std::to_string(kept.size) + " records");
    if (signed_last_ && !signed_holds_)
      return unmended("what was put together does not have the " + std::to_string(signed_last_->size) +
                      " records of the log's own checkpoint");
    if (!own_.mark()) {
      if (closed_at_ == end && signed_last_ && signed_last_->size == end) return {};
      return unmended("how far the log was acknowledged is not known, for it was not closed in good order");
    }
    if (end < own_.mark()->no)
      return unmended(log::records_named(end + 1, own_.mark()->no) +
                      " were acknowledged and lie neither here nor on the mirror");
    if (!mark_holds_) return unmended("the watermark names another record");
    return {};
  }
  uint64_t records() const { return at_.point().no; }

 private:
  Result<bool> take_next() {
    const uint64_t no = at_.point().no + 1;
    const bool kept = no <= mirror_.checkpoint().size;
    if (!(kept && prefers_mirror_))
      if (const auto row = own_.next(at_)) return add(row->stamp, row->fact);
    if (!kept) return false;
    TRY(const log::NewRecord record, mirror_.record(no));
    if (record.stamp <= at_.stamp()) return unmended("the mirror's records are not in order");
    const log::Seal made = log::seal(at_.point().digest, no, record.stamp, record.fact, scratch_);
    at_ = log::ChainChecker({no, made.digest}, record.stamp);
    return add(record.stamp, record.fact);
  }

  bool add(Time stamp, std::string_view fact) {
    const uint64_t no = at_.point().no;
    root_.add(leaf_hash(entry_of(no, stamp, fact)));
    stamps_.push_back(stamp);
    facts_.emplace_back(fact);
    bytes_ += fact.size();
    return true;
  }

  void compare() {
    const log::ChainPoint& here = at_.point();
    const auto holds = [&](const Checkpoint& one) { return one.size == here.no && one.root == root_.root(); };
    kept_holds_ = kept_holds_ || holds(mirror_.checkpoint());
    if (signed_last_) signed_holds_ = signed_holds_ || holds(*signed_last_);
    if (own_.mark() && own_.mark()->no == here.no) mark_holds_ = own_.mark()->digest == here.digest;
  }

  Status flush(log::Log& log) {
    if (facts_.empty()) return {};
    std::vector<log::NewRecord> batch;
    for (size_t i = 0; i < facts_.size(); ++i) batch.push_back({stamps_[i], facts_[i]});
    TRY_STATUS(log.append(batch));
    facts_.clear();
    stamps_.clear();
    bytes_ = 0;
    return {};
  }

  log::Salvage& own_;
  Fetched& mirror_;
  const std::optional<Checkpoint> signed_last_;
  const std::optional<uint64_t> closed_at_;
  const bool prefers_mirror_;
  log::ChainChecker at_{log::beginning()};
  RunningRoot root_{entries_before_the_first()};
  bool kept_holds_ = false, signed_holds_ = false, mark_holds_ = false;
  std::string scratch_;
  std::vector<std::string> facts_;
  std::vector<Time> stamps_;
  size_t bytes_ = 0;
};

std::string free_name(const std::string& data) {
  for (int turn = 1;; ++turn) {
    std::string name = data + kLog + ".harmed-" + std::to_string(turn);
    if (!log::file_exists(name)) return name;
  }
}

// A log is called after its identity: the files say it, or else what was signed.
Result<std::string> identity_of(const MendOptions& options, const log::Salvage& own) {
  if (own.identity()) return *own.identity();
  TRY(const std::string text,
      log::read_file(options.evidence_directory + "/" + kPublicKeyName, kNoteBytesMax));
  TRY(const LogKeys keys, read_log_keys(text));
  const std::string name = keys.front().name(), prefix = origin_of("");
  if (!name.starts_with(prefix)) return unmended("whose log it is cannot be read any more");
  return name.substr(prefix.size());
}

// Each step is on disk before the next: see 3 in the header.
Status put_in_place(const std::string& data, const Mended& mended) {
  TRY_STATUS(log::sync_directory(data + kMending));
  TRY_STATUS(log::replace_file(data + kTold, mended.text() + "\n"));
  TRY_STATUS(move_directory(data + kMending, data + kMended));
  TRY_STATUS(move_directory(data + kLog, mended.kept_in));
  return move_directory(data + kMended, data + kLog);
}

}  // namespace

std::string Mended::text() const {
  const std::string taken = from_mirror == 0 ? "no record"
                            : from_mirror == last_no - first_no + 1
                                ? log::records_named(first_no, last_no)
                                : std::to_string(from_mirror) + " records of those from " +
                                      std::to_string(first_no) + " to " + std::to_string(last_no);
  return "the log was harmed and is whole again, " + std::to_string(records) + " records: " + taken +
         " came from a mirror, what was harmed lies in " + kept_in;
}

Result<Mended> mend_log(const MendOptions& options, const AskMirror& mirror, Time now) {
  const std::string build = options.data + kMending;
  TRY_STATUS(log::make_directory(options.data + kLog));  // of a log that is gone, with all it lay in
  TRY(const auto own, log::Salvage::open(options.data + kLog));
  TRY(const std::string identity, identity_of(options, *own));
  TRY(const Keys keys, Keys::open(options, origin_of(identity)));
  const auto signed_last = own_checkpoint(options, keys.verifying);
  // First with as little of the mirror's as will do. Where that does not come out right, something here was
  // changed and fits all the same: then with all that the mirror has.
  Status proven;
  for (const bool prefers_mirror : {false, true}) {
    TRY_STATUS(remove_all(build));
    Fetched fetched(mirror, keys, now);
    TRY_STATUS(fetched.begin());
    Joiner joiner(*own, fetched, signed_last, closed_at(options), prefers_mirror);
    TRY_STATUS(joiner.join({.directory = build, .page_bytes = options.page_bytes, .identity = identity}));
    proven = joiner.prove();
    if (!proven.ok()) continue;
    Mended mended{joiner.records(), fetched.given(), fetched.first_no(), fetched.last_no(),
                  free_name(options.data)};
    TRY_STATUS(put_in_place(options.data, mended));
    return mended;
  }
  TRY_STATUS(remove_all(build));
  return proven.error();
}

Status finish_mending(const std::string& data) {
  TRY_STATUS(remove_all(data + kMending));
  if (!log::file_exists(data + kMended)) return {};
  if (!log::file_exists(data + kLog)) return move_directory(data + kMended, data + kLog);
  // The harmed one is still in its place: it is looked at anew.
  TRY_STATUS(remove_all(data + kMended));
  return forget_mending(data);
}

std::string untold_mending(const std::string& data) {
  Result<std::string> text = log::read_file(data + kTold, 4'096);
  if (!text.ok()) return "";
  while (text->ends_with('\n')) text->pop_back();
  return *std::move(text);
}

Status forget_mending(const std::string& data) {
  std::error_code failed;
  std::filesystem::remove(data + kTold, failed);
  if (failed) return Error{Code::kUnavailable, "disk", "cannot remove " + data + kTold};
  return log::sync_directory(data);
}

}  // namespace haechi::evidence
