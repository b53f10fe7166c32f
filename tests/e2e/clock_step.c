// A clock that stands as many seconds ahead as the file named by CLOCK_STEP says at its beginning (int64_t), which may change
// at any moment; to be preloaded.
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *ahead_s;

__attribute__((constructor)) static void map_step(void) {
  const int file = open(getenv("CLOCK_STEP"), O_RDONLY);
  void *const mapped = mmap(NULL, sizeof *ahead_s, PROT_READ, MAP_SHARED, file, 0);
  if (mapped == MAP_FAILED) abort();
  ahead_s = mapped;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  const long failed = syscall(SYS_clock_gettime, clock, now);
  if (clock == CLOCK_REALTIME && ahead_s) now->tv_sec += *ahead_s;
  return (int)failed;
}
