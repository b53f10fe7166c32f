// Auditor: knows from the Town what is true, sees what left the house, and says what should not be so. It
// shares no code with the engine: its geometry, its clocks and its rules are its own, and it reads nothing
// but the vocabulary of proto/haechi/v1.
//
// Its rules, by the name that a finding begins with:
//
//   acknowledged  what a device was told is kept is in the log, byte for byte, now and after every start
//   logged once   a report, however often it comes, is one entry
//   told again    an entry that was published is there after every start, and says the same; what a start
//                 from a snapshot leaves unread is read at a later one, at the last if not before
//   poison        an entry that ends the process is passed over after two ends, which is told, and none else
//   is rings         a violation that fixes have shown four times has an open alert once          of one rule
//   and pair at most one alert is open holds         no alert ends by itself while the violation goes on no
//   cause      no alert of a place without that anybody was near it silence       a device unheard beyond its
//   time has an open alert handed over   an alert is told to the agency in time one call      one hand-off
//   per incident and agency at a time, one call per hand-off woken         her phone stirs in time, or the
//   incident says that she cannot be reached drains        when all faults have stopped, all is delivered,
//   answered and quiet
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "hunt/answers.h"
#include "hunt/node.h"
#include "hunt/town.h"

namespace haechi::hunt {

// What the auditor may ask of the world.
struct Conditions {
  bool node_up = false;
  bool agency_reachable = false;  // the outside agency works and the network to it does
  bool phones_reachable = false;  // so do the services that messages to a phone go through
};

class Auditor final : public Witness {
 public:
  // `note` is told what a reader of the story wants to know; `found`, what should not be so.
  using Tell = std::function<void(const std::string&)>;
  Auditor(const Schedule& schedule, Town& town, Tell note, Tell found);

  // Of this person's device the truth rules do not speak: it lies, or its clock does.
  void distrust(const std::string& person_id) {
    distrusted_.insert(person_id);
    answers_.distrust(person_id);
  }
  // The machine's clock has been wrong by so much: what it dates may be.
  void clock_was_wrong(Duration by) { wrong_by_max_ = std::max(wrong_by_max_, Duration{std::abs(by.us)}); }

  void published(const spine::Batch& batch) override;
  void passed_over(uint64_t entry_no, const std::string& why) override;
  void said(const trust::Viewer& viewer, uint64_t line, const std::string& message, bool binary) override;
  void answered(const net::Request& request, Time arrived, const net::Response& response) override;
  void acknowledged(const v1::Report& report);
  void told(const v1::HandOffMessage& message);  // the outside agency read it
  void woken(const std::string& person_id);      // a message came to her phone

  void node_begins();                        // a process was started
  void node_listens(uint64_t began_behind);  // it has read its log back, from that entry on
  void poisoned(const v1::Report& report);   // ends whatever applies it
  void ended_by_poison();
  bool poison_outstanding() const;       // some was sent, and the log does not yet say that it is passed over
  void refused(const std::string& why);  // it will not start, and nothing has happened that excuses it
  void second(const Conditions& now);
  // Everything has been quiet for long enough.
  void drained(const std::map<std::string, size_t>& waiting_at);
  // Called at every new alert, when it leaves the house.
  std::function<void()> on_alert;
  // A number of all that was seen.
  uint64_t digest() const { return digest_; }
  void mix(const std::string& bytes);

  struct Counts {
    uint64_t entries = 0, alerts = 0, handed_over = 0, calls = 0, acknowledged = 0, shown = 0, violations = 0,
             woken = 0, snapshot_starts = 0, passed_over = 0, quarantined = 0, answers = 0, places = 0;
  };
  const Counts& counts() const { return counts_; }
  // Alerts that nobody has acknowledged, and those that are over and not resolved; for the operator.
  struct Work {
    std::string alert_id;
    v1::Handling handling;
  };
  std::vector<Work> work() const;
  // Open ones that concern her: what her app shows.
  std::vector<std::string> alerts_about(const std::string& protected_id) const;
  std::map<std::string, Time> open_calls() const;  // of the built-in desk, and since when

