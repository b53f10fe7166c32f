#include "vault/patient.h"

#include <condition_variable>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>

namespace haechi::vault {
namespace {

using Task = std::function<void(Master&)>;

// Shared with the thread, which outlives us when it hangs for ever.
struct Desk {
  explicit Desk(std::unique_ptr<Master> of) : master(std::move(of)) {}
  std::mutex mutex;
  std::condition_variable changed;
  Task task;  // empty: nothing is asked
  bool busy = false, ended = false;
  const std::unique_ptr<Master> master;
};

void serve(const std::shared_ptr<Desk>& desk) {
  std::unique_lock lock(desk->mutex);
  for (;;) {
    desk->changed.wait(lock, [&] { return desk->task || desk->ended; });
    if (!desk->task) return;
    const Task task = std::exchange(desk->task, nullptr);
    lock.unlock();
    task(*desk->master);
    lock.lock();
  }
}

class Patient final : public Master {
 public:
  Patient(std::unique_ptr<Master> master, std::chrono::milliseconds patience)
      : patience_(patience), desk_(std::make_shared<Desk>(std::move(master))), thread_(serve, desk_) {}
  ~Patient() override {
    std::unique_lock lock(desk_->mutex);
    desk_->ended = true;
    const bool hangs = desk_->busy;
    lock.unlock();
    desk_->changed.notify_all();
    hangs ? thread_.detach() : thread_.join();
  }

  Result<std::string> wrap(const Key& key) override {
    auto answer = ask<Result<std::string>>([key](Master& master) { return master.wrap(key); });
    if (answer) return *std::move(answer);
    return Error{Code::kUnavailable, "master key", "its token does not answer"};
  }
  std::optional<Key> unwrap(std::string_view wrapped) override {
    auto answer = ask<std::optional<Key>>(
        [bytes = std::string(wrapped)](Master& master) { return master.unwrap(bytes); });
    return answer ? *answer : std::nullopt;
  }

 private:
  template <typename Answer>
  std::optional<Answer> ask(std::function<Answer(Master&)> question) {
    auto promise = std::make_shared<std::promise<Answer>>();
    std::future<Answer> answer = promise->get_future();
    {
      const std::lock_guard lock(desk_->mutex);
      if (desk_->busy) return std::nullopt;
      desk_->busy = true;
      desk_->task = [promise, question = std::move(question), &desk = *desk_](Master& master) {
        Answer said = question(master);
        {
          const std::lock_guard free(desk.mutex);
          desk.busy = false;
        }
        promise->set_value(std::move(said));
      };
    }
    desk_->changed.notify_all();
    if (answer.wait_for(patience_) != std::future_status::ready) return std::nullopt;
    return answer.get();
  }

  const std::chrono::milliseconds patience_;
  const std::shared_ptr<Desk> desk_;
  std::thread thread_;
};

}  // namespace

std::unique_ptr<Master> patient(std::unique_ptr<Master> master, std::chrono::milliseconds patience) {
  return std::make_unique<Patient>(std::move(master), patience);
}

}  // namespace haechi::vault
