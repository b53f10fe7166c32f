// Selection: which facts of a log go into an export. Everything, or what concerns some persons, or a time.
//
// Of a part, registrations come whole up to the end of the time, so that what is exported can be understood
// and imported; reports and alerts only of the time. Kept in memory: ids, not reports.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/time.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/entry.h"

namespace haechi::tools {

class Selection {
 public:
  // No person: everybody. `from` and `to` bound the fix of a report (when it has none: when it was received)
  // and the moment an alert changed or a violation of another system happened; unknown: no bound.
  Selection(std::set<std::string> person_ids, Time from, Time to);

  bool everything() const { return persons_.empty() && !from_.known() && !to_.known(); }
  // Over every entry, before the first is asked for: whom and what do the orders of these persons name?
  bool needs_survey() const { return !persons_.empty(); }
  void survey(const v1::Fact& fact);

  // Who holds a device is learnt here, entry by entry.
  bool holds(const law::Entry& entry);
  bool holds(const v1::Alert& alert, Time at) const;
  bool holds_track(const std::string& person_id, Time fixed_at) const;
  // Of the device, as registered last; empty: nobody.
  const std::string& person_of(const std::string& device_id) const;

 private:
  bool in_time(Time at) const;
  bool about(const std::string& wearer_id, const std::string& protected_id) const;
  bool holds_report(const v1::ReportReceived& received) const;
  bool holds_violation(const v1::ViolationTakenOver& violation) const;

  const std::set<std::string> persons_;
  const Time from_, to_;
  std::set<std::string> named_persons_, zones_, orders_;
  std::map<std::string, std::string> person_of_device_;
};

}  // namespace haechi::tools