 private:
  struct Held {
    v1::Alert alert;
    bool open = true;
    bool told = false;
    Time raised_at;
    int64_t grace_s = 0;  // seconds in which it could have been told, so far
    bool complained = false;
  };
  // One thing that is forbidden to one wearer: being near her, or in the zone.
  struct Matter {
    Time in_since, near_at;
    std::vector<std::pair<Time, Time>> near;  // spans
    int fixes = 0;                            // that showed the violation while it went on
    bool complained = false;
  };
  struct Pairing {
    Matter her, zone;
    Time protected_heard_at;  // by a fresh fix
    int protected_fixes = 0;
  };
  struct Heard {
    bool ever = false;
    int64_t unheard_s = 0;  // while the node was up
    bool complained = false;
  };
  // That something concerns her, and her phone has not stirred since.
  struct Notice {
    std::string person_id, alert_id;
    int64_t grace_s = 0;  // seconds in which she could have been told, so far
    bool complained = false;
  };
  using ReportKey = std::tuple<std::string, uint32_t, uint64_t>;
  static ReportKey key_of(const v1::Report& report);
  static std::string named(const ReportKey& key);
  void find_lost();
  struct Logged {
    std::string bytes;
    uint64_t no = 0;
    uint64_t start = 0;  // the last that read it, or wrote it
    uint64_t turn = 0;   // how many of its device were logged up to it
    bool acknowledged = false, changed = false;
  };

  void find(const std::string& rule, const std::string& what);
  void see_fact(uint64_t no, Time at, const v1::Fact& fact, bool again);
  void see_report(uint64_t no, const v1::ReportReceived& received, Time at, bool again);
  void see_quarantined(uint64_t no);
  void see_shown_or_given_up(const v1::Fact& fact);
  void see_effect(const v1::Effect& effect);
  void raise(const v1::Alert& alert, Time at);
  void change(const v1::Alert& alert);
  void clear(const v1::Alert& alert);
  void see_hand_off(const v1::HandOffMessage& message);
  void see_call(const v1::Call& call, bool opened, bool closed);
  void watch(Matter& matter, double metres, double radius);
  void check_matter(const Pair& pair, Pairing& pairing, Matter& matter, v1::AlertKind kind, bool node_up);
  void check_hand_overs(const Conditions& now);
  void check_notices(const Conditions& now);
  void check_silence(const std::string& person_id, const Pair& pair, bool node_up);
  Matter* matter_of(const v1::Alert& alert);
  bool trusted(const v1::Alert& alert) const;
  bool open_alert(v1::AlertKind kind, const std::string& wearer_id, const std::string& protected_id) const;

  const Schedule& schedule_;
  Town& town_;
  const Tell note_, found_;
  std::set<std::string> distrusted_;
  Duration wrong_by_max_, stamps_ahead_;  // the latter: of the true time, of the newest entry
  Answers answers_;
  Counts counts_;
  uint64_t digest_ = 0xcbf29ce484222325u;

  std::vector<uint64_t> entries_;           // a number of what each said that was published
  uint64_t starts_ = 0, read_back_ = 0;     // of the present process: which it is, the last entry it replayed
  bool replayed_ = false;                   // what is being published was read back
  std::map<ReportKey, Logged> logged_;      // ever
  std::map<ReportKey, std::string> early_;  // acknowledged, and no entry was told yet
  std::set<ReportKey> poison_;              // not yet known to be passed over
  std::map<uint64_t, Time> quarantined_;    // entry -> when the log said so; unknown once alarms did as well
  int ends_by_poison_ = 0;                  // in a row
  std::map<std::string, uint32_t> newest_epoch_;
  std::map<std::string, uint64_t> turns_;  // of each device
  std::map<std::string, Held> alerts_;
  std::map<std::string, std::pair<std::string, bool>> hand_offs_;  // -> incident|agency, open
  std::map<std::string, v1::HandOff> hand_off_states_;
  std::map<std::string, std::string> call_of_hand_off_;
  std::map<std::string, v1::Call> calls_;  // open, of the built-in desk
  std::map<std::string, Pairing> pairings_;
  std::map<std::string, Heard> heard_;
  std::vector<Notice> notices_;
  std::map<std::string, Time> given_up_;  // when the incident was last told that she cannot be reached
};

}  // namespace haechi::hunt
