// Publication: statistics that may leave the officials of the cases (docs/cases.md).
//
// 1. No row stands for fewer than kSmallest, and counts are multiples of it: no two published numbers differ
// by
//    somebody.
// 2. What is withheld leaves no trace: without it the publication would be the same, byte for byte.
// 3. A year is published when it is over, so that no two publications are of almost the same time.
#pragma once

#include <map>
#include <string>

#include "api/exchange.h"
#include "haechi/v1/case_api.pb.h"

namespace haechi::api::publication {

inline constexpr uint64_t kSmallest = 5;

// One table from its true counts.
v1::Publication::Table table(const std::string& name, const std::map<std::string, uint64_t>& counts);

// ?year=2025
Result<Plan> run(const Exchange& exchange);

}  // namespace haechi::api::publication
