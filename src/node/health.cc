#include "node/health.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <fstream>
#include <utility>
#include <vector>

#include "base/files.h"
#include "base/last_words.h"
#include "evidence/mend.h"
#include "node/erasing.h"
#include "node/mending.h"
#include "vault/key_ring.h"

namespace haechi::node {
namespace {

constexpr Duration kMarkPeriod = Duration::seconds(10);
constexpr size_t kDetailMax = 400;

std::optional<Disk> fullest(const Config& config) {
  std::optional<Disk> out;
  for (const std::string& directory : {config.data, config.journal})
    if (const auto disk = directory.empty() ? std::nullopt : disk_of(directory))
      if (!out || disk->free_bytes < out->free_bytes) out = disk;
  return out;
}

}  // namespace

std::string seen_file(const Config& config) {
  return directory_of(ring_place(config).path) + "/seen";
}

std::string last_words_file(const Config& config) {
  return config.data + "/last_words";
}

Seen read_seen(const std::string& file, const std::string& log_id) {
  std::ifstream in(file);
  std::string id;
  Seen seen;
  if (!(in >> id >> seen.entries) || id != log_id) return {};
  in >> seen.accepted;  // nothing: zero
  return seen;
}

Status write_seen(const std::string& file, const std::string& log_id, const Seen& seen) {
  return replace_file(
      file, log_id + " " + std::to_string(seen.entries) + " " + std::to_string(seen.accepted) + "\n");
}

Status check_seen(uint64_t seen, const std::string& where, uint64_t entries,
                  const std::string& accepted_for) {
  if (entries >= seen || !accepted_for.empty()) return {};
  return Error{Code::kCorrupt, "log",
               "ends at entry " + std::to_string(entries) + ", and " + std::to_string(seen) + " were seen " +
                   where +
                   ": an older copy was put back. Take it from a mirror instead, or start with "
                   "--accept-older-log REASON, which the log will keep"};
}

Health::Health(const Config& config, std::string log_id, const Seen& seen, spine::Spine& spine,
               const Clock& clock)
    : config_(config),
      log_id_(std::move(log_id)),
      seen_(seen),
      older_than_(seen.entries),
      spine_(spine),
      clock_(clock) {}

Status Health::take(const SeenElsewhere& elsewhere) {
  unheard_ = elsewhere.unheard.size();
  for (const std::string& one : elsewhere.unheard)
    spdlog::warn("whether this is the newest log cannot be asked of {}", one);
  if (elsewhere.entries <= seen_.accepted) return {};
  TRY_STATUS(
      check_seen(elsewhere.entries, "by " + elsewhere.by, spine_.stats().entry_no, config_.accept_older_log));
  older_than_ = std::max(older_than_, elsewhere.entries);
  if (spine_.stats().entry_no < elsewhere.entries) seen_.accepted = elsewhere.entries;
  return {};
}

void Health::tell(v1::NodeCondition condition, spine::Done done) {
  auto fact = std::make_unique<v1::Fact>();
  *fact->mutable_node_condition() = std::move(condition);
  spine_.submit(std::move(fact), std::move(done));
}

void Health::tell() {
  tell_last_words();
  tell_mending();
  const uint64_t entries = spine_.stats().entry_no;
  if (entries >= older_than_) return;
  spdlog::warn("the log ends at entry {} and {} were seen: accepted, {}", entries, older_than_,
               config_.accept_older_log);
  v1::NodeCondition older;
  older.set_kind(v1::NodeCondition::OLDER_LOG);
  older.set_detail(config_.accept_older_log.substr(0, kDetailMax));
  older.set_seen_entry_no(older_than_);
  const auto told = std::make_shared<std::promise<bool>>();
  accepted_ = told->get_future();
  tell(std::move(older), [told](const Result<spine::Receipt>& kept) { told->set_value(kept.ok()); });
}

void Health::tell_last_words() {
  const std::string file = last_words_file(config_);
  const std::vector<LastWord> words = read_last_words(file);
  for (size_t i = 0; i < words.size(); ++i) {
    v1::NodeCondition ended;
    ended.set_kind(v1::NodeCondition::PROCESS_ENDED);
    ended.set_detail(words[i].how.substr(0, kDetailMax));
    ended.set_build(words[i].build.substr(0, kDetailMax));
    ended.set_happened_at_us(words[i].at.us);
    spdlog::warn("the program before this one ended by a fault of its own: {} {}", words[i].build,
                 words[i].how);
    spine::Done kept;
    if (i + 1 == words.size())
      kept = [file](const Result<spine::Receipt>& receipt) {
        if (!receipt.ok()) return;
        if (const Status status = forget_last_words(file); !status.ok())
          spdlog::warn("it will be told again: {}", status.error().text());
      };
    tell(std::move(ended), std::move(kept));
  }
}

void Health::tell_mending() {
  const std::string mended = evidence::untold_mending(config_.data);
  if (mended.empty()) return;
  harmed_ = true;
  v1::NodeCondition harmed;
  harmed.set_kind(v1::NodeCondition::LOG_HARMED);
  harmed.set_detail(mended.substr(0, kDetailMax));
  tell(std::move(harmed), [data = config_.data](const Result<spine::Receipt>& receipt) {
    if (!receipt.ok()) return;
    if (const Status status = evidence::forget_mending(data); !status.ok())
      spdlog::warn("it will be told again: {}", status.error().text());
  });
}

void Health::tell_harmed(const Error& what) {
  harmed_ = true;
  spdlog::critical("the log is harmed: {}; the next start mends it from a mirror, if there is one",
                   what.text());
  if (const Status asked = ask_for_check(config_); !asked.ok())
    spdlog::critical("the next start will not know of it: {}", asked.error().text());
  v1::NodeCondition harmed;
  harmed.set_kind(v1::NodeCondition::LOG_HARMED);
  harmed.set_detail(what.reason.substr(0, kDetailMax));
  tell(std::move(harmed));
}

// A start that has mended something is told of, the one after it ends that.
void Health::tell_harm_over(const picture::NodeBook& told) {
  if (harmed_ || check_is_asked(config_) || !stands(told, v1::NodeCondition::LOG_HARMED)) return;
  v1::NodeCondition over;
  over.set_kind(v1::NodeCondition::LOG_HARMED);
  over.set_over(true);
  tell(std::move(over));
}

void Health::watch(net::Loop& loop, const picture::NodeBook& told) {
  watch_.emplace(told);
  tell_harm_over(told);
  // Or a crash in between would leave a log that begins as if nothing had happened.
  if (accepted_.valid()) may_mark_ = accepted_.get();
  mark();
  loop.every(kWatchPeriod, [this] { look(); });
  loop.every(kMarkPeriod, [this] { mark(); });
}

void Health::look() {
  const bool kept = !config_.demo_keys_file.empty() || clock_is_kept();
  for (v1::NodeCondition& condition : watch_->look(clock_.now(), fullest(config_), kept)) {
    spdlog::warn("{}{}", v1::NodeCondition::Kind_Name(condition.kind()), condition.over() ? " is over" : "");
    tell(std::move(condition));
  }
  days_left_ = watch_->days_left().value_or(-1);
}

void Health::mark() {
  const uint64_t entries = spine_.stats().entry_no;
  if (entries == marked_ || !may_mark_) return;
  const Status written = write_seen(seen_file(config_), log_id_, {entries, seen_.accepted});
  if (written.ok())
    marked_ = entries;
  else if (!mark_failed_)
    spdlog::warn("how far the log goes cannot be marked beside the keys: {}", written.error().text());
  mark_failed_ = !written.ok();
}

void Health::count(Metrics& metrics) {
  metrics.add(
      {"haechi_disk_days_left",
       "Until the disk is full, by the pace of the last week; -1: it is not filling, or not known yet.",
       {},
       false,
       [this] { return static_cast<double>(days_left_.load()); }});
  metrics.add({"haechi_disk_free_bytes", "Of the fuller of data and journal.", {}, false, [this] {
                 const auto disk = fullest(config_);
                 return disk ? static_cast<double>(disk->free_bytes) : -1.0;
               }});
  metrics.add({"haechi_seen_elsewhere_unheard",
               "Witnesses and mirrors that could not be asked at the start how far the log goes.",
               {},
               false,
               [this] { return static_cast<double>(unheard_); }});
  metrics.add(
      {"haechi_log_harmed", "1: part of the log was found harmed, at the start or since.", {}, false, [this] {
         return harmed_ ? 1.0 : 0.0;
       }});
  metrics.add({"haechi_log_journalled",
               "1: the log cannot be written, and its journal takes the facts.",
               {},
               false,
               [this] { return spine_.journalled() ? 1.0 : 0.0; }});
}

}  // namespace haechi::node
