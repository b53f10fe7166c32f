#include "picture/past_alerts.h"

#include <algorithm>

namespace haechi::picture {

v1::PastAlert* PastAlerts::find(const std::string& alert_id) {
  const auto known = known_.find(alert_id);
  if (known == known_.end()) return nullptr;
  Of& of = by_wearer_[known->second.wearer_id];
  for (auto one = of.alerts.rbegin(); one != of.alerts.rend(); ++one)  // mostly one of the newest
    if (one->id() == alert_id) return &*one;
  return nullptr;
}

void PastAlerts::opened(uint64_t entry_no, const v1::Alert& alert) {
  if (alert.synthetic()) return;
  if (known_.contains(alert.id())) return changed(alert);
  Of& of = by_wearer_[alert.wearer_id()];
  v1::PastAlert& made = of.alerts.emplace_back();
  made.set_entry_no(entry_no);
  write(alert, made);
  known_[alert.id()] = {alert.wearer_id(), tallies_.size()};
  Tally& tally = tallies_.emplace_back();
  tally.opened_at_us = alert.opened_at_us();
  tally.agency = ids_.intern("");
  tally.wearer = ids_.intern(alert.wearer_id());
  tally.order = ids_.intern(alert.order_id());
  tally.kind = alert.kind();
  tally.taken = alert.handling() != v1::ALERT_HANDLING_NEW;
  if (!alert.protected_id().empty()) return;
  if (++of.of_nobody > kPastAlertsMax) drop_oldest_of_nobody(of);
}

void PastAlerts::drop_oldest_of_nobody(Of& of) {
  const auto oldest = std::find_if(of.alerts.begin(), of.alerts.end(),
                                   [](const v1::PastAlert& one) { return one.protected_id().empty(); });
  known_.erase(oldest->id());
  of.alerts.erase(oldest);
  --of.of_nobody;
}

// One that was dropped is not taken in again.
void PastAlerts::changed(const v1::Alert& alert) {
  v1::PastAlert* known = find(alert.id());
  if (known == nullptr) return;
  write(alert, *known);
  tallies_[known_.at(alert.id()).tally].taken = alert.handling() != v1::ALERT_HANDLING_NEW;
  count(*known);
}

void PastAlerts::count(const v1::PastAlert& alert) {
  Tally& tally = tallies_[known_.at(alert.id()).tally];
  const auto after = [&](int64_t at_us) {
    return at_us == 0 ? int64_t{-1} : (at_us - alert.happened_at_us()) / 1'000;
  };
  tally.assigned_ms = after(alert.assigned_at_us());
  tally.on_scene_ms = after(alert.on_scene_at_us());
  if (!alert.agency_id().empty()) tally.agency = ids_.intern(alert.agency_id());
  tally.resolved = !alert.outcome().empty();
  tally.is_false =
      alert.outcome() == "EQUIPMENT" || alert.outcome() == "DATA_ERROR" || alert.outcome() == "UNFOUNDED";
  tally.refuted = tally.resolved && alert.outcome() != "TRUE_VIOLATION";
}

void PastAlerts::write(const v1::Alert& alert, v1::PastAlert& out) {
  out.set_id(alert.id());
  out.set_incident_id(alert.incident_id());
  out.set_kind(alert.kind());
  out.set_code(alert.code());
  out.set_wearer_id(alert.wearer_id());
  out.set_protected_id(alert.protected_id());
  out.set_order_id(alert.order_id());
  out.set_order_version(alert.order_version());
  out.set_opened_at_us(alert.opened_at_us());
  out.set_happened_at_us(alert.happened_at_us());
  out.set_cleared_at_us(alert.cleared_at_us());
  out.set_margin_mm(alert.margin_mm());
  out.set_sigma_mm(alert.sigma_mm());
  if (alert.has_proximity() && out.distance_m() == 0)
    out.set_distance_m(static_cast<uint32_t>(alert.proximity().distance_mm() / 1'000));
  if (alert.handling() == v1::ALERT_HANDLING_RESOLVED || alert.handling() == v1::ALERT_HANDLING_CLOSED)
    out.set_outcome(alert.reason_code());
  out.set_sentence_en(alert.sentence_en());
  out.set_sentence_ko(alert.sentence_ko());
}

void PastAlerts::put(const v1::Call& call) {
  int64_t assigned = 0, arrived = 0;
  const auto earliest = [](int64_t& kept, int64_t at) {
    if (at != 0 && (kept == 0 || at < kept)) kept = at;
  };
  for (const v1::Assignment& one : call.assignments()) {
    earliest(assigned, one.assigned_at_us());
    earliest(arrived, one.arrived_at_us());
  }
  for (const std::string& id : call.alert_ids()) {
    v1::PastAlert* known = find(id);
    if (known == nullptr) continue;
    known->set_agency_id(call.agency_id());
    if (known->assigned_at_us() == 0) known->set_assigned_at_us(assigned);
    if (known->on_scene_at_us() == 0) known->set_on_scene_at_us(arrived);
    count(*known);
  }
}

const PastAlerts::Of* PastAlerts::of(std::string_view wearer_id) const {
  const auto found = by_wearer_.find(wearer_id);
  return found == by_wearer_.end() ? nullptr : &found->second;
}

}  // namespace haechi::picture
