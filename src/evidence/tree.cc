#include "evidence/tree.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <optional>

#include "base/first_entry.h"
#include "log/files.h"

namespace haechi::evidence {
namespace {

constexpr size_t kHashBytes = 32;

Error damaged(std::string reason) {
  return Error{Code::kCorrupt, "evidence", std::move(reason)};
}

Error no_tile() {
  return Error{Code::kNotFound, "tile", "there is no such tile"};
}

Digest digest_at(std::string_view hashes, uint64_t at) {
  Digest out;
  hashes.copy(reinterpret_cast<char*>(out.data()), out.size(), at * kHashBytes);
  return out;
}

// Of a power of two of hashes.
Digest root_of_hashes(std::string_view hashes) {
  RunningRoot root;
  for (uint64_t at = 0; at * kHashBytes < hashes.size(); ++at) root.add(digest_at(hashes, at));
  return root.root();
}

uint64_t nodes_at(int level, uint64_t size) {
  return size >> (kTileHeight * level);
}

// "x001/x234/067" is 1234067: groups of three digits, all but the last marked.
std::optional<uint64_t> read_index(std::string_view path) {
  uint64_t value = 0;
  for (int groups = 0; groups < 6; ++groups) {
    const bool more = path.starts_with('x');
    if (more) path.remove_prefix(1);
    if (path.size() < 3) return std::nullopt;
    for (const char digit : path.substr(0, 3)) {
      if (digit < '0' || digit > '9') return std::nullopt;
      value = value * 10 + static_cast<uint64_t>(digit - '0');
    }
    path.remove_prefix(3);
    if (!more) return path.empty() ? std::optional(value) : std::nullopt;
    if (!path.starts_with('/')) return std::nullopt;
    path.remove_prefix(1);
  }
  return std::nullopt;
}

std::optional<uint64_t> read_number(std::string_view text, uint64_t max) {
  uint64_t value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || std::to_string(value) != text || value > max) return std::nullopt;
  return value;
}

}  // namespace

RecordFile& RecordFile::operator=(RecordFile&& other) noexcept {
  std::swap(file_, other.file_);
  record_bytes_ = other.record_bytes_;
  return *this;
}

RecordFile::~RecordFile() {
  if (file_ >= 0) ::close(file_);
}

Result<RecordFile> RecordFile::open(const std::string& path, size_t record_bytes, uint64_t count,
                                    bool create) {
  RecordFile out;
  out.file_ = create ? ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)
                     : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  out.record_bytes_ = record_bytes;
  const uint64_t bytes = count * record_bytes;
  struct stat found = {};
  if (out.file_ < 0 && !create && errno == ENOENT && count == 0) return out;
  if (out.file_ < 0 && !create && errno == ENOENT) return damaged(path + " is missing");
  if (out.file_ < 0 || ::fstat(out.file_, &found) != 0) return log::system_error("open", path);
  const auto size = static_cast<uint64_t>(found.st_size);
  if (size < bytes)
    return damaged(path + " has " + std::to_string(size) + " bytes, not " + std::to_string(bytes));
  if (create && size > bytes && ::ftruncate(out.file_, static_cast<off_t>(bytes)) != 0)
    return log::system_error("cut", path);
  return out;
}

Status RecordFile::write(uint64_t index, std::string_view records) {
  ENSURE(!records.empty() && records.size() % record_bytes_ == 0, records.size());
  const ssize_t written =
      ::pwrite(file_, records.data(), records.size(), static_cast<off_t>(index * record_bytes_));
  if (written != static_cast<ssize_t>(records.size()))
    return log::system_error("write to", "a file of the evidence directory");
  return {};
}

Status RecordFile::leave_hole(uint64_t count) {
  if (count == 0 || ::ftruncate(file_, static_cast<off_t>(count * record_bytes_)) == 0) return {};
  return log::system_error("lengthen", "a file of the evidence directory");
}

Status RecordFile::sync() {
  if (::fdatasync(file_) != 0) return log::system_error("sync", "a file of the evidence directory");
  return {};
}

Result<std::string> RecordFile::read(uint64_t first, uint64_t count) const {
  std::string out(count * record_bytes_, '\0');
  const ssize_t got = ::pread(file_, out.data(), out.size(), static_cast<off_t>(first * record_bytes_));
  if (got != static_cast<ssize_t>(out.size()))
    return damaged("a file of the evidence directory is too short");
  return out;
}

