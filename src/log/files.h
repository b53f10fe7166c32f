// The few things the log asks of the file system besides SQLite: what base/files.h has, the lock, reading a
// file.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/files.h"
#include "base/result.h"

namespace haechi::log {

// Names within the directory.
inline constexpr char kDatabaseName[] = "log.sqlite";
inline constexpr char kWatermarkName[] = "watermark";
inline constexpr char kLockName[] = "lock";

using haechi::file_exists;
using haechi::make_directory;
using haechi::replace_file;
using haechi::storage_failed;
using haechi::sync_directory;
using haechi::system_error;
// At most `bytes_max` bytes of a file. kNotFound or kUnavailable.
Result<std::string> read_file(const std::string& path, size_t bytes_max);

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
