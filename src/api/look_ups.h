// LookUps: how often each account looked at whom in each month, for the second person who reviews it. Folded
// from what the log says of every access, so that nothing can be looked up that is not counted here.
//
// A look is an allowed question about one person: place, track, playback, record, risk view. What a room is
// shown of everybody, and alerts and calls, are its work and not looks. Bounds: kMonthsMax months,
// kPersonsMax persons of an account in one; looks at further ones are counted, but not at whom.
#pragma once

#include <map>
#include <set>
#include <string>

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

// The month of a moment, UTC: "2026-11".
std::string month_of(Time time);

class LookUps {
 public:
  // Entries come in order.
  void fold(const spine::Batch& batch);
  // `month` empty: the newest. Accounts with findings first, then by name.
  v1::LookUpsReport report(const std::string& month, const picture::CaseBook& book) const;

 private:
  friend struct haechi::Fields<LookUps>;
  static constexpr size_t kFieldCount = 3;
  struct Account {
    std::string role;
    uint64_t looks = 0, refused = 0, off_case = 0;
    std::map<std::string, uint64_t> persons, off_case_at;  // looks at each
  };
  using Month = std::map<std::string, Account>;

  void take(const v1::AccessDecided& access, Time at);
  bool alarmed(const std::string& person_id, Time at) const;
  static v1::LookUps of_account(const std::string& name, const Account& account, const std::string& month,
                                const std::map<std::string, uint64_t>& usual, const picture::CaseBook& book);

  std::map<std::string, Month> months_;
  std::map<std::string, Time> alarm_heard_;  // of a person, when an alarm last said something
  std::map<std::string, std::set<std::string>> open_alarms_;
};

}  // namespace haechi::api
