// Machine: the state of the monitoring machine and its parts. One class, because one entry may touch all of
// it; one file per part, because no one reads all of it at once:
//
//   registry.cc      persons, devices, zones      orders.cc     orders and their rules
//   reports.cc       fixes, in the order of time  judge.cc      rules to trackers to alerts
//   foresight.cc     contact that is coming       contact.cc    what radio hears
//   devices.cc       straps, batteries, SOS       silence.cc    who is not heard, and where he may be
//   outage.cc        many silent at once          plausibility.cc  what cannot be believed
//   alerts.cc        alerts and their handling    incidents.cc  incidents and hand-offs
//   views.cc         what she sees; commands      due.cc        deadlines
//   far.cc           pairs that are far apart     expect.cc     what is fetched ahead of its report
//   trails.cc        two devices of one person    belated.cc    what is learned of an order after its end
//
// Invariants:
//   1. A tier's tracker is open exactly when the tier holds an alert, and that alert is not cleared.
//   2. A rule binds only while its order is in force; it dies with the order in the same entry. What stays
//      of it for fixes that come late (belated.cc) is in no list of a person or of a zone.
//   3. A view is open only while law::disclose allows it; what that rests on is checked in the same entry.
//   4. There is at most one open incident per key (a wearer, or a protected person whom no order names).
//   5. Nothing here walks over all persons, devices, orders or alerts.
//   6. Everything refers to everything by index; names are only read and written at the edge.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/chunks.h"
#include "base/few.h"
#include "base/names.h"
#include "base/rare.h"
#include "base/resting_list.h"
#include "haechi/v1/fact.pb.h"
#include "law/entry.h"
#include "law/jurisdictions.h"
#include "law/order.h"
#include "law/pack.h"
#include "law/sentence.h"
#include "monitor/deadlines.h"
#include "monitor/foresight.h"
#include "monitor/hand_off.h"
#include "monitor/margin.h"
#include "monitor/motion.h"
#include "monitor/plausibility.h"
#include "monitor/position.h"
#include "monitor/rule.h"
#include "monitor/step.h"
#include "monitor/tracker.h"
#include "monitor/witness.h"

namespace haechi::monitor {

// Key of an open incident: of a wearer, or of a protected person on whose SOS no order names one.
inline constexpr uint64_t kNoIncident = UINT64_MAX;
constexpr uint64_t wearer_key(uint32_t person) {
  return uint64_t{person} * 2;
}
constexpr uint64_t protected_key(uint32_t person) {
  return uint64_t{person} * 2 + 1;
}

// Where one device has been (trails.cc).
struct Trail {
  Track track;
  Motion motion;
  Verdict last_verdict = Verdict::kAccepted;  // on the newest fix
  bool reconsider = false;                    // the next fix may explain one that was refused
  uint32_t interval_s = 15;                   // of the device
  uint32_t device = kNone;
  Duration deaf_when_fixed;  // what Machine::deaf_ was when the newest fix came
  Time fixed_stamp;          // of the entry that it came with

  // Older than this, its newest fix says nothing of now.
  Duration stale_after() const { return Duration::seconds(int64_t{2} * interval_s + 10); }
};

// The trail of a person is that of the device that leads: it places her.
struct Person : Trail {
  v1::Role role = v1::ROLE_UNSPECIFIED;
  uint32_t live_orders = 0;                        // as wearer
  bool removed = false, synthetic = false;         // the latter: a watchdog moves this one
  bool stale = false, stale_deadline_set = false;  // the former: told to the trackers
  bool agreed_to_view = false;                     // as protected person
  FewIndexes rules;                                // as wearer
  FewIndexes rules_about;                          // as protected person
  FewIndexes rules_apart;                          // as the one whom a wearer may not meet; protects nobody
  FewIndexes devices;
  // No zone rule can change state while he is nearer than this to the anchor; negative: not known.
  geo::Place zone_anchor;
  int64_t zone_safe_mm = -1;
  int64_t zone_pace_mmps = 0;     // and moves no faster than this
  FewIndexes orders;              // as wearer
  Few<Trail> asides;              // of her other devices that tell where they are; hardly anyone has one
  uint64_t sos = 0, silence = 0;  // alerts; the latter of a protected person

