// Drafts: what a measure states for its order, conditions and policy, before it becomes one.
#pragma once

#include <string>

#include "base/result.h"
#include "haechi/v1/case.pb.h"
#include "haechi/v1/law.pb.h"

namespace haechi::cases {

struct HeldMeasure;

// Only what a measure may state.
v1::Order draft_of(const v1::Order& stated);
// A measure's statement, decided anew; for what it is stays where the decision does not say.
void restate(v1::LegalMeasure& measure, const v1::Order& stated);
// Would this be an order of that kind against that person, with everything else in place?
Status check_draft(const v1::Order& stated, const std::string& wearer_id, const std::string& kind);
// A measure of that case, not held yet. Refuses a kind that the pack does not know.
Result<HeldMeasure> made_measure(const v1::Case& of, const std::string& id, const std::string& kind,
                                 const std::string& protected_id, const v1::Order& stated);

}  // namespace haechi::cases
