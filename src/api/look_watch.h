// LookWatch: who looks at many persons within an hour, and at whom many look, found while they do
// (docs/watching.md). On the front loop.
//
// 1. Each thing is told once an hour, across restarts as well: what was told is in the picture.
// 2. Nobody is held back from a person of whom an alarm is open or rang within a day.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/look_ups.h"
#include "haechi/v1/watching.pb.h"

namespace haechi::api {

class LookWatch {
 public:
  LookWatch(LookLimits limits, const LookUps& look_ups, const picture::CaseBook& book)
      : limits_(limits), look_ups_(look_ups), book_(book) {}

  // Has this account looked at so many others that it may not look at one of these? Somebody may have lifted
  // it.
  bool holds(const std::string& account, const std::vector<std::string>& persons, Time now) const;
  // What is to be told before it looks at them, or is held back from that.
  std::vector<v1::LooksExceeded> tell(const std::string& account, const std::vector<std::string>& persons,
                                      Time now);

 private:
  bool is_news(const v1::LooksExceeded& exceeded, Time now);

  const LookLimits limits_;
  const LookUps& look_ups_;
  const picture::CaseBook& book_;
  std::map<std::string, Time> told_;  // on its way to the picture
};

}  // namespace haechi::api