  bool is_watched() const { return live_orders > 0 || !rules_about.empty() || !rules_apart.empty(); }
  Time stale_at() const { return track.latest().at + stale_after() + Duration{1}; }
};

// A suspicion about what a device says of its place.
struct Doubt {
  uint64_t alert = 0;
  Time seen_at;  // the last sign of it
};

// What is looked at with every report comes first, so that it lies together.
struct Device {
  Time heard_at;
  Duration deaf_when_heard;  // what Machine::deaf_ was then
  Time silence_due;          // of the deadline that is already set
  v1::DeviceKind kind = v1::DEVICE_KIND_UNSPECIFIED;
  uint32_t person = kNone;
  uint32_t interval_s = 15;
  uint32_t commanded_s = 0;  // 0: never commanded, so the normal interval
  // Whether it does what it is told: silence.cc.
  uint32_t paced_for_s = 0;  // the command that the next two are about
  uint8_t quick = 0;         // reports in a row at the shorter of its normal and its commanded interval
  bool dawdles = false;      // it has kept that pace, and then not any more
  bool retired = false;
  // Whom it falls silent with: outage.cc.
  bool counted = false;  // in its groups
  int64_t cell_key = INT64_MIN;
  uint32_t cell = kNone;                     // group
  uint32_t zone = kNone;                     // in which this home beacon stands
  FewByKey<v1::AlertKind, uint64_t> alerts;  // open device conditions
  FewByKey<v1::Suspicion, Doubt> doubts;     // open ones
  Time silent_at;                            // known: it fell silent then and has not been heard since
  uint64_t outage = 0;                       // alert that its silence belongs to
  Plausibility plausibility;
  uint32_t carrier = kNone;  // group

  // Without open alerts. With them it is Machine::silent_after().
  Duration silent_after_plainly() const { return Duration::seconds(int64_t{2} * expected_s() + 10); }
  uint32_t expected_s() const;  // its interval: silence.cc
};

// Devices of one area, or of one carrier, that are expected to be heard.
struct CoverGroup {
  std::string carrier;  // empty: a cell
  geo::Place middle;    // of the cell
  uint32_t devices = 0;
  uint32_t silent = 0;                        // of these
  std::set<std::pair<Time, uint32_t>> fresh;  // those that fell silent just now, by time
  uint64_t outage = 0;                        // alert
};

struct Outage {
  uint32_t group = kNone;      // the first of its area
  std::vector<uint32_t> area;  // groups; of a cell's with neighbours
  std::set<uint32_t> members;  // devices that belonged to it at any time
  std::set<uint32_t> silent;   // those not heard since
  std::set<uint32_t> persons;  // protected persons who were told of it
  Time calm_since;             // most have been heard
  Time due_at;                 // of the deadline that is already set
  bool changed = false;        // since it was last told
};

// A protected person who is without protection, and has been told so.
struct Uncovered {
  std::set<uint32_t> devices;  // that are missing
  uint64_t outage = 0;         // alert; 0: over
  std::string alert_id;
};

struct HeldOrder {
  law::Order order;
  bool live = false;
  bool belated = false;  // it has ended, and judges what is learned late of its time
  std::vector<uint32_t> rules;
};

struct HeldZone {
  std::optional<geo::Zone> zone;
  std::vector<uint32_t> rules;
};

struct HeldAlert {
  v1::Alert alert;
  law::SentenceNumbers numbers;
  uint32_t wearer = kNone, about = kNone;
  uint32_t rule = kNone, tier = 0;
  uint32_t device = kNone;
  uint64_t incident = kNoIncident;  // key
  std::optional<uint32_t> code;     // where its kind alone does not say
  Time shelved_until;
};

struct HeldIncident {
  v1::Incident incident;
  std::vector<uint64_t> alerts;
  std::string primary_agency_id;      // who runs the call
  std::vector<uint64_t> to_hand_off;  // alerts that the responding agency is to be told of
  bool announced = false, changed = false, jurisdiction_missed = false;
};

}  // namespace haechi::monitor

