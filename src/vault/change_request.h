// How the master key of a ring is changed that a node has open: who may write beside the ring leaves a
// request there, the node finds it within a second or two, changes the key (change_master) and leaves an
// answer. A request that a crash cut short is there still at the next start, and is carried out then.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "vault/key_ring.h"

namespace haechi::vault {

inline constexpr Duration kRequestTakenWithin = Duration::seconds(10);
inline constexpr Duration kRequestDoneWithin = Duration::seconds(600);

// Of whoever asks: waits for the answer. kNotFound: nobody took the request, and it was withdrawn.
// kUnavailable: it was refused, or is not done yet.
Result<size_t> ask_for_change(const RingPlace& place, const std::string& to);

// Of the node. `to` of the request there is; nothing: there is none.
std::optional<std::string> change_asked(const RingPlace& place);
// It is under way, and can no longer be withdrawn.
Status take_change(const RingPlace& place);
Status answer_change(const RingPlace& place, const Result<size_t>& done);

}  // namespace haechi::vault
