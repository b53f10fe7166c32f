#include "hunt/auditor.h"

#include <algorithm>
#include <utility>

namespace haechi::hunt {
namespace {

constexpr Duration kDeskSlack = Duration::seconds(6);  // a screen is drawn every five seconds
constexpr Duration kStampsAhead = Duration::seconds(30);
constexpr int64_t kTellWithinS = 60;
constexpr Duration kGivenUpHolds = Duration::seconds(600);  // the house says it no more often

uint64_t number_of(const std::string& bytes, uint64_t start) {
  uint64_t out = start;
  for (const char c : bytes) out = (out ^ static_cast<uint8_t>(c)) * 0x100000001b3u;
  return out;
}

std::string name_of(const v1::Alert& alert) {
  return v1::AlertKind_Name(alert.kind()) + " " + alert.id() + " of " + alert.wearer_id() +
         (alert.protected_id().empty() ? "" : " and " + alert.protected_id());
}

// What tells one rule from another.
std::string rule_of(const v1::Alert& alert) {
  return std::to_string(alert.kind()) + "|" + alert.wearer_id() + "|" + alert.protected_id() + "|" +
         alert.order_id() + "|" + alert.condition_id() + "|" + alert.device_id() + "|" +
         std::to_string(alert.suspicion());
}

bool is_for_police(const v1::Alert& alert) {
  return (alert.kind() == v1::ALERT_KIND_KEEP_AWAY || alert.kind() == v1::ALERT_KIND_SOS) && !alert.late();
}

}  // namespace

Auditor::Auditor(const Schedule& schedule, Town& town, Tell note, Tell found)
    : schedule_(schedule),
      town_(town),
      note_(std::move(note)),
      found_(std::move(found)),
      answers_(schedule, town,
               [this](const std::string& rule, const std::string& what) { find(rule, what); }) {
  for (const Pair& pair : town_.pairs) pairings_[pair.wearer_id];
}

void Auditor::find(const std::string& rule, const std::string& what) {
  found_(rule + ": " + what);
}

void Auditor::mix(const std::string& bytes) {
  digest_ = number_of(bytes, digest_);
}

void Auditor::node_begins() {
  read_back_ = 0;
  ++starts_;
}

void Auditor::node_listens(uint64_t began_behind) {
  counts_.snapshot_starts += began_behind > 0;
  ends_by_poison_ = 0;
  const uint64_t read = std::max(read_back_, began_behind);
  if (read < entries_.size())
    find("told again", "entries after " + std::to_string(read) + " were published and are gone");
  for (const auto& [key, logged] : logged_) {
    if (!logged.acknowledged || logged.no <= began_behind) continue;
    if (logged.start != starts_) find("acknowledged", named(key) + " is lost");
    if (logged.changed) find("acknowledged", named(key) + " was changed");
  }
  find_lost();
}

// A process may die between the sync and telling its entries: then the next one must tell them.
void Auditor::find_lost() {
  for (const auto& [key, bytes] : std::exchange(early_, {})) find("acknowledged", named(key) + " is lost");
}

void Auditor::passed_over(uint64_t entry_no, const std::string& why) {
  ++counts_.passed_over;
  note_("the snapshot of entry " + std::to_string(entry_no) + " is passed over: " + why);
}

void Auditor::poisoned(const v1::Report& report) {
  poison_.insert(key_of(report));
}

bool Auditor::poison_outstanding() const {
  return !poison_.empty();
}

void Auditor::ended_by_poison() {
  if (++ends_by_poison_ > 2) find("poison", "ends a third process in a row");
}

void Auditor::see_quarantined(uint64_t no) {
  ++counts_.quarantined;
  note_("entry " + std::to_string(no) + " is passed over");
  quarantined_[no] = schedule_.now();
  const auto cause = std::find_if(poison_.begin(), poison_.end(), [&](const ReportKey& key) {
    const auto found = logged_.find(key);
    return found != logged_.end() && found->second.no == no;
  });
  if (cause == poison_.end())
    return find("poison", "entry " + std::to_string(no) + " is passed over, and nothing was wrong with it");
  poison_.erase(cause);
}

void Auditor::refused(const std::string& why) {
  find("told again", "the node refuses a disk on which nothing has decayed: " + why);
}

void Auditor::published(const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    uint64_t said = number_of(std::to_string(entry.stamped_at.us), 1);
    for (const auto& effect : entry.effects) said = number_of(effect->SerializeAsString(), said);
    const bool fresh = entry.no == entries_.size() + 1;
    if (entry.no > entries_.size() + 1)
      return find("told again", "entry " + std::to_string(entry.no) + " comes before those before it");
    if (fresh) entries_.push_back(said);
    if (!fresh && !batch.replayed)
      find("told again", "entry " + std::to_string(entry.no) + " was given twice");
    if (entries_[entry.no - 1] != said)
      find("told again", "entry " + std::to_string(entry.no) + " says something else after a start");
    if (batch.replayed) read_back_ = entry.no;
    replayed_ = batch.replayed;
    see_fact(entry.no, entry.stamped_at, *entry.fact, !fresh);
    if (!fresh) continue;
    ++counts_.entries;
    stamps_ahead_ = entry.stamped_at - schedule_.now();
    mix(std::to_string(entry.no) + std::to_string(said));
    answers_.see_fact(*entry.fact);
    for (const auto& effect : entry.effects) {
      see_effect(*effect);
      answers_.see_effect(*effect);
    }
  }
}