// Nearly all deadlines find that a report has come since: who is asked that is not woken for it.
template <>
struct haechi::Glance<haechi::monitor::Person> {
  struct Kept {
    Time stale_at;  // known: watched and not stale, and the deadline for it is set
  };
  static Kept take(monitor::Person& person);
  static void give(const Kept&, monitor::Person&) {}
};
template <>
struct haechi::Glance<haechi::monitor::Device> {
  struct [[gnu::packed]] Kept {
    int64_t silence_due_us = 0;
    int64_t heard_less_deaf_us = 0;  // when it was heard, less what we had been deaf for by then
    uint32_t person = monitor::kNone;
    uint16_t silent_after_s = 0;  // 0: not to be told without looking closer
  };
  static Kept take(monitor::Device& device);
  static void give(const Kept& kept, monitor::Device& device);
};
// Whoever has many wearers about her has her devices asked what all their rules want, whenever one changes.
template <>
struct haechi::Glance<haechi::monitor::Rule> {
  struct Kept {
    uint8_t wanted_interval_s = 0;
  };
  static Kept take(const monitor::Rule& rule);
  static void give(const Kept&, monitor::Rule&) {}
};

namespace haechi::monitor {

class Machine {
 public:
  void apply(const v1::Fact& fact, Step& step);
  void answer(const v1::HandOffMessage& message, bool by_human, Step& step);
  void agree_to_view(const std::string& protected_id, bool agreed, Step& step);
  // A fact that will be applied soon; what it needs is fetched and woken meanwhile. Changes nothing that is
  // held.
  void expect(const v1::Fact& fact);

 private:
  friend struct haechi::Fields<Machine>;
  // registry.cc
  uint32_t person_index(const std::string& id);
  uint32_t zone_index(const std::string& id);
  void register_person(const v1::Person& stated, Step& step);
  void register_device(const v1::Device& stated, Step& step);
  void register_zone(const v1::Zone& stated, Step& step);
  void reset_rule(uint32_t rule, const std::string& reason, Step& step);
  void register_time_zone(const v1::TimeZone& stated, Step& step);
  void register_holidays(const v1::HolidayCalendar& stated, Step& step);

  // orders.cc
  void register_order(const v1::Order& stated, Step& step);
  void refresh_order(uint32_t order, Step& step);
  void go_live(uint32_t order, const std::vector<uint32_t>& old_rules, const std::vector<uint32_t>& amended,
               Step& step);
  void file_order(uint32_t order, law::Order&& stated);
  void end_rules(const std::vector<uint32_t>& rules, const std::string& reason, Step& step);
  // `until_now`: as it was until now, where it has just been replaced; it ends otherwise as it stands.
  void end_order(uint32_t order, const std::string& reason, Step& step,
                 const law::Order* until_now = nullptr);
  uint32_t make_rule(uint32_t order, uint32_t condition);
  void unlist_rule(uint32_t rule);
  void adopt(Rule& heir, const std::vector<uint32_t>& old_rules);
  void end_rule(uint32_t rule, const std::string& reason, Step& step);
  void refresh_schedule(uint32_t rule, Step& step);
  const law::Schedule* schedule_of(const Rule& rule) const;
  const law::LocalRules& local_rules_of(const Rule& rule) const;
  const law::Holidays* holidays_of(const law::Schedule& schedule) const;
  bool binding_at(const Rule& rule, Time at) const;
  bool judges(const Rule& rule, Time at) const;  // that, and as this version of the order says

