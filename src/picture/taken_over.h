// TakenOver: violations that another system judged, as past alerts that say so. They are history: no alert of
// ours, and in no number about ours.
//
// Bounds, as of past alerts: those that name a protected person stay; of each wearer's others the newest
// kTakenOverMax, by the moment at which they happened. They go with either person.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "base/archived.h"
#include "base/digest.h"
#include "haechi/v1/case_api.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::picture {

inline constexpr size_t kTakenOverMax = 500;

class TakenOver {
 public:
  // By when it happened, whose it is, and its id there.
  using Of = std::map<std::tuple<int64_t, std::string, std::string>, v1::PastAlert>;

  // One told again stands once, as it was told first.
  void put(uint64_t entry_no, const v1::ViolationTakenOver& violation);
  void forget(const std::string& person_id);

  // By wearer.
  const std::map<std::string, Of, std::less<>>& all() const { return by_wearer_; }
  const Of* of(std::string_view wearer_id) const;
  // What was told of this source and id; null: nothing, or nothing that is kept.
  const Digest* told(const v1::ViolationTakenOver& violation) const;
  static Digest digest_of(const v1::ViolationTakenOver& violation);

 private:
  friend struct haechi::Fields<TakenOver>;
  static constexpr size_t kFieldCount = 2;
  void drop_oldest_of_nobody(Of& of);

  std::map<std::string, Of, std::less<>> by_wearer_;
  std::map<std::pair<std::string, std::string>, Digest> told_;  // by source and id
};

}  // namespace haechi::picture
