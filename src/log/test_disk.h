// A disk that fails, or before whose calls the process dies: what SQLite and the rooms ask of it goes through
// here. In one source of a test program only.
#pragma once

#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

namespace haechi::log {

inline std::atomic<int> g_syncs{0};  // syncs asked for since the start
inline std::atomic<int> g_failing_sync{
    0};                              // the one that fails; every later one "succeeds", as Linux does. 0: none
inline std::atomic<int> g_calls{0};  // calls that change what lies on the disk, syncs among them
inline std::atomic<int> g_failing_call{0};  // the one that fails; 0: none
inline std::atomic<int> g_dying_call{0};    // the one before which the process dies; 0: none
inline std::string g_dead_directory;     // from the call on that dies, whatever is asked of files in it fails
inline std::atomic<int> g_dead_from{0};  // 0: nothing is dead
inline std::atomic<bool> g_hangs{false};  // whatever is dead says nothing instead, for as long as this holds

inline bool lies_in_dead_directory(int file) {
  char path[4096];
  const ssize_t length = ::readlink(("/proc/self/fd/" + std::to_string(file)).c_str(), path, sizeof path);
  return length > 0 && std::string_view(path, static_cast<size_t>(length)).starts_with(g_dead_directory);
}

// True: this one fails.
inline bool storage_call(int file = -1) {
  const int turn = ++g_calls;
  if (g_dead_from != 0 && turn >= g_dead_from && lies_in_dead_directory(file)) {
    if (g_hangs) {
      g_hangs.wait(true);
      return false;
    }
    errno = EIO;
    return true;
  }
  if (turn == g_dying_call) ::kill(::getpid(), SIGKILL);
  if (turn != g_failing_call) return false;
  errno = EIO;
  return true;
}

inline int counted_sync(long call, int file) {
  if (storage_call(file)) return -1;
  const int turn = ++g_syncs;
  const int failing = g_failing_sync;
  if (failing != 0 && turn == failing) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(call, file));
}

// Runs `child` in a process of its own and gives how it ended.
template <typename Child>
inline int in_child(Child child) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    child();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

}  // namespace haechi::log

// SQLite and the rooms reach the disk through these names, and the program's own come first.
extern "C" int fdatasync(int file) {
  return haechi::log::counted_sync(SYS_fdatasync, file);
}
extern "C" int fsync(int file) {
  return haechi::log::counted_sync(SYS_fsync, file);
}
extern "C" ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  return haechi::log::storage_call(file) ? -1 : ::syscall(SYS_pwrite64, file, bytes, size, at);
}
extern "C" ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  return pwrite64(file, bytes, size, at);
}
extern "C" int ftruncate64(int file, off64_t size) noexcept {
  return haechi::log::storage_call(file) ? -1 : static_cast<int>(::syscall(SYS_ftruncate, file, size));
}
extern "C" int ftruncate(int file, off_t size) noexcept {
  return ftruncate64(file, size);
}
extern "C" int unlink(const char* path) noexcept {
  return haechi::log::storage_call() ? -1 : static_cast<int>(::syscall(SYS_unlink, path));
}
extern "C" int rename(const char* from, const char* to) noexcept {
  return haechi::log::storage_call() ? -1 : static_cast<int>(::syscall(SYS_rename, from, to));
}
extern "C" int unlinkat(int directory, const char* path, int flags) noexcept {
  return haechi::log::storage_call() ? -1 : static_cast<int>(::syscall(SYS_unlinkat, directory, path, flags));
}
