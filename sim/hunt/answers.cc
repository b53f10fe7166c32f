#include "hunt/answers.h"

#include <google/protobuf/util/json_util.h>

#include "hunt/readers.h"
#include "live/frame_reader.h"

namespace haechi::hunt {
namespace {

constexpr Duration kRecordsKept = Duration::seconds(120);
constexpr Duration kRecordHolds =
    Duration::seconds(75);                             // on a line: a minute, by a clock that may be too slow
constexpr Duration kFoldSlack = Duration::seconds(1);  // between a batch that is told and what is read of it
constexpr std::string_view kPosition = "/api/v1/positions/", kTrack = "/api/v1/tracks/";

std::string named_view(const v1::View& view) {
  return view.id() + "@" + std::to_string(view.wearer_fixed_at_us());
}

bool is_hers(const v1::Alert& alert) {
  return alert.kind() == v1::ALERT_KIND_SOS || alert.kind() == v1::ALERT_KIND_PROTECTED_SILENCE;
}

}  // namespace

Answers::Answers(const Schedule& schedule, const Town& town, Find find)
    : schedule_(schedule), find_(std::move(find)) {
  for (const trust::Viewer& viewer : readers_of(town)) viewers_["Bearer " + key_of(viewer.account)] = viewer;
}

void Answers::untie(const std::string& name, const std::string& by) {
  const auto found = ties_.find(name);
  if (found == ties_.end() || found->second.erase(by) == 0 || !found->second.empty()) return;
  untied_at_[name] = schedule_.now();
}

void Answers::untie_all(const std::string& by) {
  for (auto& [name, holders] : ties_)
    if (holders.erase(by) > 0 && holders.empty()) untied_at_[name] = schedule_.now();
}

bool Answers::tied(const std::string& name) const {
  const auto found = ties_.find(name);
  if (found == ties_.end()) return false;
  return !found->second.empty() || schedule_.now() - untied_at_.at(name) <= kFoldSlack;
}

void Answers::see_fact(const v1::Fact& fact) {
  if (fact.has_report_received()) see_report(fact.report_received().report());
  if (fact.case_fact().has_consent_recorded() && fact.case_fact().consent_recorded().given())
    agreed_.insert(fact.case_fact().consent_recorded().protected_id());
  if (!fact.has_access_decided() || !fact.access_decided().allowed()) return;
  const v1::AccessDecided& row = fact.access_decided();
  std::deque<Record>& mine = records_[row.viewer()];
  Record record{schedule_.now(), {row.shown_ids().begin(), row.shown_ids().end()}};
  if (!row.subject_id().empty()) record.ids.insert(row.subject_id());
  if (row.shown_fixed_at_us() > 0)
    points_.insert(row.viewer() + "|" + row.subject_id() + "@" + std::to_string(row.shown_fixed_at_us()));
  mine.push_back(std::move(record));
  while (schedule_.now() - mine.front().at > kRecordsKept) mine.pop_front();
}

void Answers::see_report(const v1::Report& report) {
  if (!report.fix().has_place()) return;
  const v1::Place& place = report.fix().place();
  spots_[report.device_id().substr(2)].insert({place.lat_e7(), place.lng_e7()});
}

void Answers::see_call(const v1::Call& call, bool closed) {
  for (const std::string& person : {call.wearer_id(), call.protected_id()})
    if (!closed && !person.empty()) tie("called|" + call.agency_id() + "|" + person, call.id());
  tie("call|" + call.agency_id() + "|" + call.id(), call.id());
  if (closed) untie_all(call.id());
}

void Answers::see_effect(const v1::Effect& effect) {
  switch (effect.kind_case()) {
    case v1::Effect::kRaiseAlert:
      alerts_[effect.raise_alert().id()] = {schedule_.now(), Time{}};
      return;
    case v1::Effect::kClearAlert:
      alerts_[effect.clear_alert().id()].second = schedule_.now();
      return;
    case v1::Effect::kSendHandOff: {
      const v1::HandOffMessage& message = effect.send_hand_off();
      const auto& alarm = message.has_alarm_new() ? message.alarm_new() : message.alarm_update();
      if (!alarm.informative()) return;
      for (const std::string& person : {alarm.wearer_id(), alarm.protected_id()})
        tie("informed|" + message.to_agency_id() + "|" + person, message.incident_id());
      return;
    }
    case v1::Effect::kCloseIncident:
      return untie_all(effect.close_incident().id());
    case v1::Effect::kOpenCall:
      return see_call(effect.open_call(), false);
    case v1::Effect::kUpdateCall:
      return see_call(effect.update_call(), false);
    case v1::Effect::kCloseCall:
      return see_call(effect.close_call(), true);
    case v1::Effect::kGrantTrack:
      return tie("follows|" + effect.grant_track().unit_id() + "|" + effect.grant_track().person_id(),
                 effect.grant_track().call_id());
    case v1::Effect::kRevokeTrack:
      return untie("follows|" + effect.revoke_track().unit_id() + "|" + effect.revoke_track().person_id(),
                   effect.revoke_track().call_id());
    case v1::Effect::kOpenView:
      return tie("view|" + effect.open_view().protected_id() + "|" + effect.open_view().wearer_id(),
                 effect.open_view().id());
    case v1::Effect::kCloseView:
      return untie("view|" + effect.close_view().protected_id() + "|" + effect.close_view().wearer_id(),
                   effect.close_view().view_id());
    default:
      return;
  }
}

bool Answers::named(const Reading& reading, const std::string& id) const {
  const auto mine = records_.find(reading.viewer.account);
  if (mine == records_.end()) return false;
  for (const Record& record : mine->second)
    if (record.at >= reading.arrived && record.ids.contains(id)) return true;
  return false;
}

void Answers::check_named(const Reading& reading, const std::string& id) {
  if (named(reading, id)) return;
  find_("recorded", reading.viewer.account + " is shown " + id + ", and no record of that is durable");
}

void Answers::check_place(const Reading& reading, const std::string& person_id, const v1::Place& place) {
  ++places_;
  const trust::Viewer& viewer = reading.viewer;
  const auto beyond = [&](const std::string& why) {
    find_("tied", viewer.account + " is shown where " + person_id + " is, " + why);
  };
  if (viewer.role == trust::Role::kControl) return;
  if (viewer.role == trust::Role::kUnit) {
    if (!tied("follows|" + viewer.unit_id + "|" + person_id)) beyond("whom that car does not follow");
    return;
  }
  if (viewer.role != trust::Role::kDispatch) return beyond("and nothing lets anybody of that role");
  if (tied("called|" + viewer.agency_id + "|" + person_id)) return;
  if (!tied("informed|" + viewer.agency_id + "|" + person_id)) return beyond("of whom no open call is");
  if (spots_[person_id].contains({place.lat_e7(), place.lng_e7()}))
    beyond("exactly, and the agency was only informed");
}

void Answers::check_live(const Reading& reading, const v1::LivePosition& live) {
  check_named(reading, live.person_id());
  if (!live.fix().has_place()) return;
  check_place(reading, live.person_id(), live.fix().place());
  // What others are shown may be coarse in time as well.
  if (reading.viewer.role != trust::Role::kControl || distrusted_.contains(live.person_id())) return;
  int64_t& newest_us = newest_us_[live.person_id()];
  if (live.fix().fixed_at_us() < newest_us)
    find_("forward", live.person_id() + " is shown where that was " +
                         std::to_string((newest_us - live.fix().fixed_at_us()) / 1'000) +
                         " ms before what was shown already");
  newest_us = std::max(newest_us, live.fix().fixed_at_us());
}

void Answers::check_alerts(const Reading& reading, const v1::AlertList& list) {
  std::set<std::string> listed;
  for (const v1::AlertRecord& record : list.alerts()) {
    const v1::Alert& alert = record.alert();
    listed.insert(alert.id());
    check_named(reading, alert.id());
    if (alert.has_place())
      check_place(reading, is_hers(alert) ? alert.protected_id() : alert.wearer_id(), alert.place());
  }
  if (reading.viewer.role != trust::Role::kControl) return;
  for (const auto& [id, open] : alerts_)
    if (open.first + kFoldSlack < reading.arrived && !open.second.known() && !listed.contains(id))
      find_("complete", reading.viewer.account + " is not shown " + id + ", which is open");
}

void Answers::check_calls(const Reading& reading, const v1::CallList& list) {
  for (const v1::Call& call : list.calls()) {
    check_named(reading, call.id());
    if (!reading.viewer.agency_id.empty() && !tied("call|" + reading.viewer.agency_id + "|" + call.id()))
      find_("tied", reading.viewer.account + " is shown the call " + call.id() + " of another agency");
    for (const v1::Destination& there : call.destinations())
      if (there.has_place()) check_place(reading, there.person_id(), there.place());
  }
}

// What waits for no record has no place in it.
void Answers::check_line(const Reading& reading, uint64_t line, const v1::LiveMessage& message) {
  const auto shown = [&](const std::string& person_id, const v1::Place& place) {
    check_named(reading, person_id);
    check_place(reading, person_id, place);
  };
  const auto alert = [&](const v1::Alert& one) {
    if (one.has_place()) shown(is_hers(one) ? one.protected_id() : one.wearer_id(), one.place());
  };
  const auto call = [&](const v1::Call& one) {
    for (const v1::Destination& there : one.destinations())
      if (there.has_place() && !there.person_id().empty()) shown(there.person_id(), there.place());
  };
  for (const v1::LivePosition& live : message.positions())
    if (!live.person_id().empty()) check_live(reading, live);
  for (const v1::Holder& holder : message.holders())
    holders_[reading.viewer.account + "|" + std::to_string(line)][holder.index()] = holder.person_id();
  for (const v1::AlertRecord& record : message.snapshot().alerts()) alert(record.alert());
  for (const v1::Call& one : message.snapshot().calls()) call(one);
  for (const v1::View& one : message.snapshot().views()) check_view(reading, one);
  if (message.has_alert()) alert(message.alert());
  if (message.has_call()) call(message.call());
  if (message.has_view()) check_view(reading, message.view());
  for (const v1::TrackPoint& point : message.track().points())
    shown(message.track().person_id(), point.place());
  if (!message.has_approach()) return;
  check_named(reading, message.approach().person_id());
  if (!tied("follows|" + reading.viewer.unit_id + "|" + message.approach().person_id()))
    find_("tied", reading.viewer.account + " is told how far " + message.approach().person_id() + " is");
}

void Answers::check_view(const Reading& reading, const v1::View& view) {
  const std::string& her = reading.viewer.person_id;
  const bool hers =
      view.protected_id() == her && agreed_.contains(her) && tied("view|" + her + "|" + view.wearer_id());
  if (reading.viewer.role == trust::Role::kProtectedPerson && !hers)
    find_("tied", reading.viewer.account + " is shown " + view.wearer_id() + ", and no view is open");
  if (!view.has_place()) return;
  ++places_;
  const std::string point = view.wearer_id() + "@" + std::to_string(view.wearer_fixed_at_us());
  if (!points_.contains(reading.viewer.account + "|" + point))
    find_("recorded", reading.viewer.account + " is shown " + point + ", and no row of that is durable");
}

void Answers::check_frame(const Reading& reading, uint64_t line, const std::string& bytes) {
  const auto frame = live::read_frame(bytes);
  if (!frame) return find_("let in", "a frame that is none leaves to " + reading.viewer.account);
  const auto& known = holders_[reading.viewer.account + "|" + std::to_string(line)];
  for (const live::FrameRecord& record : frame->records) {
    const auto holder = known.find(record.index);
    if (holder == known.end()) {
      find_("let in", "a frame of " + reading.viewer.account + " shows an index that stands for nobody");
    } else if (!holder->second.empty()) {  // no car
      v1::Place place;
      place.set_lat_e7(record.lat_e7);
      place.set_lng_e7(record.lng_e7);
      check_named(reading, holder->second);
      check_place(reading, holder->second, place);
    }
  }
}

void Answers::said(const trust::Viewer& viewer, uint64_t line, const std::string& message, bool binary) {
  const Reading reading{viewer, schedule_.now() - kRecordHolds};
  if (binary) return check_frame(reading, line, message);
  v1::LiveMessage read;
  if (google::protobuf::util::JsonStringToMessage(message, &read).ok())
    return check_line(reading, line, read);
  find_("let in", "/live says what is no message: " + message.substr(0, 200));
}

void Answers::check_views(const Reading& reading, const v1::ViewList& list) {
  const std::string& her = reading.viewer.person_id;
  for (const v1::View& view : list.views()) {
    check_named(reading, view.id());
    if (view.has_place()) check_named(reading, named_view(view));
    places_ += view.has_place();
    if (view.protected_id() != her || !agreed_.contains(her) || !tied("view|" + her + "|" + view.wearer_id()))
      find_("tied", reading.viewer.account + " is shown " + view.wearer_id() + ", and no view is open");
  }
}

void Answers::answered(const net::Request& request, Time arrived, const net::Response& response) {
  const auto found = viewers_.find(std::string(request.header("authorization")));
  if (found == viewers_.end()) return find_("let in", "somebody asks whom nobody sent");
  const Reading reading{found->second, arrived};
  const bool fails = response.status >= 500 && response.status != 503;
  if (response.status == 401 || fails)
    return find_("let in", found->second.account + " asked " + request.path + " and is answered " +
                               std::to_string(response.status));
  if (response.status != 200) return;
  const auto check = [&]<typename Message>(Message message, const auto& rule) {
    if (google::protobuf::util::JsonStringToMessage(response.body, &message).ok()) return rule(message);
    find_("let in", request.path + " is answered with what is no answer: " + response.body.substr(0, 200));
  };
  const std::string& path = request.path;
  if (path == "/api/v1/positions")
    check(v1::PositionList(), [&](const v1::PositionList& list) {
      for (const v1::LivePosition& live : list.positions()) check_live(reading, live);
    });
  else if (path.starts_with(kPosition))
    check(v1::LivePosition(), [&](const v1::LivePosition& live) { check_live(reading, live); });
  else if (path.starts_with(kTrack))
    check(v1::Track(), [&](const v1::Track& track) {
      check_named(reading, track.person_id());
      for (const v1::TrackPoint& point : track.points())
        check_place(reading, track.person_id(), point.place());
    });
  else if (path == "/api/v1/alerts")
    check(v1::AlertList(), [&](const v1::AlertList& list) { check_alerts(reading, list); });
  else if (path == "/api/v1/calls")
    check(v1::CallList(), [&](const v1::CallList& list) { check_calls(reading, list); });
  else if (path == "/api/v1/views")
    check(v1::ViewList(), [&](const v1::ViewList& list) { check_views(reading, list); });
}

}  // namespace haechi::hunt
