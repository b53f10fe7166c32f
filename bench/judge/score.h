// Score: what alerts are worth against the truth. Knows worlds and alerts, and nothing of how either came
// about.
//
//   episode          within the radius and the band, gaps under 60 s joined; rings once
//   material         holds 30 s or more at band-depth inside; must ring
//   pass             the same for less than 30 s
//   false            an alert before which he was nowhere within radius and band for 90 s
//
// An alert finds a violation when it stands at some moment between the violation's onset and 90 s after its
// end.
#pragma once

#include <cstdint>
#include <vector>

#include "bench/judge/contest.h"

namespace haechi::judge {

struct Violation {
  double onset_s = 0;               // when he came inside, before the run that follows
  double begins_s = 0, ends_s = 0;  // at band-depth inside
  bool material = false;
};

struct Episode {
  double begins_s = 0, ends_s = 0;
  std::vector<Violation> violations;
  bool material = false, pass = false;  // neither: it stays within the band
  bool under_way = false;               // already when the world begins
  bool approach = false;                // he came nearer for a minute before, by 30 m or more
};

struct Truth {
  std::vector<float> margin_m;  // every kTruthStepS from the beginning
  std::vector<Episode> episodes;
};
Truth truth_of(const World& world);

// Sums over worlds; adding is all that is done with it.
struct Tally {
  double days = 0;
  uint64_t material = 0, material_found = 0, passes = 0, passes_found = 0;
  uint64_t alerts = 0, false_alerts = 0, rung_episodes = 0, true_alerts = 0;
  uint64_t approaches = 0, warned = 0, warnings = 0;
  uint64_t false_warnings = 0;  // warnings after which he never came within radius and band for 10 minutes
  uint64_t calls = 0, false_calls = 0;  // the same of warnings that the responding agency was told of
  uint64_t fixes_his = 0, fixes_hers = 0;
  double days_hers = 0;  // with a device of hers
  std::vector<double> delays_s;
  std::vector<double> leads_s;  // from the warning to the onset that it warned of

  void add(const Tally& other);
};

double quantile_of(std::vector<double> values, double quantile);  // 0 of none

// Something that went wrong, for whoever wants to look at it.
struct Mishap {
  // "missed material", "missed pass", "false", and "false, found late": true, but told over 90 s after it
  // ended
  const char* what;
  double at_s = 0;
};

Tally score(const World& world, const Truth& truth, const std::vector<Alert>& alerts,
            std::vector<Mishap>* mishaps = nullptr);

}  // namespace haechi::judge
