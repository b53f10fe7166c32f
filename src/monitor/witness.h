// Witness: is told the arithmetic behind each step of a tracker, as the machine itself did it. For explaining
// an alert afterwards; nothing that is decided depends on there being one.
#pragma once

#include <string>
#include <string_view>

#include "haechi/v1/effect.pb.h"
#include "monitor/margin.h"
#include "monitor/tracker.h"

namespace haechi::monitor {

struct Observed {
  v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
  std::string_view order_id, condition_id, wearer_id, about_id, zone_id;  // valid during the call only
  int64_t limit_mm = 0;
  Measure measure;
  Evidence evidence = Evidence::kLive;
  bool passed = false;  // no new evidence: time alone
  TrackerPolicy policy;
  TrackerState before = TrackerState::kClear, after = TrackerState::kClear;
};

class Witness {
 public:
  virtual ~Witness() = default;
  virtual void observed(const Observed& observed) = 0;
  // What led to an alert that no tracker stands behind: one line of numbers.
  virtual void noted(v1::AlertKind kind, std::string_view wearer_id, const std::string& line) = 0;
};

}  // namespace haechi::monitor
