// A clock that is AHEAD_S seconds ahead, to be preloaded: what the machine was switched off for has passed.
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int clock_gettime(clockid_t clock, struct timespec *now) {
  const long failed = syscall(SYS_clock_gettime, clock, now);
  if (clock == CLOCK_REALTIME) now->tv_sec += AHEAD_S;
  return (int)failed;
}
