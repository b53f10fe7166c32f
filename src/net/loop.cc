#include "net/loop.h"

#include <pthread.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/ensure.h"
#include "base/last_words.h"
#include "base/signals.h"

namespace haechi::net {

namespace asio = boost::asio;
using Steady = std::chrono::steady_clock;

namespace {
thread_local const void* current_loop = nullptr;
}

// Tasks gather in `queue` and are fetched in one go, so a post costs a lock and, once per batch, a wake-up.
// Order of members matters: tasks still inside `io` when it is destroyed may call post().
struct Loop::Inner {
  explicit Inner(std::string loop_name) : name(std::move(loop_name)) {}

  void post(std::function<void()> task) {
    bool wake = false;
    {
      std::lock_guard lock(mutex);
      if (ended) return;
      queue.push_back(std::move(task));
      wake = !std::exchange(woken, true);
    }
    if (wake) asio::post(io, [this] { drain(); });
  }

  void drain() {
    {
      std::lock_guard lock(mutex);
      batch.swap(queue);
      woken = false;
    }
    for (auto& task : batch) {
      task();
      task = nullptr;
    }
    batch.clear();
  }

  void repeat(std::shared_ptr<asio::steady_timer> timer, Steady::duration period,
              std::function<void()> task) {
    timer->async_wait([this, timer, period, task = std::move(task)](boost::system::error_code error) mutable {
      if (error) return;
      task();
      // A loop that was held up skips the beats it missed instead of hurrying through them.
      Steady::time_point next = timer->expiry() + period;
      Steady::time_point now = Steady::now();
      timer->expires_at(next > now ? next : now + period);
      repeat(timer, period, std::move(task));
    });
  }

  std::string name;
  std::mutex mutex;
  std::vector<std::function<void()>> queue;
  std::vector<std::function<void()>> batch;
  bool woken = false;
  bool ended = false;
  std::atomic<bool> running{false};
  std::thread thread;
  asio::io_context io{1};
};

Loop::Loop(std::string name) : inner_(std::make_unique<Inner>(std::move(name))) {}

Loop::~Loop() {
  stop();
  std::vector<std::function<void()>> left;
  {
    std::lock_guard lock(inner_->mutex);
    inner_->ended = true;
    left.swap(inner_->queue);
  }
  left.clear();
}

void Loop::start() {
  ENSURE(!inner_->running && !inner_->thread.joinable(), inner_->name);
  inner_->running = true;
  inner_->thread = std::thread([inner = inner_.get()] {
    pthread_setname_np(pthread_self(), inner->name.substr(0, 15).c_str());
    keep_stack_for_last_words();
    // A peer that has gone is an error of the write, not the end of the process.
    block_signals({SIGPIPE});
    current_loop = inner;
    auto work = asio::make_work_guard(inner->io);
    inner->io.run();
    current_loop = nullptr;
  });
}

void Loop::stop() {
  ENSURE(!is_current(), inner_->name);
  inner_->io.stop();
  if (inner_->thread.joinable()) inner_->thread.join();
  inner_->running = false;
}

void Loop::post(std::function<void()> task) {
  inner_->post(std::move(task));
}

void Loop::after(Duration delay, std::function<void()> task) {
  Steady::time_point when = Steady::now() + std::chrono::microseconds(delay.us);
  post([inner = inner_.get(), when, task = std::move(task)]() mutable {
    auto timer = std::make_shared<asio::steady_timer>(inner->io, when);
    timer->async_wait([timer, task = std::move(task)](boost::system::error_code error) {
      if (!error) task();
    });
  });
}

void Loop::every(Duration period, std::function<void()> task) {
  ENSURE(period.us > 0, period.us);
  Steady::duration beat = std::chrono::microseconds(period.us);
  Steady::time_point first = Steady::now() + beat;
  post([inner = inner_.get(), first, beat, task = std::move(task)]() mutable {
    inner->repeat(std::make_shared<asio::steady_timer>(inner->io, first), beat, std::move(task));
  });
}

bool Loop::is_current() const {
  return current_loop == inner_.get();
}

bool Loop::is_running() const {
  return inner_->running;
}

asio::io_context& Loop::io() {
  return inner_->io;
}

}  // namespace haechi::net
