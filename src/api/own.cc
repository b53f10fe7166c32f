#include "api/own.h"

#include <boost/json.hpp>

#include "base/digest.h"
#include "geo/place.h"
#include "haechi/v1/api.pb.h"
#include "law/shapes.h"

namespace haechi::api::own {
namespace {

constexpr Time kFixedAtMin{946'684'800'000'000};  // 2000-01-01
constexpr Duration kFutureMax = Duration::seconds(24 * 3600);
constexpr uint32_t kAccuracyMmMax = 100'000'000;
constexpr uint32_t kCourseCdegMax = 35'999;
constexpr Duration kPressedAgoMax = Duration::seconds(7 * 24 * 3600);
constexpr Duration kStoredAfter = Duration::seconds(10);
constexpr size_t kIdMin = 8, kIdMax = 64;

Status check_fix(const v1::Fix& fix, Time now) {
  const geo::Place place = law::place_of(fix.place());
  if (!fix.has_place()) return invalid("fix.place", "must be there: latitude and longitude");
  if (!geo::in_range(place)) return invalid("fix.place", "must be a latitude and longitude on Earth");
  if (place.lat_e7 == 0 && place.lng_e7 == 0)
    return invalid("fix.place", "is exactly zero, which phones say when they have no fix");
  if (Time{fix.fixed_at_us()} < kFixedAtMin || Time{fix.fixed_at_us()} > now + kFutureMax)
    return invalid("fix.fixed_at_us", "must lie between the year 2000 and tomorrow");
  if (fix.accuracy_mm() > kAccuracyMmMax) return invalid("fix.accuracy_mm", "must not be more than 100 km");
  if (fix.course_cdeg() > kCourseCdegMax) return invalid("fix.course_cdeg", "must lie between 0 and 35999");
  return {};
}

Status check_battery(uint32_t percent) {
  if (percent > 100) return invalid("battery_percent", "must lie between 0 and 100");
  return {};
}

// Of the devices somebody holds, the one an app speaks for: a phone, else a watch, else (of a unit) whatever
// there is but a beacon, which stays at home.
std::string speaking_device(const Exchange& exchange) {
  const picture::Picture& picture = exchange.world.picture;
  const trust::Viewer& viewer = exchange.viewer;
  const bool unit = viewer.person_id.empty();
  std::string watch, any;
  for (const std::string& id : unit ? picture.device_book().of_unit(viewer.unit_id)
                                    : picture.device_book().of_person(viewer.person_id)) {
    if (picture.devices().at(id).signed_only()) continue;  // it speaks for itself, or not at all
    const v1::DeviceKind kind = picture.devices().at(id).kind();
    if (kind == v1::DEVICE_KIND_PHONE) return id;
    if (kind == v1::DEVICE_KIND_WATCH && watch.empty()) watch = id;
    if (kind != v1::DEVICE_KIND_HOME_BEACON && any.empty()) any = id;
  }
  if (!watch.empty()) return watch;
  return unit ? any : std::string();
}

Result<std::string> device_of(const Exchange& exchange) {
  const std::string device_id = speaking_device(exchange);
  if (!device_id.empty()) return device_id;
  return Error{Code::kConflict, "",
               exchange.viewer.person_id.empty()
                   ? "no device is registered for this unit, so nothing can be reported for it"
                   : "no phone or watch is registered for this person, so nothing can be reported for her"};
}

// The device that a call for help comes from. Hers may have been taken out of use, or have to sign for
// itself: then the app that she holds is registered as one, in the same commit. Nobody can sign in as it.
struct Caller {
  std::string device_id;
  std::unique_ptr<v1::Fact> registered;  // null: it is known
};
Caller caller_of(const Exchange& exchange) {
  if (std::string known = speaking_device(exchange); !known.empty()) return {std::move(known), nullptr};
  Caller caller{"app-" + hex(view(sha256(exchange.viewer.person_id))).substr(0, 16),
                std::make_unique<v1::Fact>()};
  v1::Device& device = *caller.registered->mutable_device_registered();
  device.set_id(caller.device_id);
  device.set_kind(v1::DEVICE_KIND_PHONE);
  device.set_person_id(exchange.viewer.person_id);
  return caller;
}

// An app does not count its reports, so they have no seq and cannot meet the numbers under which the same
// phone reports otherwise. The second of reception stands as epoch: a phone that lies still and says the same
// again is heard again, while what is sent twice at once is kept once.
std::unique_ptr<v1::Fact> report_of(const Exchange& exchange, const std::string& device_id) {
  auto fact = std::make_unique<v1::Fact>();
  v1::ReportReceived& received = *fact->mutable_report_received();
  received.set_received_at_us(exchange.now.us);
  received.set_protocol("app");
  received.mutable_report()->set_device_id(device_id);
  received.mutable_report()->set_epoch(static_cast<uint32_t>(exchange.now.us / 1'000'000));
  return fact;
}

std::unique_ptr<v1::Fact> refused_fix(const std::string& device_id, const Error& why) {
  auto fact = std::make_unique<v1::Fact>();
  v1::InputRejected& rejected = *fact->mutable_input_rejected();
  rejected.set_device_id(device_id);
  rejected.set_protocol("app");
  rejected.set_field(why.field);
  rejected.set_reason(why.reason);
  rejected.set_count(1);
  return fact;
}

template <typename From>
void take_battery(const From& input, v1::Report& report) {
  if (input.has_battery_percent()) report.set_battery_percent(input.battery_percent());
  if (input.has_charging()) report.set_charging(input.charging());
}

// The body with only these members; empty when it is no object.
std::string only(const std::string& body, std::initializer_list<const char*> names) {
  boost::json::object kept;
  for (const char* name : names) {
    const std::string text = member(body, name);
    boost::json::error_code error;
    boost::json::value value = boost::json::parse(text.empty() ? "null" : text, error);
    if (!error && !value.is_null()) kept[name] = std::move(value);
  }
  return boost::json::serialize(kept);
}

struct Press {
  v1::SosInput input;
  std::optional<Error> refused;  // what was wrong with the rest
};

// Only what makes a call for help one has to be right; what else cannot be read is left out.
Result<Press> read_press(const Exchange& exchange) {
  const std::string& body = exchange.request.body;
  Press press;
  const Status whole = read_json(body, press.input);
  if (whole.ok()) return press;
  press.refused = whole.error();
  if (read_json(only(body, {"id", "silent", "pressed_at_us", "battery_percent", "charging"}), press.input)
          .ok())
    return press;
  TRY_STATUS(read_json(only(body, {"id", "silent"}), press.input));
  return press;
}

net::Response answer_of(const picture::Told* told, uint64_t entry_no, int64_t received_at_us,
                        const std::string& fix_refused) {
  v1::OwnReportAnswer answer;
  answer.set_entry_no(told == nullptr ? entry_no : told->entry_no);
  answer.set_received_at_us(told == nullptr ? received_at_us : told->received_at_us);
  if (told != nullptr) answer.set_alert_id(told->alert_id);
  answer.set_fix_refused(fix_refused);
  return json_response(200, answer);
}

void fill(const Exchange& exchange, const v1::SosInput& input, v1::ReportReceived& received) {
  v1::Report& report = *received.mutable_report();
  report.add_events(v1::DEVICE_EVENT_SOS);
  received.set_client_id(input.id());
  received.set_silent(input.silent());
  const Time pressed{input.pressed_at_us()};
  const bool known = pressed.known() && pressed <= exchange.now && pressed > exchange.now - kPressedAgoMax;
  const Time at = known ? pressed : exchange.now;
  report.set_sent_at_us(at.us);
  report.set_stored(exchange.now - at > kStoredAfter);
}

}  // namespace

trust::Subject subject(const Exchange& exchange) {
  const trust::Viewer& viewer = exchange.viewer;
  trust::Subject subject{.kind = viewer.unit_id.empty() ? "person" : "unit",
                         .id = viewer.unit_id.empty() ? viewer.person_id : viewer.unit_id};
  subject.relations.own = !subject.id.empty();
  return subject;
}

Status check_press_id(const std::string& id) {
  if (id.size() < kIdMin || id.size() > kIdMax) return invalid("id", "must be 8 to 64 characters");
  return law::check_id(id, "id");
}

Result<Plan> opening(const Exchange& exchange, const v1::PinTry& pressed, bool duress) {
  if (!duress && speaking_device(exchange).empty()) return Plan();
  auto [device_id, registered] = caller_of(exchange);
  Plan plan;
  if (registered) plan.facts.push_back(std::move(registered));
  auto fact = report_of(exchange, device_id);
  v1::ReportReceived& received = *fact->mutable_report_received();
  if (duress && exchange.world.picture.device_book().told(device_id, pressed.id()) == nullptr) {
    v1::SosInput input;
    input.set_id(pressed.id());
    input.set_silent(true);
    input.set_pressed_at_us(pressed.pressed_at_us());
    fill(exchange, input, received);
    received.set_duress(true);
  }
  if (pressed.has_fix() && check_fix(pressed.fix(), exchange.now).ok())
    *received.mutable_report()->mutable_fix() = pressed.fix();
  plan.facts.push_back(std::move(fact));
  return plan;
}

Result<Plan> position(const Exchange& exchange) {
  TRY(const v1::PositionInput input, exchange.body<v1::PositionInput>());
  TRY(const std::string device_id, device_of(exchange));
  if (input.has_fix()) TRY_STATUS(check_fix(input.fix(), exchange.now));
  TRY_STATUS(check_battery(input.battery_percent()));
  auto fact = report_of(exchange, device_id);
  v1::ReportReceived& received = *fact->mutable_report_received();
  if (input.has_fix()) *received.mutable_report()->mutable_fix() = input.fix();
  take_battery(input, *received.mutable_report());
  received.mutable_report()->set_stored(input.stored());
  if (input.has_health()) *received.mutable_health() = input.health();
  Plan plan = logging(std::move(fact));
  plan.answer = [now = exchange.now.us](uint64_t entry_no) { return answer_of(nullptr, entry_no, now, ""); };
  return plan;
}

Result<Plan> sos(const Exchange& exchange) {
  TRY(Press press, read_press(exchange));
  TRY_STATUS(check_press_id(press.input.id()));
  auto caller = caller_of(exchange);
  const std::string device_id = caller.device_id;
  const picture::DeviceBook& book = exchange.world.picture.device_book();
  if (const picture::Told* told = book.told(device_id, press.input.id())) {
    Plan again;
    again.answer = [said = answer_of(told, 0, 0, "")](uint64_t) { return said; };
    return again;
  }
  auto fact = report_of(exchange, device_id);
  v1::ReportReceived& received = *fact->mutable_report_received();
  fill(exchange, press.input, received);
  if (press.input.has_fix()) {
    const Status checked = check_fix(press.input.fix(), exchange.now);
    if (checked.ok()) *received.mutable_report()->mutable_fix() = press.input.fix();
    if (!checked.ok()) press.refused = checked.error();
  }
  if (check_battery(press.input.battery_percent()).ok())
    take_battery(press.input, *received.mutable_report());
  Plan plan = logging(std::move(fact));
  if (caller.registered) plan.facts.insert(plan.facts.begin(), std::move(caller.registered));
  if (press.refused) plan.facts.push_back(refused_fix(device_id, *press.refused));
  plan.answer = [&book, device_id, id = press.input.id(), now = exchange.now.us,
                 why = press.refused ? press.refused->text() : std::string()](uint64_t entry_no) {
    return answer_of(book.told(device_id, id), entry_no, now, why);
  };
  return plan;
}

}  // namespace haechi::api::own
