#include "api/look_watch.h"

#include <algorithm>

#include "picture/case_book.h"

namespace haechi::api {

bool LookWatch::holds(const std::string& account, const std::vector<std::string>& persons, Time now) const {
  if (limits_.persons_max == 0) return false;
  const auto lift = book_.look_lifts().find(account);
  if (lift != book_.look_lifts().end() && now.us < lift->second.until_us()) return false;
  return std::any_of(persons.begin(), persons.end(), [&](const std::string& id) {
    return look_ups_.counts(id, now) && look_ups_.persons_with(account, id, now) > limits_.persons_max;
  });
}

bool LookWatch::is_news(const v1::LooksExceeded& exceeded, Time now) {
  std::erase_if(told_, [now](const auto& one) { return one.second + kLooksHour <= now; });
  const std::string name =
      v1::LookAlarmKind_Name(exceeded.kind()) + "\n" + exceeded.account() + "\n" + exceeded.person_id();
  if (!told_.emplace(name, now).second) return false;
  const auto& alarms = book_.look_alarms();
  return std::none_of(alarms.rbegin(), alarms.rend(), [&](const v1::LookAlarm& alarm) {
    return alarm.kind() == exceeded.kind() && alarm.account() == exceeded.account() &&
           alarm.person_id() == exceeded.person_id() && now < Time{alarm.at_us()} + kLooksHour;
  });
}

std::vector<v1::LooksExceeded> LookWatch::tell(const std::string& account,
                                               const std::vector<std::string>& persons, Time now) {
  std::vector<v1::LooksExceeded> out;
  const auto add = [&](v1::LookAlarmKind kind, const std::string& who, const std::string& whom,
                       uint32_t count) {
    v1::LooksExceeded exceeded;
    exceeded.set_kind(kind);
    exceeded.set_account(who);
    exceeded.set_person_id(whom);
    exceeded.set_count(count);
    if (is_news(exceeded, now)) out.push_back(std::move(exceeded));
  };
  for (const std::string& id : persons) {
    if (!look_ups_.counts(id, now)) continue;
    const uint32_t others = look_ups_.persons_with(account, id, now);
    const uint32_t lookers = look_ups_.accounts_with(id, account, now);
    if (limits_.persons_told != 0 && others > limits_.persons_told)
      add(v1::LOOK_ALARM_KIND_MANY_PERSONS, account, "", others);
    if (limits_.persons_max != 0 && others > limits_.persons_max)
      add(v1::LOOK_ALARM_KIND_BOUND, account, "", others);
    if (limits_.accounts_told != 0 && lookers > limits_.accounts_told)
      add(v1::LOOK_ALARM_KIND_MANY_ACCOUNTS, "", id, lookers);
  }
  return out;
}

}  // namespace haechi::api