  // belated.cc
  static constexpr uint32_t kVersionsBack = 16;
  void keep_belated(const law::Order& order, const std::vector<uint32_t>& rules, Step& step);
  void forget_belated(uint32_t order, Step& step);
  void forget_belated_of(const law::Order& order, Step& step);
  void judge_belated(uint32_t person, const KeptFix& fix, Step& step);
  // Those of the rules that the order does not say any more.
  std::vector<uint32_t> amended(const law::Order& was, const law::Order& is,
                                const std::vector<uint32_t>& rules) const;

  // reports.cc
  void receive(const v1::ReportReceived& fact, Step& step);
  void accept_fix(uint32_t device, const v1::Fix& fix, Step& step);
  void hear_fix(uint32_t device, const KeptFix& fix, Step& step);
  void file_fix(uint32_t device, const KeptFix& fix, bool newest, Step& step);
  void refuse(uint32_t device, const KeptFix& fix);
  bool was_refused(uint32_t device, Time at) const;
  void hear_refused(uint32_t device, Step& step);
  bool tells_position(const Device& device) const;
  static bool is_fresh(const Trail& trail, Time now);
  static bool is_watched(const Person& person) { return person.is_watched(); }
  void watch_staleness(uint32_t person, Step& step);
  bool is_fresh_still(uint32_t person, Time now);
  void lose_person(uint32_t person, Step& step);
  void lose_rule(uint32_t rule, Step& step);

  // trails.cc
  Trail& trail_of(uint32_t device) {
    Person& person = persons_[devices_[device].person];
    return person.device == device ? person : trail_beside(device);
  }
  Trail& trail_beside(uint32_t device);
  void forget_trail(uint32_t device);
  bool outranks(const Trail& one, const Trail& lead, Time now) const;
  void take_lead(uint32_t person, uint32_t device);
  void judge_aside(uint32_t person, const Trail& own, const KeptFix& fix, bool newest, Step& step);
  void judge_asides(uint32_t rule, uint32_t mover, const KeptFix& fix, bool newest, Step& step);
  void weigh_aside(uint32_t rule, const Trail& own, const KeptFix& fix, const Trail& other, bool newest,
                   Step& step);

  // judge.cc
  void judge_fix(uint32_t person, const KeptFix& fix, bool newest, Step& step);
  void judge_pair(uint32_t rule, uint32_t mover, const KeptFix& fix, bool newest, Step& step);
  void judge_zone(uint32_t rule, const KeptFix& fix, const std::optional<KeptFix>& previous, bool newest,
                  Step& step);
  void judge_zones(uint32_t wearer, const KeptFix& told, bool newest, Step& step);
  void end_belated(uint32_t rule, Step& step);
  void judge_now(uint32_t rule, Step& step);
  void observe(uint32_t rule, const Measure& measure, Evidence evidence, Step& step);
  void settle(uint32_t rule, uint32_t tier, Tracker::Change change, const Measure* measure, bool late,
              Step& step);
  void open_tier(uint32_t rule, uint32_t tier, const Measure& measure, bool late, Step& step);
  HeldAlert start_rule_alert(uint32_t rule, v1::AlertKind kind, int64_t limit_mm, const Measure& measure,
                             bool late, Step& step) const;
  void judge_suspect(uint32_t person, const KeptFix& fix);
  void pass_time(uint32_t rule, Step& step);
  std::optional<v1::Proximity> proximity(const Rule& rule) const;

  // witness.cc
  void testify(uint32_t rule, const Tier& tier, const Measure& measure, std::optional<Evidence> evidence,
               TrackerState before, Step& step) const;

  // foresight.cc
  void foresee_pair(uint32_t rule, const Measure& measure, Step& step);
  void foresee_zone(uint32_t rule, const geo::Zone& zone, const KeptFix& fix, const Measure& measure,
                    Step& step);
  void foresee(uint32_t rule, const Course& course, const Measure& measure, Step& step);
  void open_approach(uint32_t rule, const Course& course, const Measure& measure, Step& step);
  static uint32_t code_of_approach(const Rule& rule, const Course& course);
  static void tell_course(const Course& course, v1::Alert& alert);
  void rise_with_approach(const Rule& rule, const Course& course, const Measure& measure, Step& step);
  void close_approach(Rule& rule, const std::string& reason, Step& step);
  void lose_approach(Rule& rule, Step& step);

