#include "evidence/mirror.h"

#include <charconv>
#include <optional>

#include "evidence/notary.h"
#include "log/files.h"

namespace haechi::evidence {
namespace {

constexpr std::string_view kGiveBack = "give back";

void put_number(std::string& out, uint64_t value, int bytes) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift & 0xff);
}

// Takes a number off the front; nothing when there are too few bytes.
std::optional<uint64_t> take_number(std::string_view& rest, size_t bytes) {
  if (rest.size() < bytes) return std::nullopt;
  uint64_t value = 0;
  for (const char c : rest.substr(0, bytes)) value = value << 8 | static_cast<unsigned char>(c);
  rest.remove_prefix(bytes);
  return value;
}

Result<GiveBack> read_give_back(std::string_view body) {
  const auto take_line = [&body] {
    const size_t end = body.find('\n');
    const std::string_view line = body.substr(0, end);
    body.remove_prefix(end == std::string_view::npos ? body.size() : end + 1);
    return line;
  };
  const auto take_decimal = [&take_line]() -> std::optional<uint64_t> {
    const std::string_view line = take_line();
    uint64_t value = 0;
    const auto [end, failed] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (failed != std::errc() || std::to_string(value) != line) return std::nullopt;
    return value;
  };
  GiveBack out;
  out.origin = take_line();
  if (take_line() != kGiveBack) return invalid("note", "does not ask for records back");
  const auto from_no = take_decimal(), seconds = take_decimal();
  if (!from_no || !seconds || *seconds > INT64_MAX / 1'000'000 || !body.empty())
    return invalid("note", "must say from which record, and when");
  out.from_no = *from_no;
  out.asked_at = Time{static_cast<int64_t>(*seconds) * 1'000'000};
  return out;
}

WitnessAnswer told(int status, const std::string& text) {
  return {status, "text/plain; charset=utf-8", text + "\n"};
}

}  // namespace

Result<Push> read_push(std::string_view rest) {
  Push push;
  const auto note_bytes = take_number(rest, 4);
  if (!note_bytes || *note_bytes > rest.size()) return invalid("note", "must come first");
  TRY(push.note, read_note(rest.substr(0, *note_bytes)));
  TRY(push.checkpoint, read_checkpoint(push.note.body));
  rest.remove_prefix(*note_bytes);
  Time last;
  while (!rest.empty()) {
    const auto stamp = take_number(rest, 8), length = take_number(rest, 4);
    if (!stamp || !length || *length > rest.size() || *length > log::kFactBytesMax)
      return invalid("records", "end in the middle of one");
    const Time at{static_cast<int64_t>(*stamp)};
    if (at <= last) return invalid("records", "are not in the order of their stamps");
    push.records.push_back({last = at, rest.substr(0, *length)});
    rest.remove_prefix(*length);
  }
  return push;
}

void add_to_push(std::string& records, const log::Record& record) {
  put_number(records, static_cast<uint64_t>(record.stamp.us), 8);
  put_number(records, record.fact.size(), 4);
  records += record.fact;
}

std::string push_of(const Note& checkpoint, std::string_view records) {
  const std::string note = text_of(checkpoint);
  std::string out;
  put_number(out, note.size(), 4);
  return out.append(note).append(records);
}

std::string body_of(const GiveBack& wanted) {
  return wanted.origin + "\n" + std::string(kGiveBack) + "\n" + std::to_string(wanted.from_no) + "\n" +
         std::to_string(wanted.asked_at.us / 1'000'000) + "\n";
}

Result<Mirror> Mirror::open(const std::string& directory, const std::vector<VerifierKey>& logs) {
  TRY_STATUS(log::make_directory(directory));
  Mirror mirror(directory);
  std::map<std::string, LogKeys> keys;
  for (const VerifierKey& key : logs) keys[key.name()].push_back(key);
  for (auto& [origin, own] : keys) {
    TRY(Copy copy, mirror.open_copy(std::move(own)));
    mirror.copies_.emplace(origin, std::move(copy));
  }
  return mirror;
}

