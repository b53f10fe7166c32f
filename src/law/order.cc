#include "law/order.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "haechi/v1/law.pb.h"
#include "law/pack.h"
#include "law/shapes.h"

namespace haechi::law {
namespace {

constexpr int64_t kLastMomentUs = 253'402'300'799'999'999;  // of the year 9999
constexpr int kConditionsMax = 1000;
constexpr int64_t kDistanceMmMax = 100'000'000;  // 100 km: beyond any order's meaning

Result<KeepAway> keep_away_from(const v1::KeepAway& stated, const std::string& wearer_id,
                                const std::string& field) {
  TRY_STATUS(check_id(stated.protected_id(), field + ".protected_id"));
  if (stated.protected_id() == wearer_id) return invalid(field + ".protected_id", "is the wearer himself");
  const auto or_default = [](uint32_t value, int64_t fallback) {
    return value == 0 ? fallback : int64_t{value};
  };
  KeepAway made;
  made.protected_id = stated.protected_id();
  made.ban_mm = or_default(stated.ban_mm(), kr().ban_mm);
  // A wider ban pushes the defaults of the wider tiers out with it; numbers that the order states stay.
  made.map_mm = or_default(stated.map_mm(), std::max(kr().map_mm, made.ban_mm));
  made.police_mm = or_default(stated.police_mm(), std::max(kr().police_mm, made.map_mm));
  made.warn_mm = or_default(stated.warn_mm(), std::max(kr().warn_mm, made.police_mm));
  if (made.map_mm < made.ban_mm) return invalid(field + ".map_mm", "must be at least ban_mm");
  if (made.police_mm < made.map_mm) return invalid(field + ".police_mm", "must be at least map_mm");
  if (made.warn_mm < made.police_mm) return invalid(field + ".warn_mm", "must be at least police_mm");
  if (made.warn_mm > kDistanceMmMax) return invalid(field + ".warn_mm", "must be at most 100 km");
  made.no_view = stated.no_view();
  made.warns_wearer = stated.warns_wearer();
  return made;
}

Result<Exclusion> exclusion_from(const v1::Exclusion& stated, const std::string& field) {
  TRY_STATUS(check_id(stated.zone_id(), field + ".zone_id"));
  if (!stated.protected_id().empty()) TRY_STATUS(check_id(stated.protected_id(), field + ".protected_id"));
  if (stated.buffer_mm() > kDistanceMmMax) return invalid(field + ".buffer_mm", "must be at most 100 km");
  if (stated.police_mm() > kDistanceMmMax) return invalid(field + ".police_mm", "must be at most 100 km");
  TRY(Schedule schedule, Schedule::from(stated.schedule(), field + ".schedule"));
  return Exclusion{stated.zone_id(), stated.buffer_mm(), stated.police_mm(), stated.protected_id(),
                   std::move(schedule)};
}

Result<Condition> condition_from(const v1::Condition& stated, const std::string& wearer_id,
                                 const std::string& field) {
  TRY_STATUS(check_id(stated.id(), field + ".id"));
  Condition made;
  made.id = stated.id();
  switch (stated.kind_case()) {
    case v1::Condition::kKeepAway: {
      TRY(made.rule, keep_away_from(stated.keep_away(), wearer_id, field + ".keep_away"));
      return made;
    }
    case v1::Condition::kExclusion: {
      TRY(made.rule, exclusion_from(stated.exclusion(), field + ".exclusion"));
      return made;
    }
    case v1::Condition::kInclusion: {
      const std::string name = field + ".inclusion";
      TRY_STATUS(check_id(stated.inclusion().zone_id(), name + ".zone_id"));
      TRY(Schedule schedule, Schedule::from(stated.inclusion().schedule(), name + ".schedule"));
      InclusionPurpose purpose = InclusionPurpose::kUnstated;
      if (stated.inclusion().purpose() == v1::Inclusion::RESIDENCE) purpose = InclusionPurpose::kResidence;
      if (stated.inclusion().purpose() == v1::Inclusion::TRAVEL_AREA) purpose = InclusionPurpose::kTravelArea;
      made.rule = Inclusion{stated.inclusion().zone_id(), std::move(schedule), purpose};
      return made;
    }
    case v1::Condition::kNoContact: {
      const v1::NoContact& contact = stated.no_contact();
      const std::string name = field + ".no_contact";
      TRY_STATUS(check_id(contact.person_id(), name + ".person_id"));
      if (contact.person_id() == wearer_id) return invalid(name + ".person_id", "is the wearer himself");
      if (contact.radius_mm() > kDistanceMmMax) return invalid(name + ".radius_mm", "must be at most 100 km");
      made.rule = NoContact{contact.person_id(),
                            contact.radius_mm() == 0 ? kr().ban_mm : int64_t{contact.radius_mm()}};
      return made;
    }
    case v1::Condition::KIND_NOT_SET:
      break;
  }
  return invalid(field, "must be keep_away, exclusion, inclusion or no_contact");
}

// The z (in thousandths) at which a normal distribution holds so many millionths.
int32_t z_of_ppm(uint32_t ppm) {
  int32_t low = 0, high = 6'000;
  while (low < high) {
    const int32_t middle = (low + high) / 2;
    const double held = 0.5 * std::erfc(-middle / 1'000.0 * 0.70710678118654752);
    if (held * 1e6 < ppm)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

Result<Judgement> judgement_from(const v1::JudgementPolicy& stated) {
  Judgement made;
  const auto check = [](uint32_t value, uint32_t low, uint32_t high, const char* name) -> Status {
    if (value >= low && value <= high) return {};
    return invalid(std::string("policy.") + name,
                   "must be " + std::to_string(low) + ".." + std::to_string(high));
  };
  if (stated.has_band_mm()) {
    TRY_STATUS(check(stated.band_mm(), 0, 1'000'000, "band_mm"));
    made.band_mm = stated.band_mm();
  }
  if (stated.has_confirm_ppm()) {
    TRY_STATUS(check(stated.confirm_ppm(), 500'000, 999'999, "confirm_ppm"));
    made.z_confirm = z_of_ppm(stated.confirm_ppm());
  }
  if (stated.has_dwell_s()) {
    TRY_STATUS(check(stated.dwell_s(), 1, 3'600, "dwell_s"));
    made.dwell = Duration::seconds(stated.dwell_s());
  }
  if (stated.has_clear_hold_s()) {
    TRY_STATUS(check(stated.clear_hold_s(), 1, 86'400, "clear_hold_s"));
    made.clear_hold = Duration::seconds(stated.clear_hold_s());
  }
  if (stated.has_hysteresis_mm()) {
    TRY_STATUS(check(stated.hysteresis_mm(), 0, 1'000'000, "hysteresis_mm"));
    made.hysteresis_mm = stated.hysteresis_mm();
  }
  if (stated.has_foresight_s()) {
    TRY_STATUS(check(stated.foresight_s(), 0, 3'600, "foresight_s"));
    made.foresight = Duration::seconds(stated.foresight_s());
  }
  if (stated.has_speed_max_mmps()) {
    TRY_STATUS(check(stated.speed_max_mmps(), 1, 100'000, "speed_max_mmps"));
    made.speed_max_mmps = stated.speed_max_mmps();
  }
  return made;
}

}  // namespace

Result<Order> order_from(const v1::Order& stated) {
  TRY_STATUS(check_id(stated.id(), "id"));
  TRY_STATUS(check_id(stated.wearer_id(), "wearer_id"));
  if (stated.version() == 0) return invalid("version", "must be 1 or more");
  if (stated.starts_at_us() <= 0) return invalid("starts_at_us", "must be given");
  if (stated.starts_at_us() > kLastMomentUs) return invalid("starts_at_us", "must lie before the year 10000");
  if (stated.ends_at_us() > kLastMomentUs) return invalid("ends_at_us", "must lie before the year 10000");
  if (stated.ends_at_us() != 0 && stated.ends_at_us() <= stated.starts_at_us())
    return invalid("ends_at_us", "must be after starts_at_us");
  if (stated.kind().size() > 64) return invalid("kind", "must be at most 64 bytes");
  TRY_STATUS(check_offence(stated.kind(), stated.offence()));
  if (stated.legal_basis().size() > 256) return invalid("legal_basis", "must be at most 256 bytes");
  if (stated.legal_basis().empty() && !stated.withdrawn())
    return invalid("legal_basis", "must say what the order rests on: article and case number");
  if (!stated.basis_sha256().empty() && stated.basis_sha256().size() != 32)
    return invalid("basis_sha256", "must be the 32 bytes of a SHA-256");
  if (stated.time_zone().size() > 64) return invalid("time_zone", "must be at most 64 bytes");
  if (stated.conditions_size() > kConditionsMax) return invalid("conditions", "must be at most 1000");
  Order made;
  made.id = stated.id();
  made.version = stated.version();
  made.kind = stated.kind();
  made.legal_basis = stated.legal_basis();
  made.wearer_id = stated.wearer_id();
  made.starts_at = Time{stated.starts_at_us()};
  made.ends_at = Time{stated.ends_at_us()};
  made.time_zone = stated.time_zone();
  made.withdrawn = stated.withdrawn();
  TRY(made.judgement, judgement_from(stated.policy()));
  std::set<std::string> ids;
  for (int i = 0; i < stated.conditions_size(); ++i) {
    const std::string field = "conditions[" + std::to_string(i) + "]";
    TRY(Condition condition, condition_from(stated.conditions(i), made.wearer_id, field));
    if (!ids.insert(condition.id).second) return invalid(field + ".id", "is used twice in this order");
    made.conditions.push_back(std::move(condition));
  }
  return made;
}

Status check_order(const v1::Order& stated) {
  const Result<Order> made = order_from(stated);
  return made.ok() ? Status() : Status(made.error());
}

bool in_force(const Order& order, Time at) {
  return !order.withdrawn && at >= order.starts_at && (!order.ends_at.known() || at < order.ends_at);
}

std::set<std::string> holiday_calendars(const Order& order) {
  std::set<std::string> names;
  for (const Condition& condition : order.conditions) {
    const Schedule* schedule = nullptr;
    if (const auto* exclusion = std::get_if<Exclusion>(&condition.rule)) schedule = &exclusion->schedule;
    if (const auto* inclusion = std::get_if<Inclusion>(&condition.rule)) schedule = &inclusion->schedule;
    if (schedule != nullptr && !schedule->holiday_calendar().empty())
      names.insert(schedule->holiday_calendar());
  }
  return names;
}

}  // namespace haechi::law
