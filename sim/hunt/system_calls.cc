// The system calls of the program, in place of those of the C library: while a Schedule runs, threads are its
// fibers, time is its time, files below kDiskRoot are the Disk's, and what is drawn at random is drawn from
// the seed. So the log, its SQLite, the key ring and the spine with its threads run here as they are.
// Everything else goes to the system.
//
// They are found before the C library's because the program defines them; its libraries are served as well.
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hunt/disk.h"
#include "hunt/schedule.h"

using haechi::Duration;
using haechi::Time;
using haechi::hunt::Disk;
using haechi::hunt::Fiber;
using haechi::hunt::kDiskRoot;
using haechi::hunt::mounted;
using haechi::hunt::running;

namespace {

constexpr int kRandomFile = Disk::kFirstFile - 1;
constexpr Duration kMutexRetry{20};

bool ours(const char* path) {
  return mounted != nullptr && std::string_view(path).starts_with(kDiskRoot);
}
bool ours(int file) {
  return file >= Disk::kFirstFile && mounted != nullptr;
}

// Sets errno for what the Disk answers as the system's calls do.
template <typename Number>
Number told(Number answer) {
  if (answer >= 0) return answer;
  errno = static_cast<int>(-answer);
  return -1;
}

int found(int answer, const Disk::Found& file, struct stat* into) {
  if (answer < 0) return told(answer);
  std::memset(into, 0, sizeof *into);
  into->st_ino = file.inode;
  // SQLite keeps its locks by device and inode, and a killed process leaves none.
  into->st_dev = running->process();
  into->st_size = static_cast<off_t>(file.bytes);
  into->st_mode = file.directory ? S_IFDIR | 0700 : S_IFREG | 0600;
  into->st_nlink = 1;
  into->st_blksize = 4096;
  into->st_uid = geteuid();
  return 0;
}

void fill_random(void* into, size_t bytes) {
  auto* out = static_cast<unsigned char*>(into);
  for (size_t i = 0; i < bytes; ++i) out[i] = static_cast<unsigned char>(running->random().next());
}

Time time_of(const timespec& at) {
  return Time{at.tv_sec * 1'000'000 + at.tv_nsec / 1'000};
}

// A directory of the Disk that is being read. A DIR* points at one of these or at one of the C library's.
struct Listing {
  int file;
  std::vector<std::string> names;
  size_t next = 0;
  dirent entry{};
};
std::map<void*, Listing>& listings() {
  static std::map<void*, Listing> all;
  return all;
}

template <typename Function>
Function of_library(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

int wait_on(pthread_cond_t* condition, pthread_mutex_t* mutex, Time until) {
  if (running == nullptr || running->fiber() == nullptr) {
    std::fputs("hunt: a wait outside any thread would never end\n", stderr);
    std::abort();
  }
  const bool woken = running->wait(condition, until, [mutex] { pthread_mutex_unlock(mutex); });
  pthread_mutex_lock(mutex);
  return woken ? 0 : ETIMEDOUT;
}

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  if (running != nullptr && std::string_view(path) == "/dev/urandom") return kRandomFile;
  if (ours(path)) return told(mounted->open(path, flags));
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}
int open64(const char* path, int flags, ...) __attribute__((alias("open")));

int close(int file) {
  if (file == kRandomFile) return 0;
  return ours(file) ? told(mounted->close(file)) : static_cast<int>(syscall(SYS_close, file));
}
ssize_t read(int file, void* into, size_t bytes) {
  if (file == kRandomFile) return fill_random(into, bytes), static_cast<ssize_t>(bytes);
  return ours(file) ? told(mounted->read(file, into, bytes)) : syscall(SYS_read, file, into, bytes);
}
ssize_t write(int file, const void* from, size_t bytes) {
  return ours(file) ? told(mounted->write(file, from, bytes)) : syscall(SYS_write, file, from, bytes);
}
ssize_t pread(int file, void* into, size_t bytes, off_t at) {
  return ours(file) ? told(mounted->pread(file, into, bytes, at))
                    : syscall(SYS_pread64, file, into, bytes, at);
}
ssize_t pread64(int file, void* into, size_t bytes, off_t at) __attribute__((alias("pread")));
ssize_t pwrite(int file, const void* from, size_t bytes, off_t at) {
  return ours(file) ? told(mounted->pwrite(file, from, bytes, at))
                    : syscall(SYS_pwrite64, file, from, bytes, at);
}
ssize_t pwrite64(int file, const void* from, size_t bytes, off_t at) __attribute__((alias("pwrite")));
int ftruncate(int file, off_t bytes) noexcept {
  return ours(file) ? told(mounted->truncate(file, bytes))
                    : static_cast<int>(syscall(SYS_ftruncate, file, bytes));
}
int ftruncate64(int file, off_t bytes) noexcept __attribute__((alias("ftruncate")));
int fsync(int file) {
  return ours(file) ? told(mounted->sync(file)) : static_cast<int>(syscall(SYS_fsync, file));
}
int fdatasync(int file) {
  return ours(file) ? told(mounted->sync(file)) : static_cast<int>(syscall(SYS_fdatasync, file));
}
int unlink(const char* path) noexcept {
  return ours(path) ? told(mounted->unlink(path)) : static_cast<int>(syscall(SYS_unlink, path));
}
int rename(const char* from, const char* to) noexcept {
  return ours(from) ? told(mounted->rename(from, to)) : static_cast<int>(syscall(SYS_rename, from, to));
}
int mkdir(const char* path, mode_t mode) noexcept {
  return ours(path) ? told(mounted->mkdir(path)) : static_cast<int>(syscall(SYS_mkdir, path, mode));
}
int openat(int beside, const char* path, int flags, ...) {
  if (ours(path)) return told(mounted->open(path, flags));
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  return static_cast<int>(syscall(SYS_openat, beside, path, flags, mode));
}
int remove(const char* path) noexcept {
  static const auto otherwise = of_library<int (*)(const char*)>("remove");
  return ours(path) ? told(mounted->unlink(path)) : otherwise(path);
}
DIR* fdopendir(int file) {
  static const auto otherwise = of_library<DIR* (*)(int)>("fdopendir");
  if (!ours(file)) return otherwise(file);
  auto* key = new char;  // an address that nobody else has
  listings()[key] = {file, mounted->list(file), 0, {}};
  return reinterpret_cast<DIR*>(key);
}
struct dirent* readdir(DIR* directory) {
  static const auto otherwise = of_library<dirent* (*)(DIR*)>("readdir");
  const auto found = listings().find(directory);
  if (found == listings().end()) return otherwise(directory);
  Listing& listing = found->second;
  if (listing.next == listing.names.size()) return nullptr;
  const std::string& name = listing.names[listing.next++];
  listing.entry.d_type = DT_REG;
  listing.entry.d_name[name.copy(listing.entry.d_name, sizeof listing.entry.d_name - 1)] = '\0';
  return &listing.entry;
}
int closedir(DIR* directory) {
  static const auto otherwise = of_library<int (*)(DIR*)>("closedir");
  const auto found = listings().find(directory);
  if (found == listings().end()) return otherwise(directory);
  mounted->close(found->second.file);
  listings().erase(found);
  delete reinterpret_cast<char*>(directory);
  return 0;
}
int posix_fallocate(int file, off_t at, off_t bytes) {
  if (!ours(file)) return syscall(SYS_fallocate, file, 0, at, bytes) == 0 ? 0 : errno;
  return -mounted->allocate(file, at + bytes);
}
void* mmap(void* wished, size_t bytes, int rights, int how, int file, off_t at) noexcept {
  if (file < Disk::kFirstFile || mounted == nullptr)
    return reinterpret_cast<void*>(syscall(SYS_mmap, wished, bytes, rights, how, file, at));
  void* mapped = mounted->map(file, bytes);
  return mapped == nullptr ? MAP_FAILED : mapped;
}
int msync(void* at, size_t bytes, int how) {
  if (mounted != nullptr && mounted->is_map(at)) return told(mounted->sync_map(at));
  return static_cast<int>(syscall(SYS_msync, at, bytes, how));
}
int munmap(void* at, size_t bytes) noexcept {
  if (mounted != nullptr && mounted->is_map(at)) return told(mounted->unmap(at));
  return static_cast<int>(syscall(SYS_munmap, at, bytes));
}
int stat(const char* path, struct stat* into) noexcept {
  if (!ours(path)) return static_cast<int>(syscall(SYS_stat, path, into));
  Disk::Found file;
  return found(mounted->stat(path, file), file, into);
}
int lstat(const char* path, struct stat* into) noexcept {
  return ours(path) ? stat(path, into) : static_cast<int>(syscall(SYS_lstat, path, into));
}
int fstat(int file, struct stat* into) noexcept {
  if (!ours(file)) return static_cast<int>(syscall(SYS_fstat, file, into));
  Disk::Found opened;
  return found(mounted->stat(file, opened), opened, into);
}
int stat64(const char* path, struct stat64* into) noexcept __attribute__((alias("stat")));
int lstat64(const char* path, struct stat64* into) noexcept __attribute__((alias("lstat")));
int fstat64(int file, struct stat64* into) noexcept __attribute__((alias("fstat")));
int access(const char* path, int mode) noexcept {
  Disk::Found file;
  return ours(path) ? told(mounted->stat(path, file)) : static_cast<int>(syscall(SYS_access, path, mode));
}
int flock(int file, int how) noexcept {
  return ours(file) ? 0 : static_cast<int>(syscall(SYS_flock, file, how));
}
int fcntl(int file, int what, ...) {
  va_list arguments;
  va_start(arguments, what);
  const long value = va_arg(arguments, long);
  va_end(arguments);
  return ours(file) ? 0 : static_cast<int>(syscall(SYS_fcntl, file, what, value));
}
int fcntl64(int file, int what, ...) __attribute__((alias("fcntl")));
int fchmod(int file, mode_t mode) noexcept {
  return ours(file) ? 0 : static_cast<int>(syscall(SYS_fchmod, file, mode));
}
int fchown(int file, uid_t user, gid_t group) noexcept {
  return ours(file) ? 0 : static_cast<int>(syscall(SYS_fchown, file, user, group));
}

int clock_gettime(clockid_t clock, struct timespec* into) noexcept {
  if (running == nullptr) return static_cast<int>(syscall(SYS_clock_gettime, clock, into));
  const Time now = running->now();
  into->tv_sec = now.us / 1'000'000;
  into->tv_nsec = now.us % 1'000'000 * 1'000;
  return 0;
}

int RAND_bytes(unsigned char* into, int bytes) {
  if (running == nullptr) return syscall(SYS_getrandom, into, bytes, 0) == bytes;
  fill_random(into, static_cast<size_t>(bytes));
  return 1;
}

int pthread_create(pthread_t* thread, const pthread_attr_t*, void* (*body)(void*), void* argument) noexcept {
  if (running == nullptr) return EAGAIN;
  Fiber* fiber = running->spawn(running->process(), [body, argument] { body(argument); });
  *thread = reinterpret_cast<pthread_t>(fiber);
  return 0;
}
int pthread_join(pthread_t thread, void**) {
  running->join(reinterpret_cast<Fiber*>(thread));
  return 0;
}
// There is one thread of the system's, so a mutex is free or held by another fiber.
int pthread_mutex_lock(pthread_mutex_t* mutex) noexcept {
  int answer;
  while ((answer = pthread_mutex_trylock(mutex)) == EBUSY) {
    if (running == nullptr || running->fiber() == nullptr) {
      std::fputs("hunt: a lock outside any thread would never be free\n", stderr);
      std::abort();
    }
    running->sleep(kMutexRetry);
  }
  return answer;
}
int pthread_cond_wait(pthread_cond_t* condition, pthread_mutex_t* mutex) {
  return wait_on(condition, mutex, Time{});
}
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t,
                           const struct timespec* until) {
  return wait_on(condition, mutex, time_of(*until));
}
int pthread_cond_timedwait(pthread_cond_t* condition, pthread_mutex_t* mutex, const struct timespec* until) {
  return wait_on(condition, mutex, time_of(*until));
}
int pthread_cond_signal(pthread_cond_t* condition) noexcept {
  if (running != nullptr) running->wake(condition, false);
  return 0;
}
int pthread_cond_broadcast(pthread_cond_t* condition) noexcept {
  if (running != nullptr) running->wake(condition, true);
  return 0;
}

// A process whose disk told it an error, or has decayed, is right to end, and one that was poisoned cannot
// help it. Any other end is a fault of the program. The other threads go on until it is over.
void abort() noexcept {
  if (running != nullptr && running->fiber() != nullptr && mounted->errors_told > 0)
    running->die("ended itself: the disk told it an error");
  if (running != nullptr && running->fiber() != nullptr && mounted->decayed())
    running->die("ended itself: what it read had decayed");
  if (running != nullptr && running->fiber() != nullptr && running->poisoned) {
    running->sleep(Duration{static_cast<int64_t>(running->random().below(20'000))});
    running->die("ended itself: it was poisoned");
  }
  std::fflush(nullptr);
  signal(SIGABRT, SIG_DFL);
  raise(SIGABRT);
  _exit(134);
}

}  // extern "C"
