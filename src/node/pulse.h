// Pulse: which threads of the node stand still. A loop beats once a second by a task of its own; the spine by
// its log, which grows with every second. What stands still for kStillAfter is named, in `/readyz` and in
// /metrics.
//
// Invariant: asking costs nothing that could stand still itself. Whoever asks does so on a thread of its own;
// if that is the one that stands still, no answer is the answer.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"
#include "net/loop.h"
#include "node/metrics.h"

namespace haechi::node {

class Pulse {
 public:
  static constexpr Duration kStillAfter = Duration::seconds(8);
  using Counter = std::function<uint64_t()>;

  // From now on; before count() and still() are called by anybody.
  void watch(const std::string& name, net::Loop& loop);
  // What changes each second is looked at on `by`.
  void watch(const std::string& name, Counter counter, net::Loop& by);
  // What may come back by itself is asked.
  void watch(const std::string& name, std::function<bool()> stands_still);
  // The names of those that stand still, with commas. Any thread.
  std::string still() const;
  bool is_still(std::string_view name) const;  // any thread
  // What `/readyz` answers: status and line.
  std::pair<int, std::string> readiness(bool replayed) const;
  void count(Metrics& metrics) const;

 private:
  struct Beat {
    std::string name;
    std::atomic<int64_t> at_us{0};
    uint64_t seen = 0;
    std::function<bool()> stands_still = {};  // empty: by its beat
  };
  static bool is_still(const Beat& beat);
  Beat& begin(const std::string& name);

  std::deque<Beat> beats_;
};

}  // namespace haechi::node
