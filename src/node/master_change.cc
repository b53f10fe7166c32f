#include "node/master_change.h"

#include <spdlog/spdlog.h>

#include <chrono>

#include "haechi/v1/fact.pb.h"
#include "trust/audit.h"
#include "vault/change_request.h"

namespace haechi::node {

MasterChange::MasterChange(vault::Keeper& ring, vault::RingPlace place, spine::Submit& submit)
    : ring_(ring), place_(std::move(place)), submit_(submit), thread_([this] { run(); }) {}

MasterChange::~MasterChange() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void MasterChange::run() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    lock.unlock();
    look();
    lock.lock();
    wake_.wait_for(lock, std::chrono::seconds(1), [this] { return stopping_; });
  }
}

void MasterChange::look() {
  const std::optional<std::string> to = vault::change_asked(place_);
  if (!to) return;
  Result<size_t> done = 0;
  if (const Status taken = vault::take_change(place_); !taken.ok())
    done = taken.error();
  else
    done = ring_.change_master(place_, *to);
  if (done.ok()) {
    ++changes_;
    spdlog::info("the master key is another one: {} keys are wrapped anew", *done);
    trust::Viewer machine;
    machine.account = "machine";
    submit_.submit(trust::account_event(machine, "change_master_key", "", true,
                                        std::to_string(*done) + " keys are wrapped anew"),
                   {});
  } else {
    spdlog::error("the master key stays: {}", done.error().text());
  }
  if (const Status answered = vault::answer_change(place_, done); !answered.ok())
    spdlog::error("{}", answered.error().text());
}

void MasterChange::count(Metrics& metrics) const {
  metrics.add({"haechi_master_key_changes_total",
               "Times the master key was changed while this node ran.",
               {},
               true,
               [this] { return static_cast<double>(changes_.load()); }});
}

}  // namespace haechi::node
