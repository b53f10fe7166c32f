#include "hunt/disk.h"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "hunt/schedule.h"

namespace haechi::hunt {
namespace {

constexpr size_t kSectorBytes = 512;

}  // namespace

Disk* mounted = nullptr;

Disk::Open* Disk::opened(int file) {
  const auto found = open_.find(file);
  return found == open_.end() ? nullptr : &found->second;
}

// Called before every write and sync: here a process may die or be told an error.
int Disk::refuse() {
  if (running->fiber() == nullptr) return 0;
  if (die_after > 0 && --die_after == 0) running->die("killed while writing");
  if (faults.error_chance > 0 && random_.chance(faults.error_chance)) {
    ++errors_told;
    return -EIO;
  }
  return 0;
}

void Disk::apply(Names& names, const std::vector<Name>& change) {
  for (const Name& one : change) {
    if (one.file)
      names[one.path] = one.file;
    else
      names.erase(one.path);
  }
}

void Disk::apply(std::string& content, const Change& change) {
  if (change.cut) return content.resize(change.at);
  if (content.size() < change.at + change.bytes.size()) content.resize(change.at + change.bytes.size());
  content.replace(change.at, change.bytes.size(), change.bytes);
}

// What decayed and is written over is well again.
void Disk::put(File& file, Change change) {
  const bool mends = &file == rotten_.get() && rotten_at_ >= change.at &&
                     (change.cut || rotten_at_ < change.at + change.bytes.size());
  if (mends) rotten_.reset();
  apply(file.now, change);
  file.unsynced.push_back(std::move(change));
}

void Disk::name(std::vector<Name> change) {
  apply(names_, change);
  const auto is_rotten = [this](const auto& named) { return named.second == rotten_; };
  if (rotten_ && std::none_of(names_.begin(), names_.end(), is_rotten)) rotten_.reset();
  unsynced_names_.push_back(std::move(change));
}

int Disk::open(const std::string& path, int flags) {
  auto found = names_.find(path);
  if (found == names_.end()) {
    if ((flags & O_CREAT) == 0) return -ENOENT;
    if (faults.full) return ++errors_told, -ENOSPC;
    auto made = std::make_shared<File>();
    made->inode = ++last_inode_;
    name({{path, made}});
    found = names_.find(path);
  } else if ((flags & O_CREAT) != 0 && (flags & O_EXCL) != 0) {
    return -EEXIST;
  } else if ((flags & O_DIRECTORY) != 0 && !found->second->directory) {
    return -ENOTDIR;
  }
  const int file = open_.empty() ? kFirstFile : open_.rbegin()->first + 1;
  open_[file] = {found->second, 0};
  if ((flags & O_TRUNC) != 0 && !found->second->now.empty()) truncate(file, 0);
  return file;
}

int Disk::close(int file) {
  return open_.erase(file) > 0 ? 0 : -EBADF;
}

ssize_t Disk::pread(int file, void* into, size_t bytes, off_t at) {
  const Open* open = opened(file);
  if (open == nullptr) return -EBADF;
  const std::string& content = open->file->now;
  if (static_cast<size_t>(at) >= content.size()) return 0;
  bytes = std::min(bytes, content.size() - static_cast<size_t>(at));
  std::memcpy(into, content.data() + at, bytes);
  return static_cast<ssize_t>(bytes);
}

ssize_t Disk::pwrite(int file, const void* from, size_t bytes, off_t at) {
  if (const int refused = refuse(); refused != 0) return refused;
  Open* open = opened(file);
  if (open == nullptr) return -EBADF;
  const size_t end = static_cast<size_t>(at) + bytes;
  if (faults.full && end > open->file->now.size()) return ++errors_told, -ENOSPC;
  put(*open->file, {static_cast<size_t>(at), std::string(static_cast<const char*>(from), bytes), false});
  return static_cast<ssize_t>(bytes);
}

ssize_t Disk::read(int file, void* into, size_t bytes) {
  Open* open = opened(file);
  if (open == nullptr) return -EBADF;
  const ssize_t got = pread(file, into, bytes, static_cast<off_t>(open->at));
  if (got > 0) open->at += static_cast<size_t>(got);
  return got;
}

ssize_t Disk::write(int file, const void* from, size_t bytes) {
  Open* open = opened(file);
  if (open == nullptr) return -EBADF;
  const ssize_t put = pwrite(file, from, bytes, static_cast<off_t>(open->at));
  if (put > 0) open->at += static_cast<size_t>(put);
  return put;
}

int Disk::truncate(int file, off_t bytes) {
  if (const int refused = refuse(); refused != 0) return refused;
  Open* open = opened(file);
  if (open == nullptr) return -EBADF;
  put(*open->file, {static_cast<size_t>(bytes), {}, true});
  return 0;
}

// A sync takes its time, and the power may go before it is over. One that fails leaves the pages as clean as
// one that does not: what they held is on no disk, and the next sync says that all is well.
int Disk::sync(int file) {
  if (running->fiber() != nullptr)
    running->sleep(Duration{random_.between(faults.sync_min.us, faults.sync_max.us)});
  const int refused = refuse();
  Open* open = opened(file);
  if (open == nullptr) return -EBADF;
  if (refused == 0) {
    for (const Change& change : open->file->unsynced) apply(open->file->durable, change);
    if (open->file->directory) {
      for (const auto& change : unsynced_names_) apply(durable_names_, change);
      unsynced_names_.clear();
    }
  }
  open->file->unsynced.clear();
  return refused;
}

int Disk::unlink(const std::string& path) {
  if (const int refused = refuse(); refused != 0) return refused;
  if (!names_.contains(path)) return -ENOENT;
  name({{path, nullptr}});
  return 0;
}

int Disk::rename(const std::string& from, const std::string& to) {
  if (const int refused = refuse(); refused != 0) return refused;
  const auto found = names_.find(from);
  if (found == names_.end()) return -ENOENT;
  name({{to, found->second}, {from, nullptr}});
  return 0;
}

int Disk::mkdir(const std::string& path) {
  if (names_.contains(path)) return -EEXIST;
  auto file = std::make_shared<File>();
  file->inode = ++last_inode_;
  file->directory = true;
  name({{path, file}});
  return 0;
}

std::vector<std::string> Disk::list(int directory) const {
  std::vector<std::string> out;
  std::string start = "none";
  if (const auto open = open_.find(directory); open != open_.end())
    for (const auto& [path, file] : names_)
      if (file == open->second.file) start = path + "/";
  for (auto at = names_.lower_bound(start); at != names_.end() && at->first.starts_with(start); ++at) {
    const std::string name = at->first.substr(start.size());
    if (!name.empty() && name.find('/') == std::string::npos) out.push_back(name);
  }
  return out;
}

int Disk::allocate(int file, off_t bytes) {
  const Open* open = opened(file);
  if (open == nullptr) return -EBADF;
  if (static_cast<size_t>(bytes) <= open->file->now.size()) return 0;
  if (faults.full) return ++errors_told, -ENOSPC;
  return truncate(file, bytes);
}

void* Disk::map(int file, size_t bytes) {
  const Open* open = opened(file);
  if (open == nullptr || bytes > open->file->now.size()) return nullptr;
  auto made = std::make_unique<Map>(Map{open->file, open->file->now.substr(0, bytes)});
  void* at = made->bytes.data();
  maps_[at] = std::move(made);
  return at;
}

void Disk::write_back(Map& map) {
  if (std::string_view(map.file->now).substr(0, map.bytes.size()) != map.bytes)
    put(*map.file, {0, map.bytes, false});
}

int Disk::sync_map(void* at) {
  const auto found = maps_.find(at);
  if (found == maps_.end()) return -ENOMEM;
  write_back(*found->second);
  const int file = open_.empty() ? kFirstFile : open_.rbegin()->first + 1;
  open_[file] = {found->second->file, 0};
  const int answer = sync(file);
  close(file);
  return answer;
}

int Disk::unmap(void* at) {
  const auto found = maps_.find(at);
  if (found == maps_.end()) return -EINVAL;
  write_back(*found->second);
  maps_.erase(found);
  return 0;
}

int Disk::stat(const std::string& path, Found& found) const {
  const auto named = names_.find(path);
  if (named == names_.end()) return -ENOENT;
  found = {named->second->inode, named->second->now.size(), named->second->directory};
  return 0;
}

int Disk::stat(int file, Found& found) const {
  const auto open = open_.find(file);
  if (open == open_.end()) return -EBADF;
  const File& opened = *open->second.file;
  found = {opened.inode, opened.now.size(), opened.directory};
  return 0;
}

// Of what was not synced the disk has nothing, all, the first part, or any sectors in any order.
void Disk::lose_unsynced(File& file) {
  const uint64_t manner = random_.below(4);
  const size_t first_lost = file.unsynced.empty() ? 0 : random_.below(file.unsynced.size() + 1);
  for (size_t i = 0; manner > 0 && i < file.unsynced.size(); ++i) {
    const Change& change = file.unsynced[i];
    if (manner == 1 || (manner == 2 && i < first_lost)) apply(file.durable, change);
    if (manner == 2 || manner == 1) continue;
    if (change.cut) {
      if (random_.chance(0.5)) apply(file.durable, change);
      continue;
    }
    for (size_t from = 0; from < change.bytes.size();) {
      const size_t to =
          std::min(change.bytes.size(), from + kSectorBytes - (change.at + from) % kSectorBytes);
      if (random_.chance(0.5))
        apply(file.durable, {change.at + from, change.bytes.substr(from, to - from), false});
      from = to;
    }
  }
  file.unsynced.clear();
  file.now = file.durable;
}

void Disk::crash(Death death) {
  for (const auto& [at, map] : maps_) write_back(*map);
  // The memory of a killed process lies as it is.
  for (auto& [at, map] : maps_) static_cast<void>(map.release());
  maps_.clear();
  open_.clear();
  die_after = 0;
  if (death == Death::kKilled) return;
  // Names are journaled by the file system: they are lost from the last on.
  const size_t kept = random_.below(unsynced_names_.size() + 1);
  for (size_t i = 0; i < kept; ++i) apply(durable_names_, unsynced_names_[i]);
  unsynced_names_.clear();
  names_ = durable_names_;
  for (auto& [path, file] : names_) lose_unsynced(*file);
}

std::vector<Disk::Named> Disk::files_in(const std::string& directory) const {
  std::vector<Named> out;
  for (const auto& [path, file] : names_)
    if (path.starts_with(directory) && !file->directory && !file->now.empty()) out.emplace_back(path, file);
  return out;
}

void Disk::clear(const std::string& directory) {
  for (const Named& one : files_in(directory)) name({{one.first, nullptr}});
}

std::string Disk::spoil(const std::string& directory) {
  const std::vector<Named> files = files_in(directory);
  if (files.empty()) return {};
  const auto& [path, file] = files[random_.below(files.size())];
  const size_t left = random_.chance(0.3) ? 0 : random_.below(file->now.size());
  if (left == 0) {
    name({{path, nullptr}});
    return path + " is lost";
  }
  put(*file, {left, {}, true});
  return path + " ends after " + std::to_string(left) + " bytes";
}

std::string Disk::rot(const std::string& directory) {
  const std::vector<Named> candidates = files_in(directory);
  if (candidates.empty() || rotten_) return {};
  const auto& [path, file] = candidates[random_.below(candidates.size())];
  rotten_ = file;
  rotten_at_ = random_.below(file->now.size());
  rotten_bit_ = static_cast<uint8_t>(1u << random_.below(8));
  for (std::string* content : {&file->now, &file->durable})
    if (rotten_at_ < content->size()) (*content)[rotten_at_] ^= static_cast<char>(rotten_bit_);
  return path + ", byte " + std::to_string(rotten_at_);
}

void Disk::mend() {
  if (!rotten_) return;
  for (std::string* content : {&rotten_->now, &rotten_->durable})
    if (rotten_at_ < content->size()) (*content)[rotten_at_] ^= static_cast<char>(rotten_bit_);
  rotten_.reset();
}

}  // namespace haechi::hunt
