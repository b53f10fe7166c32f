#include "store/fix_index.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "base/ensure.h"
#include "base/first_entry.h"
#include "base/varint.h"
#include "vault/cipher.h"

namespace haechi::store {
namespace {

constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS log(id TEXT PRIMARY KEY) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS block(number INTEGER PRIMARY KEY, last INTEGER NOT NULL, stamp INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS named(name TEXT NOT NULL, before INTEGER NOT NULL, steps TEXT NOT NULL,
    PRIMARY KEY(name, before)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS whose(number INTEGER PRIMARY KEY, person TEXT NOT NULL, key INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS box(place INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
)";
constexpr int kForm = 2;
// Boxes of some kilobytes, appended: little of such a page is left idle.
constexpr const char* kWidePages[] = {"PRAGMA journal_mode=DELETE", "PRAGMA page_size=65536", "VACUUM",
                                      "PRAGMA journal_mode=WAL"};
constexpr int kNumberBits = 28;  // of a box within its block

Status run(const Connection& connection, const char* sql) {
  const auto changed = Query(connection, sql).run();
  return changed.ok() ? Status() : Status(changed.error());
}

int64_t place_of(uint64_t block, uint32_t number) {
  return static_cast<int64_t>(block << kNumberBits | number);
}

// Those of [first, last] to `out`.
void read_steps(std::string_view steps, uint64_t before, uint64_t first, uint64_t last,
                std::vector<uint64_t>& out) {
  for (uint64_t no = before;;) {
    const std::optional<uint64_t> step = take_varint(steps);
    if (!step) return;
    no += *step;
    if (no > last) return;
    if (no >= first) out.push_back(no);
  }
}

// What both have; rising.
std::vector<uint64_t> common(const std::vector<uint64_t>& a, const std::vector<uint64_t>& b) {
  std::vector<uint64_t> out;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(out));
  return out;
}

}  // namespace

Result<std::unique_ptr<FixIndex>> FixIndex::open(const std::string& path, const std::string& log_id,
                                                 const vault::Keeper* ring, Bounds bounds) {
  Result<std::unique_ptr<FixIndex>> opened = open_file(path, log_id, ring, bounds);
  if (opened.ok() || opened.error().code != Code::kCorrupt) return opened;
  for (const char* end : {"", "-wal", "-shm"}) {
    std::error_code failed;
    std::filesystem::remove(path + end, failed);
    if (failed) return Error{Code::kUnavailable, "", "the index of fixes cannot be removed"};
  }
  return open_file(path, log_id, ring, bounds);
}

Result<std::unique_ptr<FixIndex>> FixIndex::open_file(const std::string& path, const std::string& log_id,
                                                      const vault::Keeper* ring, Bounds bounds) {
  TRY(Connection connection, open_tables(path, kTables, kForm, kForm));
  std::unique_ptr<FixIndex> index(new FixIndex(std::move(connection), log_id, ring, bounds));
  TRY(const bool same, index->begin());
  if (!same) return Error{Code::kCorrupt, "", "an index of another log"};
  return index;
}

Result<bool> FixIndex::begin() {
  Query known(connection_, "SELECT id FROM log");
  TRY(const bool any, known.next());
  if (any && known.text(0) != log_id_) return false;
  if (!any) {
    for (const char* sql : kWidePages) TRY_STATUS(run(connection_, sql));
    TRY(const uint64_t added, Query(connection_, "INSERT INTO log VALUES(?)").with(log_id_).run());
    ENSURE(added == 1);
  }
  Query blocks(connection_, "SELECT last, stamp FROM block ORDER BY number");
  while (true) {
    TRY(const bool row, blocks.next());
    if (!row) break;
    stored_ = {static_cast<uint64_t>(blocks.number(0)), Time{blocks.number(1)}};
    lasts_.push_back(stored_.no);
  }
  Query whose(connection_, "SELECT number, person, key FROM whose ORDER BY number");
  while (true) {
    TRY(const bool row, whose.next());
    if (!row) break;
    boxes_[whose.text(1)][static_cast<vault::KeyId>(whose.number(2))] = numbers_++;
    if (whose.number(0) != int64_t{numbers_} - 1) return false;
  }
  numbers_stored_ = numbers_;
  covered_ = std::max(stored_.no, entries_before_the_first());
  return true;
}

Status FixIndex::clear() {
  for (const char* sql : {"DELETE FROM block", "DELETE FROM named", "DELETE FROM whose", "DELETE FROM box"})
    TRY_STATUS(run(connection_, sql));
  lasts_.clear();
  boxes_.clear();
  numbers_ = numbers_stored_ = 0;
  under_way_.clear();
  fixes_ = 0;
  names_under_way_.clear();
  stored_ = taken_ = {};
  covered_ = entries_before_the_first();
  return {};
}

uint64_t FixIndex::block_of(uint64_t no) const {
  return static_cast<uint64_t>(std::lower_bound(lasts_.begin(), lasts_.end(), no) - lasts_.begin());
}

uint64_t FixIndex::before(uint64_t block) const {
  return block == 0 ? entries_before_the_first() : lasts_[block - 1];
}

Status FixIndex::take(uint64_t no, Time stamp, const std::vector<std::string>& names,
                      const std::optional<Taken>& taken) {
  ENSURE(no == covered_ + 1, no, covered_);
  const uint64_t entries = covered_ - under_way_before();
  if (entries >= bounds_.entries && (is_worth_it() || entries >= kLongest * bounds_.entries))
    TRY_STATUS(write_block(taken_));
  take_names(no, names);
  if (taken) take_fix(*taken);
  taken_ = {no, stamp};
  covered_ = no;
  return {};
}

void FixIndex::take_names(uint64_t no, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    Numbers& numbers = names_under_way_[name];
    if (numbers.last == no) continue;  // it is there twice
    append_varint(numbers.steps, no - std::max(numbers.last, under_way_before()));
    numbers.last = no;
  }
}

void FixIndex::take_fix(const Taken& taken) {
  const auto [number, added] = boxes_[taken.person_id].try_emplace(taken.key, numbers_);
  numbers_ += added;
  ENSURE(numbers_ < 1U << kNumberBits, "more boxes than a block may have");
  const auto [at, begun] = under_way_.try_emplace(
      number->second, Stream{taken.person_id, taken.key, taken.fix.no, FixStream(under_way_before())});
  at->second.fixes.add(taken.fix);
  ++fixes_;
}

Status FixIndex::finish() {
  if (taken_.no <= stored_.no || !is_worth_it()) return {};
  return write_block(taken_);
}

void FixIndex::forget(const std::string& person_id, uint64_t no) {
  const auto boxes = boxes_.find(person_id);
  if (boxes == boxes_.end()) return;
  for (const auto& [key, number] : boxes->second) {
    const auto stream = under_way_.find(number);
    if (key != 0 && stream != under_way_.end() && stream->second.first_no < no) under_way_.erase(stream);
  }
}

Status FixIndex::write_block(const End& end) {
  const uint64_t block = lasts_.size();
  TRY_STATUS(together(connection_, [&]() -> Status {
    for (const auto& [name, numbers] : names_under_way_) {
      Query insert(connection_, "INSERT INTO named VALUES(?, ?, ?)");
      TRY(const uint64_t added,
          insert.with(name).with(static_cast<int64_t>(before(block))).with(numbers.steps).run());
      ENSURE(added == 1);
    }
    TRY_STATUS(write_numbers());
    TRY_STATUS(write_boxes(block));
    TRY(const uint64_t added, Query(connection_, "INSERT INTO block VALUES(?, ?, ?)")
                                  .with(static_cast<int64_t>(block))
                                  .with(static_cast<int64_t>(end.no))
                                  .with(end.stamp.us)
                                  .run());
    ENSURE(added == 1);
    return {};
  }));
  names_under_way_.clear();
  under_way_.clear();
  fixes_ = 0;
  numbers_stored_ = numbers_;
  lasts_.push_back(end.no);
  stored_ = end;
  // So that the file beside it is no larger than one block; when it fails the next one does it.
  (void)run(connection_, "PRAGMA wal_checkpoint(TRUNCATE)").ok();
  return {};
}

Status FixIndex::write_numbers() const {
  for (const auto& [person_id, boxes] : boxes_) {
    for (const auto& [key, number] : boxes) {
      if (number < numbers_stored_) continue;
      Query insert(connection_, "INSERT INTO whose VALUES(?, ?, ?)");
      TRY(const uint64_t added,
          insert.with(int64_t{number}).with(person_id).with(static_cast<int64_t>(key)).run());
      ENSURE(added == 1);
    }
  }
  return {};
}

// What a box is bound to.
std::string FixIndex::beside(const std::string& person_id, uint64_t block) const {
  std::string out = "past " + log_id_ + " " + person_id + " ";
  append_varint(out, before(block));
  return out;
}

// box = nonce | sealed stream; of a stream whose places lie in the log in clear: the stream
Status FixIndex::write_boxes(uint64_t block) const {
  constexpr size_t kAtOnce = 256;
  for (auto next = under_way_.begin(); next != under_way_.end();) {
    std::vector<std::pair<uint32_t, const Stream*>> streams;
    for (; next != under_way_.end() && streams.size() < kAtOnce; ++next)
      streams.emplace_back(next->first, &next->second);
    TRY_STATUS(write_some(block, streams));
  }
  return {};
}

Status FixIndex::write_some(uint64_t block,
                            const std::vector<std::pair<uint32_t, const Stream*>>& streams) const {
  std::vector<std::string> besides, boxes;
  std::vector<vault::Keeper::Text> texts;
  besides.reserve(streams.size());
  boxes.reserve(streams.size());
  for (const auto& [number, stream] : streams) {
    if (stream->key == 0) continue;
    vault::draw(boxes.emplace_back(vault::kNonceBytes, '\0').data(), vault::kNonceBytes);
    texts.push_back({stream->key, boxes.back(), besides.emplace_back(beside(stream->person_id, block)),
                     stream->fixes.bytes()});
  }
  const auto sealed = texts.empty() ? std::vector<vault::Keeper::Answer>() : ring_->seal(texts);
  size_t at = 0;
  for (const auto& [number, stream] : streams) {
    std::string box;
    if (stream->key == 0) {
      box = stream->fixes.bytes();
    } else {
      const vault::Keeper::Answer& answer = sealed[at];
      box = std::move(boxes[at++]) + answer.bytes;
      if (answer.key == vault::KeyState::kDestroyed) continue;
      if (!answer.whole()) return Error{Code::kUnavailable, "keys", "a key cannot be opened"};
    }
    TRY(const uint64_t added,
        Query(connection_, "INSERT INTO box VALUES(?, ?)").with(place_of(block, number)).with(box).run());
    ENSURE(added == 1);
  }
  return {};
}

Result<FixIndex::Kept> FixIndex::kept(vault::KeyId key, uint32_t number, uint64_t block) const {
  if (block == lasts_.size()) {
    const auto stream = under_way_.find(number);
    return stream == under_way_.end() ? Kept() : Kept{stream->second.fixes.bytes()};
  }
  Query find(connection_, "SELECT bytes FROM box WHERE place = ?");
  TRY(const bool any, find.with(place_of(block, number)).next());
  return any ? Kept{find.text(0), key != 0} : Kept();
}

Result<FixIndex::Past> FixIndex::past(const std::string& person_id, uint64_t first, uint64_t last) const {
  const uint64_t block = block_of(first);
  const uint64_t end = block == lasts_.size() ? covered_.load() : lasts_[block];
  Past out{.fixes = {}, .through = std::min(last, end), .closed = false};
  const auto boxes = boxes_.find(person_id);
  if (boxes == boxes_.end()) return out;
  for (const auto& [key_id, number] : boxes->second) {
    TRY(Kept kept, this->kept(key_id, number, block));
    if (key_id != 0) {
      const std::string_view all = kept.box ? std::string_view(kept.bytes) : std::string_view();
      const size_t cut = std::min(all.size(), vault::kNonceBytes);
      const std::string bound_to = beside(person_id, block);
      const vault::Keeper::Box box{{&key_id, 1}, all.substr(0, cut), bound_to, all.substr(cut)};
      vault::Keeper::Answer answer = std::move(ring_->open({&box, 1}).front());
      if (answer.key == vault::KeyState::kDestroyed) continue;
      if (answer.key == vault::KeyState::kUnknown) return Past{.fixes = {}, .through = 0, .closed = true};
      if (kept.box && !answer.intact)
        return Error{Code::kCorrupt, "", "a box of the index of fixes is not what was sealed"};
      if (kept.box) kept.bytes = std::move(answer.bytes);
    }
    const auto fixes = FixStream::read(kept.bytes, before(block), end);
    if (!fixes) return Error{Code::kCorrupt, "", "a box of the index of fixes is not one of fixes"};
    std::copy_if(fixes->begin(), fixes->end(), std::back_inserter(out.fixes),
                 [&](const PastFix& fix) { return first <= fix.no && fix.no <= out.through; });
  }
  std::sort(out.fixes.begin(), out.fixes.end(),
            [](const PastFix& a, const PastFix& b) { return a.no < b.no; });
  return out;
}

std::vector<uint64_t> FixIndex::names_under_way(const std::vector<std::string>& names, uint64_t last) const {
  std::vector<uint64_t> out;
  for (const std::string& name : names) {
    std::vector<uint64_t> of_name;
    const auto now = names_under_way_.find(name);
    if (now != names_under_way_.end()) read_steps(now->second.steps, under_way_before(), 1, last, of_name);
    out = &name == &names.front() ? std::move(of_name) : common(out, of_name);
  }
  return out;
}

Result<std::vector<uint64_t>> FixIndex::in_block(const std::vector<std::string>& names,
                                                 const std::string& steps, uint64_t before,
                                                 uint64_t last) const {
  std::vector<uint64_t> out;
  read_steps(steps, before, 1, last, out);
  for (size_t i = 1; i < names.size() && !out.empty(); ++i) {
    Query other(connection_, "SELECT steps FROM named WHERE name = ? AND before = ?");
    TRY(const bool any, other.with(names[i]).with(static_cast<int64_t>(before)).next());
    std::vector<uint64_t> of_name;
    if (any) read_steps(other.text(0), before, 1, last, of_name);
    out = common(out, of_name);
  }
  return out;
}

Result<FixIndex::Newest> FixIndex::newest(const std::vector<std::string>& names, uint64_t last, size_t most) {
  ENSURE(!names.empty() && most > 0);
  Newest out;
  const auto full = [&](const std::vector<uint64_t>& rising) {
    const size_t taken = std::min(rising.size(), most - out.numbers.size());
    out.numbers.insert(out.numbers.end(), rising.rbegin(), rising.rbegin() + static_cast<ptrdiff_t>(taken));
    if (out.numbers.size() == most) out.from = out.numbers.back();
    return out.numbers.size() == most;
  };
  last = std::min<uint64_t>(last, covered_);
  if (full(names_under_way(names, last)) || stored_.no == 0 || last == 0) return out;
  Query blocks(connection_,
               "SELECT before, steps FROM named WHERE name = ? AND before < ? ORDER BY before DESC");
  blocks.with(names.front()).with(static_cast<int64_t>(last));
  for (int read = 0;; ++read) {
    TRY(const bool row, blocks.next());
    if (!row) return out;
    const uint64_t before = static_cast<uint64_t>(blocks.number(0));
    if (read == kBlocksAtOnce) {
      out.from = lasts_[block_of(before + 1)] + 1;
      return out;
    }
    TRY(const std::vector<uint64_t> numbers, in_block(names, blocks.text(1), before, last));
    if (full(numbers)) return out;
  }
}

}  // namespace haechi::store
