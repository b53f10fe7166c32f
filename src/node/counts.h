// What rooms count, as /metrics tells it.
#pragma once

#include "node/metrics.h"
#include "spine/spine.h"

namespace haechi::node {

void count_spine(Metrics& metrics, const spine::Spine& spine);  // which outlives them

}  // namespace haechi::node
