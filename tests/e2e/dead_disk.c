// A disk that dies, to be preloaded: while the file DEAD_FLAG exists, every write and sync of a file below DEAD_DIRECTORY says
// EIO. If there is something in DEAD_FLAG, it is the beginning of the paths whose writes and syncs hang instead, and refuse
// nothing, until the file is gone.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

// Where it hangs; empty: it does not.
static void read_hanging(const char *flag, char *out, size_t size) {
  const int file = open(flag, O_RDONLY | O_CLOEXEC);
  const ssize_t length = file < 0 ? 0 : read(file, out, size - 1);
  out[length < 0 ? 0 : length] = 0;
  if (file >= 0) close(file);
}

static int is_dead(int file) {
  const char *directory = getenv("DEAD_DIRECTORY"), *flag = getenv("DEAD_FLAG");
  char link[32], path[4096], hanging[4096];
  if (!directory || !flag || access(flag, F_OK) != 0) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  path[length < 0 ? 0 : length] = 0;
  read_hanging(flag, hanging, sizeof hanging);
  if (hanging[0] != 0) {
    while (strncmp(path, hanging, strlen(hanging)) == 0 && access(flag, F_OK) == 0) usleep(10000);
    return 0;
  }
  if (strncmp(path, directory, strlen(directory)) != 0) return 0;
  errno = EIO;
  return 1;
}

ssize_t pwrite64(int file, const void *bytes, size_t size, off64_t at) {
  return is_dead(file) ? -1 : syscall(SYS_pwrite64, file, bytes, size, at);
}
ssize_t pwrite(int file, const void *bytes, size_t size, off_t at) { return pwrite64(file, bytes, size, at); }
int fdatasync(int file) { return is_dead(file) ? -1 : (int)syscall(SYS_fdatasync, file); }
int fsync(int file) { return is_dead(file) ? -1 : (int)syscall(SYS_fsync, file); }
int ftruncate64(int file, off64_t size) { return is_dead(file) ? -1 : (int)syscall(SYS_ftruncate, file, size); }
int ftruncate(int file, off_t size) { return ftruncate64(file, size); }
