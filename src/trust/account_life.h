// AccountLife: accounts that nobody needs any more end by the clock, as the data of persons do.
//
//   1. An account ends when nobody signed in for `unused_for` (a closed one too: nobody can), and at once
//   when the person
//      whom it is of was erased.
//   2. For want of use none ends before its holder was told so 30 days ago; a sign-in begins it all anew.
//   3. The last administrator who could come in never ends, nor who is invited as one where there is none.
//   4. The name of one that ended is never given again: the audit trail knows somebody by it.
//
// Belongs to the loop of the accounts.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/accounts.h"

namespace haechi::trust {

class Accounts;

inline constexpr Duration kEndsSoonTold = Duration::seconds(30 * 86'400);

class AccountLife {
 public:
  using Gone = std::function<bool(const std::string& person_id)>;  // the person was erased

  // Both outlive it.
  AccountLife(store::AccountRecords& records, Accounts& accounts, Duration unused_for)
      : records_(records), accounts_(accounts), unused_for_(unused_for) {}

  struct Over {
    std::string account;
    std::string reason;
  };
  // Tells whose time is nearly over, and says whose is.
  Result<std::vector<Over>> look(const Gone& gone, Time now);
  // kConflict: it was used meanwhile, or is the last administrator's; kNotFound.
  Status still_over(const std::string& account, const Gone& gone, Time now);
  Status end(const std::string& account, Time now);
  // Of those whose holders were told.
  Result<std::map<std::string, Time>> ends(Time now);

 private:
  Time used_at(const store::AccountUse& account, Time now) const;
  Time ends_at(const store::AccountUse& account, Time now) const;
  // Empty: it is not over.
  std::string over(const store::AccountUse& account, const Gone& gone, Time now) const;

  store::AccountRecords& records_;
  Accounts& accounts_;
  const Duration unused_for_;
};

}  // namespace haechi::trust
