// BundleDesk: makes bundles out of the log of a running node, one at a time, on a thread of its own.
//
// It works for at most half of the time of one processor: after kWork it rests for as long as it worked. Its
// thread has the priority of all others on purpose: an idle one that has its turn at the log and gets no
// processor would keep an append, and so an alarm, waiting.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>

#include "node/bundle.h"

namespace haechi::node {

class BundleDesk final : public api::Bundles {
 public:
  static constexpr Duration kWork = Duration::millis(5);
  static constexpr size_t kBytesMax = 64u << 20;  // of one file

  // Reader and ring outlive it.
  BundleDesk(BundleSource source, std::unique_ptr<log::Reader> log, const vault::Keeper& ring);
  ~BundleDesk() override { stop(); }

  bool begin(api::BundleQuery query, Done done) override;
  // What is being made is dropped. Returns when the thread has ended.
  void stop();

 private:
  struct Asked {
    api::BundleQuery query;
    Done done;
  };
  void loop();
  Result<std::string> make(const api::BundleQuery& query);
  // Rests if it is time to. False: it stops.
  bool go_on();

  const BundleSource source_;
  const std::unique_ptr<log::Reader> log_;
  const vault::Keeper& ring_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<Asked> asked_;  // until it is made
  bool stopping_ = false;
  std::chrono::steady_clock::time_point rested_at_;  // its own thread's
  std::thread thread_;
};

}  // namespace haechi::node
