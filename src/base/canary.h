// Canaries: bugs that can be let into a program of their own (hunt_canary), to prove that the simulator finds
// them. In every other program each of them is a constant `false`, and nothing is left of it.
#pragma once

#include <string_view>

namespace haechi {

enum class Canary {
  kNone,
  kAckBeforeSync,     // the spine answers a device before its report is on the disk
  kClearOnSilence,    // an alert ends because nothing is heard any more
  kForgetHandOff,     // what was not delivered to an agency before a restart is not sent after it
  kCloseUnheard,      // what an agency had not heard of when it closed its call is never told to it
  kShowBeforeRow,     // a place is shown while the row that says so is still on its way
  kAnswerBeforeRow,   // the same over REST
  kExactForInformed,  // an agency that is merely informed is shown on its line exactly where somebody is
  kPointBeforeRow,    // on her line he is shown while the row of that place is still on its way
  kDuplicatesReturn,  // after a restart a report that is logged is taken for new
  kSnapshotAhead,     // a snapshot names an entry that is not yet in its state
  kForgetWakeUp,      // a start wakes nobody whom the process before it had yet to wake
  kPoison,  // no bug to be found but one to be borne: some reports end the process that applies them
};

#ifdef HAECHI_CANARIES
#ifndef HAECHI_CANARY
#define HAECHI_CANARY kNone  // until another is named
#endif
inline Canary canary_let_in = Canary::HAECHI_CANARY;
inline bool canary(Canary which) {
  return canary_let_in == which;
}
inline bool let_in(std::string_view name) {
  canary_let_in = name == "ack_before_sync"      ? Canary::kAckBeforeSync
                  : name == "clear_on_silence"   ? Canary::kClearOnSilence
                  : name == "forget_hand_off"    ? Canary::kForgetHandOff
                  : name == "close_unheard"      ? Canary::kCloseUnheard
                  : name == "show_before_row"    ? Canary::kShowBeforeRow
                  : name == "answer_before_row"  ? Canary::kAnswerBeforeRow
                  : name == "exact_for_informed" ? Canary::kExactForInformed
                  : name == "point_before_row"   ? Canary::kPointBeforeRow
                  : name == "duplicates_return"  ? Canary::kDuplicatesReturn
                  : name == "snapshot_ahead"     ? Canary::kSnapshotAhead
                  : name == "forget_wake_up"     ? Canary::kForgetWakeUp
                  : name == "poison"             ? Canary::kPoison
                                                 : Canary::kNone;
  return canary_let_in != Canary::kNone;
}
#else
constexpr bool canary(Canary) {
  return false;
}
constexpr bool let_in(std::string_view) {
  return false;
}
#endif

}  // namespace haechi
