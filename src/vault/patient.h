// A master key that may not answer: it is asked on a thread of its own, and nobody waits longer than is said.
//
//   asked --answers in time--> the answer
//         \--does not--> kUnavailable, and so is all that is asked until it does
//
// What it answers too late is forgotten. One thread at a time, as of any Master.
#pragma once

#include <memory>

#include "base/time.h"
#include "vault/master.h"

namespace haechi::vault {

// Sealing waits for it, so alerts do: a token that works answers within milliseconds.
inline constexpr Duration kTokenPatience = Duration::seconds(1);

std::unique_ptr<Master> patient(std::unique_ptr<Master> master, Duration patience = kTokenPatience);

}  // namespace haechi::vault
