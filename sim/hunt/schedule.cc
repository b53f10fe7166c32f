#include "hunt/schedule.h"

#include <sys/mman.h>
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

#include <algorithm>
#include <utility>

#include "base/ensure.h"

namespace haechi::hunt {
namespace {

constexpr size_t kStackBytes = 1 << 20;
constexpr size_t kPageBytes = 4'096;

// AddressSanitizer has to be told whenever another stack is gone over to. `kept` holds what it knows of the
// one that is left; nullptr: it is left for good.
#ifdef __SANITIZE_ADDRESS__
void leaving(void** kept, const Stack& to) {
  __sanitizer_start_switch_fiber(kept, to.bottom, to.bytes);
}
void arrived(void* kept, Stack* from) {
  __sanitizer_finish_switch_fiber(kept, from ? &from->bottom : nullptr, from ? &from->bytes : nullptr);
}
#else
void leaving(void**, const Stack&) {}
void arrived(void*, Stack*) {}
#endif

}  // namespace

Schedule* running = nullptr;

Schedule::Schedule(Time start, uint64_t seed) : now_(start), random_(seed) {}

void Schedule::at(Time when, Process process, Task task) {
  events_.push_back({std::max(when, now_), ++last_order_, process, std::move(task)});
  std::push_heap(events_.begin(), events_.end());
}

void Schedule::run_until(Time end) {
  while (!events_.empty() && events_.front().at <= end) {
    std::pop_heap(events_.begin(), events_.end());
    Event event = std::move(events_.back());
    events_.pop_back();
    now_ = event.at;
    if (!alive(event.process)) continue;
    process_ = event.process;
    event.task();
    process_ = kWorld;
  }
  now_ = std::max(now_, end);
}

// makecontext() passes no pointers: the new fiber finds itself as the one that runs.
void Schedule::begin_fiber() {
  Fiber* self = running->fiber_;
  arrived(nullptr, &running->outside_stack_);
  self->body();
  self->done = true;
  if (self->joiner != nullptr) running->resume_later(self->joiner);
  running->leave();
}

Fiber* Schedule::spawn(Process process, Task body) {
  auto* fiber = new Fiber;  // never freed: a killed process frees nothing either
  fiber->process = process;
  fiber->body = std::move(body);
  void* stack = ::mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  ENSURE(stack != MAP_FAILED);
  ENSURE(::mprotect(stack, kPageBytes, PROT_NONE) == 0);  // who goes beyond it ends here
  fiber->stack = {stack, kStackBytes};
  getcontext(&fiber->context);
  fiber->context.uc_stack.ss_sp = stack;
  fiber->context.uc_stack.ss_size = kStackBytes;
  makecontext(&fiber->context, &Schedule::begin_fiber, 0);
  resume_later(fiber);
  return fiber;
}

void Schedule::resume(Fiber* fiber) {
  ENSURE(fiber_ == nullptr);
  fiber_ = fiber;
  void* kept = nullptr;
  leaving(&kept, fiber->stack);
  if (_setjmp(outside_) == 0) {
    if (std::exchange(fiber->begun, true)) _longjmp(fiber->here, 1);
    setcontext(&fiber->context);
  }
  arrived(kept, nullptr);
  fiber_ = nullptr;
}

// Threads do not run at once when they may: up to a tenth of a millisecond passes, and others may be first.
void Schedule::resume_later(Fiber* fiber) {
  at(now_ + Duration{random_.between(1, 100)}, fiber->process, [this, fiber] { resume(fiber); });
}

void Schedule::leave() {
  Fiber* self = std::exchange(fiber_, nullptr);
  leaving(self->done ? nullptr : &self->kept, outside_stack_);
  if (_setjmp(self->here) == 0) _longjmp(outside_, 1);
  arrived(self->kept, &outside_stack_);
}

void Schedule::sleep(Duration delay) {
  Fiber* self = fiber_;
  ENSURE(self != nullptr);
  at(now_ + delay, self->process, [this, self] { resume(self); });
  leave();
}

bool Schedule::wait(const void* on, Time until, const Task& released) {
  Fiber* self = fiber_;
  ENSURE(self != nullptr);
  self->on = on;
  self->timed_out = false;
  const uint64_t mine = ++self->waits;
  waiting_.push_back(self);
  released();
  if (until.known()) {
    at(until, self->process, [this, self, mine] {
      if (self->waits != mine || self->on == nullptr) return;
      std::erase(waiting_, self);
      self->on = nullptr;
      self->timed_out = true;
      resume(self);
    });
  }
  leave();
  return !self->timed_out;
}

void Schedule::wake(const void* on, bool all) {
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    Fiber* fiber = *it;
    if (fiber->on != on) {
      ++it;
      continue;
    }
    it = waiting_.erase(it);
    fiber->on = nullptr;
    resume_later(fiber);
    if (!all) return;
  }
}

void Schedule::join(Fiber* fiber) {
  if (fiber->done) return;
  fiber->joiner = fiber_;
  leave();
}

void Schedule::kill(Process process) {
  dead_.insert(process);
  std::erase_if(waiting_, [&](const Fiber* fiber) { return fiber->process == process; });
}

void Schedule::die(const std::string& why) {
  ENSURE(fiber_ != nullptr);
  const Process process = fiber_->process;
  kill(process);
  at(now_, kWorld, [this, process, why] { on_death_(process, why); });
  leave();
  std::abort();
}

}  // namespace haechi::hunt
