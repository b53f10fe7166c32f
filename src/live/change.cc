#include "live/change.h"

#include <algorithm>
#include <utility>

#include "base/ensure.h"
#include "law/pack.h"
#include "live/json.h"
#include "picture/persons_of.h"
#include "picture/synthetic.h"

namespace haechi::live {
namespace {

using google::protobuf::Message;

template <typename T>
std::shared_ptr<Change> make(const char* name, Topic topic, trust::Action action, const std::string& id,
                             std::shared_ptr<const T> body) {
  auto change = std::make_shared<Change>();
  change->name = name;
  change->topic = topic;
  change->action = action;
  change->id = id;
  change->body = std::move(body);
  return change;
}

template <typename T>
std::shared_ptr<const T> copy_of(const T& message) {
  return std::make_shared<const T>(message);
}

// Agencies of the incident: those that run a call, and those told for information.
void add_incident_audience(const picture::Picture& picture, const std::string& incident_id,
                           Audience& audience) {
  audience.synthetic = picture::is_synthetic_incident(picture, incident_id);
  for (const v1::Call* call : picture.calls().calls_of_incident(incident_id)) {
    audience.agencies.push_back(call->agency_id());
  }
  for (const std::string& id : picture.alerts().hand_off_ids(incident_id)) {
    const v1::HandOff* hand_off = picture.alerts().hand_off(id);
    if (hand_off->informative()) audience.informed.push_back(hand_off->agency_id());
  }
}

}  // namespace

std::vector<std::string> persons_of_incident(const picture::Picture& picture, const std::string& id) {
  const v1::Incident* incident = picture.alerts().incident(id);
  return incident == nullptr ? std::vector<std::string>() : picture::persons_of(*incident);
}

namespace {

std::shared_ptr<Change> alert_change(const picture::Picture& picture, std::shared_ptr<const v1::Alert> body) {
  const v1::Alert& alert = *body;
  auto change = make("alert", Topic::kAlerts, trust::Action::kSeeAlert, alert.id(), std::move(body));
  add_incident_audience(picture, alert.incident_id(), change->audience);
  change->audience.synthetic = alert.synthetic();
  change->audience.wearer_id = alert.wearer_id();
  change->audience.about = picture::persons_of(alert);
  if (!alert.protected_id().empty() && law::told_to_protected(alert))
    change->audience.owners.push_back(alert.protected_id());
  if (alert.has_place()) {
    const bool hers = alert.kind() == v1::ALERT_KIND_SOS || alert.wearer_id().empty();
    change->places = {hers && !alert.protected_id().empty() ? alert.protected_id() : alert.wearer_id()};
  }
  return change;
}

std::shared_ptr<Change> incident_change(const picture::Picture& picture,
                                        std::shared_ptr<const v1::Incident> body) {
  const v1::Incident& incident = *body;
  auto change = make("incident", Topic::kAlerts, trust::Action::kSeeAlert, incident.id(), std::move(body));
  add_incident_audience(picture, incident.id(), change->audience);
  change->audience.wearer_id = incident.wearer_id();
  change->audience.about = picture::persons_of(incident);
  return change;
}

void hide_place(v1::Destination& destination) {
  destination.clear_place();
  destination.clear_accuracy_mm();
}

// The persons whose places the call holds: an order may protect more than one. A place that cannot be decided
// about, because it is nobody's or there are too many, is left out for everyone.
std::vector<std::string> take_places(std::shared_ptr<const v1::Call>& call) {
  std::vector<std::string> persons;
  std::shared_ptr<v1::Call> copy;
  for (int i = 0; i < call->destinations_size(); ++i) {
    const v1::Destination& destination = call->destinations(i);
    const std::string& id = destination.person_id();
    if (!destination.has_place() || std::find(persons.begin(), persons.end(), id) != persons.end()) continue;
    if (!id.empty() && persons.size() < kPlacesMax) {
      persons.push_back(id);
      continue;
    }
    if (copy == nullptr) copy = std::make_shared<v1::Call>(*call);
    hide_place(*copy->mutable_destinations(i));
  }
  if (copy != nullptr) call = std::move(copy);
  return persons;
}

std::shared_ptr<Change> call_change(const picture::Picture& picture, std::shared_ptr<const v1::Call> body) {
  std::vector<std::string> places = take_places(body);
  const v1::Call& call = *body;
  auto change = make("call", Topic::kCalls, trust::Action::kSeeCall, call.id(), std::move(body));
  change->audience.agencies.push_back(call.agency_id());
  change->audience.about = picture::persons_of(call);
  change->audience.synthetic = picture::is_synthetic(picture, call.wearer_id());
  for (const v1::Assignment& assignment : call.assignments()) {
    if (picture::is_assigned(call, assignment.unit_id()))
      change->audience.units.push_back(assignment.unit_id());
  }
  change->places = std::move(places);
  return change;
}

// Whom the alerts of the incident are about is told how far the help is that was asked for.
std::shared_ptr<Change> hand_off_change(const picture::Picture& picture,
                                        std::shared_ptr<const v1::HandOff> body) {
  const v1::HandOff& hand_off = *body;
  auto change = make("hand_off", Topic::kCalls, trust::Action::kSeeCall, hand_off.id(), std::move(body));
  change->audience.agencies.push_back(hand_off.agency_id());
  // One whose incident has left the books already was synthetic: such incidents make room first.
  change->audience.synthetic = picture.alerts().incident(hand_off.incident_id()) == nullptr ||
                               picture::is_synthetic_incident(picture, hand_off.incident_id());
  change->audience.about = persons_of_incident(picture, hand_off.incident_id());
  if (hand_off.informative()) return change;
  std::vector<std::string>& owners = change->audience.owners;
  for (const std::string& id : picture.alerts().alert_ids(hand_off.incident_id())) {
    const std::string& her = picture.alerts().alert(id)->alert().protected_id();
    if (!her.empty() && std::find(owners.begin(), owners.end(), her) == owners.end()) owners.push_back(her);
  }
  return change;
}

std::shared_ptr<Change> alarm_change(const picture::Picture& picture, std::shared_ptr<const v1::Alarm> body) {
  const v1::Alarm& alarm = *body;
  auto change = make("alarm", Topic::kAlerts, trust::Action::kSeeAlert, alarm.id(), std::move(body));
  if (!alarm.agency_id().empty()) change->audience.agencies.push_back(alarm.agency_id());
  add_incident_audience(picture, alarm.incident_id(), change->audience);
  change->audience.about = persons_of_incident(picture, alarm.incident_id());
  if (!alarm.person_id().empty()) change->audience.about.push_back(alarm.person_id());
  return change;
}

std::shared_ptr<Change> view_change(std::shared_ptr<const v1::View> body) {
  const v1::View& view = *body;
  auto change = make("view", Topic::kViews, trust::Action::kSeeView, view.id(), std::move(body));
  change->audience.owners.push_back(view.protected_id());
  change->audience.wearer_id = view.wearer_id();
  change->audience.about = {view.wearer_id()};
  change->places = {view.wearer_id()};
  return change;
}

std::shared_ptr<Change> unit_change(const picture::Picture& picture,
                                    std::shared_ptr<const v1::UnitState> body) {
  const std::string id = body->unit_id();
  auto change = make("unit", Topic::kCalls, trust::Action::kSeeUnit, id, std::move(body));
  if (const auto* unit = picture.calls().unit(id))
    change->audience.agencies.push_back(unit->unit.agency_id());
  change->audience.units.push_back(id);
  return change;
}

void hide_place(v1::Call& call, const std::string& person_id) {
  for (v1::Destination& destination : *call.mutable_destinations()) {
    if (destination.person_id() == person_id) hide_place(destination);
  }
}

// Leaves of a view only that it is open.
void hide_view(v1::View& view) {
  v1::View bare;
  bare.set_id(view.id());
  bare.set_protected_id(view.protected_id());
  bare.set_wearer_id(view.wearer_id());
  bare.set_alert_id(view.alert_id());
  bare.set_mode(view.mode());
  bare.set_trend(v1::TREND_UNKNOWN);
  view = bare;
}

v1::Alert reduced(const v1::Alert& alert) {
  v1::Alert out;
  out.set_id(alert.id());
  out.set_incident_id(alert.incident_id());
  out.set_kind(alert.kind());
  out.set_code(alert.code());
  out.set_state(alert.state());
  out.set_handling(alert.handling());
  out.set_protected_id(alert.protected_id());
  out.set_opened_at_us(alert.opened_at_us());
  out.set_cleared_at_us(alert.cleared_at_us());
  return out;
}

// That the police have the call and that somebody was sent. Who, where and when they arrive is not said: a
// car that reached him would read as one that reached her.
v1::HandOff reduced(const v1::HandOff& hand_off) {
  v1::HandOff out;
  out.set_id(hand_off.id());
  out.set_incident_id(hand_off.incident_id());
  out.set_received_at_us(hand_off.received_at_us());
  out.set_accepted_at_us(hand_off.accepted_at_us());
  out.set_assigned_at_us(hand_off.assigned_at_us());
  out.set_closed_at_us(hand_off.closed_at_us());
  return out;
}

}  // namespace

std::string Change::body_json(Variant variant) const {
  if (variant == 0) return json(*body);
  if (const auto* alert = dynamic_cast<const v1::Alert*>(body.get())) {
    if (variant == kReduced) return json(reduced(*alert));
    v1::Alert copy = *alert;
    copy.clear_place();
    return json(copy);
  }
  if (const auto* hand_off = dynamic_cast<const v1::HandOff*>(body.get())) return json(reduced(*hand_off));
  if (const auto* call = dynamic_cast<const v1::Call*>(body.get())) {
    v1::Call copy = *call;
    for (size_t i = 0; i < places.size(); ++i) {
      if (variant & hide_bit(i)) hide_place(copy, places[i]);
    }
    return json(copy);
  }
  if (const auto* view = dynamic_cast<const v1::View*>(body.get())) {
    v1::View copy = *view;
    if (variant & kHideFirst) {
      hide_view(copy);
    } else {
      copy.clear_place();
      copy.clear_accuracy_m();
    }
    return json(copy);
  }
  ENSURE(false, name, static_cast<int>(variant));
}

const std::shared_ptr<const std::string>& Change::text(Variant variant) const {
  auto& kept = texts_[variant];
  if (kept != nullptr) return kept;
  std::string out = "{\"entry\":" + std::to_string(cursor.entry);
  if (!resent) {
    out += ",\"cursor\":\"" + std::to_string(cursor.entry) + '.' + std::to_string(cursor.part) + '"';
  }
  out += ",\"at_us\":" + std::to_string(at_us);
  if (durable_us != 0) out += ",\"durable_at_us\":" + std::to_string(durable_us);
  if (judged_us != 0) out += ",\"judged_at_us\":" + std::to_string(judged_us);
  out += ",\"";
  out += name;
  out += "\":" + body_json(variant) + '}';
  kept = std::make_shared<const std::string>(std::move(out));
  return kept;
}

std::shared_ptr<Change> change_of_alert(const picture::Picture& picture, const v1::Alert& alert) {
  return alert_change(picture, copy_of(alert));
}
std::shared_ptr<Change> change_of_incident(const picture::Picture& picture, const v1::Incident& incident) {
  return incident_change(picture, copy_of(incident));
}
std::shared_ptr<Change> change_of_call(const picture::Picture& picture, const v1::Call& call) {
  return call_change(picture, copy_of(call));
}
std::shared_ptr<Change> change_of_hand_off(const picture::Picture& picture, const v1::HandOff& hand_off) {
  return hand_off_change(picture, copy_of(hand_off));
}
std::shared_ptr<Change> change_of_alarm(const picture::Picture& picture, const v1::Alarm& alarm) {
  return alarm_change(picture, copy_of(alarm));
}
std::shared_ptr<Change> change_of_view(const v1::View& view) {
  return view_change(copy_of(view));
}

std::shared_ptr<Change> change_of_unit(const picture::Picture& picture, const std::string& unit_id) {
  const auto* unit = picture.calls().unit(unit_id);
  v1::UnitState state;
  if (unit != nullptr) state = unit->state;
  state.set_unit_id(unit_id);
  return unit_change(picture, copy_of(state));
}

std::shared_ptr<Change> change_of_hop(const picture::Picture& picture, const v1::HopObserved& hop) {
  auto change = make("hop", Topic::kAlerts, trust::Action::kSeeAlert, hop.alert_id(), copy_of(hop));
  if (const auto* record = picture.alerts().alert(hop.alert_id())) {
    add_incident_audience(picture, record->alert().incident_id(), change->audience);
    change->audience.wearer_id = record->alert().wearer_id();
    change->audience.about = picture::persons_of(record->alert());
  }
  return change;
}

std::shared_ptr<Change> cases_changed() {
  return make("cases", Topic::kCases, trust::Action::kSeeCase, "", copy_of(v1::LiveMessage::CasesChanged()));
}

std::shared_ptr<Change> revocation(const char* kind, const std::string& id, const std::string& person_id,
                                   const char* reason, Audience audience) {
  v1::Revoked body;
  body.set_kind(kind);
  body.set_id(id);
  body.set_person_id(person_id);
  body.set_reason(reason);
  auto change = make("revoked", Topic::kCalls, trust::Action::kSeeSelf, id, copy_of(body));
  change->audience = std::move(audience);
  change->audience.directed = true;
  return change;
}

std::shared_ptr<Change> change_of(const picture::Picture& picture,
                                  const std::shared_ptr<const v1::Effect>& effect) {
  // A body inside the effect, kept alive by it.
  const auto part = [&](const auto& message) {
    return std::shared_ptr<const std::decay_t<decltype(message)>>(effect, &message);
  };
  switch (effect->kind_case()) {
    case v1::Effect::kRaiseAlert:
      return alert_change(picture, part(effect->raise_alert()));
    case v1::Effect::kUpdateAlert:
      return alert_change(picture, part(effect->update_alert()));
    case v1::Effect::kClearAlert:
      return alert_change(picture, part(effect->clear_alert()));
    case v1::Effect::kOpenIncident:
      return incident_change(picture, part(effect->open_incident()));
    case v1::Effect::kUpdateIncident:
      return incident_change(picture, part(effect->update_incident()));
    case v1::Effect::kCloseIncident:
      return incident_change(picture, part(effect->close_incident()));
    case v1::Effect::kUpdateHandOff:
      return hand_off_change(picture, part(effect->update_hand_off()));
    case v1::Effect::kOpenCall:
      return call_change(picture, part(effect->open_call()));
    case v1::Effect::kUpdateCall:
      return call_change(picture, part(effect->update_call()));
    case v1::Effect::kCloseCall:
      return call_change(picture, part(effect->close_call()));
    case v1::Effect::kUpdateUnit:
      return unit_change(picture, part(effect->update_unit()));
    case v1::Effect::kOpenView:
      return view_change(part(effect->open_view()));
    case v1::Effect::kUpdateView:
      return view_change(part(effect->update_view()));
    case v1::Effect::kCloseView: {
      const v1::ViewClosed& closed = effect->close_view();
      auto change =
          make("view_closed", Topic::kViews, trust::Action::kSeeSelf, closed.view_id(), part(closed));
      change->audience.owners.push_back(closed.protected_id());
      change->audience.directed = true;
      return change;
    }
    case v1::Effect::kRaiseAlarm:
      return alarm_change(picture, part(effect->raise_alarm()));
    case v1::Effect::kNotifyProtected: {
      const v1::ProtectedNotice& notice = effect->notify_protected();
      auto change = make("notice", Topic::kViews, trust::Action::kSeeSelf, notice.alert_id(), part(notice));
      change->audience.owners.push_back(notice.protected_id());
      change->audience.directed = true;
      return change;
    }
    default:
      return nullptr;
  }
}

std::shared_ptr<const Change> CurrentChanges::of(const ObjectKey& object) {
  if (std::exchange(entry_no_, picture_.entry_no()) != entry_no_) kept_.clear();
  const auto [kept, is_new] = kept_.try_emplace(object);
  if (!is_new) return kept->second;
  const auto& [name, id] = object;
  std::shared_ptr<Change> change;
  if (name == "alert") {
    if (const auto* record = picture_.alerts().alert(id)) change = change_of_alert(picture_, record->alert());
  } else if (name == "call") {
    if (const auto* call = picture_.calls().call(id)) change = change_of_call(picture_, *call);
  } else if (const auto* view = picture_.calls().view(id)) {
    change = change_of_view(*view);
  }
  if (change == nullptr) return nullptr;
  change->resent = true;
  change->cursor.entry = picture_.entry_no();
  change->at_us = picture_.stamped_at().us;
  return kept->second = change;
}

void ChangeRing::push(std::shared_ptr<Change> change) {
  ENSURE(changes_.empty() || changes_.back()->cursor < change->cursor, change->cursor.entry,
         change->cursor.part);
  change->bytes_before = bytes_;
  bytes_ += 160 + 3 * change->body->ByteSizeLong();  // JSON takes about three times the binary form
  changes_.push_back(std::move(change));
  if (changes_.size() > messages_max_) {
    forgotten_ = changes_.front()->cursor;
    changes_.pop_front();
    ++first_;
  }
}

uint64_t ChangeRing::bytes_from(uint64_t number) const {
  return number >= end() ? 0 : bytes_ - at(std::max(number, first_)).bytes_before;
}

std::optional<uint64_t> ChangeRing::after(Cursor cursor) const {
  if (cursor < forgotten_) return std::nullopt;
  const auto next =
      std::upper_bound(changes_.begin(), changes_.end(), cursor,
                       [](Cursor wanted, const auto& change) { return wanted < change->cursor; });
  return first_ + static_cast<uint64_t>(next - changes_.begin());
}

}  // namespace haechi::live