  // contact.cc
  struct Heard {
    uint32_t rule = kNone;
    Time from, until;  // it speaks for
    Measure measure;
    bool late = false;
  };
  std::vector<Heard> hear_contacts(uint32_t device, const v1::Report& report, Time at, Step& step);
  void hear_between(uint32_t wearer, uint32_t about, const Heard& contact, std::vector<Heard>& heard) const;
  void hear_beacon(uint32_t wearer, uint32_t zone, const Heard& contact, Time at,
                   std::vector<Heard>& heard) const;
  void keep_contact(const Heard& heard);
  void watch_contact(uint32_t rule);
  void judge_contacts(const std::vector<Heard>& heard, Step& step);
  void check_contact(uint32_t rule, Step& step);
  static bool in_contact(const Rule& rule, Time at);
  bool is_known(const Rule& rule, Time now) const;

  // far.cc
  void leave_alone(uint32_t rule, const Measure& measure);
  bool stays_far(uint32_t rule, uint32_t mover, bool wears, const KeptFix& fix, Step& step);
  void end_far(uint32_t rule);
  // It is to be measured with the next fix, whoever moves.
  void watch_closely(uint32_t rule) {
    if (fars_[rule]) fars_[rule]->safe_mm = -1;
  }
  const Far& far_of(uint32_t rule) const {
    static const Far kNear;
    return fars_[rule] ? *fars_[rule] : kNear;
  }
  std::optional<Measure> latest_of(const Rule& rule) const;
  std::optional<int32_t> closing_of(const Rule& rule, const Measure& latest) const;

  // devices.cc
  void apply_events(uint32_t device, const v1::Report& report, Time at, Step& step);
  void apply_battery(uint32_t device, const v1::Report& report, bool told_low, Time at, Step& step);
  void open_device_alert(uint32_t device, v1::AlertKind kind, Time at, const law::SentenceNumbers& numbers,
                         bool late, Step& step);
  void clear_device_alert(uint32_t device, v1::AlertKind kind, const std::string& reason, Step& step);
  void ring_sos(uint32_t device, Time at, bool late, Step& step);
  std::optional<uint32_t> nearest_rule(const FewIndexes& rules) const;
  bool any_order_in_force(const Person& wearer, Time at) const;

  HeldAlert start_device_alert(uint32_t device, v1::AlertKind kind, Time at, bool late, Step& step) const;

  // silence.cc
  static bool is_tampered(const Device& device);
  std::optional<Time> shed_at(const Person& wearer) const;
  KeptFix last_own_fix(const Person& person) const;
  bool is_unaccounted(const Rule& rule, Time now) const;
  bool is_told_elsewhere(const Rule& rule) const;
  Duration silent_after(const Device& device) const;
  bool is_silent(const Device& device, Time now) const;
  void watch_pace(Device& device, const v1::Report& report, Time now);
  void watch_silence(uint32_t device, Step& step);
  void check_silence(uint32_t device, Step& step);
  bool is_heard_still(uint32_t device, Time now);
  void ring_silence(uint32_t device, Step& step);
  void hear_device(uint32_t device, const v1::Report& report, Step& step);
  bool is_lost(const Person& person, Time now) const;
  const Rule* beacon_since_fix(const Person& person) const;
  int64_t reach_mm(const Rule& rule, Time at, Time now) const;
  int64_t gap_mm(const Rule& rule) const;
  void watch_reach(uint32_t rule, Step& step);
  void check_reach(uint32_t rule, Step& step);
  void open_unaccounted(uint32_t rule, int64_t gap_mm, Step& step);
  void account_for(uint32_t rule, const Measure& measure, Step& step);
  void close_unaccounted(Rule& rule, const std::string& reason, Step& step);

