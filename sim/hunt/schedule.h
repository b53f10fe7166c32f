// Schedule: virtual time, and everything that happens in it, one event after another on one thread.
//
// An event belongs to the world (process 0) or to a process, which can be killed: its events and threads
// never run again, and its memory is left as it lies, as a machine leaves it. Threads are fibers: they run
// until they wait for time, for a disk or for each other. Which of two that are ready goes first is drawn
// from the seed. Invariants: time never goes back; the same seed gives the same events in the same order.
#pragma once

#include <ucontext.h>

#include <csetjmp>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"

namespace haechi::hunt {

using Task = std::function<void()>;
using Process = uint32_t;
inline constexpr Process kWorld = 0;

struct Stack {
  const void* bottom = nullptr;
  size_t bytes = 0;
};

// A thread of a process.
struct Fiber {
  ucontext_t context{};  // where it begins
  std::jmp_buf here{};   // where it waits; switching by jumps asks the system for nothing
  Stack stack;
  void* kept = nullptr;  // of its stack, while it waits, by AddressSanitizer
  bool begun = false;
  Process process = kWorld;
  Task body;
  bool done = false;
  uint64_t waits = 0;        // grows with every wait, so that a late alarm does not end the next one
  bool timed_out = false;    // why the last wait ended
  const void* on = nullptr;  // the condition it waits for
  Fiber* joiner = nullptr;
};

class Schedule {
 public:
  Schedule(Time start, uint64_t seed);

  Time now() const { return now_; }
  // Whose event is running.
  Process process() const { return process_; }
  void at(Time when, Process process, Task task);
  void after(Duration delay, Task task) { at(now_ + delay, process_, std::move(task)); }
  // Runs what is due up to then.
  void run_until(Time end);

  Process begin_process() { return ++last_process_; }
  bool alive(Process process) const { return !dead_.contains(process); }
  // Called in the world when a process died by itself.
  void on_death(std::function<void(Process, std::string why)> told) { on_death_ = std::move(told); }
  void kill(Process process);

  Fiber* spawn(Process process, Task body);
  Fiber* fiber() const { return fiber_; }  // that runs now; nullptr between threads
  // On a fiber only:
  void sleep(Duration delay);
  // Until woken or, unless it is unknown, `until`. True if it was woken.
  bool wait(const void* on, Time until, const Task& released);
  void join(Fiber* fiber);
  [[noreturn]] void die(const std::string& why);
  // Wakes one or all that wait there.
  void wake(const void* on, bool all);

  Random& random() { return random_; }
  bool poisoned = false;  // somebody's report ends whatever process applies it

 private:
  struct Event {
    Time at;
    uint64_t order;
    Process process;
    Task task;
    bool operator<(const Event& other) const { return at != other.at ? other.at < at : other.order < order; }
  };
  void resume(Fiber* fiber);
  void resume_later(Fiber* fiber);
  void leave();
  static void begin_fiber();

  Time now_;
  Random random_;
  uint64_t last_order_ = 0;
  Process last_process_ = 0, process_ = kWorld;
  std::vector<Event> events_;
  std::set<Process> dead_;
  std::function<void(Process, std::string)> on_death_;
  Fiber* fiber_ = nullptr;
  std::jmp_buf outside_{};
  Stack outside_stack_;
  std::vector<Fiber*> waiting_;  // for conditions, longest first
};

// The one that system calls of this process go to; nullptr: to the system.
extern Schedule* running;

}  // namespace haechi::hunt
