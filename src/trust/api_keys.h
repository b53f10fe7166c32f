// ApiKeys: what other systems come with (an agency's dispatch system, a register, an archive of records). An
// administrator makes one for a role that systems have, it is shown once, and it ends by itself within a
// year; only its SHA-256 is kept. Keys of devices are in keys.h, accounts of people in accounts.h.
//
// Belongs to the loop of the accounts.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/accounts.h"
#include "trust/viewer.h"

namespace haechi::trust {

inline constexpr Duration kApiKeyLongest = Duration::seconds(366 * 86'400);
inline constexpr size_t kApiKeysMax = 1'000;

// Other systems act in it as well as people: keys are made for it.
bool is_of_systems(Role role);

class ApiKeys {
 public:
  // `records` outlives it.
  static Result<ApiKeys> open(store::AccountRecords& records);

  struct Made {
    store::ApiKeyRecord record;
    std::string key;
  };
  // kInvalid: the role is of people, or it would not end within a year; kConflict: the name is an account's
  // or another key's, or there are too many.
  Result<Made> make(const Viewer& viewer, Time expires_at, const std::string& made_by, Time now);
  // Ended ones too. Newest first.
  Result<std::vector<store::ApiKeyRecord>> all() const { return records_->api_keys(); }
  // kNotFound: there is none.
  Status end(const std::string& id);
  std::optional<Viewer> viewer_of(std::string_view key, Time now) const;
  bool has_name(const std::string& account) const;

 private:
  struct Held {
    Viewer viewer;
    Time expires_at;
  };
  explicit ApiKeys(store::AccountRecords& records) : records_(&records) {}

  store::AccountRecords* records_;
  std::map<std::string, Held, std::less<>> by_digest_;
};

}  // namespace haechi::trust