void Auditor::answered(const net::Request& request, Time arrived, const net::Response& response) {
  ++counts_.answers;
  mix(request.path + std::to_string(response.status) + response.body);
  answers_.answered(request, arrived, response);
  counts_.places = answers_.places();
}

void Auditor::said(const trust::Viewer& viewer, uint64_t line, const std::string& message, bool binary) {
  ++counts_.shown;
  mix(viewer.account + message);
  answers_.said(viewer, line, message, binary);
  counts_.places = answers_.places();
}

void Auditor::see_fact(uint64_t no, Time at, const v1::Fact& fact, bool again) {
  if (fact.has_report_received()) see_report(no, fact.report_received(), at, again);
  if (fact.has_entry_quarantined() && !again) see_quarantined(fact.entry_quarantined().entry_no());
  if (!again) see_shown_or_given_up(fact);
}

std::string Auditor::named(const ReportKey& key) {
  const auto& [device_id, epoch, seq] = key;
  return "report " + std::to_string(seq) + " (count " + std::to_string(epoch) + ") of " + device_id;
}

// Whoever does not count is known by the second of its fix.
Auditor::ReportKey Auditor::key_of(const v1::Report& report) {
  const uint64_t second = static_cast<uint64_t>(report.fix().fixed_at_us());
  return {report.device_id(), report.epoch(), report.seq() > 0 ? report.seq() : second};
}

void Auditor::acknowledged(const v1::Report& report) {
  ++counts_.acknowledged;
  const ReportKey key = key_of(report);
  const std::string bytes = report.SerializeAsString();
  const auto found = logged_.find(key);
  if (found == logged_.end())
    early_.emplace(key, bytes);
  else if (found->second.bytes != bytes)
    find("acknowledged", named(key) + " is not what was sent");
  else
    found->second.acknowledged = true;
  mix(bytes);
}

void Auditor::see_effect(const v1::Effect& effect) {
  const Time at{effect.at_us()};
  switch (effect.kind_case()) {
    case v1::Effect::kRaiseAlert:
      return raise(effect.raise_alert(), at);
    case v1::Effect::kUpdateAlert:
      return change(effect.update_alert());
    case v1::Effect::kClearAlert:
      return clear(effect.clear_alert());
    case v1::Effect::kSendHandOff:
      return see_hand_off(effect.send_hand_off());
    case v1::Effect::kUpdateHandOff: {
      const v1::HandOff& now = effect.update_hand_off();
      if (hand_off_states_[now.id()].state() != now.state())
        note_("hand-off " + now.id() + " is " + v1::HandOffState_Name(now.state()).substr(15));
      hand_off_states_[now.id()] = now;
      if (now.state() == v1::HAND_OFF_STATE_CLOSED || now.state() == v1::HAND_OFF_STATE_CANCELLED ||
          now.state() == v1::HAND_OFF_STATE_REJECTED)
        hand_offs_[now.id()].second = false;
      return;
    }
    case v1::Effect::kOpenCall:
      return see_call(effect.open_call(), true, false);
    case v1::Effect::kUpdateCall:
      return see_call(effect.update_call(), false, false);
    case v1::Effect::kCloseCall:
      return see_call(effect.close_call(), false, true);
    case v1::Effect::kNotifyProtected:
      notices_.push_back({effect.notify_protected().protected_id(), effect.notify_protected().alert_id()});
      return;
    case v1::Effect::kRaiseAlarm:
      if (effect.raise_alarm().kind() == v1::ALARM_KIND_ENTRY_QUARANTINED)
        quarantined_[effect.raise_alarm().entry_no()] = Time{};
      return;
    default:
      return;
  }
}

