#include "law/disclosure.h"

#include "law/pack.h"
#include "law/shapes.h"

namespace haechi::law {
namespace {

// Slower than this is not told apart from standing: a slow walk, and the noise of two fixes ten seconds
// apart.
constexpr int32_t kSteadyMmps = 500;

v1::Trend trend_of(const Sight& sight) {
  if (sight.stale || !sight.closing_known) return v1::TREND_UNKNOWN;
  if (sight.closing_mmps > kSteadyMmps) return v1::TREND_APPROACHING;
  if (sight.closing_mmps < -kSteadyMmps) return v1::TREND_RECEDING;
  return v1::TREND_STEADY;
}

}  // namespace

std::optional<v1::View> disclose(const Permission& permission, const Sight& sight) {
  if (!permission.order_in_force || !permission.view_granted || !permission.agreed) return std::nullopt;
  const bool strap_near = permission.strap_alert_open && sight.distance_mm <= permission.warn_mm;
  if (!permission.tier_alert_open && !strap_near) return std::nullopt;
  v1::View view;
  const bool map = sight.distance_mm <= permission.map_mm;
  view.set_mode(map ? v1::VIEW_MODE_MAP : v1::VIEW_MODE_DISTANCE);
  view.set_distance_m(shown_distance_m(sight.distance_mm));
  view.set_direction_deg(shown_direction_deg(sight.bearing_cdeg));
  view.set_trend(trend_of(sight));
  view.set_degraded(sight.stale);
  view.set_wearer_fixed_at_us(sight.wearer_fixed_at.us);
  view.set_protected_fixed_at_us(sight.protected_fixed_at.us);
  if (view.trend() == v1::TREND_APPROACHING)
    view.set_time_to_contact_s(static_cast<uint32_t>(sight.distance_mm / sight.closing_mmps));
  if (map) {
    set_place(sight.wearer, *view.mutable_place());
    view.set_accuracy_m((sight.wearer_accuracy_mm + 999) / 1000);
  }
  return view;
}

}  // namespace haechi::law
