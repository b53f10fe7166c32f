#include "picture/call_book.h"

#include <algorithm>

#include "picture/persons_of.h"

namespace haechi::picture {

bool is_assigned(const v1::Call& call, std::string_view unit_id) {
  if (call.state() == v1::CALL_STATE_CLOSED) return false;
  return std::any_of(
      call.assignments().begin(), call.assignments().end(), [&](const v1::Assignment& assignment) {
        return assignment.unit_id() == unit_id && assignment.status() != v1::UNIT_STATUS_CLEARED &&
               assignment.status() != v1::UNIT_STATUS_OUT_OF_SERVICE;
      });
}

void CallBook::put_call(uint64_t entry_no, const v1::Call& call) {
  v1::Call& kept = calls_[call.id()];
  stop_telling_of(kept);
  kept = call;
  drop_grants(call);
  if (call.state() != v1::CALL_STATE_CLOSED) {
    open_.insert(call.id());
    for (const std::string& person_id : persons_of(call)) open_about_[person_id].insert(call.id());
    return;
  }
  // A closed call told of again keeps its first place in the order of ages.
  if (open_.erase(call.id()) == 0) {
    const bool known = std::any_of(closed_.begin(), closed_.end(),
                                   [&](const auto& entry) { return entry.second == call.id(); });
    if (known) return;
  }
  closed_.insert({entry_no, call.id()});
  if (closed_.size() > kClosedCallsMax) {
    calls_.erase(closed_.begin()->second);
    closed_.erase(closed_.begin());
  }
}

void CallBook::stop_telling_of(const v1::Call& call) {
  for (const std::string& person_id : persons_of(call)) {
    const auto about = open_about_.find(person_id);
    if (about == open_about_.end()) continue;
    about->second.erase(call.id());
    if (about->second.empty()) open_about_.erase(about);
  }
}

void CallBook::drop_grants(const v1::Call& call) {
  for (auto it = grants_.begin(); it != grants_.end();) {
    const bool ended = it->first.second == call.id() && !is_assigned(call, it->first.first);
    it = ended ? grants_.erase(it) : std::next(it);
  }
}

void CallBook::put_unit(const v1::Unit& unit) {
  units_[unit.id()].unit = unit;
}
void CallBook::put_unit_state(const v1::UnitState& state) {
  units_[state.unit_id()].state = state;
}

void CallBook::grant(const v1::TrackAccess& access) {
  std::vector<v1::TrackAccess>& held = grants_[{access.unit_id(), access.call_id()}];
  for (v1::TrackAccess& other : held) {
    if (other.person_id() != access.person_id()) continue;
    other = access;
    return;
  }
  held.push_back(access);
}

void CallBook::revoke(const v1::TrackAccess& access) {
  const auto it = grants_.find({access.unit_id(), access.call_id()});
  if (it == grants_.end()) return;
  std::erase_if(it->second,
                [&](const v1::TrackAccess& other) { return other.person_id() == access.person_id(); });
  if (it->second.empty()) grants_.erase(it);
}

const v1::Call* CallBook::call(std::string_view id) const {
  const auto it = calls_.find(id);
  return it == calls_.end() ? nullptr : &it->second;
}

const UnitRecord* CallBook::unit(std::string_view id) const {
  const auto it = units_.find(id);
  return it == units_.end() ? nullptr : &it->second;
}

const v1::View* CallBook::view(std::string_view id) const {
  const auto it = views_.find(id);
  return it == views_.end() ? nullptr : &it->second;
}

const std::set<std::string>& CallBook::open_calls_about(std::string_view person_id) const {
  static const std::set<std::string> kNone;
  const auto about = open_about_.find(person_id);
  return about == open_about_.end() ? kNone : about->second;
}

std::vector<const v1::Call*> CallBook::calls_of_incident(std::string_view incident_id) const {
  std::vector<const v1::Call*> out;
  for (const std::string& id : open_) {
    const v1::Call& call = calls_.find(id)->second;
    if (call.incident_id() == incident_id) out.push_back(&call);
  }
  return out;
}

std::vector<const v1::TrackAccess*> CallBook::accesses(std::string_view unit_id) const {
  std::vector<const v1::TrackAccess*> out;
  for (auto it = grants_.lower_bound({std::string(unit_id), ""}); it != grants_.end(); ++it) {
    if (it->first.first != unit_id) break;
    for (const v1::TrackAccess& access : it->second) out.push_back(&access);
  }
  return out;
}

}  // namespace haechi::picture
