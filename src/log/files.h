// The few things the log asks of the file system besides SQLite: syncing a directory, the lock, reading a
// file.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace haechi::log {

// Names within the directory.
inline constexpr char kDatabaseName[] = "log.sqlite";
inline constexpr char kWatermarkName[] = "watermark";
inline constexpr char kLockName[] = "lock";

bool file_exists(const std::string& path);
// kUnavailable with the system's words.
Error system_error(const std::string& what, const std::string& path);
Status sync_directory(const std::string& directory);
// Makes the directory (readable by its owner only, for facts are personal data) and syncs its parent.
Status make_directory(const std::string& directory);
// At most `bytes_max` bytes of a file. kNotFound or kUnavailable.
Result<std::string> read_file(const std::string& path, size_t bytes_max);
// Puts `bytes` in place of what the file held, durably and for its owner only: after a crash there is the old
// file or the new one, whole.
Status replace_file(const std::string& path, std::string_view bytes);
// Prints what failed and aborts. For storage whose state is no longer known.
[[noreturn]] void storage_failed(std::string_view what);

// Held while one owner has the directory. Ends with its owner, however that dies.
class DirectoryLock {
 public:
  // kUnavailable names the process that has it. With `create` false a missing lock file is no obstacle, and
  // nothing is written.
  static Result<DirectoryLock> take(const std::string& directory, bool create);
  DirectoryLock(DirectoryLock&& other) noexcept : file_(std::exchange(other.file_, -1)) {}
  DirectoryLock& operator=(DirectoryLock&&) = delete;
  ~DirectoryLock();

 private:
  explicit DirectoryLock(int file) : file_(file) {}
  int file_;
};

}  // namespace haechi::log
