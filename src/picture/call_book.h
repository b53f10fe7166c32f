// CallBook: calls for service, units, who may follow whom, and what protected persons may see.
//
// A right to follow ends at the first of: its revocation, the end of its call, the unit leaving the call. A
// view ends when the machine closes it. Bounds: open calls, grants and views as the machines keep them; the
// newest kClosedCallsMax closed calls.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/dispatch.pb.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::picture {

inline constexpr size_t kClosedCallsMax = 1'000;

struct UnitRecord {
  v1::Unit unit;
  v1::UnitState state;
};

class CallBook {
 public:
  using Calls = std::map<std::string, v1::Call, std::less<>>;
  using Units = std::map<std::string, UnitRecord, std::less<>>;
  using Views = std::map<std::string, v1::View, std::less<>>;

  void put_call(uint64_t entry_no, const v1::Call& call);
  void put_unit(const v1::Unit& unit);
  void put_unit_state(const v1::UnitState& state);
  void grant(const v1::TrackAccess& access);
  void revoke(const v1::TrackAccess& access);
  void put_view(const v1::View& view) { views_[view.id()] = view; }
  void close_view(const v1::ViewClosed& closed) { views_.erase(closed.view_id()); }

  const v1::Call* call(std::string_view id) const;
  const UnitRecord* unit(std::string_view id) const;
  const v1::View* view(std::string_view id) const;
  const Calls& calls() const { return calls_; }  // open and the newest closed, by id
  const Units& units() const { return units_; }
  const Views& views() const { return views_; }  // open ones only
  const std::set<std::string>& open_calls() const { return open_; }
  std::vector<const v1::Call*> calls_of_incident(std::string_view incident_id) const;  // open ones

  // Ids of the open calls in which the person is wearer, protected person or a destination.
  const std::set<std::string>& open_calls_about(std::string_view person_id) const;

  // The live rights of the unit to follow somebody.
  std::vector<const v1::TrackAccess*> accesses(std::string_view unit_id) const;

 private:
  friend struct haechi::Fields<CallBook>;
  static constexpr size_t kFieldCount = 7;
  using GrantKey = std::pair<std::string, std::string>;  // unit, call
  void drop_grants(const v1::Call& call);
  void stop_telling_of(const v1::Call& call);

  Calls calls_;
  std::set<std::string> open_;
  std::map<std::string, std::set<std::string>, std::less<>> open_about_;  // by person
  std::set<std::pair<uint64_t, std::string>> closed_;
  Units units_;
  std::map<GrantKey, std::vector<v1::TrackAccess>> grants_;
  Views views_;
};

bool is_assigned(const v1::Call& call, std::string_view unit_id);  // and has not left it

}  // namespace haechi::picture
