// NodeBook: what was and is wrong with the node itself, for its keepers. The newest kConditionsMax stay.
#pragma once

#include <deque>

#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::picture {

inline constexpr size_t kConditionsMax = 200;

struct ToldCondition {
  v1::NodeCondition condition;
  Time at;
  uint64_t entry_no = 0;
};

class NodeBook {
 public:
  void put(uint64_t entry_no, Time at, const v1::NodeCondition& condition) {
    told_.push_back({condition, at, entry_no});
    if (told_.size() > kConditionsMax) told_.pop_front();
  }
  const std::deque<ToldCondition>& told() const { return told_; }  // oldest first

 private:
  friend struct haechi::Fields<NodeBook>;
  static constexpr size_t kFieldCount = 1;

  std::deque<ToldCondition> told_;
};

}  // namespace haechi::picture
