// ActBook: acts that ask for two persons, who asked, who answered, and what came of it.
//
// 1. An answer of whoever asked, a second answer, and one that comes too late change nothing.
// 2. What was approved is good until its end, or until it was done.
// Bound: the newest kActsMax.
#pragma once

#include <deque>
#include <string>
#include <string_view>

#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/fact.pb.h"
#include "haechi/v1/watching.pb.h"

namespace haechi::picture {

inline constexpr size_t kActsMax = 5'000;

class ActBook {
 public:
  void fold(Time at, const v1::Fact& fact);
  const std::deque<v1::ActRequest>& requests() const { return requests_; }  // oldest first
  const v1::ActRequest* find(std::string_view id) const;
  // This very act, asked for by this account, waiting or approved at `now`; null: none.
  const v1::ActRequest* standing(const v1::ActRequested& act, Time now) const;
  // With an end that has come by `now`.
  static v1::ActRequest at(const v1::ActRequest& request, Time now);

 private:
  friend struct haechi::Fields<ActBook>;
  static constexpr size_t kFieldCount = 1;
  v1::ActRequest* open(std::string_view id, v1::ActState state, Time at);

  std::deque<v1::ActRequest> requests_;
};

}  // namespace haechi::picture
