// MasterChange: changes the master key of a running node when who runs the machine asks for it
// (vault/change_request.h), on a thread of its own, and says so in the log. Whoever seals or opens meanwhile
// does not wait for it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "node/metrics.h"
#include "spine/submit.h"
#include "vault/keeper.h"

namespace haechi::node {

class MasterChange {
 public:
  // Both outlive it.
  MasterChange(vault::Keeper& ring, vault::RingPlace place, spine::Submit& submit);
  ~MasterChange();
  MasterChange(const MasterChange&) = delete;
  void count(Metrics& metrics) const;

 private:
  void run();
  void look();

  vault::Keeper& ring_;
  const vault::RingPlace place_;
  spine::Submit& submit_;
  std::atomic<uint64_t> changes_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace haechi::node
