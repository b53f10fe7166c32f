// A file system in memory that can lose its power: what was not synced is then forgotten, or kept in part.
//
//   powercut DIRECTORY     mounts itself there, prints "mounted", takes commands on standard input, ends with
//   it
//
// Every command is one line and is answered by one line:
//   cut SEED KEEP     power is lost and comes back. KEEP 0: nothing survives that was not synced; 100: all of
//   it;
//                     between: each unsynced 512-byte sector, length, and change of a directory by chance
//   fail N            the Nth sync from now says EIO; what it should have kept is lost although later syncs
//   succeed slow MS           every sync takes so long room BYTES        files may grow by so much more, then
//   there is no space; -1: without end lie NAME          syncs of files whose name holds NAME, and of
//   directories for NAME "/", do nothing; "": none do syncs             answers how many syncs there were
//
// What survives a cut, as strictly as POSIX allows:
//   - the content of a file as of its last sync; a name only if its directory was synced since (a rename is
//   one
//     change: never both names, never neither);
//   - of an unsynced sector some version that it had, whole: the disk writes sectors as one. Where a file
//   grew, a
//     sector that did not make it is zeros.
#define FUSE_USE_VERSION 31
#include <fuse3/fuse.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <iostream>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr size_t kSectorBytes = 512;

struct Node;
using NodePtr = std::shared_ptr<Node>;
using Names = std::map<std::string, NodePtr>;

struct Change {  // of a file: bytes written at a place, or cut or grown to it
  bool resize = false;
  size_t at = 0;
  std::string bytes;
};

struct Move {  // of a directory: `gone` loses its name, `name` is now `node`; either may be empty
  std::string gone, name;
  NodePtr node;
};

struct Node {
  mode_t mode = 0;
  std::string name;  // the last it had
  timespec changed{};
  std::string now, kept;  // of a file: as seen, as synced
  std::vector<Change> changes;
  Names entries, kept_entries;  // of a directory: likewise
  std::vector<Move> moves;
  bool is_directory() const { return S_ISDIR(mode); }
};

std::mutex g_mutex;
NodePtr g_root;
std::string g_lie;
bool g_lies = false;
int64_t g_room = -1;
uint64_t g_syncs = 0, g_failing_sync = 0;
std::atomic<int> g_slow_ms{0};

void put(std::string& content, const Change& change) {
  if (change.resize) return content.resize(change.at);
  if (content.size() < change.at + change.bytes.size()) content.resize(change.at + change.bytes.size());
  content.replace(change.at, change.bytes.size(), change.bytes);
}

void put(Names& names, const Move& move) {
  if (!move.gone.empty()) names.erase(move.gone);
  if (!move.name.empty()) names[move.name] = move.node;
}

// The power.

// Some version of each sector that it had since the last sync, and some length that the file had.
std::string survived(const Node& file, std::mt19937_64& random, uint64_t keep) {
  const auto chance = [&] { return random() % 100 < keep; };
  std::string seen = file.kept, out = file.kept;
  size_t size = file.kept.size();
  for (const Change& change : file.changes) {
    const size_t before = seen.size();
    put(seen, change);
    if (seen.size() != before && chance()) size = seen.size();
    const size_t end = change.resize ? seen.size() : change.at + change.bytes.size();
    const size_t begin = change.resize ? std::min(before, end) : change.at;
    if (out.size() < seen.size()) out.resize(seen.size());
    for (size_t sector = begin / kSectorBytes; sector * kSectorBytes < end; ++sector) {
      const size_t at = sector * kSectorBytes;
      if (!chance()) continue;
      std::string whole = seen.substr(at, kSectorBytes);
      whole.resize(std::min(kSectorBytes, out.size() - at));
      out.replace(at, whole.size(), whole);
    }
  }
  out.resize(size);
  return out;
}

void lose_power(Node& node, std::mt19937_64& random, uint64_t keep) {
  if (!node.is_directory()) {
    node.now = survived(node, random, keep);
    node.kept = node.now;
    node.changes.clear();
    return;
  }
  for (const Move& move : node.moves)
    if (random() % 100 < keep) put(node.kept_entries, move);
  node.moves.clear();
  node.entries = node.kept_entries;
  for (const auto& [name, entry] : node.entries) {
    entry->name = name;
    lose_power(*entry, random, keep);
  }
}

int sync(Node& node) {
  if (const int ms = g_slow_ms) std::this_thread::sleep_for(std::chrono::milliseconds(ms));
  const std::lock_guard lock(g_mutex);
  ++g_syncs;
  if (g_lies && (g_lie == "/" ? node.is_directory() : node.name.find(g_lie) != std::string::npos)) return 0;
  if (g_failing_sync == g_syncs) {
    node.changes.clear();
    return -EIO;
  }
  for (const Change& change : node.changes) put(node.kept, change);
  for (const Move& move : node.moves) put(node.kept_entries, move);
  node.changes.clear();
  node.moves.clear();
  return 0;
}

