// Desk: the calls of the built-in desk, who goes to them, and what the monitoring side is answered.
//
// One call per hand-off. A call's code is never lowered; a unit is on one call and goes to one person; a unit
// follows a person's track exactly while it is assigned. The same message gets the same answers.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/archived.h"
#include "dispatch/units.h"
#include "haechi/v1/effect.pb.h"
#include "law/entry.h"

namespace haechi::dispatch {

// What one entry brings about. Effects are written by Desk::settle(), once per call and unit, at the end.
struct Turn {
  Time now;
  law::EffectSink& effects;
  std::vector<v1::HandOffMessage>& answers;
  std::set<std::string> calls;  // touched
  std::set<std::string> units;  // touched
  std::vector<v1::Alarm> alarms;
  bool unit_came_free = false;
};

class Desk {
 public:
  void put_agency(const v1::Agency& agency, Turn& turn);
  void put_unit(const v1::Unit& unit, Turn& turn);
  void put_device(const v1::Device& device) { units_.put_device(device); }
  void moved(const v1::ReportReceived& received, Time now) { units_.moved(received, now); }

  void receive(const v1::HandOffMessage& message, Turn& turn);
  void unit_status_changed(const v1::UnitStatusChanged& change, Turn& turn);
  void assigned_by_hand(const v1::UnitAssignedByHand& assigned, Turn& turn);
  void closed_by_hand(const v1::CallClosedByHand& closed, Turn& turn);
  // An entry that nobody judged may have been an alarm: every desk is told.
  void tell_of_quarantine(const v1::EntryQuarantined& quarantined, Turn& turn);
  // New estimates, at most once in 15 s per call, and forgetting what ended a day ago. O(what is due).
  void tick(Turn& turn);

  // Ends every entry: finds units for calls that lack one if a unit came free, then writes the effects.
  void settle(Turn& turn);

 private:
  friend struct haechi::Fields<Desk>;
  static constexpr size_t kFieldCount = 7;
  // One hand-off as this side knows it.
  struct Exchange {
    std::string hand_off_id;
    std::string incident_id;
    std::string agency_id;
    std::string peer_id;
    std::string call_id;  // empty: told for information
    uint64_t seq = 0;
    std::vector<std::pair<std::string, std::vector<v1::HandOffMessage>>> replies;  // by message id
  };
  struct CallRecord {
    v1::Call picture;
    std::string order_id;
    bool announced = false;
    std::set<std::string> declined;  // units that left this call: not sent again by policy
    std::set<std::string> cleared_alerts;
    std::set<std::pair<v1::Target, std::string>> missing;  // destinations for which no unit was found
    std::map<std::pair<std::string, std::string>, v1::TrackAccess> granted;  // by unit and person
    Time refresh_at;

    bool open() const { return picture.state() != v1::CALL_STATE_CLOSED; }
  };

  v1::HandOffMessage& answer(Exchange& exchange, Turn& turn);
  void handle(Exchange& exchange, const v1::HandOffMessage& message, Turn& turn);
  void alarmed(Exchange& exchange, const v1::HandOffMessage::Alarm& alarm, Turn& turn);
  void accept(Exchange& exchange, const CallRecord* call, Turn& turn);
  void cleared(Exchange& exchange, const v1::HandOffMessage::AlarmClear& clear, Turn& turn);
  void cancel_asked(Exchange& exchange, const v1::HandOffMessage::CancelRequest& request, Turn& turn);

  CallRecord& open_call(Exchange& exchange, const v1::HandOffMessage::Alarm& alarm, Turn& turn);
  // False: there was no unit at all for something that needs one.
  bool fill(CallRecord& call, Turn& turn);
  void propose(CallRecord& call, Turn& turn);
  void refresh(CallRecord& call, Turn& turn);
  void assign(CallRecord& call, const v1::Destination& to, Unit& unit, uint32_t eta_s, bool by_policy,
              Turn& turn);
  void unassign(CallRecord& call, Unit& unit, v1::UnitStatus status, Turn& turn);
  void progress(CallRecord& call, const v1::Assignment& assignment, v1::UnitStatus status, Turn& turn);
  void advance(CallRecord& call, v1::Assignment& assignment, Unit& unit, v1::UnitStatus status, Turn& turn);
  void end(CallRecord& call, const std::string& disposition, Turn& turn);
  void close(CallRecord& call, const std::string& disposition, const std::string& note, Turn& turn);
  void set_status(Unit& unit, v1::UnitStatus status, Turn& turn);

  void retry_missing(Turn& turn);
  void write_call(CallRecord& call, Turn& turn);
  void write_tracks(CallRecord& call, Turn& turn);
  CallRecord* find_call(const std::string& id);
  CallRecord* find_open(const std::string& id);

  std::set<std::string> agencies_;  // whose desk is ours
  Units units_;
  std::map<std::string, Exchange> exchanges_;  // by hand-off
  std::map<std::string, CallRecord> calls_;
  std::set<std::string> missing_;                      // calls that lack a unit
  std::set<std::pair<Time, std::string>> refresh_at_;  // calls
  std::set<std::pair<Time, std::string>> forget_at_;   // hand-offs of ended calls
};

}  // namespace haechi::dispatch
