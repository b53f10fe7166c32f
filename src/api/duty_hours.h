// DutyHours: when accounts of a role are at work, as the operator has said it. Of a role of which nothing is
// said, as of rooms that work round the clock, nothing is known.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/law.pb.h"
#include "law/schedule.h"

namespace haechi::api {

class DutyHours {
 public:
  DutyHours() = default;
  // Each "probation Mon-Fri 07:00-20:00", in the local time of the zone; several of a role add up, and hours
  // that end at or before they begin end on the next day. kInvalid: the one that is not so.
  static Result<DutyHours> from(const std::vector<std::string>& hours, const v1::TimeZone& zone);

  bool off_duty(const std::string& role, Time at) const;

 private:
  std::map<std::string, law::Schedule> of_role_;
  law::LocalRules rules_;
};

}  // namespace haechi::api