Result<Mirror::Copy> Mirror::open_copy(LogKeys keys) const {
  const std::string origin = origin_of(""), name = keys.front().name();
  if (!name.starts_with(origin)) return invalid("mirror.logs", name + " is no log of ours");
  const std::string id = name.substr(origin.size());
  Copy copy{std::move(keys), directory_ + "/" + id, nullptr};
  TRY_STATUS(log::make_directory(copy.folder));
  TRY_STATUS(log::replace_file(copy.folder + "/" + kPublicKeyName, text_of(copy.keys)));
  TRY(copy.log, log::open_sqlite_log({.directory = copy.folder + "/log", .identity = id}));
  TRY_STATUS(copy.log->read(1, [&copy](const log::Record& record) {
    copy.root.add(leaf_hash(entry_of(record.no, record.stamp, record.fact)));
    return true;
  }));
  const Result<std::string> newest = log::read_file(copy.folder + "/" + kCheckpointName, kNoteBytesMax);
  if (newest.ok())
    if (Result<Note> note = read_note(*newest); note.ok()) copy.newest = *std::move(note);
  return copy;
}

WitnessAnswer Mirror::take(std::string_view text) {
  const Result<Push> push = read_push(text);
  if (!push.ok()) return told(400, push.error().text());
  const auto found = copies_.find(push->checkpoint.origin);
  if (found == copies_.end()) return told(404, "this log is not kept here");
  Copy& copy = found->second;
  if (!signed_by_any(copy.keys, push->note)) return told(403, "not signed by the key of this log");
  const uint64_t size = copy.log->next_no() - 1;
  if (size + push->records.size() != push->checkpoint.size) return told(409, std::to_string(size));
  RunningRoot root = copy.root;
  for (const log::NewRecord& record : push->records)
    root.add(leaf_hash(entry_of(root.size() + 1, record.stamp, record.fact)));
  const bool later = push->records.empty() || push->records.front().stamp > copy.log->last_stamp();
  if (!later || root.root() != push->checkpoint.root)
    return told(422, "the records do not continue those that are here");
  if (!push->records.empty() && !copy.log->append(push->records).ok()) return told(500, "cannot keep it now");
  copy.root = root;
  if (!log::replace_file(copy.folder + "/" + kCheckpointName, text_of(push->note)).ok())
    return told(500, "cannot keep the checkpoint now");
  copy.newest = push->note;
  return told(200, std::to_string(push->checkpoint.size));
}

WitnessAnswer Mirror::give_back(std::string_view text, Time now) {
  const Result<Note> note = read_note(text);
  if (!note.ok()) return told(400, note.error().text());
  const Result<GiveBack> wanted = read_give_back(note->body);
  if (!wanted.ok()) return told(400, wanted.error().text());
  const auto found = copies_.find(wanted->origin);
  if (found == copies_.end()) return told(404, "this log is not kept here");
  Copy& copy = found->second;
  if (!signed_by_any(copy.keys, *note)) return told(403, "not signed by the key of this log");
  const Duration apart = now - wanted->asked_at;
  if (apart > kAskedWithin || wanted->asked_at - now > kAskedWithin)
    return told(403, "asked " + std::to_string(apart.us / 1'000'000) + " s ago by the clock here");
  if (!copy.newest) return told(404, "nothing of this log was given yet");
  const Result<Checkpoint> checkpoint = read_checkpoint(copy.newest->body);
  if (!checkpoint.ok()) return told(500, "the checkpoint here is harmed");
  std::string records;
  if (wanted->from_no > 0 && wanted->from_no <= checkpoint->size) {
    const Status read = copy.log->read(wanted->from_no, [&](const log::Record& record) {
      add_to_push(records, record);
      return record.no < checkpoint->size && records.size() < kPushBytesMax;
    });
    if (!read.ok()) return told(500, "the copy here is harmed: " + read.error().reason);
  }
  return {200, "application/octet-stream", push_of(*copy.newest, records)};
}

uint64_t Mirror::records() const {
  uint64_t sum = 0;
  for (const auto& [origin, copy] : copies_) sum += copy.log->next_no() - 1;
  return sum;
}

}  // namespace haechi::evidence
