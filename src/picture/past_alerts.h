// PastAlerts: what happened between a wearer and those he must keep away from, for courts, officers and
// statistics, long after the alerts themselves left the queue.
//
// Bounds: alerts that name a protected person stay, as evidence between the two; of each wearer's others the
// newest kPastAlertsMax. Of every alert a Tally stays, 48 bytes.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/archived.h"
#include "base/names.h"
#include "haechi/v1/case_api.pb.h"
#include "haechi/v1/dispatch.pb.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::picture {

inline constexpr size_t kPastAlertsMax = 500;

class PastAlerts {
 public:
  struct Of {
    std::deque<v1::PastAlert> alerts;  // oldest first
    size_t of_nobody = 0;              // of them, those that name no protected person
  };
  // What statistics count of one alert.
  struct Tally {
    int64_t opened_at_us = 0;
    int64_t assigned_ms = -1;  // from what it is about; negative: never
    int64_t on_scene_ms = -1;
    uint32_t agency = 0;  // id(): whose units were sent; empty: none
    uint32_t wearer = 0;  // id(); empty: of nobody known
    uint32_t order = 0;   // id(); empty: under none
    v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
    bool taken = false;  // by a person
    bool resolved = false;
    bool is_false = false;  // equipment, data error, unfounded
    bool refuted = false;   // resolved as anything but a violation
  };
  static_assert(sizeof(Tally) == 48);
  void opened(uint64_t entry_no, const v1::Alert& alert);
  void changed(const v1::Alert& alert);
  void put(const v1::Call& call);

  // By wearer; the empty id: alerts of nobody known.
  const std::map<std::string, Of, std::less<>>& all() const { return by_wearer_; }
  const Of* of(std::string_view wearer_id) const;
  // Of every alert there ever was, in the order in which they were opened.
  const std::deque<Tally>& tallies() const { return tallies_; }
  std::string id(uint32_t number) const { return ids_.name(number); }

 private:
  friend struct haechi::Fields<PastAlerts>;
  static constexpr size_t kFieldCount = 4;
  struct Known {
    std::string wearer_id;
    size_t tally = 0;
  };
  static void write(const v1::Alert& alert, v1::PastAlert& out);
  void drop_oldest_of_nobody(Of& of);
  v1::PastAlert* find(const std::string& alert_id);
  void count(const v1::PastAlert& alert);

  std::map<std::string, Of, std::less<>> by_wearer_;
  std::map<std::string, Known> known_;  // of the alerts kept
  std::deque<Tally> tallies_;
  Names ids_;  // that tallies name
};

}  // namespace haechi::picture
