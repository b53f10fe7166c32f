#include "log/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

namespace haechi::log {

Result<std::string> read_file(const std::string& path, size_t bytes_max) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    Error error = system_error("open", path);
    if (errno == ENOENT) error.code = Code::kNotFound;
    return error;
  }
  std::string out(bytes_max, '\0');
  size_t size = 0;
  while (size < bytes_max) {
    const ssize_t got = ::read(file, out.data() + size, bytes_max - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      const Error error = system_error("read", path);
      ::close(file);
      return error;
    }
    if (got == 0) break;
    size += static_cast<size_t>(got);
  }
  ::close(file);
  out.resize(size);
  return out;
}

Result<DirectoryLock> DirectoryLock::take(const std::string& directory, bool create) {
  const std::string path = directory + "/" + kLockName;
  const int file = create ? ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600)
                          : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (!create && errno == ENOENT) return DirectoryLock(-1);
    return system_error("open", path);
  }
  DirectoryLock lock(file);
  if (::flock(file, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return system_error("lock", path);
    char owner[32] = {};
    const ssize_t size = ::pread(file, owner, sizeof owner - 1, 0);
    return Error{Code::kUnavailable, "log",
                 "the log in " + directory + " is in use by process " + (size > 0 ? owner : "(unknown)")};
  }
  if (create) {
    // Only to name ourselves to whoever is refused; the lock itself does not depend on it.
    const std::string self = std::to_string(::getpid());
    if (::ftruncate(file, 0) != 0 || ::pwrite(file, self.data(), self.size(), 0) < 0)
      return system_error("write", path);
  }
  return lock;
}

DirectoryLock::~DirectoryLock() {
  if (file_ >= 0) ::close(file_);
}

}  // namespace haechi::log
