#include "base/files.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include "base/last_words.h"

namespace haechi {

bool file_exists(const std::string& path) {
  struct stat found;
  return ::stat(path.c_str(), &found) == 0 || errno != ENOENT;
}

Error system_error(const std::string& what, const std::string& path) {
  return Error{Code::kUnavailable, "disk", "cannot " + what + " " + path + ": " + std::strerror(errno)};
}

Status sync_directory(const std::string& directory) {
  const int file = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file < 0) return system_error("open", directory);
  const Status status = ::fsync(file) == 0 ? Status() : Status(system_error("sync", directory));
  ::close(file);
  return status;
}

std::string directory_of(const std::string& path) {
  const std::string directory = std::filesystem::path(path).parent_path().string();
  return directory.empty() ? "." : directory;
}

Status make_directory(const std::string& directory) {
  const std::string above = directory_of(directory);
  if (!file_exists(directory)) {
    if (!file_exists(above)) TRY_STATUS(make_directory(above));
    if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return system_error("make", directory);
  } else if (::access(above.c_str(), R_OK) != 0) {
    return {};  // somebody else's, who made this one for us
  }
  return sync_directory(above);
}

Status replace_file(const std::string& path, const std::function<Status(const PutBytes& put)>& pieces) {
  const std::string unfinished = path + ".new";
  const int file = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return system_error("make", unfinished);
  Status outcome = pieces([&](std::string_view bytes) -> Status {
    if (::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size())) return {};
    return system_error("write", unfinished);
  });
  if (outcome.ok() && ::fsync(file) != 0) outcome = system_error("write", unfinished);
  ::close(file);
  TRY_STATUS(outcome);
  if (::rename(unfinished.c_str(), path.c_str()) != 0) return system_error("replace", path);
  return sync_directory(directory_of(path));
}

Status replace_file(const std::string& path, std::string_view bytes) {
  return replace_file(path, [bytes](const PutBytes& put) { return put(bytes); });
}

void storage_failed(std::string_view what) {
  std::fprintf(stderr, "haechi storage: %.*s. Nothing more is acknowledged; a sync is never retried.\n",
               static_cast<int>(what.size()), what.data());
  std::fflush(stderr);
  note_failed_storage();
  std::abort();
}

Result<void*> map_page(const std::string& path, size_t bytes) {
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return system_error("open", path);
  void* mapped = MAP_FAILED;
  errno = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  if (errno == 0) mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  const Error failed = system_error("map", path);
  ::close(file);
  if (mapped == MAP_FAILED) return failed;
  return mapped;
}

}  // namespace haechi
