// SecretAges: how old the secrets are by which others know us or we know them, so that somebody is told
// before one is too old.
//
//   1. A secret is as old as the time since this node first saw it; the same secret given again does not
//   become younger.
//   2. Of a secret only a mark is kept, eight digits of its digest: it shows that it changed, and not what it
//   is.
//   3. Nothing here refuses anything. A device's secret that is too old still lets an alarm in, an agency's
//   still lets one out
//      (docs/decisions/0021-old-secrets.md).
//
// Belongs to the loop of the accounts.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/accounts.h"

namespace haechi::trust {

inline constexpr Duration kSecretTold = Duration::seconds(30 * 86'400);  // so long before it is too old

class SecretAges {
 public:
  // `records` outlives it.
  SecretAges(store::AccountRecords& records, Duration longest) : records_(records), longest_(longest) {}

  struct Secret {
    std::string name;  // "device ankle-7", "agency ps-1", "notify.sms.secret"
    std::string mark;  // mark_of()
  };
  static std::string mark_of(std::string_view secret);

  // All there are. Takes note of at most kNotedAtOnce that are new or changed, so that nobody waits long for
  // it; true: there are more.
  static constexpr size_t kNotedAtOnce = 2'000;
  Result<bool> look(const std::vector<Secret>& all, Time now);

  struct Age {
    std::string name;
    Time since;
    Time due;  // then it is too old
  };
  // As of the last look, the oldest first: what is too old before that moment.
  std::vector<Age> due(Time before) const;
  // When the node first saw the one of this name that it has now; not known: there is none.
  Time since(const std::string& name) const;

 private:
  store::AccountRecords& records_;
  const Duration longest_;
  std::vector<Age> ages_;  // the oldest first
};

}  // namespace haechi::trust