// The file system.

NodePtr find(const std::string& path) {
  NodePtr node = g_root;
  std::istringstream parts(path);
  for (std::string part; node && std::getline(parts, part, '/');) {
    if (part.empty()) continue;
    const auto entry = node->entries.find(part);
    node = entry == node->entries.end() ? nullptr : entry->second;
  }
  return node;
}

std::string name_in(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}
NodePtr directory_of(const std::string& path) {
  return find(path.substr(0, path.rfind('/')));
}

// A node stays alive while it is open, whatever becomes of its names.
NodePtr& opened(const fuse_file_info* info) {
  return *reinterpret_cast<NodePtr*>(info->fh);
}
NodePtr node_of(const char* path, const fuse_file_info* info) {
  return info != nullptr && info->fh != 0 ? opened(info) : find(path);
}

void touch(Node& node) {
  clock_gettime(CLOCK_REALTIME, &node.changed);
}

void move(Node& directory, Move change) {
  put(directory.entries, change);
  if (change.node) change.node->name = change.name;
  directory.moves.push_back(std::move(change));
  touch(directory);
}

bool has_room(size_t before, size_t after) {
  if (g_room < 0 || after <= before) return true;
  if (static_cast<int64_t>(after - before) > g_room) return false;
  g_room -= static_cast<int64_t>(after - before);
  return true;
}

int make(const char* path, mode_t mode, NodePtr& made) {
  const NodePtr directory = directory_of(path);
  if (!directory) return -ENOENT;
  if (directory->entries.contains(name_in(path))) return -EEXIST;
  if (g_room == 0) return -ENOSPC;
  made = std::make_shared<Node>();
  made->mode = mode;
  touch(*made);
  move(*directory, {"", name_in(path), made});
  return 0;
}

int change(const NodePtr& node, Change what) {
  if (!node) return -ENOENT;
  const size_t end = what.at + what.bytes.size();
  if (!has_room(node->now.size(), end)) return -ENOSPC;
  put(node->now, what);
  node->changes.push_back(std::move(what));
  touch(*node);
  return 0;
}

int fs_getattr(const char* path, struct stat* out, fuse_file_info* info) {
  const std::lock_guard lock(g_mutex);
  const NodePtr node = node_of(path, info);
  if (!node) return -ENOENT;
  *out = {};
  out->st_mode = node->mode;
  out->st_nlink = 1;
  out->st_uid = getuid();
  out->st_gid = getgid();
  out->st_size = static_cast<off_t>(node->now.size());
  out->st_mtim = out->st_ctim = out->st_atim = node->changed;
  return 0;
}

int fs_mkdir(const char* path, mode_t mode) {
  const std::lock_guard lock(g_mutex);
  NodePtr made;
  return make(path, S_IFDIR | mode, made);
}

int fs_create(const char* path, mode_t mode, fuse_file_info* info) {
  const std::lock_guard lock(g_mutex);
  NodePtr made;
  if (const int failed = make(path, S_IFREG | mode, made)) return failed;
  info->fh = reinterpret_cast<uint64_t>(new NodePtr(made));
  return 0;
}

int fs_open(const char* path, fuse_file_info* info) {
  const std::lock_guard lock(g_mutex);
  const NodePtr node = find(path);
  if (!node) return -ENOENT;
  // The kernel leaves it to whoever opens.
  const int error = (info->flags & O_TRUNC) != 0 ? change(node, {true, 0, ""}) : 0;
  if (error != 0) return error;
  info->fh = reinterpret_cast<uint64_t>(new NodePtr(node));
  return 0;
}

int fs_release(const char*, fuse_file_info* info) {
  const std::lock_guard lock(g_mutex);
  delete &opened(info);
  return 0;
}

int fs_unlink(const char* path) {
  const std::lock_guard lock(g_mutex);
  const NodePtr directory = directory_of(path);
  if (!directory || !directory->entries.contains(name_in(path))) return -ENOENT;
  move(*directory, {name_in(path), "", nullptr});
  return 0;
}

int fs_rmdir(const char* path) {
  {
    const std::lock_guard lock(g_mutex);
    const NodePtr node = find(path);
    if (node && !node->entries.empty()) return -ENOTEMPTY;
  }
  return fs_unlink(path);
}

// Within one directory only: nobody here renames across two, where one change would have to survive in both.
int fs_rename(const char* from, const char* to, unsigned flags) {
  const std::lock_guard lock(g_mutex);
  const NodePtr directory = directory_of(from), node = find(from);
  if (!node) return -ENOENT;
  if (flags != 0 || directory != directory_of(to)) return -EXDEV;
  move(*directory, {name_in(from), name_in(to), node});
  return 0;
}

