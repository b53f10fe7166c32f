// PastAlerts: what happened between a wearer and those he must keep away from, for courts, officers and
// statistics, long after the alerts themselves left the queue.
//
// Bound: the newest kPastAlertsMax alerts of each wearer; how many there were in all is counted.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>

#include "haechi/v1/case_api.pb.h"
#include "haechi/v1/dispatch.pb.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::picture {

inline constexpr size_t kPastAlertsMax = 500;

class PastAlerts {
 public:
  struct Of {
    std::deque<v1::PastAlert> alerts;  // oldest first
    uint64_t left_out = 0;
  };
  void opened(uint64_t entry_no, const v1::Alert& alert);
  void changed(const v1::Alert& alert);
  void put(const v1::Call& call);

  // By wearer; the empty id: alerts of nobody known.
  const std::map<std::string, Of, std::less<>>& all() const { return by_wearer_; }
  const Of* of(std::string_view wearer_id) const;
  const std::map<std::string, uint64_t>& by_month() const { return by_month_; }  // "2026-03", UTC
  uint64_t total() const { return total_; }

 private:
  static void write(const v1::Alert& alert, v1::PastAlert& out);
  v1::PastAlert* find(const std::string& alert_id);

  std::map<std::string, Of, std::less<>> by_wearer_;
  std::map<std::string, std::string> wearer_of_;  // of the alerts kept
  std::map<std::string, uint64_t> by_month_;
  uint64_t total_ = 0;
};

}  // namespace haechi::picture