  // outage.cc
  void set_carrier(uint32_t device, const std::string& carrier, Step& step);
  void count_device(uint32_t device);
  void uncount_device(uint32_t device, Step& step);
  void place_device(uint32_t device, geo::Place place);
  void fall_silent(uint32_t device, Time now);
  void hear_again(uint32_t device, Step& step);
  bool rings_alone(uint32_t device) const;
  bool is_outage(const std::vector<uint32_t>& area, Time now);
  std::vector<uint32_t> outage_area(uint32_t group, Time now);
  bool join_outage(uint32_t device, Step& step);
  void open_outage(const std::vector<uint32_t>& area, Step& step);
  void attach_to_outage(uint32_t device, uint64_t outage, Step& step);
  void settle_into_outage(uint32_t device, Step& step);
  void describe_outage(const Outage& outage, v1::Alert& alert) const;
  std::vector<uint32_t> uncovered_by(uint32_t device) const;
  void lose_cover(uint32_t person, uint32_t device, uint64_t outage, Step& step);
  void regain_cover(uint32_t person, Step& step);
  void cover_again(uint32_t holder, Step& step);
  void forget_cover(uint32_t person, uint32_t wearer, Step& step);
  void tell_cover(uint32_t person, v1::ProtectedNotice::Reason reason, Step& step);
  void touch_outage(uint64_t outage, Step& step);
  void check_outage(uint64_t outage, Step& step);
  void close_outage(uint64_t outage, const std::string& reason, Step& step);

  // plausibility.cc
  void weigh_plausibility(uint32_t device, const v1::Report& report, Step& step);
  void weigh_number(uint32_t device, bool conflicting, Time at, Step& step);
  void doubt(uint32_t device, v1::Suspicion suspicion, Time at, Step& step);
  bool heard_elsewhere(uint32_t device, const v1::Report& report, const KeptFix& fix, Step& step) const;
  void drop_doubts(uint32_t device, const std::string& reason, Step& step);

  // alerts.cc
  HeldAlert start_alert(v1::AlertKind kind, uint32_t wearer, uint32_t about, Time happened_at,
                        Step& step) const;
  law::Nearness nearness(uint32_t wearer, uint32_t about) const;
  bool is_doubted_near(const Rule& rule) const;
  uint64_t open_alert(HeldAlert made, Step& step);
  void clear_alert(uint64_t number, const std::string& reason, Step& step);
  void set_alert_state(uint64_t number, v1::AlertState state, Step& step);
  static void state_reason(HeldAlert& held);  // its sentence, from what it holds now
  void tell_alert(const HeldAlert& held, Step& step);
  void notify(const HeldAlert& held, Step& step);
  bool called_silently(uint32_t person) const;
  void await_acknowledgement(uint64_t number, Step& step);
  void raise_code(uint64_t number, uint32_t code, Step& step);
  void handle(const v1::AlertHandled& fact, Step& step);
  bool transition(HeldAlert& held, const v1::AlertHandled& fact, Step& step);
  void escalate(uint64_t number, uint32_t code, Step& step);
  void unshelve(uint64_t number, Step& step);
  void forget_alert(uint64_t number);
  bool rings(uint64_t number) const;

