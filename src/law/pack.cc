#include "law/pack.h"

#include "base/ensure.h"

namespace haechi::law {

const Pack* find_pack(std::string_view id) {
  for (const Pack* one : {&kr(), &es(), &us()})
    if (one->id == id) return one;
  return nullptr;
}

const Pack* pack_of_kind(std::string_view kind) {
  for (const Pack* one : {&kr(), &es(), &us()})
    if (find_kind(*one, kind) != nullptr) return one;
  return nullptr;
}

const Pack& pack(std::string_view id) {
  const Pack* found = find_pack(id);
  ENSURE(found != nullptr, id);
  return *found;
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

// Electronic Monitoring Act 31-6(4)2 has the police told at once of whoever is likely to break what was
// ordered. Within the distance at which she is warned, or within three minutes of her, he is: that is about
// what a patrol needs, and she to lock a door. Who heads her way from further off most often goes elsewhere:
// the control room watches him, no car is sent and she is not frightened, until he is that near or turns
// away.
uint32_t code_of_approach(int64_t distance_mm, int64_t warn_mm, Duration left) {
  constexpr Duration kAtHand = Duration::seconds(180);
  return distance_mm <= warn_mm || left < kAtHand ? code112(v1::ALERT_KIND_APPROACHING, Nearness::kNobody)
                                                  : 3;
}

bool told_to_protected(const v1::Alert& alert) {
  // Whom he may not meet is not told of him.
  if (alert.kind() == v1::ALERT_KIND_NO_CONTACT) return false;
  return alert.kind() != v1::ALERT_KIND_APPROACHING ||
         alert.code() <= code112(v1::ALERT_KIND_APPROACHING, Nearness::kNobody);
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
