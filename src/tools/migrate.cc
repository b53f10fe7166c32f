#include "tools/migrate.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "base/digest.h"
#include "gateway/verify.h"
#include "log/chain.h"
#include "log/files.h"
#include "log/log.h"
#include "tools/export_file.h"
#include "tools/fact_files.h"
#include "tools/fact_lines.h"
#include "tools/import_rows.h"
#include "tools/manifest.h"
#include "vault/sealer.h"

namespace haechi::tools {
namespace {

namespace fs = std::filesystem;

constexpr size_t kBatch = 1'024;

// The log in the making, and the chain over it. Without a directory: the chain alone.
class NewLog {
 public:
  // The log in `directory` of `data`, under the keys of `data`.
  Status open(const std::string& directory, const std::string& data, const KeysAt& keys) {
    unsealer_.emplace(data, keys, vault::RingMode::kWrite);
    if (!unsealer_->ring().ok()) return unsealer_->ring().error();
    sealer_.emplace(**unsealer_->ring());
    log::SqliteOptions options;
    options.directory = directory;
    TRY(log_, log::open_sqlite_log(options));
    return {};
  }

  Status add(Time stamp, const v1::Fact& fact) {
    const std::string clear = fact.SerializeAsString();
    head_ = log::seal(head_, ++entries_, stamp, clear, scratch_).digest;
    v1::Fact sealed = fact;
    sealed.clear_sealed();
    std::string kept = clear;
    if (sealer_) {
      TRY(kept, sealer_->seal(entries_, sealed));
    }
    if (kept.size() > log::kFactBytesMax) return invalid("fact", "is over 4 MiB");
    facts_.push_back(std::move(kept));
    stamps_.push_back(stamp);
    return facts_.size() < kBatch ? Status() : flush();
  }

  Status flush() {
    std::vector<log::NewRecord> batch;
    for (size_t i = 0; i < facts_.size(); ++i) batch.push_back({stamps_[i], facts_[i]});
    Status status = sealer_ ? (*unsealer_->ring())->settle() : Status();
    if (status.ok() && log_ && !batch.empty())
      if (const auto appended = log_->append(batch); !appended.ok()) status = appended.error();
    facts_.clear();
    stamps_.clear();
    return status;
  }

  uint64_t entries() const { return entries_; }
  std::string head() const { return hex(view(head_)); }

 private:
  std::optional<Unsealer> unsealer_;
  std::optional<vault::Sealer> sealer_;  // none: nothing is written
  std::unique_ptr<log::Log> log_;
  std::vector<std::string> facts_;
  std::vector<Time> stamps_;
  uint64_t entries_ = 0;
  Digest head_{};
  std::string scratch_;
};

class Migration {
 public:
  Migration(const MigrateOptions& options, Time now, std::ostream& out)
      : options_(options), latest_(now + gateway::kFutureMax), now_(now), out_(out) {}

  Status run(const std::string& directory) {
    if (!directory.empty()) TRY_STATUS(log_.open(directory, options_.data, options_.keys));
    TRY_STATUS(read_manifest_of_folder());
    RowOptions of_rows{options_.folder,    manifest_.has_value(), options_.as_logged && result_.complete,
                       options_.device_id, options_.source,       options_.id_property};
    ImportRows rows(of_rows);
    ImportRow row;
    while (rows.next(row)) {
      ++result_.rows;
      // What does not say since when it holds has held from the start.
      if (!row.at.known() && !row.bad && !result_.complete) {
        (row.fact.has_violation_taken_over() ? history_ : undated_).push_back(std::move(row));
        continue;
      }
      if (row.at.known()) TRY_STATUS(take_undated(row.at));
      TRY_STATUS(take(row));
    }
    TRY_STATUS(take_undated(now_));
    TRY_STATUS(take_history());
    if (result_.rows == 0) refuse(options_.folder, 0, invalid("", "holds nothing that can be imported"));
    check_end();
    TRY_STATUS(log_.flush());
    result_.entries = log_.entries();
    return {};
  }

  const MigrateResult& result() const { return result_; }

 private:
  void refuse(const std::string& file, size_t line, const Error& error) {
    ++result_.bad;
    out_ << file;
    if (line > 0) out_ << ":" << line;
    out_ << ": " << error.field << (error.field.empty() ? "" : ": ") << error.reason << "\n";
  }

