// LookUps: how often each account looked at whom in each month, for the second person who reviews it. Folded
// from what the log says of every access, so that nothing can be looked up that is not counted here.
//
// Of the last hour it knows as well how many persons each account looked at, and how many accounts looked at
// each person, while no alarm of that person was open or had rung within a day: what a night asks for is not
// counted.
//
// A look is an allowed question about one person: place, track, playback, history, record, risk view. What a
// room is shown of everybody, and alerts and calls, are its work and not looks. Bounds: of the hour, accounts
// and persons; kMonthsMax months, kPersonsMax persons of an account in one; looks at further ones are
// counted, but not at whom.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "api/duty_hours.h"
#include "api/own_cases.h"
#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/case_api.pb.h"

namespace haechi::picture {
class CaseBook;
}
namespace haechi::spine {
struct Batch;
}

namespace haechi::api {

inline constexpr size_t kMonthsMax = 13;  // a year, and the month that runs
inline constexpr size_t kPersonsMax = 5'000;
inline constexpr size_t kPersonsNamedMax = 10;  // a playback of more is what a room is shown of everybody
inline constexpr size_t kTakenMax = 100;        // of an account in a month
inline constexpr Duration kLooksHour = Duration::seconds(3600);

// How many different ones within an hour; 0: any number. Our choices.
struct LookLimits {
  uint32_t persons_told = 40;   // of one account: then the privacy officer is told
  uint32_t persons_max = 80;    // ... and then it sees nobody further before somebody lifts that
  uint32_t accounts_told = 10;  // at one person
};

// The month of a moment, UTC: "2026-11".
std::string month_of(Time time);

// Whom a look shows: one person, or those whom a playback names. Nobody: it is no look.
std::vector<std::string> looked_at(const std::string& action, const std::string& subject_kind,
                                   const std::string& subject_id, const std::vector<std::string>& shown_ids);

class LookUps {
 public:
  // Entries come in order.
  void fold(const spine::Batch& batch);
  // `month` empty: the newest. Accounts with findings first, then by name.
  v1::LookUpsReport report(const std::string& month, const picture::CaseBook& book, Time now,
                           const DutyHours& duty = {}) const;

  // Does this look count for the hour? Not during an alarm of the person.
  bool counts(const std::string& person_id, Time now) const { return !alarmed(person_id, now); }
  // Different ones within the hour before `now`, with the one that is about to be.
  uint32_t persons_with(const std::string& account, const std::string& person_id, Time now) const;
  uint32_t accounts_with(const std::string& person_id, const std::string& account, Time now) const;

 private:
  friend struct haechi::Fields<LookUps>;
  static constexpr size_t kFieldCount = 5;
  // Looks at one person without an alarm.
  struct Quiet {
    uint64_t looks = 0;
    Time last;
  };
  struct Account {
    std::string role;
    uint64_t looks = 0, refused = 0, off_case = 0;
    std::map<std::string, uint64_t> persons;   // looks at each
    std::map<std::string, Quiet> off_case_at;  // of them, of who sees everybody by duty
    std::set<int64_t> quiet_minutes;           // in which there was one without an alarm; since 1970
    std::deque<v1::DataTaken> taken;
  };
  using Month = std::map<std::string, Account>;

  void take(const v1::AccessDecided& access, Time at);
  static void add_quiet(const Account& account, v1::LookUps& out);
  // By one key, when each other one was last looked at, or looked.
  using Hour = std::map<std::string, std::map<std::string, Time>>;
  static void note(Hour& hour, const std::string& of, const std::string& with, Time at);
  static uint32_t different(const Hour& hour, const std::string& of, const std::string& with, Time now);
  bool alarmed(const std::string& person_id, Time at) const;
  // What all accounts of a month are held against.
  struct Grounds {
    const std::string& month;
    const picture::CaseBook& book;
    const DutyHours& duty;
    OwnCases own_cases;
    std::map<std::string, uint64_t> usual;  // persons, by role
  };
  static v1::LookUps of_account(const std::string& name, const Account& account, const Grounds& grounds);

  std::map<std::string, Month> months_;
  std::map<std::string, Time> alarm_heard_;  // of a person, when an alarm last said something
  std::map<std::string, std::set<std::string>> open_alarms_;
  Hour persons_of_, accounts_at_;
};

}  // namespace haechi::api
