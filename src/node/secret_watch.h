// SecretWatch: looks once a day how old the secrets are that others share with this node
// (trust/secret_ages.h), counts those that are too old or soon will be, writes a line and tells the
// administrators once a week.
#pragma once

#include <atomic>
#include <vector>

#include "base/time.h"
#include "net/loop.h"
#include "node/config.h"
#include "node/metrics.h"
#include "picture/picture.h"
#include "store/records.h"
#include "trust/accounts.h"
#include "trust/secret_ages.h"

namespace haechi::node {

class SecretWatch {
 public:
  // All of it belongs to `front`; the loop ends before this does, and stop() comes before the picture's end.
  SecretWatch(const Config& config, net::Loop& front, trust::SecretAges ages, trust::Accounts& accounts,
              store::Records& records, const picture::Picture& picture, const Clock& clock);
  // On the loop.
  void start();
  void stop() { stopped_ = true; }
  const trust::SecretAges& ages() const { return ages_; }
  // Any thread: the former token of forwarders is not older than its grace.
  bool former_forwarder_good() const { return former_good_; }
  void count(Metrics& metrics) const;

 private:
  void look();
  Result<std::vector<trust::SecretAges::Secret>> all() const;
  void tell(Time now);

  const Config& config_;
  net::Loop& front_;
  trust::SecretAges ages_;
  trust::Accounts& accounts_;
  store::Records& records_;
  const picture::Picture& picture_;
  const Clock& clock_;
  bool stopped_ = false;
  Time next_look_, next_notice_;
  std::atomic<bool> former_good_{true};
  std::atomic<uint64_t> soon_{0}, old_{0};
};

}  // namespace haechi::node
