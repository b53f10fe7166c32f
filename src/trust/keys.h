// Keys: which viewer a bearer key stands for. A key is shown once, when it is made; only its SHA-256 is kept
// (a key has 256 random bits, so a slow hash would add nothing).
//
// Reads may come from any thread; changes come from the loop that owns the record store.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/records.h"
#include "trust/viewer.h"

namespace haechi::trust {

// The key of a "Bearer <key>" header value; empty if it is none.
std::string_view bearer_key(std::string_view authorization);

// Does the viewer say whose it is? Or every question about "own" would be answered by empty ids.
Status check_viewer(const Viewer& viewer);

// The audit record names it, so it has no room for anything else: 3 to 64 of a-z, 0-9, '.', '_' and '-'.
Status check_account_name(const std::string& name);

struct IssuedKey {
  Viewer viewer;
  std::string key;
};

class Keys {
 public:
  // Reads the stored keys. kCorrupt when one cannot be read.
  static Result<std::unique_ptr<Keys>> open(store::Records& records);

  // Are keys good that stand for persons? People have accounts; unless somebody says otherwise they are.
  void take_persons(bool taken) { takes_persons_ = taken; }

  // nullopt: unknown, revoked, expired at `now`, or of a person where such keys are not taken.
  std::optional<Viewer> viewer_of_key(std::string_view key, Time now) const;

  // The same of the SHA-256 of a key, in hexadecimal digits.
  std::optional<Viewer> viewer_of_digest(const std::string& digest_hex, Time now) const;

  // Whom a good key of this account stands for; nullopt: none does.
  std::optional<Viewer> viewer_named(const std::string& account, Time now) const;

  // A new random key for the viewer. `expires_at` 0 = never.
  Result<std::string> issue(const Viewer& viewer, Time expires_at);
  // A key from configuration: 16 characters or more. Replaces what that key stood for.
  Status add(std::string_view key, const Viewer& viewer, Time expires_at);
  // Ends every key of the account.
  Status revoke(const std::string& account);
  // Ends every key of the accounts whose name begins so; how many accounts that were.
  Result<size_t> revoke_like(std::string_view beginning);
  size_t size() const;

 private:
  struct Held {
    Viewer viewer;
    Time expires_at;
  };
  explicit Keys(store::Records& records) : records_(records) {}
  bool is_good(const Held& held, Time now) const;

  store::Records& records_;
  std::atomic<bool> takes_persons_{true};
  mutable std::shared_mutex mutex_;
  std::map<std::string, Held, std::less<>> by_digest_;
};

// One key for each viewer, made now, for a demonstration; the caller shows them once.
Result<std::vector<IssuedKey>> issue_all(Keys& keys, const std::vector<Viewer>& viewers);

}  // namespace haechi::trust
