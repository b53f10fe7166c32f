// Contest: one world, judged by both over the same deliveries.
#pragma once

#include <ostream>
#include <vector>

#include "bench/judge/judges.h"

namespace haechi::judge {

struct Course {
  Cell cell;
  bool obey = false;          // devices report as often as the engine asks
  bool warns_wearer = false;  // the order lets his device be asked, too
  Weighing weighing;
};

struct Outcome {
  std::vector<Alert> naive, engine;
  uint64_t fixes_his = 0, fixes_hers = 0;
};

Outcome hold(const World& world, const Course& course, std::ostream* facts = nullptr);

}  // namespace haechi::judge