Result<std::unique_ptr<Tree>> Tree::open(const std::string& directory, uint64_t size, bool create) {
  std::unique_ptr<Tree> tree(new Tree);
  tree->size_ = size;
  TRY_STATUS(create ? log::make_directory(directory) : Status());
  // What is taken to lie before the first entry is a hole in each file.
  const uint64_t before = create && size == entries_before_the_first() ? size : 0;
  TRY(tree->entries_, RecordFile::open(directory + "/entries", kEntryBytes, size - before, create));
  TRY_STATUS(tree->entries_.leave_hole(before));
  for (int level = 1; level < kLevels; ++level) {
    const std::string path = directory + "/level" + std::to_string(level);
    TRY(RecordFile file, RecordFile::open(path, kHashBytes, nodes_at(level, size - before), create));
    TRY_STATUS(file.leave_hole(nodes_at(level, before)));
    tree->levels_.push_back(std::move(file));
  }
  return tree;
}

Status Tree::append(std::string_view entries) {
  TRY_STATUS(entries_.write(size_, entries));
  const uint64_t size = size_ + entries.size() / kEntryBytes;
  for (uint64_t full = (size_ / kTileWidth + 1) * kTileWidth; full <= size; full += kTileWidth)
    TRY_STATUS(complete(full));
  size_ = size;
  return {};
}

// The upper hashes that the tree of that size has and the one before it had not.
Status Tree::complete(uint64_t size) {
  for (int level = 1; level < kLevels && size % (uint64_t{1} << (kTileHeight * level)) == 0; ++level) {
    const uint64_t node = nodes_at(level, size) - 1;
    TRY(const std::string below, hashes(level - 1, node * kTileWidth, kTileWidth));
    TRY_STATUS(levels_[level - 1].write(node, view(root_of_hashes(below))));
  }
  return {};
}

Status Tree::sync() {
  TRY_STATUS(entries_.sync());
  for (RecordFile& level : levels_) TRY_STATUS(level.sync());
  return {};
}

Result<std::string> Tree::hashes(int level, uint64_t first, uint64_t count) const {
  if (level > 0) return levels_[level - 1].read(first, count);
  TRY(const std::string entries, entries_.read(first, count));
  std::string out;
  out.reserve(count * kHashBytes);
  for (uint64_t at = 0; at < count; ++at)
    out += view(leaf_hash(std::string_view(entries).substr(at * kEntryBytes, kEntryBytes)));
  return out;
}

Result<Digest> Tree::subtree(int height, uint64_t index) const {
  const int level = height / kTileHeight, above = height % kTileHeight;
  TRY(const std::string below, hashes(level, index << above, uint64_t{1} << above));
  return root_of_hashes(below);
}

Result<Digest> Tree::root(uint64_t size) const {
  return root_of([this](int height, uint64_t index) { return subtree(height, index); }, size);
}

Result<std::vector<Digest>> Tree::consistency(uint64_t old_size, uint64_t size) const {
  return consistency_proof([this](int height, uint64_t at) { return subtree(height, at); }, old_size, size);
}

Result<std::string> Tree::entry(uint64_t index) const {
  return entries_.read(index, 1);
}

Status Tree::check() const {
  for (int level = 1; level < kLevels; ++level) {
    for (uint64_t node = nodes_at(level, entries_before_the_first()); node < nodes_at(level, size_); ++node) {
      TRY(const std::string below, hashes(level - 1, node * kTileWidth, kTileWidth));
      TRY(const std::string stored, hashes(level, node, 1));
      if (view(root_of_hashes(below)) != stored)
        return damaged("hash " + std::to_string(node) + " of level " + std::to_string(level) + " is damaged");
    }
  }
  return {};
}

Result<std::string> Tree::tile(std::string_view path, uint64_t size) const {
  if (!path.starts_with("tile/")) return no_tile();
  path.remove_prefix(5);
  const size_t slash = path.find('/');
  if (slash == std::string_view::npos) return no_tile();
  const std::string_view kind = path.substr(0, slash);
  path.remove_prefix(slash + 1);
  uint64_t width = kTileWidth;
  if (const size_t partial = path.find(".p/"); partial != std::string_view::npos) {
    const auto named = read_number(path.substr(partial + 3), kTileWidth - 1);
    if (!named || *named == 0) return no_tile();
    width = *named;
    path = path.substr(0, partial);
  }
  const bool of_entries = kind == "entries";
  const auto level = of_entries ? std::optional<uint64_t>(0) : read_number(kind, kLevels - 1);
  const auto index = read_index(path);
  if (!level || !index) return no_tile();
  const int at = static_cast<int>(*level);
  if (*index > nodes_at(at, size) / kTileWidth || *index * kTileWidth + width > nodes_at(at, size))
    return no_tile();
  if (!of_entries) return hashes(at, *index * kTileWidth, width);
  TRY(const std::string entries, entries_.read(*index * kTileWidth, width));
  std::string out;
  for (uint64_t one = 0; one < width; ++one) {
    out += static_cast<char>(kEntryBytes >> 8);
    out += static_cast<char>(kEntryBytes & 0xff);
    out += std::string_view(entries).substr(one * kEntryBytes, kEntryBytes);
  }
  return out;
}

}  // namespace haechi::evidence