  Status read_manifest_of_folder() {
    Result<std::optional<Manifest>> read = read_manifest(options_.folder);
    if (!read.ok()) {
      refuse(kManifestName, 0, read.error());
      return {};
    }
    manifest_ = *std::move(read);
    if (!manifest_) return {};
    result_.complete = manifest_->complete;
    std::set<std::string> listed;
    for (const ManifestFile& file : manifest_->files) {
      listed.insert(file.name);
      if (!file.name.ends_with(".jsonl")) continue;
      const Result<std::string> digest = digest_of_file(options_.folder + "/" + file.name);
      if (!digest.ok()) {
        refuse(file.name, 0, invalid("", std::string("is missing; ") + kManifestName + " lists it"));
      } else if (*digest != file.sha256) {
        refuse(file.name, 0,
               invalid("", std::string("is not what ") + kManifestName + " says: its SHA-256 differs"));
      }
    }
    std::error_code error;
    for (const FactFile& file : kFactFiles)
      if (!listed.contains(std::string(file.name)) &&
          fs::exists(options_.folder + "/" + std::string(file.name), error))
        refuse(std::string(file.name), 0, invalid("", std::string("is not listed in ") + kManifestName));
    return {};
  }

  Status take_undated(Time before) {
    const auto count = static_cast<int64_t>(undated_.size());
    for (int64_t i = 0; i < count; ++i) {
      undated_[static_cast<size_t>(i)].at = before - Duration{count - i};
      TRY_STATUS(take(undated_[static_cast<size_t>(i)]));
    }
    undated_.clear();
    return {};
  }

  // Taken over now, whenever it happened: whom it names may have been registered after that.
  Status take_history() {
    for (ImportRow& row : history_) {
      row.at = std::max(now_, last_at_);
      TRY_STATUS(take(row));
    }
    return {};
  }

  Status take(ImportRow& row) {
    if (row.bad) {
      // Its number is used up; when it cannot be read, a later gap of one is this row's.
      if (row.entry_no == next_no_) ++next_no_;
      if (row.entry_no == 0) ++unnumbered_;
      return refuse(row.file, row.line, *row.bad), Status();
    }
    const Result<std::vector<StampedFact>> facts = check(row);
    if (!facts.ok()) return refuse(row.file, row.line, facts.error()), Status();
    if (facts->empty()) ++result_.repeated;
    if (result_.bad > 0) return {};  // it will not be kept: only the checks go on
    for (const StampedFact& one : *facts) TRY_STATUS(log_.add(one.at, one.fact));
    return {};
  }

  Result<std::vector<StampedFact>> check(const ImportRow& row) {
    const uint64_t expected = next_no_;
    next_no_ = row.entry_no + 1;
    const uint64_t gap = row.entry_no - expected;  // wraps where numbers go back
    if (result_.complete && gap != 0 && gap > unnumbered_)
      return invalid("entry_no", "must be " + std::to_string(expected) +
                                     ": an export of the whole log has every number once");
    if (result_.complete) unnumbered_ -= gap;
    if (row.at > latest_) return invalid("at_us", "is in the future");
    if (result_.complete && row.at <= last_at_)
      return invalid("at_us", "must be after that of the entry before");
    last_at_ = row.at;
    Result<std::vector<StampedFact>> admitted = admit(row);
    if (!result_.complete) return admitted;
    // The log is made again as it was: what was entered, with its own number and stamp, and nothing else.
    if (admitted.ok() && admitted->empty() && row.fact.has_report_received())
      admitted = Error{Code::kConflict, "", "is a report that came before"};
    if (!admitted.ok() && !options_.as_logged) return admitted;
    if (!admitted.ok()) ++result_.as_logged;
    return std::vector<StampedFact>{{row.at, row.fact}};
  }

  // The rules of the server, over what was taken so far.
  Result<std::vector<StampedFact>> admit(const ImportRow& row) {
    const v1::Fact& fact = row.fact;
    if (fact.has_order_registered()) TRY_STATUS(check_version(fact.order_registered()));
    if (!result_.complete && row.file == "journal.jsonl" && !fact.has_clock_ticked() &&
        !fact.has_device_connection_changed())
      return invalid("fact", "names things by the numbers of a whole log, and this is a part of one");
    TRY(auto admitted, lines_.take({row.at, fact}));
    if (fact.has_order_registered())
      versions_[fact.order_registered().id()] = admitted.back().fact.order_registered().version();
    return admitted;
  }