void Auditor::raise(const v1::Alert& alert, Time at) {
  ++counts_.alerts;
  note_(name_of(alert) + " rings (" + v1::AlertBasis_Name(alert.basis()).substr(12) + ")");
  if (alerts_.contains(alert.id())) find("once", name_of(alert) + " is raised a second time");
  if (alert.kind() != v1::ALERT_KIND_SOS)
    for (const auto& [id, held] : alerts_)
      if (held.open && rule_of(held.alert) == rule_of(alert))
        find("once", name_of(alert) + " is raised while " + id + " is open");
  Held& held = alerts_[alert.id()];
  held.alert = alert;
  held.raised_at = schedule_.now();
  if (on_alert) on_alert();
  const Matter* matter = matter_of(alert);
  // Of the way between two fixes an alert says itself that nobody saw it.
  if (matter == nullptr || !trusted(alert) || alert.basis() == v1::ALERT_BASIS_BETWEEN_FIXES) return;
  const Time shown{alert.happened_at_us()};
  const Time from = shown - Duration::seconds(120) - wrong_by_max_;
  const Time until = std::min(at, shown + Duration::seconds(5)) + wrong_by_max_;
  const bool near = std::any_of(matter->near.begin(), matter->near.end(),
                                [&](const auto& span) { return span.first <= until && span.second >= from; });
  if (!near) find("no cause", name_of(alert) + ": he was nowhere near");
}

void Auditor::change(const v1::Alert& alert) {
  const auto found = alerts_.find(alert.id());
  if (found == alerts_.end()) return find("once", name_of(alert) + " changes and was never raised");
  if (!found->second.open && alert.state() != v1::ALERT_STATE_CLEARED)
    find("once", name_of(alert) + " is open again after its end");
  found->second.alert = alert;
}

void Auditor::clear(const v1::Alert& alert) {
  const auto found = alerts_.find(alert.id());
  if (found == alerts_.end()) return find("once", name_of(alert) + " ends and was never raised");
  found->second.alert = alert;
  found->second.open = false;
  std::erase_if(notices_, [&](const Notice& one) { return one.alert_id == alert.id(); });
  note_(name_of(alert) + " ends: " + alert.clear_reason());
  const Matter* matter = matter_of(alert);
  if (matter == nullptr || !trusted(alert) || !matter->in_since.known()) return;
  if (schedule_.now() - matter->in_since > Duration::seconds(90))
    find("holds", name_of(alert) + " ends (" + alert.clear_reason() + ") while he is still there");
}

void Auditor::see_hand_off(const v1::HandOffMessage& message) {
  const auto& alarm = message.has_alarm_new() ? message.alarm_new() : message.alarm_update();
  if (!message.has_alarm_new() || alarm.informative()) return;
  ++counts_.handed_over;
  const std::string whom = message.incident_id() + "|" + message.to_agency_id();
  const auto known = hand_offs_.find(message.hand_off_id());
  if (known != hand_offs_.end() && known->second.first == whom) return;  // sent again
  for (const auto& [id, other] : hand_offs_)
    if (other.second && other.first == whom && id != message.hand_off_id())
      find("one call", "a second hand-off " + message.hand_off_id() + " beside " + id + " of one incident");
  hand_offs_[message.hand_off_id()] = {whom, true};
}

void Auditor::see_call(const v1::Call& call, bool opened, bool closed) {
  if (opened) {
    ++counts_.calls;
    std::string& known = call_of_hand_off_[call.hand_off_id()];
    if (!known.empty())
      find("one call", "hand-off " + call.hand_off_id() + " has a second call " + call.id());
    known = call.id();
  }
  calls_[call.id()] = call;
  if (closed) calls_.erase(call.id());
  for (const std::string& id : call.alert_ids())
    if (const auto found = alerts_.find(id); found != alerts_.end()) found->second.told = true;
}

void Auditor::told(const v1::HandOffMessage& message) {
  const auto& alarm = message.has_alarm_new() ? message.alarm_new() : message.alarm_update();
  mix(message.id());
  note_("the agency reads " + message.id() + " about " + alarm.alert_id());
  if (!hand_off_states_.contains(message.hand_off_id()))
    find("one call", "the agency was handed " + message.hand_off_id() + ", of which no entry speaks");
  if (const auto found = alerts_.find(alarm.alert_id()); found != alerts_.end()) found->second.told = true;
}

// Whoever looks at one alert sees them all.
void Auditor::see_shown_or_given_up(const v1::Fact& fact) {
  std::string person;
  if (fact.has_hop_observed() && fact.hop_observed().hop() == v1::HOP_SHOWN_PROTECTED) {
    person = fact.hop_observed().who();
  } else if (fact.has_contact_logged() && fact.contact_logged().by() == "notify") {
    for (const auto& [id, held] : alerts_)
      if (held.alert.incident_id() == fact.contact_logged().incident_id() &&
          !held.alert.protected_id().empty())
        person = held.alert.protected_id();
    note_(person + " cannot be reached, says the incident");
    given_up_[person] = schedule_.now();
  }
  std::erase_if(notices_, [&](const Notice& one) { return one.person_id == person; });
}

