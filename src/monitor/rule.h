// Rule: one condition of one order in force, its tiers, and what is beside them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/rare.h"
#include "base/time.h"
#include "geo/place.h"
#include "haechi/v1/effect.pb.h"
#include "monitor/foresight.h"
#include "monitor/margin.h"
#include "monitor/tracker.h"

namespace haechi::monitor {

inline constexpr uint32_t kNone = UINT32_MAX;

// The numbers of an alert's kind; 0 in `alert` means none is open.
struct Tier {
  v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
  int64_t limit_mm = 0;
  Tracker tracker;
  uint64_t alert = 0;
  Rare<std::string> previous_alert_id;
  Time due_at;  // of the deadline that is already set
};

// How fast two persons approach each other, from distances at least ten seconds apart.
struct Closing {
  Time reference_at, recent_at;
  int64_t reference_mm = 0, recent_mm = 0;

  void observe(Time at, int64_t distance_mm);
  std::optional<int32_t> mmps(Time at, int64_t distance_mm) const;
};

// What radio last said of a rule: that the two were heard beside each other, or that the wearer was heard by
// the home beacon of the zone.
struct RadioContact {
  Time since;                // start of the run of contacts without a gap
  Time at;                   // of the last one
  Time until;                // it speaks for now so long
  Measure measure;           // of the last one
  Time due_at;               // of the deadline that is already set
  Duration deaf_when_heard;  // what Machine::deaf_ was at the last one
};

// The warning of a rule, beside its tiers; 0 in `alert` means none is open.
struct Ahead {
  Duration horizon;  // zero: nothing is foreseen
  Foresight foresight;
  uint64_t alert = 0;
  Rare<std::string> previous_alert_id;
};

enum class RuleKind : uint8_t { kPair, kNoContact, kExclusion, kInclusion };
// The rule is about the distance of two persons and not about a zone.
constexpr bool between_two(RuleKind kind) {
  return kind == RuleKind::kPair || kind == RuleKind::kNoContact;
}

// How far a pair may move before it is looked at again (far.cc). Kept beside the rules and not in them: with
// most fixes this is all that is looked at, and it is one line of memory. Of a zone there is none.
struct Far {
  int64_t safe_mm = -1;                               // negative: not known
  geo::Place wearer, about;                           // from where it counts
  int64_t wearer_moved_mm = 0, about_moved_mm = 0;    // since then, at most
  int32_t wearer_pace_mmps = 0, about_pace_mmps = 0;  // as long as neither is faster
  uint32_t wearer_index = kNone;
  bool unmeasured = false;  // they have moved since the rule's `latest`
};
static_assert(sizeof(Far) <= 64);

struct Rule {
  bool used = false;
  uint32_t index = kNone;  // of rules_
  uint32_t generation = 0;
  RuleKind kind = RuleKind::kPair;
  uint32_t order = kNone, condition = 0;  // of the order
  std::string condition_id;
  uint32_t wearer = kNone;
  uint32_t about = kNone;  // the protected person, if any
  uint32_t zone = kNone;
  bool always = false;      // it has no schedule
  bool scheduled = true;    // its schedule is in force now
  Time binds_from;          // the order is in force,
  Time binds_until;         // and from here on no more
  Time schedule_due;        // of the deadline that is already set
  Time judges_from;         // what is learned late of the time before is for the version of the order then
  std::vector<Tier> tiers;  // widest first
  TrackerPolicy policy;
  Ahead ahead;
  Rare<RadioContact> radio;
  // Of two persons only.
  Closing closing;
  std::optional<Measure> latest;
  Rare<v1::View> view;
  uint64_t unaccounted = 0;  // alert
  Time unaccounted_due;      // of the deadline that is already set

  // The longest, in seconds, that its tiers can do with; 0: the device's own.
  uint8_t wanted_interval_s() const;
};

}  // namespace haechi::monitor
