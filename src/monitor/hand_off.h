// HandOffs: the monitoring side of the hand-off protocol, one state machine per incident and agency.
//
//   SENT --ack--> RECEIVED --accepted--> ACCEPTED --unit--> DISPATCHED --> EN_ROUTE --> ON_SCENE --> CLOSED
//     |             |
//     +- no ack: resent 1, 2 and 4 s after the first sending, then every 5 s, under the same message id; with
//     the
//        third resend the fallback starts in parallel
//                   +- not accepted in 10 s: fallback in parallel
//                   +- refused but retryable: sent once more, corrected;  else REJECTED + alarm + fallback
//   ACCEPTED without a unit for 30 s (code 0, 1) or 5 min: overdue, and both rooms are alarmed.
//   A unit not on scene by twice its first estimate plus 60 s: alarm.
//
// A state never goes back: messages are applied by rank, duplicates change nothing, what came late or
// contradicts is counted. A message id is a function of hand-off and sequence, so a resend is recognised. A
// hand-off for information needs no more than an acknowledgement.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/archived.h"
#include "law/entry.h"

namespace haechi::v1 {
class HandOffMessage;
class HandOffMessage_Alarm;
}  // namespace haechi::v1

namespace haechi::monitor {

struct Recipient {
  std::string agency_id;
  std::string jurisdiction_id;
  bool informative = false;  // told for information; another agency runs the call
};

class HandOffs {
 public:
  HandOffs();
  ~HandOffs();
  HandOffs(HandOffs&&) noexcept;
  HandOffs& operator=(HandOffs&&) noexcept;

  // Hands an alarm of the incident to each recipient: the first time as AlarmNew, later (a new alert or a
  // higher code in the same incident) as AlarmUpdate. Never a second open hand-off for the same incident and
  // agency; but an alert raised after the agency closed its call gets a hand-off of its own, for a closed
  // call may be forgotten.
  void raise(const std::string& incident_id, const std::vector<Recipient>& recipients,
             const v1::HandOffMessage_Alarm& alarm, const law::Entry& entry, law::EffectSink& effects);
  // New positions for open hand-offs of the incident; sent at most once in 15 s.
  void update(const std::string& incident_id, const v1::HandOffMessage_Alarm& alarm, const law::Entry& entry,
              law::EffectSink& effects);
  // The condition of one alert is clear. Does not close the call.
  void clear(const std::string& incident_id, const std::string& alert_id, const law::Entry& entry,
             law::EffectSink& effects);
  // The control centre asks every open hand-off of the incident to end; the responding side decides.
  void cancel(const std::string& incident_id, const std::string& reason, const std::string& authoriser,
              const law::Entry& entry, law::EffectSink& effects);
  // An answer of the other side (or typed in by a person). Unknown hand-offs and repeated messages change
  // nothing. Gives the alerts that the agency's system had not confirmed when it ended its call: they have to
  // be raised again, and then get a hand-off of their own.
  std::vector<std::string> answer(const v1::HandOffMessage& message, bool by_human, const law::Entry& entry,
                                  law::EffectSink& effects);
  // Applies every deadline that has passed at entry.stamped_at. Costs O(what is due).
  void tick(const law::Entry& entry, law::EffectSink& effects);

  std::vector<std::string> ids(const std::string& incident_id) const;
  // No hand-off of the incident is open (true as well when there is none).
  bool all_ended(const std::string& incident_id) const;
  // The incident is over: its hand-offs leave memory, later answers to them change nothing.
  void forget(const std::string& incident_id);

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace haechi::monitor
