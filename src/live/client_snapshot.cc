// What one viewer may see at this entry, in one message.
#include <algorithm>

#include "live/client.h"
#include "live/json.h"

namespace haechi::live {
namespace {

constexpr size_t kSnapshotAlarmsMax = 100;

// A JSON list that grows.
class List {
 public:
  void add(const std::string& item) {
    if (!items_.empty()) items_ += ',';
    items_ += item;
  }
  std::string field(const char* name) const { return std::string(",\"") + name + "\":[" + items_ + "]"; }

 private:
  std::string items_;
};

}  // namespace

void Client::send_snapshot() {
  const picture::Picture& picture = shared_.picture;
  const auto body = [&](const std::shared_ptr<Change>& change) -> std::optional<std::string> {
    const auto variant = variant_of(*change);
    if (!variant) return std::nullopt;
    return change->body_json(*variant);
  };
  const auto add = [&](List& list, const std::shared_ptr<Change>& change) {
    if (const auto text = body(change)) list.add(*text);
  };
  List alerts, incidents, calls, hand_offs, alarms, views, units;
  for (const auto& [id, record] : picture.alerts().alerts()) {
    if (picture::has_ended(record.alert())) continue;
    const auto text = body(change_of_alert(picture, record.alert()));
    if (!text) continue;
    std::string item = "{\"alert\":" + *text;
    if (viewer_.role != trust::Role::kProtectedPerson) item += ",\"ledger\":" + json(record.ledger());
    item += ",\"opened_entry_no\":\"" + std::to_string(record.opened_entry_no()) +
            "\",\"changed_entry_no\":\"" + std::to_string(record.changed_entry_no()) + "\"}";
    alerts.add(item);
  }
  for (const v1::Incident* incident : picture.alerts().open_incidents()) {
    add(incidents, change_of_incident(picture, *incident));
    for (const std::string& id : picture.alerts().hand_off_ids(incident->id())) {
      add(hand_offs, change_of_hand_off(picture, *picture.alerts().hand_off(id)));
    }
  }
  for (const std::string& id : picture.calls().open_calls())
    add(calls, change_of_call(picture, *picture.calls().call(id)));
  const auto& all_alarms = picture.alerts().alarms();
  const size_t skip = all_alarms.size() - std::min(all_alarms.size(), kSnapshotAlarmsMax);
  for (size_t i = skip; i < all_alarms.size(); ++i) add(alarms, change_of_alarm(picture, all_alarms[i]));
  for (const auto& [id, view] : picture.calls().views()) add(views, change_of_view(view));
  for (const auto& [id, unit] : picture.calls().units()) {
    if (!variant_of(*change_of_unit(picture, id))) continue;
    v1::UnitLive live = picture.unit_live(id);
    if (!wants_positions()) live.clear_position();
    units.add(json(live));
  }
  next_ = shared_.ring.end();
  const std::string entry = std::to_string(picture.entry_no());
  std::string out = "{\"entry\":" + entry + ",\"cursor\":\"" + entry + '.' + std::to_string(kWholeEntry) +
                    "\",\"snapshot\":{\"recovered\":false";
  if (anew_) out += ",\"anew\":true";
  out += alerts.field("alerts") + incidents.field("incidents") + calls.field("calls") +
         hand_offs.field("hand_offs") + alarms.field("alarms") + views.field("views") + units.field("units") +
         "}}";
  send(std::move(out));
  send_cover();
}

// An outage that leaves her uncovered was told to her phone when it began, which it may have missed: it is
// told as it was then. That it is over she hears, or sees by hearing nothing here.
void Client::send_cover() {
  if (viewer_.role != trust::Role::kProtectedPerson || viewer_.person_id.empty()) return;
  for (const auto& [id, record] : shared_.picture.alerts().alerts()) {
    const v1::Alert& alert = record.alert();
    const auto& hers = alert.uncovered_ids();
    if (alert.state() == v1::ALERT_STATE_CLEARED ||
        std::find(hers.begin(), hers.end(), viewer_.person_id) == hers.end())
      continue;
    v1::ProtectedNotice notice;
    notice.set_protected_id(viewer_.person_id);
    notice.set_alert_id(id);
    notice.set_code(alert.code());
    notice.set_reason(v1::ProtectedNotice::COVER_LOST);
    send("{\"entry\":" + std::to_string(shared_.picture.entry_no()) + ",\"notice\":" + json(notice) + "}");
  }
}

}  // namespace haechi::live
