// KeySessions: pages that were opened by a key, as in a demonstration. No page keeps the key: for it there is
// a token made for this page, which ends by itself, with the key, and when somebody signs out.
//
// Belongs to one loop and takes the present as an argument.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "store/accounts.h"
#include "trust/keys.h"

namespace haechi::trust {

class KeySessions {
 public:
  // Reads the tokens, of which only digests are kept. Both outlive it.
  static Result<KeySessions> open(store::AccountRecords& records, const Keys& keys);

  // A token that is good until `ends_at`. kInvalid: this is no key, or none that opens pages.
  Result<std::string> begin(std::string_view key, Time ends_at, Time now);
  std::optional<Viewer> viewer_of(std::string_view token, Time now) const;
  Status end(std::string_view token);  // none such: nothing happens

 private:
  KeySessions(store::AccountRecords& records, const Keys& keys) : records_(&records), keys_(&keys) {}
  Status forget_ended(Time now);

  store::AccountRecords* records_;
  const Keys* keys_;
  std::map<std::string, store::KeySessionRecord> sessions_;  // by digest
};

}  // namespace haechi::trust
