// Sentence: one sentence that says why an alert rings, with its numbers, in English and Korean. Ids only: no
// name and no place.
#pragma once

#include <cstdint>
#include <string>

#include "haechi/v1/effect.pb.h"

namespace haechi::law {

struct Sentence {
  std::string en;
  std::string ko;
};

// What a sentence may need beyond the alert itself.
struct SentenceNumbers {
  int64_t limit_mm = 0;  // the radius, buffer or police distance of the rule
  uint32_t battery_percent = 0;
  int64_t silent_s = 0;  // since the last report
};

// Reads ids, kind, margin, error, proximity and lateness of the alert.
Sentence sentence(const v1::Alert& alert, const SentenceNumbers& numbers);

}  // namespace haechi::law
