#include "law/restore_fence.h"

#include <algorithm>

#include "haechi/v1/fact.pb.h"

namespace haechi::law {

void RestoreFence::see(const Entry& entry) {
  if (entry.fact.has_process_started()) before_us_ = last_us_;
  last_us_ = entry.stamped_at.us;
  if (entry.fact.has_node_condition() && entry.fact.node_condition().kind() == v1::NodeCondition::OLDER_LOG)
    spans_.push_back({before_us_, entry.stamped_at.us});
}

bool RestoreFence::behind(const v1::ReportReceived& received) const {
  if (spans_.empty() || !received.protocol().ends_with("-signed")) return false;
  const int64_t said_us = std::max(received.report().sent_at_us(), received.report().fix().fixed_at_us());
  return std::any_of(spans_.begin(), spans_.end(), [said_us](const Span& span) {
    return said_us > span.after_us && said_us <= span.until_us;
  });
}

}  // namespace haechi::law