int fs_truncate(const char* path, off_t size, fuse_file_info* info) {
  const std::lock_guard lock(g_mutex);
  return change(node_of(path, info), {true, static_cast<size_t>(size), ""});
}

int fs_read(const char*, char* buffer, size_t size, off_t at, fuse_file_info* info) {
  const std::lock_guard lock(g_mutex);
  const std::string& content = opened(info)->now;
  const size_t begin = std::min(static_cast<size_t>(at), content.size());
  return static_cast<int>(content.copy(buffer, size, begin));
}

int fs_write(const char*, const char* buffer, size_t size, off_t at, fuse_file_info* info) {
  const std::lock_guard lock(g_mutex);
  const int failed = change(opened(info), {false, static_cast<size_t>(at), std::string(buffer, size)});
  return failed != 0 ? failed : static_cast<int>(size);
}

int fs_fsync(const char*, int, fuse_file_info* info) {
  return sync(*opened(info));
}

int fs_readdir(const char*, void* buffer, fuse_fill_dir_t fill, off_t, fuse_file_info* info,
               fuse_readdir_flags) {
  const std::lock_guard lock(g_mutex);
  for (const char* name : {".", ".."}) fill(buffer, name, nullptr, 0, fuse_fill_dir_flags(0));
  for (const auto& [name, node] : opened(info)->entries)
    fill(buffer, name.c_str(), nullptr, 0, fuse_fill_dir_flags(0));
  return 0;
}

int fs_chmod(const char* path, mode_t mode, fuse_file_info* info) {
  const std::lock_guard lock(g_mutex);
  const NodePtr node = node_of(path, info);
  if (!node) return -ENOENT;
  node->mode = (node->mode & S_IFMT) | (mode & ~S_IFMT);
  return 0;
}

int fs_chown(const char*, uid_t, gid_t, fuse_file_info*) {
  return 0;
}
int fs_utimens(const char*, const timespec*, fuse_file_info*) {
  return 0;
}

// The commands.

std::string obey(const std::string& line) {
  std::istringstream words(line);
  std::string what;
  words >> what;
  if (what == "slow") {
    int ms = 0;
    words >> ms;
    g_slow_ms = ms;
    return "ok";
  }
  const std::lock_guard lock(g_mutex);
  if (what == "cut") {
    uint64_t seed = 0, keep = 0;
    words >> seed >> keep;
    std::mt19937_64 random(seed);
    lose_power(*g_root, random, keep);
  } else if (what == "fail") {
    uint64_t turn = 0;
    words >> turn;
    g_failing_sync = turn == 0 ? 0 : g_syncs + turn;
  } else if (what == "room") {
    words >> g_room;
  } else if (what == "lie") {
    g_lie.clear();
    g_lies = static_cast<bool>(words >> g_lie);
  } else if (what != "syncs") {
    return "no such command";
  }
  return "ok " + std::to_string(g_syncs);
}

void take_commands() {
  for (std::string line; std::getline(std::cin, line);) std::cout << obey(line) << std::endl;
  kill(getpid(), SIGTERM);  // the loop of the main thread ends and unmounts
}

void* fs_init(fuse_conn_info*, fuse_config* config) {
  // The kernel asks each time: after a cut, nothing that it remembers is true.
  config->entry_timeout = config->attr_timeout = config->negative_timeout = 0;
  config->hard_remove = 1;
  config->nullpath_ok = 1;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  std::thread(take_commands).detach();
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  std::cout << "mounted" << std::endl;
  return nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return std::fprintf(stderr, "powercut DIRECTORY\n"), 2;
  g_root = std::make_shared<Node>();
  g_root->mode = S_IFDIR | 0700;
  touch(*g_root);
  fuse_operations operations{};
  operations.init = fs_init;
  operations.getattr = fs_getattr;
  operations.mkdir = fs_mkdir;
  operations.create = fs_create;
  operations.open = fs_open;
  operations.release = fs_release;
  operations.unlink = fs_unlink;
  operations.rmdir = fs_rmdir;
  operations.rename = fs_rename;
  operations.truncate = fs_truncate;
  operations.read = fs_read;
  operations.write = fs_write;
  operations.fsync = fs_fsync;
  operations.opendir = fs_open;
  operations.readdir = fs_readdir;
  operations.releasedir = fs_release;
  operations.fsyncdir = fs_fsync;
  operations.chmod = fs_chmod;
  operations.chown = fs_chown;
  operations.utimens = fs_utimens;
  std::vector<std::string> words = {argv[0], "-f", "-o", "max_threads=8", argv[1]};
  std::vector<char*> raw;
  for (std::string& word : words) raw.push_back(word.data());
  return fuse_main(static_cast<int>(raw.size()), raw.data(), &operations, nullptr);
}
