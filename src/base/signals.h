// Signals as a program that waits for them wants them.
#pragma once

#include <signal.h>

#include <initializer_list>

namespace haechi {

// Blocked in this thread and in every one that it starts afterwards, so that only sigwait() sees them.
inline sigset_t block_signals(std::initializer_list<int> which) {
  sigset_t signals;
  sigemptyset(&signals);
  for (const int one : which) sigaddset(&signals, one);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return signals;
}

}  // namespace haechi
