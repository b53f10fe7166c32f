// AlertBook: alerts with their latency ledger and timeline, incidents, hand-offs and alarms about the work.
//
// Bounds: what is open stays, however much it is; of what has ended the newest kClosedAlertsMax alerts and
// kClosedIncidentsMax incidents (with their hand-offs) stay, of cleared alerts nobody has dealt with
// kClearedAlertsMax, of alarms kAlarmsMax, of each timeline kStepsMax steps, of each incident the newest
// kContactsMax contacts.
#pragma once

#include <deque>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/archived.h"
#include "base/time.h"
#include "haechi/v1/dispatch.pb.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "haechi/v1/picture.pb.h"

namespace haechi::picture {

inline constexpr size_t kClosedAlertsMax = 2'000;
inline constexpr size_t kClearedAlertsMax = 10'000;
inline constexpr size_t kClosedIncidentsMax = 1'000;
inline constexpr size_t kAlarmsMax = 1'000;
inline constexpr int kStepsMax = 200;
inline constexpr size_t kContactsMax = 500;

// The entry a change comes from.
struct At {
  uint64_t entry_no;
  Time stamped_at;
};

// Neither resolved nor closed by a person, and its condition not clear.
bool condition_holds(const v1::Alert& alert);
// Ended: closed by a person, or clear and resolved. Everything else belongs into the queue.
bool has_ended(const v1::Alert& alert);
const char* hop_name(v1::Hop hop);  // "durable", "shown_control", ...

// Somebody was spoken to, or it was tried; what was said is in the record store.
struct LoggedContact {
  v1::ContactLogged contact;
  Time at;
  uint64_t entry_no = 0;
};

class AlertBook {
 public:
  using Alerts = std::map<std::string, v1::AlertRecord, std::less<>>;

  void put_alert(At at, const v1::Alert& alert);
  void put_incident(At at, const v1::Incident& incident);
  void put_hand_off(At at, const v1::HandOff& hand_off);
  void put_alarm(At at, const v1::Alarm& alarm);
  void sent(At at, const v1::HandOffMessage& message);
  void handled(At at, const v1::AlertHandled& handled);
  void hop(At at, const v1::HopObserved& hop);
  void contact(At at, const v1::ContactLogged& logged);
  void call_changed(At at, const v1::Call* before, const v1::Call& now);
  // Where the alerts about that person happened.
  void forget_places(const std::string& person_id);
  void view_changed(At at, const std::string& alert_id, const char* what, const std::string& protected_id);

  const v1::AlertRecord* alert(std::string_view id) const;
  const v1::Incident* incident(std::string_view id) const;
  const v1::HandOff* hand_off(std::string_view id) const;
  const Alerts& alerts() const { return alerts_; }  // by id, open and ended
  const std::deque<v1::Alarm>& alarms() const { return alarms_; }
  // The alert was opened, or a step of its timeline happened, at `from` or later and before `to`.
  bool happened_within(std::string_view alert_id, Time from, Time to) const;
  v1::Timeline timeline(std::string_view alert_id) const;  // empty when unknown
  // By id. Alerts and hand-offs of the incident that are still kept; nothing when unknown.
  std::vector<std::string> alert_ids(std::string_view incident_id) const;
  std::vector<std::string> hand_off_ids(std::string_view incident_id) const;
  std::deque<LoggedContact> contacts(std::string_view incident_id) const;  // oldest first
  std::vector<const v1::Incident*> open_incidents() const;
  std::vector<const v1::Incident*> incidents() const;  // open ones and the newest closed, by id

 private:
  friend struct haechi::Fields<AlertBook>;
  static constexpr size_t kFieldCount = 8;
  struct IncidentRecord {
    v1::Incident incident;
    std::set<std::string> alert_ids;
    std::set<std::string> hand_off_ids;
    std::deque<LoggedContact> contacts;
    uint64_t aged_entry_no = 0;  // its place in closed_incidents_; 0 = none
  };
  using Ages = std::set<std::pair<uint64_t, std::string>>;  // by entry of the last change

  void step(const std::string& alert_id, At at, const std::string& what, int64_t happened_us,
            const std::string& who);
  void step_incident(const std::string& incident_id, At at, const std::string& what, int64_t happened_us,
                     const std::string& who, void (v1::Ledger::*set)(int64_t),
                     int64_t (v1::Ledger::*get)() const);
  void opened(At at, const v1::Alert& alert);
  void changed(At at, const v1::Alert& before, const v1::Alert& now);
  void drop_oldest_alerts(Ages& ages, size_t keep);
  // One not told of yet counts as closed, so that what refers to forgotten incidents cannot pile up.
  IncidentRecord& incident_record(At at, const std::string& id);
  void age_incident(IncidentRecord& record, uint64_t entry_no, const std::string& id);

  Alerts alerts_;
  std::map<std::string, v1::Timeline, std::less<>> timelines_;
  Ages cleared_, closed_;
  std::map<std::string, IncidentRecord, std::less<>> incidents_;
  Ages closed_incidents_;
  std::map<std::string, v1::HandOff, std::less<>> hand_offs_;
  std::deque<v1::Alarm> alarms_;
};

}  // namespace haechi::picture
