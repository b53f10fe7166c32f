#include "picture/past_alerts.h"

#include "base/time.h"

namespace haechi::picture {

v1::PastAlert* PastAlerts::find(const std::string& alert_id) {
  const auto wearer = wearer_of_.find(alert_id);
  if (wearer == wearer_of_.end()) return nullptr;
  Of& of = by_wearer_[wearer->second];
  for (auto one = of.alerts.rbegin(); one != of.alerts.rend(); ++one)  // mostly one of the newest
    if (one->id() == alert_id) return &*one;
  return nullptr;
}

void PastAlerts::opened(uint64_t entry_no, const v1::Alert& alert) {
  if (wearer_of_.contains(alert.id())) return changed(alert);
  Of& of = by_wearer_[alert.wearer_id()];
  v1::PastAlert& made = of.alerts.emplace_back();
  made.set_entry_no(entry_no);
  write(alert, made);
  wearer_of_[alert.id()] = alert.wearer_id();
  ++total_;
  ++by_month_[iso8601(Time{alert.opened_at_us()}).substr(0, 7)];
  if (of.alerts.size() <= kPastAlertsMax) return;
  wearer_of_.erase(of.alerts.front().id());
  of.alerts.pop_front();
  ++of.left_out;
}

// One that was left out is not taken in again.
void PastAlerts::changed(const v1::Alert& alert) {
  if (v1::PastAlert* known = find(alert.id())) write(alert, *known);
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
  }
}

const PastAlerts::Of* PastAlerts::of(std::string_view wearer_id) const {
  const auto found = by_wearer_.find(wearer_id);
  return found == by_wearer_.end() ? nullptr : &found->second;
}

}  // namespace haechi::picture
