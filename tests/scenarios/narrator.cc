#include "tests/scenarios/narrator.h"

#include <algorithm>
#include <cctype>
#include <set>

namespace haechi::scenario {
namespace {

// "ALERT_KIND_NEAR_WARN" without "ALERT_KIND_".
template <typename Name>
std::string tail(const Name& name, const char* prefix) {
  return std::string(name).substr(std::string(prefix).size());
}
std::string kind_of(const v1::Alert& alert) {
  return tail(v1::AlertKind_Name(alert.kind()), "ALERT_KIND_");
}
std::string words(std::string name) {
  for (char& c : name) c = c == '_' ? ' ' : static_cast<char>(std::tolower(c));
  return name;
}
std::string metres(int64_t mm) {
  return std::to_string((mm + 500) / 1000) + " m";
}
std::string target(v1::Target target) {
  return target == v1::TARGET_WEARER ? "the wearer" : "the protected person";
}
// "U1", "U1 and U2", "U1, U2 and U3".
std::string list(const std::vector<std::string>& parts) {
  std::string out;
  for (size_t i = 0; i < parts.size(); ++i)
    out += (i == 0 ? "" : i + 1 == parts.size() ? " and " : ", ") + parts[i];
  return out;
}

}  // namespace

std::string Narrator::name(char prefix, const std::string& id) {
  if (id.empty()) return "";
  std::string& made = short_names_[id];
  if (made.empty()) {
    made = prefix + std::to_string(++count_[prefix]);
    ids_[made] = id;
  }
  return made;
}

std::string Narrator::id_of(const std::string& short_name) const {
  if (const auto found = ids_.find(short_name); found != ids_.end()) return found->second;
  for (auto id = alert_order_.rbegin(); id != alert_order_.rend(); ++id)
    if (kind_of(alerts_.at(*id)) == short_name) return *id;
  return "";
}

const std::vector<v1::HandOffMessage>* Narrator::sent(const std::string& hand_off_id) const {
  const auto found = sent_.find(hand_off_id);
  return found == sent_.end() ? nullptr : &found->second;
}

std::vector<std::string> Narrator::tell(const std::vector<std::shared_ptr<const v1::Effect>>& effects) {
  // Between two machines in one house a hand-off runs through several states within one entry: the last is
  // news.
  std::map<std::string, size_t> last;
  for (size_t i = 0; i < effects.size(); ++i)
    if (effects[i]->has_update_hand_off()) last[effects[i]->update_hand_off().id()] = i;
  std::vector<std::string> out;
  for (size_t i = 0; i < effects.size(); ++i) {
    if (effects[i]->has_update_hand_off() && last[effects[i]->update_hand_off().id()] != i) continue;
    std::string said = tell_one(*effects[i]);
    const v1::Effect::KindCase kind = effects[i]->kind_case();
    const bool alert = kind == v1::Effect::kRaiseAlert || kind == v1::Effect::kUpdateAlert ||
                       kind == v1::Effect::kClearAlert || kind == v1::Effect::kNotifyProtected;
    if (!said.empty() && (alert || !only_alerts_)) out.push_back(std::move(said));
  }
  return out;
}

std::string Narrator::tell_one(const v1::Effect& effect) {
  switch (effect.kind_case()) {
    case v1::Effect::kRaiseAlert:
      return raised(effect.raise_alert());
    case v1::Effect::kUpdateAlert:
      return updated(effect.update_alert());
    case v1::Effect::kClearAlert:
      return cleared(effect.clear_alert());
    case v1::Effect::kOpenIncident:
      return name('I', effect.open_incident().id()) + " opened about " +
             (effect.open_incident().wearer_id().empty()
                  ? list({effect.open_incident().protected_ids().begin(),
                          effect.open_incident().protected_ids().end()})
                  : effect.open_incident().wearer_id());
    case v1::Effect::kCloseIncident:
      return name('I', effect.close_incident().id()) + " closed";
    case v1::Effect::kSendHandOff:
      return sent_message(effect.send_hand_off());
    case v1::Effect::kUpdateHandOff:
      return hand_off(effect.update_hand_off());
    case v1::Effect::kOpenCall:
      return call_opened(effect.open_call());
    case v1::Effect::kUpdateCall:
      return call_updated(effect.update_call());
    case v1::Effect::kCloseCall:
      calls_[effect.close_call().id()] = effect.close_call();
      return name('C', effect.close_call().id()) + " closed" +
             (effect.close_call().disposition().empty() ? "" : " as " + effect.close_call().disposition());
    case v1::Effect::kUpdateUnit:
      return unit(effect.update_unit());
    case v1::Effect::kOpenView:
      return view(effect.open_view());
    case v1::Effect::kUpdateView:
      return view(effect.update_view());
    case v1::Effect::kCloseView:
      views_.erase(effect.close_view().view_id());
      return name('V', effect.close_view().view_id()) + " closed to " + effect.close_view().protected_id() +
             " (" + words(effect.close_view().reason()) + ')';
    case v1::Effect::kCommandDevice:
      return "device " + effect.command_device().device_id() + " asked to report every " +
             std::to_string(effect.command_device().interval_s()) + " s";
    case v1::Effect::kRaiseAlarm:
      return alarm(effect.raise_alarm());
    case v1::Effect::kGrantTrack:
      return effect.grant_track().unit_id() + " may follow " + effect.grant_track().person_id();
    case v1::Effect::kRevokeTrack:
      return effect.revoke_track().unit_id() + " may no longer follow " + effect.revoke_track().person_id();
    case v1::Effect::kNotifyProtected:
      return notice(effect.notify_protected(), Time{effect.at_us()});
    default:
      return "";
  }
}

std::string Narrator::raised(const v1::Alert& alert) {
  alerts_[alert.id()] = alert;
  alert_order_.push_back(alert.id());
  std::string out =
      name('A', alert.id()) + " rings: " + kind_of(alert) + ", code " + std::to_string(alert.code());
  const bool both = !alert.wearer_id().empty() && !alert.protected_id().empty();
  const std::string who = alert.wearer_id() + (both ? " and " : "") + alert.protected_id();
  if (!who.empty()) out += ", " + who;
  if (!alert.zone_id().empty()) out += ", zone " + alert.zone_id();
  if (!alert.order_id().empty()) out += ", order " + alert.order_id();
  if (alert.order_version() > 1) out += " version " + std::to_string(alert.order_version());
  if (alert.has_proximity()) out += ", " + metres(alert.proximity().distance_mm()) + " apart";
  if (alert.basis() > v1::ALERT_BASIS_FIX)
    out += ", by " + words(tail(v1::AlertBasis_Name(alert.basis()), "ALERT_BASIS_"));
  if (alert.time_to_contact_s() != 0)
    out += ", contact in " + std::to_string(alert.time_to_contact_s()) + " s";
  if (alert.reach_mm() != 0) out += ", may have come " + metres(alert.reach_mm());
  if (alert.suspicion() != v1::SUSPICION_UNSPECIFIED)
    out += ", suspicion " + words(tail(v1::Suspicion_Name(alert.suspicion()), "SUSPICION_"));
  if (alert.devices() != 0) out += ", " + std::to_string(alert.devices()) + " devices";
  if (!alert.carrier().empty()) out += " of carrier " + alert.carrier();
  if (alert.uncovered_ids_size() != 0)
    out += ", uncovered " + list({alert.uncovered_ids().begin(), alert.uncovered_ids().end()});
  if (alert.late()) out += ", late";
  if (alert.clock_ahead()) out += ", clock ahead";
  if (!alert.previous_alert_id().empty()) out += ", again after " + name('A', alert.previous_alert_id());
  return out;
}

std::string Narrator::updated(const v1::Alert& alert) {
  const v1::Alert before = alerts_[alert.id()];
  alerts_[alert.id()] = alert;
  std::vector<std::string> news;
  if (alert.state() != before.state())
    news.push_back(alert.state() == v1::ALERT_STATE_UNKNOWN ? "is unknown" : "is known again");
  if (only_alerts_) return news.empty() ? "" : name('A', alert.id()) + ' ' + list(news);
  if (alert.handling() != before.handling())
    news.push_back("is " + words(tail(v1::AlertHandling_Name(alert.handling()), "ALERT_HANDLING_")) + " by " +
                   alert.handled_by());
  if (alert.escalation() != before.escalation())
    news.push_back("goes up to level " + std::to_string(alert.escalation()));
  if (alert.code() != before.code()) news.push_back("has code " + std::to_string(alert.code()));
  return news.empty() ? "" : name('A', alert.id()) + ' ' + list(news);
}

std::string Narrator::cleared(const v1::Alert& alert) {
  alerts_[alert.id()] = alert;
  return name('A', alert.id()) + " clears: " + kind_of(alert) + " (" + words(alert.clear_reason()) + ')' +
         (alert.devices() == 0 ? "" : ", " + std::to_string(alert.devices()) + " devices");
}

std::string Narrator::sent_message(const v1::HandOffMessage& message) {
  auto& before = sent_[message.hand_off_id()];
  const bool again = std::any_of(before.begin(), before.end(),
                                 [&](const v1::HandOffMessage& one) { return one.id() == message.id(); });
  if (!again) before.push_back(message);
  const std::string start = name('H', message.hand_off_id()) + " to " + message.to_agency_id() + ": ";
  const auto alarm = [this](const v1::HandOffMessage::Alarm& told) {
    return tail(told.alert_kind(), "ALERT_KIND_") + ' ' + name('A', told.alert_id()) + ", code " +
           std::to_string(told.code()) + (told.informative() ? ", for information" : "");
  };
  std::string what;
  if (message.has_alarm_new()) {
    what = alarm(message.alarm_new());
    told_[message.hand_off_id()] = what;
  } else if (message.has_alarm_update()) {
    what = alarm(message.alarm_update());
    if (!again && told_[message.hand_off_id()] == what) return "";  // only where they are now
    told_[message.hand_off_id()] = what;
    what = "now " + what;
  } else if (message.has_alarm_clear()) {
    what = name('A', message.alarm_clear().alert_id()) + " is clear";
  } else if (message.has_cancel_request()) {
    what = "asked to cancel";
  } else {
    return "";
  }
  return start + what + (again ? " (sent again)" : "");
}

std::string Narrator::hand_off(const v1::HandOff& now) {
  const v1::HandOff before = hand_offs_[now.id()];
  hand_offs_[now.id()] = now;
  std::vector<std::string> news;
  if (now.state() != before.state() && now.state() != v1::HAND_OFF_STATE_SENT)
    news.push_back("is " + words(tail(v1::HandOffState_Name(now.state()), "HAND_OFF_STATE_")));
  if (now.fallback() && !before.fallback()) news.push_back("goes out by telephone as well");
  if (now.overdue() && !before.overdue()) news.push_back("is overdue");
  if (now.late_answers() > before.late_answers()) news.push_back("had an answer out of order");
  return news.empty() ? "" : name('H', now.id()) + ' ' + list(news);
}

std::string Narrator::call_opened(const v1::Call& call) {
  calls_[call.id()] = call;
  std::vector<std::string> where;
  for (const v1::Destination& to : call.destinations())
    where.push_back(to.person_id() + (to.has_place() ? "" : " (place not known)"));
  return name('C', call.id()) + " opened by " + call.agency_id() + " for " + name('I', call.incident_id()) +
         ", code " + std::to_string(call.code()) + ", destinations " + list(where);
}

std::string Narrator::call_updated(const v1::Call& call) {
  const v1::Call before = calls_[call.id()];
  calls_[call.id()] = call;
  std::vector<std::string> news;
  if (call.code() != before.code()) news.push_back("has code " + std::to_string(call.code()));
  if (call.alert_kind() != before.alert_kind())
    news.push_back("is now about " + tail(call.alert_kind(), "ALERT_KIND_"));
  if (call.destinations_size() != before.destinations_size())
    news.push_back("has " + std::to_string(call.destinations_size()) + " destinations");
  if (call.unit_missing() != before.unit_missing())
    news.push_back(call.unit_missing() ? "lacks a unit" : "lacks no unit");
  if (call.condition_cleared_at_us() != 0 && before.condition_cleared_at_us() == 0)
    news.push_back("is told that all is clear");
  if (call.condition_cleared_at_us() == 0 && before.condition_cleared_at_us() != 0)
    news.push_back("is told that all is not clear");
  if (call.cancel_reason() != before.cancel_reason()) news.push_back("may be cancelled");
  return news.empty() ? "" : name('C', call.id()) + ' ' + list(news);
}

std::string Narrator::unit(const v1::UnitState& state) {
  const v1::UnitState before = units_[state.unit_id()];
  units_[state.unit_id()] = state;
  if (state.status() == before.status() && state.call_id() == before.call_id()) return "";
  if (before.unit_id().empty() && state.status() == v1::UNIT_STATUS_AVAILABLE) return "";  // just registered
  std::string out =
      state.unit_id() + " is " + words(tail(v1::UnitStatus_Name(state.status()), "UNIT_STATUS_"));
  if (state.call_id() != before.call_id() && !state.call_id().empty())
    out += " to " + target(state.target()) + " of " + name('C', state.call_id());
  return out;
}

std::string Narrator::view(const v1::View& view) {
  const auto known = views_.find(view.id());
  const bool first = known == views_.end();
  const v1::View before = first ? v1::View() : known->second;
  views_[view.id()] = view;
  const std::string start = name('V', view.id());
  const std::string mode = view.mode() == v1::VIEW_MODE_MAP ? "a map" : "distance only";
  std::string out;
  if (first) {
    out = start + " opened to " + view.protected_id() + ": " + mode + " of " + view.wearer_id() + ", " +
          std::to_string(view.distance_m()) + " m";
  } else if (view.mode() != before.mode()) {
    out = start + " shows " + mode + ", " + std::to_string(view.distance_m()) + " m";
  }
  if (view.degraded() != before.degraded()) {
    const std::string how = view.degraded() ? "old positions" : "fresh positions";
    out += out.empty() ? start + " rests on " + how : ", " + how;
  }
  // Not for a scenario to state: what must hold of every view, in any of them.
  if (view.has_place() != (view.mode() == v1::VIEW_MODE_MAP)) out += ", AND A PLACE THAT IT MUST NOT HOLD";
  return out;
}

std::string Narrator::alarm(const v1::Alarm& alarm) {
  std::string out = "alarm: " + tail(v1::AlarmKind_Name(alarm.kind()), "ALARM_KIND_");
  if (!alarm.alert_id().empty()) out += " of " + name('A', alarm.alert_id());
  if (!alarm.hand_off_id().empty()) out += ", " + name('H', alarm.hand_off_id());
  if (!alarm.call_id().empty()) out += ", " + name('C', alarm.call_id());
  if (alarm.level() > 1) out += ", level " + std::to_string(alarm.level());
  return out;
}

std::string Narrator::notice(const v1::ProtectedNotice& notice, Time at) {
  notices_.emplace_back(at, notice.protected_id());
  std::string out = notice.protected_id() + " is told of " + name('A', notice.alert_id());
  if (notice.reason() != v1::ProtectedNotice::REASON_UNSPECIFIED)
    out += ": " + words(tail(v1::ProtectedNotice::Reason_Name(notice.reason()), ""));
  return out;
}

std::vector<v1::Alert> Narrator::alerts() const {
  std::vector<v1::Alert> out;
  for (const std::string& id : alert_order_) out.push_back(alerts_.at(id));
  return out;
}

std::vector<std::string> Narrator::open_alerts() const {
  std::vector<std::string> out;
  for (const std::string& id : alert_order_) {
    const v1::Alert& alert = alerts_.at(id);
    if (alert.state() == v1::ALERT_STATE_CLEARED) continue;
    out.push_back(short_names_.at(id) + ' ' + kind_of(alert) +
                  (alert.state() == v1::ALERT_STATE_UNKNOWN ? ", unknown" : "") + ", " +
                  words(tail(v1::AlertHandling_Name(alert.handling()), "ALERT_HANDLING_")));
  }
  return out;
}

std::vector<std::string> Narrator::new_alerts() const {
  std::vector<std::string> out;
  for (const std::string& id : alert_order_)
    if (alerts_.at(id).handling() == v1::ALERT_HANDLING_NEW) out.push_back(short_names_.at(id));
  return out;
}

}  // namespace haechi::scenario
