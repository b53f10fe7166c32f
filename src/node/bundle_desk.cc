#include "node/bundle_desk.h"

#include "base/last_words.h"
#include "vault/sealer.h"

namespace haechi::node {
namespace {

using Steady = std::chrono::steady_clock;

Error damaged(uint64_t no) {
  return Error{Code::kCorrupt, "", "entry " + std::to_string(no) + " is not a fact"};
}

}  // namespace

BundleDesk::BundleDesk(BundleSource source, std::unique_ptr<log::Reader> log, const vault::Keeper& ring)
    : source_(std::move(source)), log_(std::move(log)), ring_(ring), thread_([this] { loop(); }) {}

bool BundleDesk::begin(api::BundleQuery query, Done done) {
  {
    const std::lock_guard lock(mutex_);
    if (asked_ || stopping_) return false;
    asked_.emplace(Asked{std::move(query), std::move(done)});
  }
  wake_.notify_one();
  return true;
}

void BundleDesk::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void BundleDesk::loop() {
  keep_stack_for_last_words();
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || asked_; });
    if (stopping_) return;
    lock.unlock();
    Result<std::string> made = make(asked_->query);  // asked_ is ours until it is reset
    lock.lock();
    if (stopping_) return;
    const Done done = std::move(asked_->done);
    asked_.reset();
    lock.unlock();
    done(std::move(made));
    lock.lock();
  }
}

bool BundleDesk::go_on() {
  const auto worked = Steady::now() - rested_at_;
  if (worked < std::chrono::microseconds(kWork.us)) return true;
  std::unique_lock lock(mutex_);
  const bool stops = wake_.wait_for(lock, worked, [this] { return stopping_; });
  rested_at_ = Steady::now();
  return !stops;
}

Result<std::string> BundleDesk::make(const api::BundleQuery& query) {
  rested_at_ = Steady::now();
  TRY(const std::unique_ptr<Bundle> bundle, Bundle::begin(query, source_, kBytesMax));
  v1::Fact fact;
  Status taken;
  TRY_STATUS(log_->read(1, [&](const log::Record& record) {
    if (record.no > bundle->entries_needed()) return false;
    taken =
        fact.ParseFromString(record.fact) ? vault::open(ring_, record.no, fact) : Status(damaged(record.no));
    if (taken.ok()) taken = bundle->take(record, fact, &ring_);
    return taken.ok() && go_on();
  }));
  TRY_STATUS(taken);
  return bundle->signed_text([this] { return go_on(); });
}

}  // namespace haechi::node
