// AccountEnds: looks once an hour which accounts are over (trust/account_life.h), says so in the log and then
// ends them, with the addresses of their holders. A crash between the two is made good by the next look.
#pragma once

#include <atomic>
#include <memory>

#include "base/time.h"
#include "net/loop.h"
#include "node/metrics.h"
#include "picture/picture.h"
#include "spine/submit.h"
#include "store/records.h"
#include "trust/account_life.h"

namespace haechi::node {

class AccountEnds {
 public:
  // All of it belongs to `front`; the loop ends before this does, and stop() comes before the picture's end.
  AccountEnds(net::Loop& front, trust::AccountLife life, store::Records& records,
              const picture::Picture& picture, spine::Submit& submit, const Clock& clock);
  // On the loop.
  void start();
  void look();
  void stop() { stopped_ = true; }
  trust::AccountLife& life() { return life_; }
  void count(Metrics& metrics) const;

 private:
  void end(const std::string& account);

  net::Loop& front_;
  trust::AccountLife life_;
  store::Records& records_;
  spine::Submit& submit_;
  const Clock& clock_;
  const trust::AccountLife::Gone gone_;
  bool stopped_ = false;
  std::atomic<uint64_t> ended_{0};
};

}  // namespace haechi::node
