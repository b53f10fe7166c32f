// HandOffRecord: one hand-off, its unacknowledged messages and its deadlines, and what each event does to it.
// Inside the monitor room only; HandOffs (hand_off.h) keeps the records and finds them.
#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/time.h"
#include "haechi/v1/dispatch.pb.h"
#include "law/entry.h"

namespace haechi::monitor {

// A message that has not been acknowledged.
struct UnackedMessage {
  v1::HandOffMessage message;
  Time first_sent_at;
  uint32_t resends = 0;
  Time due;
};

struct HandOffUnit {
  v1::UnitStatus status = v1::UNIT_STATUS_UNSPECIFIED;
  uint64_t seq = 0;
  bool withdrawn = false;
  Time arrive_by;  // not known: no alarm
};

struct HandOffRecord {
  v1::HandOff picture;
  v1::HandOffMessage::Alarm latest;
  std::string jurisdiction_id;
  std::set<std::string> told;     // alert ids
  std::set<std::string> heard;    // of those, the ones that the agency's system has confirmed
  std::set<std::string> cleared;  // alert ids
  std::string last_sent_alarm;
  Time alarm_sent_at;
  bool update_waits = false;
  uint64_t seq = 0;
  std::string new_message_id;  // of the latest AlarmNew
  bool corrected = false;
  bool cancel_requested = false;
  std::vector<UnackedMessage> pending;
  std::vector<std::string> seen;
  Time accept_by;
  Time unit_by;
  std::map<std::string, HandOffUnit> units;
  Time next_due;
  bool changed = false;

  bool ended() const {
    return picture.state() == v1::HAND_OFF_STATE_CLOSED || picture.state() == v1::HAND_OFF_STATE_CANCELLED;
  }
  // Nothing more is expected from the other side.
  bool settled() const {
    return ended() || picture.state() == v1::HAND_OFF_STATE_REJECTED ||
           (picture.informative() && picture.state() >= v1::HAND_OFF_STATE_RECEIVED);
  }
};

struct HandOffRecords {
  std::map<std::string, HandOffRecord> records;
  std::map<std::string, std::vector<std::string>> by_incident;
  std::set<std::pair<Time, std::string>> deadlines;
};

struct HandOffTurn {
  Time now;
  law::EffectSink& effects;
};

// A new alert, a higher code, or news about one already told.
void tell(HandOffRecord& record, const v1::HandOffMessage::Alarm& alarm, const HandOffTurn& turn);
// The first telling of a new hand-off, whose picture is filled in.
void begin(HandOffRecord& record, const v1::HandOffMessage::Alarm& alarm, const HandOffTurn& turn);
void positions_changed(HandOffRecord& record, const v1::HandOffMessage::Alarm& alarm,
                       const HandOffTurn& turn);
void condition_cleared(HandOffRecord& record, const std::string& alert_id, const HandOffTurn& turn);
void ask_to_cancel(HandOffRecord& record, const std::string& reason, const std::string& authoriser,
                   const HandOffTurn& turn);
// Gives the alerts of which the agency had not heard when it ended its call; they count as not told.
std::vector<std::string> apply_answer(HandOffRecord& record, const v1::HandOffMessage& message, bool by_human,
                                      const HandOffTurn& turn);
void apply_deadlines(HandOffRecord& record, const HandOffTurn& turn);
// When apply_deadlines() next has something to do; not known if nothing is awaited.
Time next_deadline(const HandOffRecord& record);

}  // namespace haechi::monitor
