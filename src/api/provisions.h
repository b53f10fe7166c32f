// Provisions: to whom somebody's places were given, when, for what, and on what ground: a document for the
// person it is about, from who serves that person or by her own hand. It holds no place. That it was asked
// for, and its digest, are facts (docs/cases.md).
#pragma once

#include "api/exchange.h"

namespace haechi::api::provisions {

trust::Subject subject(const Exchange& exchange);

Result<Plan> of_person(const Exchange& exchange);
Result<Plan> of_self(const Exchange& exchange);

}  // namespace haechi::api::provisions
