#include "law/order.h"

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
      made.rule = Inclusion{stated.inclusion().zone_id(), std::move(schedule)};
      return made;
    }
    case v1::Condition::KIND_NOT_SET:
      break;
  }
  return invalid(field, "must be keep_away, exclusion or inclusion");
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
  if (stated.legal_basis().size() > 256) return invalid("legal_basis", "must be at most 256 bytes");
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

}  // namespace haechi::law