  // incidents.cc
  void attach_to_incident(uint64_t number, Step& step);
  void rise_in_incident(uint64_t number, Step& step);
  const HeldIncident* incident_of(const HeldAlert& held) const;
  void raise_hand_offs(HeldIncident& held, Step& step);
  v1::HandOffMessage_Alarm alarm_of(const HeldAlert& held) const;
  const HeldAlert* lead_of(const HeldIncident& held) const;
  void update_hand_offs(uint64_t key, Step& step);
  bool try_close(uint64_t key, Step& step);
  void touch_incident(uint64_t key) { touched_incidents_.push_back(key); }
  // Asked of everyone who moves, and hardly anyone has one.
  void move_incident(uint64_t key) {
    if (key < has_incident_.size() && has_incident_[key]) moved_incidents_.push_back(key);
  }
  std::optional<uint32_t> pair_rule(const HeldAlert& held) const;
  std::vector<Recipient> recipients_for(HeldIncident& held, const HeldAlert& lead) const;
  v1::Alarm& raise_alarm(v1::AlarmKind kind, const std::string& incident_id, Step& step) const;
  // She was not shown an alert on any channel.
  void page_for(const v1::ContactLogged& tried, Step& step) const;
  void tell_condition(const v1::NodeCondition& condition, Step& step) const;
  void add_destination(v1::Target target, uint32_t person, v1::HandOffMessage_Alarm& alarm) const;

  // views.cc
  void refresh_view(uint32_t rule, Step& step);
  void close_view(Rule& rule, const std::string& reason, Step& step);
  void refresh_commands(uint32_t person, Step& step);

  // due.cc
  void expect_due() const;  // expect.cc
  uint32_t holder_of(uint32_t device) const;
  void rest();
  void run_deadlines(Step& step);
  void run(const Deadline& deadline, Step& step);
  // Views, commands, incidents and hand-offs follow once per entry, after everything that may change them.
  void finish(Step& step);

  law::Jurisdictions jurisdictions_;
  HandOffs hand_offs_;
  Deadlines deadlines_;
  Names person_ids_, device_ids_, zone_ids_, order_ids_;
  RestingList<Person> persons_;
  RestingList<Device> devices_;
  std::map<uint32_t, std::vector<KeptFix>> refused_;  // by device: what it told that nothing explained yet
  Time last_entry_at_;
  Duration deaf_;  // how long we were not listening ourselves, in all
  std::vector<HeldZone> zones_;
  RestingList<HeldOrder> orders_;
  RestingList<Rule> rules_;
  Chunks<Rare<Far>> fars_;       // of the rules; none: it is not far
  std::vector<RuleKind> kinds_;  // of the rules
  std::vector<uint32_t> free_rules_;
  std::map<uint32_t, std::vector<uint32_t>> belated_;  // rules of orders that have ended, by either person
  std::map<std::string, law::LocalRules> time_zones_;
  std::map<std::string, std::vector<uint32_t>> orders_in_zone_;  // by the name of the time zone
  std::map<std::string, law::Holidays> holidays_;
  std::map<std::string, std::vector<uint32_t>> orders_with_holidays_;  // by the name of the calendar
  std::map<uint64_t, HeldAlert> alerts_;
  std::map<std::string, uint64_t> alert_numbers_;
  std::vector<CoverGroup> groups_;
  std::map<std::string, uint32_t> carriers_;            // groups
  std::map<int64_t, uint32_t> cells_;                   // groups
  std::map<uint64_t, Outage> outages_;                  // open ones, by alert
  std::map<uint32_t, Uncovered> uncovered_;             // by protected person
  std::map<uint32_t, std::vector<uint32_t>> uncovers_;  // by device: whom its silence leaves uncovered
  uint64_t next_alert_ = 1;
  std::map<uint64_t, HeldIncident> incidents_;     // open ones, by key
  std::vector<bool> has_incident_;                 // by key
  std::map<std::string, uint64_t> incident_keys_;  // by incident id

  struct Expected {  // a fact announced, and how far it has been followed: expect.cc
    bool known = false;
    uint32_t mark = 0;
    uint32_t device = kNone;
    uint32_t person = kNone;
  };
  std::array<Expected, 32> expected_;
  size_t expected_count_ = 31;  // as many are empty before the first

  // What this entry has touched; empty between entries.
  std::vector<uint32_t> touched_rules_, touched_persons_;
  std::vector<uint64_t> touched_incidents_, moved_incidents_;
};

}  // namespace haechi::monitor