  Status check_version(const v1::Order& order) {
    const uint32_t next = versions_[order.id()] + 1;
    if (order.version() == 0 || order.version() == next) return {};
    return Error{Code::kConflict, "version", "must be " + std::to_string(next) + ", the next one"};
  }

  void check_end() {
    if (!result_.complete || result_.bad > 0) return;
    if (log_.entries() != manifest_->entries)
      return refuse(kManifestName, 0,
                    invalid("entries", "there are " + std::to_string(log_.entries()) + ", not " +
                                           std::to_string(manifest_->entries)));
    if (log_.head() != manifest_->head)
      refuse(kManifestName, 0,
             invalid("head", "the chain over the entries ends in another digest: something was changed"));
  }

  const MigrateOptions& options_;
  const Time latest_, now_;
  std::ostream& out_;
  std::optional<Manifest> manifest_;
  MigrateResult result_;
  NewLog log_;
  FactLines lines_;
  std::map<std::string, uint32_t> versions_;
  std::vector<ImportRow> undated_;  // registrations: a report always says when it was received
  std::vector<ImportRow> history_;  // violations of another system that do not say when they were taken over
  uint64_t next_no_ = 1;
  uint64_t unnumbered_ = 0;  // bad rows whose number could not be read and was not missed yet
  Time last_at_;
};

Result<MigrateResult> check_only(const MigrateOptions& options, Time now, std::ostream& out) {
  Migration migration(options, now, out);
  TRY_STATUS(migration.run(""));
  return migration.result();
}

}  // namespace

Result<MigrateResult> migrate(const MigrateOptions& options, Time now, std::ostream& out) {
  std::error_code error;
  if (!fs::is_directory(options.folder, error))
    return Error{Code::kNotFound, "from", options.folder + " is no folder"};
  const fs::path log = fs::path(options.data) / "log", unfinished = fs::path(options.data) / "log.unfinished";
  if (!options.data.empty() && fs::exists(log, error))
    return Error{Code::kConflict, "data", options.data + " has a log already; an import makes a new one"};
  if (options.dry_run) return check_only(options, now, out);
  const bool made = fs::create_directories(options.data, error);
  if (error) return Error{Code::kUnavailable, "data", "cannot make the directory " + options.data};
  if (made) fs::permissions(options.data, fs::perms::owner_all, error);
  if (!fs::create_directory(unfinished, error))
    return Error{Code::kConflict, "data",
                 unfinished.string() + " is there: an import goes on, or was broken off; then remove it"};
  Status status;
  MigrateResult result;
  {
    Migration migration(options, now, out);
    status = migration.run(unfinished.string());
    result = migration.result();
  }
  if (status.ok() && result.bad == 0) {
    fs::rename(unfinished, log, error);
    if (error) {
      status = Error{Code::kUnavailable, "data", "cannot make the log in " + options.data};
    } else {
      status = log::sync_directory(options.data);
      if (status.ok()) return result;
      fs::remove_all(log, error);
    }
  }
  fs::remove_all(unfinished, error);
  if (made) fs::remove(options.data, error);
  if (!status.ok()) return status.error();
  return result;
}

int run_migrate(const MigrateOptions& options) {
  const Result<MigrateResult> done = migrate(options, SystemClock().now(), std::cout);
  std::cout.flush();
  if (!done.ok()) return std::fprintf(stderr, "import: %s\n", done.error().text().c_str()), 1;
  const auto n = [](uint64_t count) { return static_cast<unsigned long long>(count); };
  if (done->bad > 0) {
    std::printf("nothing imported: %llu of %llu rows or files are refused\n", n(done->bad), n(done->rows));
    return 1;
  }
  if (done->repeated > 0)
    std::printf("%llu reports or violations came before and are left out\n", n(done->repeated));
  if (done->as_logged > 0)
    std::printf("%llu entries are taken as they were logged, against the rules of today\n",
                n(done->as_logged));
  std::printf("%llu rows are good; %llu entries %s%s\n", n(done->rows), n(done->entries),
              options.dry_run ? "would be imported; nothing is" : "imported",
              done->complete ? ", the same log to the last digest" : "");
  return 0;
}

}  // namespace haechi::tools
