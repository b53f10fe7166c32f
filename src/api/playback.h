// Playback: where people were in a past period, read back from the log; and the period itself, as a request
// says it.
#pragma once

#include <optional>

#include "api/exchange.h"

namespace haechi::api::playback {

inline constexpr Duration kSpanMax = Duration::seconds(24 * 3600);
inline constexpr Duration kSpanOfEverybodyMax = Duration::seconds(3600);
inline constexpr size_t kPersonsMax = 10;
// From when on a call shows its persons, before it was opened; as the dispatch room grants tracks. Broken
// glass likewise: who needs more of the past than that needs the permission of a court (kr: EM Act 16(4)).
inline constexpr Duration kBeforeCall = Duration::seconds(15 * 60);

struct Span {
  Time from, to;  // from <= it < to
};
// ?from_us= and ?to_us=, microseconds since 1970; nothing when neither is said.
Result<std::optional<Span>> span_of(const Exchange& exchange);

// From when on the viewer may see where the person was: as of now, by trust::decide. Where a call
// or broken glass is the basis, from kBeforeCall before it on. Nothing when not at all, and for persons that
// were removed.
std::optional<Time> shown_from(const Exchange& exchange, const std::string& person_id);

// ?from_us= &to_us= &person_id= (up to kPersonsMax; none: everybody the viewer may see) &step_s= &after=
Result<Plan> run(const Exchange& exchange);

// Where that person, by every id in `ids`, was within `span` and no further, for who may see all of it:
// ?from_us= &to_us= (left out: all of it, where that is no longer than kSpanMax) &step_s= &after=. The record
// of it names the period.
Result<Plan> of_span(const Exchange& exchange, const std::set<std::string>& ids, Span span);

}  // namespace haechi::api::playback