void Auditor::woken(const std::string& person_id) {
  ++counts_.woken;
  note_("the phone of " + person_id + " stirs");
  std::erase_if(notices_, [&](const Notice& one) { return one.person_id == person_id; });
}

std::vector<std::string> Auditor::alerts_about(const std::string& protected_id) const {
  std::vector<std::string> out;
  for (const auto& [id, held] : alerts_)
    if (held.open && held.alert.protected_id() == protected_id) out.push_back(id);
  return out;
}

void Auditor::check_notices(const Conditions& now) {
  for (Notice& notice : notices_) {
    const auto given_up = given_up_.find(notice.person_id);
    if (given_up != given_up_.end() && schedule_.now() - given_up->second < kGivenUpHolds) continue;
    if (now.node_up && now.phones_reachable) ++notice.grace_s;
    if (notice.grace_s <= kTellWithinS || std::exchange(notice.complained, true)) continue;
    find("woken", "the phone of " + notice.person_id + " did not stir for " + notice.alert_id);
  }
}

std::vector<Auditor::Work> Auditor::work() const {
  std::vector<Work> out;
  for (const auto& [id, held] : alerts_) {
    const v1::AlertHandling handling = held.alert.handling();
    if (held.open && handling == v1::ALERT_HANDLING_NEW) out.push_back({id, v1::HANDLING_ACKNOWLEDGE});
    if (held.open) continue;
    if (handling == v1::ALERT_HANDLING_NEW) out.push_back({id, v1::HANDLING_ACKNOWLEDGE});
    if (handling == v1::ALERT_HANDLING_ACKNOWLEDGED) out.push_back({id, v1::HANDLING_ACT});
    if (handling == v1::ALERT_HANDLING_IN_PROGRESS) out.push_back({id, v1::HANDLING_RESOLVE});
  }
  return out;
}

std::map<std::string, Time> Auditor::open_calls() const {
  std::map<std::string, Time> out;
  for (const auto& [id, call] : calls_) out[id] = Time{call.opened_at_us()};
  return out;
}

bool Auditor::open_alert(v1::AlertKind kind, const std::string& wearer_id,
                         const std::string& protected_id) const {
  return std::any_of(alerts_.begin(), alerts_.end(), [&](const auto& known) {
    const v1::Alert& alert = known.second.alert;
    return known.second.open && alert.kind() == kind &&
           (wearer_id.empty() || alert.wearer_id() == wearer_id) &&
           (protected_id.empty() || alert.protected_id() == protected_id);
  });
}

void Auditor::check_hand_overs(const Conditions& now) {
  for (auto& [id, held] : alerts_) {
    if (held.told || held.complained || !is_for_police(held.alert)) continue;
    const auto pair = std::find_if(town_.pairs.begin(), town_.pairs.end(),
                                   [&](const Pair& one) { return one.wearer_id == held.alert.wearer_id(); });
    if (pair == town_.pairs.end()) continue;
    // Of one whose device lies, whoever answers for where it says he is.
    const bool outside = pair->agency_id == kOutside || !trusted(held.alert);
    if (now.node_up && (!outside || now.agency_reachable)) ++held.grace_s;
    if (held.grace_s <= (outside ? kTellWithinS : kDeskSlack.s())) continue;
    held.complained = true;
    find("handed over", name_of(held.alert) + " was not told to " + pair->agency_id);
  }
}

void Auditor::drained(const std::map<std::string, size_t>& waiting_at) {
  find_lost();
  if (!poison_.empty()) find("poison", std::to_string(poison_.size()) + " entries were never passed over");
  for (const auto& [no, since] : quarantined_)
    if (since.known())
      find("poison", "nobody was alarmed that entry " + std::to_string(no) + " is passed over");
  for (const auto& [where, waiting] : waiting_at)
    if (waiting > 0) find("drains", std::to_string(waiting) + " still wait at " + where);
  for (const auto& [id, held] : alerts_) {
    if (is_for_police(held.alert) && !held.told) find("drains", name_of(held.alert) + " was never told");
    const bool of_place =
        held.alert.kind() == v1::ALERT_KIND_KEEP_AWAY || held.alert.kind() == v1::ALERT_KIND_EXCLUSION ||
        held.alert.kind() == v1::ALERT_KIND_SILENCE || held.alert.kind() == v1::ALERT_KIND_PROTECTED_SILENCE;
    // Where stamps run ahead, all that devices say is old by them, and nothing is known to be over.
    if (held.open && of_place && trusted(held.alert) && stamps_ahead_ < kStampsAhead)
      find("drains", name_of(held.alert) + " is still open");
  }
  for (const auto& [id, state] : hand_off_states_)
    if (state.state() < v1::HAND_OFF_STATE_REJECTED && !state.informative())
      find("drains", "hand-off " + id + " to " + state.agency_id() + " was never answered");
}

}  // namespace haechi::hunt
