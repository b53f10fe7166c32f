#include "law/pack.h"

namespace haechi::law {

const Pack& kr() {
  static constexpr Pack kPack{
      // Practice since 2024-01-12: message to the protected person and alarm in the control centre at 2 km.
      .warn_mm = 2'000'000,
      // Field exercise of April 2024: the provincial 112 room is told at 1 km.
      .police_mm = 1'000'000,
      // Distance of the map in the app of June 2026. One source, unconfirmed: an order should state its own.
      .map_mm = 600'000,
      // Stalking Punishment Act, articles 4 and 9(1)2: no approach within 100 m.
      .ban_mm = 100'000,
      // Electronic Monitoring Act, decree 23-14(1): police are told within 1 km of a barred place.
      .place_police_mm = 1'000'000,
      // Not from law: twice the error of an ordinary fix indoors, so that a border is not rung twice.
      .hysteresis_mm = 50'000,
      .clear_hold = Duration::seconds(300),
  };
  return kPack;
}

// Proposal to be reviewed by police. Electronic Monitoring Act 31-6(4): entry, tampering and nearness are
// told at once, so none of them is below code 2.
uint32_t code112(v1::AlertKind kind, Nearness nearness) {
  const bool near = nearness == Nearness::kNear;
  const bool unknown = nearness == Nearness::kUnknown;
  switch (kind) {
    case v1::ALERT_KIND_SOS:
    case v1::ALERT_KIND_KEEP_AWAY:
      return 0;
    case v1::ALERT_KIND_NEAR_MAP:
    case v1::ALERT_KIND_NEAR_POLICE:
    case v1::ALERT_KIND_EXCLUSION:
    case v1::ALERT_KIND_APPROACHING:
    case v1::ALERT_KIND_UNACCOUNTED_NEAR:
    case v1::ALERT_KIND_NO_CONTACT:
      return 1;
    case v1::ALERT_KIND_STRAP_CUT:
      return near ? 0 : unknown ? 1 : 2;
    case v1::ALERT_KIND_CASE_OPENED:
    case v1::ALERT_KIND_JAMMED:
    case v1::ALERT_KIND_POWER_OFF:
    case v1::ALERT_KIND_UNPAIRED:
    case v1::ALERT_KIND_IMPLAUSIBLE:
      return near || unknown ? 1 : 2;
    case v1::ALERT_KIND_SILENCE:
      return near || unknown ? 1 : 3;
    case v1::ALERT_KIND_PROTECTED_SILENCE:
      return near ? 1 : 3;
    case v1::ALERT_KIND_EXCLUSION_POLICE:
    case v1::ALERT_KIND_INCLUSION:
    case v1::ALERT_KIND_CURFEW:
    case v1::ALERT_KIND_TRAVEL_AREA:
    case v1::ALERT_KIND_AREA_OUTAGE:
      return 2;
    case v1::ALERT_KIND_NEAR_WARN:
    case v1::ALERT_KIND_EXCLUSION_BUFFER:
      return 3;
    default:
      return 4;
  }
}

Duration acknowledge_within(uint32_t code) {
  switch (code) {
    case 0:
    case 1:
      return Duration::seconds(60);
    case 2:
      return Duration::seconds(300);
    case 3:
      return Duration::seconds(1800);
    default:
      return Duration{};
  }
}

uint32_t shown_distance_m(int64_t distance_mm) {
  const int64_t step_mm = distance_mm < 100'000 ? 10'000 : distance_mm < 1'000'000 ? 50'000 : 100'000;
  return static_cast<uint32_t>((distance_mm + step_mm / 2) / step_mm * (step_mm / 1000));
}

uint32_t shown_direction_deg(int32_t bearing_cdeg) {
  return static_cast<uint32_t>((bearing_cdeg + 2250) / 4500 % 8 * 45);
}

}  // namespace haechi::law
