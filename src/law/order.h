// Order: a court's order, checked and with the country pack's numbers filled in.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "law/schedule.h"

namespace haechi::v1 {
class Order;
}

namespace haechi::law {

struct KeepAway {
  std::string protected_id;
  int64_t ban_mm = 0;  // ban <= map <= police <= warn
  int64_t map_mm = 0;
  int64_t police_mm = 0;
  int64_t warn_mm = 0;
  bool no_view = false;
  bool warns_wearer = false;

  bool operator==(const KeepAway&) const = default;
};

struct Exclusion {
  std::string zone_id;
  int64_t buffer_mm = 0;  // 0: none
  int64_t police_mm = 0;  // 0: none
  std::string protected_id;
  Schedule schedule;

  bool operator==(const Exclusion&) const = default;
};

enum class InclusionPurpose : uint8_t { kUnstated, kResidence, kTravelArea };

struct Inclusion {
  std::string zone_id;
  Schedule schedule;
  InclusionPurpose purpose = InclusionPurpose::kUnstated;

  bool operator==(const Inclusion&) const = default;
};

struct NoContact {
  std::string person_id;
  int64_t radius_mm = 0;

  bool operator==(const NoContact&) const = default;
};

// What an order says about weighing doubtful positions; what it does not say, the engine's defaults do.
struct Judgement {
  std::optional<int64_t> band_mm;
  std::optional<int32_t> z_confirm;  // thousandths: p >= Phi(z)
  std::optional<Duration> dwell;
  std::optional<Duration> clear_hold;
  std::optional<int64_t> hysteresis_mm;
  std::optional<Duration> foresight;  // zero: do not foresee
  std::optional<int64_t> speed_max_mmps;

  bool operator==(const Judgement&) const = default;
};

struct Condition {
  std::string id;
  std::variant<KeepAway, Exclusion, Inclusion, NoContact> rule;

  bool operator==(const Condition&) const = default;
};

struct Order {
  std::string id;
  uint32_t version = 0;
  std::string kind;
  std::string legal_basis;
  std::string wearer_id;
  Time starts_at;
  Time ends_at;  // first moment no longer in force; not known: open ended
  std::string time_zone;
  std::vector<Condition> conditions;
  Judgement judgement;
  bool withdrawn = false;
};

// Refuses, naming the field: a bad id, version 0, no start, an end not after the start, an offence that the
// pack of its kind does not know, more than 1000 conditions, conditions that share an id, a condition of no
// kind, distances out of order, a protected person who is the wearer, numbers of the policy out of their
// range.
Result<Order> order_from(const v1::Order& order);
// The same without the result, for whoever is about to log an order.
Status check_order(const v1::Order& order);

bool in_force(const Order& order, Time at);

// The calendars that its schedules name, each once.
std::set<std::string> holiday_calendars(const Order& order);

}  // namespace haechi::law
