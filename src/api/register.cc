#include "api/register.h"

#include <algorithm>
#include <charconv>

#include "api/geojson.h"
#include "api/references.h"
#include "api/telephones.h"
#include "api/told.h"
#include "base/digest.h"
#include "haechi/v1/api.pb.h"
#include "law/jurisdictions.h"
#include "law/shapes.h"
#include "trust/personal.h"

namespace haechi::api::registers {
namespace {

constexpr size_t kRecordBytesMax = 16 << 10;

Error not_found() {
  return Error{Code::kNotFound, "id", "there is none of this id"};
}

// The path says which object is meant; a body may repeat it but not contradict it.
template <typename Message>
Status take_id(const Exchange& exchange, Message& message) {
  if (!message.id().empty() && message.id() != exchange.id())
    return invalid("id", "differs from the one in the path");
  message.set_id(exchange.id());
  return {};
}

Status check(const Exchange& exchange, const v1::Fact& fact) {
  TRY_STATUS(law::check(fact));
  return References(exchange.world.picture).check(fact);
}

template <typename T>
const T* find(const picture::Picture::Register<T>& all, const std::string& id) {
  const auto found = all.find(id);
  return found == all.end() ? nullptr : &found->second;
}

template <typename T>
Result<Plan> get(const picture::Picture::Register<T>& all, const std::string& id) {
  const T* found = find(all, id);
  if (found == nullptr) return not_found();
  return answering(*found);
}

// 201 for something new, 200 for a change.
int status_of(bool existed) {
  return existed ? 200 : 201;
}

constexpr uint32_t kFormerMinutesMax = 7 * 24 * 60;

// ?former_minutes=, 0 unless said.
Result<uint32_t> former_minutes(const Exchange& exchange) {
  const std::string text = exchange.request.parameter("former_minutes");
  uint32_t minutes = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), minutes);
  const bool read = text.empty() || (failed == std::errc() && end == text.data() + text.size());
  if (!read || minutes > kFormerMinutesMax) return invalid("former_minutes", "must be 0..10080");
  return minutes;
}

Status keep_person(store::Records& records, const v1::PersonInput& input) {
  if (input.removed()) {
    const Result<bool> forgotten = records.remove_person(input.id());
    return forgotten.ok() ? Status() : Status(forgotten.error());
  }
  if (!input.has_record()) return {};
  return records.put_person(input.id(), store::Personal(write_json(input.record())));
}

Status check_connector(const World& world, const v1::ConnectorInput& connector) {
  if (const Status within = net::check_reach(world.agencies, connector.endpoint()); !within.ok())
    return invalid("connector.endpoint", within.error().reason);
  if (connector.endpoint().size() > 500) return invalid("connector.endpoint", "must be at most 500 bytes");
  if (!connector.secret().empty() && connector.secret().size() < 16) {
    return invalid("connector.secret", "must be 16 characters or more");
  }
  return {};
}

// A new secret is in force at once for what we send; what is sent to us may be signed with the one before
// until then.
Status keep_connector(store::Records& records, const v1::AgencyInput& input, Time former_until) {
  if (!input.has_connector()) return {};
  TRY(const std::optional<store::Connector> before, records.connector(input.id()));
  store::Connector connector{
      input.id(), input.connector().endpoint(), store::Personal(input.connector().secret()),
      input.connector().protocol().empty() ? "haechi.v1" : input.connector().protocol()};
  if (before) {
    if (connector.secret.empty()) connector.secret = before->secret;
    const bool same = connector.secret == before->secret;
    if (same || former_until.known()) {
      connector.former_secret = same ? before->former_secret : before->secret;
      connector.former_until = same ? before->former_until : former_until;
    }
  }
  return records.put_connector(connector);
}

Status check_device_input(const v1::DeviceInput& input) {
  if (!input.secret().empty() && (input.secret().size() < 16 || input.secret().size() > 256))
    return invalid("secret", "must be 16 to 256 characters");
  if (input.former_minutes() > kFormerMinutesMax) return invalid("former_minutes", "must be 0..10080");
  return {};
}

// The secret and signing key of a device as they are from now on; what is new of them goes into `shown`.
Status set_credentials(const Exchange& exchange, const v1::DeviceInput& input, const v1::Device& before,
                       v1::Device& device, v1::Written& shown) {
  device.set_secret_sha256(before.secret_sha256());
  device.set_former_secret_sha256(before.former_secret_sha256());
  device.set_former_until_us(before.former_until_us());
  device.set_signing_generation(before.signing_generation());
  device.set_signed_only(input.signed_only());
  if (input.secret().empty() && before.secret_sha256().empty()) shown.set_secret(hex(random_secret(24)));
  const std::string& secret = input.secret().empty() ? shown.secret() : input.secret();
  if (!secret.empty()) device.set_secret_sha256(std::string(view(sha256(secret))));
  if (input.new_signing_key()) {
    if (!exchange.world.signing_keys)
      return invalid("new_signing_key", "there is no key ring from which one could be made");
    device.set_signing_generation(before.signing_generation() + 1);
    TRY(*shown.mutable_signing_key(), exchange.world.signing_keys(device.id(), device.signing_generation()));
  }
  const bool new_secret = device.secret_sha256() != before.secret_sha256();
  if (!new_secret && !input.new_signing_key()) return {};
  const int64_t grace_us = Duration::seconds(int64_t{60} * input.former_minutes()).us;
  device.set_former_until_us(grace_us == 0 ? 0 : exchange.now.us + grace_us);
  device.set_former_secret_sha256(new_secret && grace_us > 0 ? before.secret_sha256() : std::string());
  return {};
}

// The rules of the order's time zone go into the log before the order does, so that a replay judges alike.
Status add_time_zone(const Exchange& exchange, const std::string& name, std::set<std::string>& added,
                     Plan& plan) {
  if (name.empty() || name == "UTC" || !exchange.world.time_zones || !added.insert(name).second) return {};
  Result<v1::TimeZone> zone = exchange.world.time_zones(name);
  if (!zone.ok()) return invalid("time_zone", "must be the name of an IANA time zone, such as Asia/Seoul");
  auto fact = std::make_unique<v1::Fact>();
  *fact->mutable_time_zone_registered() = *std::move(zone);
  TRY_STATUS(law::check(*fact));
  plan.facts.push_back(std::move(fact));
  return {};
}

uint32_t current_version(const World& world, const std::string& order_id) {
  const v1::Order* known = find(world.picture.orders(), order_id);
  uint32_t version = known == nullptr ? 0 : known->version();
  const auto given = world.versions.find(order_id);
  if (given == world.versions.end()) return version;
  if (given->second > version) return given->second;
  world.versions.erase(given);  // the picture has caught up
  return version;
}

// The picture has caught up with most that were given.
void forget_versions(const World& world) {
  std::erase_if(world.versions, [&world](const auto& given) {
    const v1::Order* known = find(world.picture.orders(), given.first);
    return known != nullptr && known->version() >= given.second;
  });
}

// An order without a version gets the next one; one that names a version must name exactly that.
Status take_version(const World& world, v1::Order& order) {
  const uint32_t next = current_version(world, order.id()) + 1;
  if (order.version() != 0 && order.version() != next) {
    return Error{Code::kConflict, "version",
                 "must be " + std::to_string(next) + ", the next one, or left out"};
  }
  order.set_version(next);
  return {};
}

Status check_if_match(const Exchange& exchange) {
  std::string_view expected = exchange.request.header("if-match");
  if (expected.empty()) return {};
  if (expected.size() >= 2 && expected.front() == '"' && expected.back() == '"') {
    expected = expected.substr(1, expected.size() - 2);
  }
  const std::string current = std::to_string(current_version(exchange.world, exchange.id()));
  if (expected == current) return {};
  return Error{Code::kConflict, "if-match", "the order is at version " + current};
}

Status check_not_of_measure(const Exchange& exchange, const v1::Order& order) {
  if (exchange.world.picture.case_book().measure_of_order(order.id()) == nullptr) return {};
  return Error{Code::kConflict, "id", "this order is of a measure and changes with it"};
}

bool is_registration(const v1::Fact& fact) {
  switch (fact.kind_case()) {
    case v1::Fact::kPersonRegistered:
    case v1::Fact::kDeviceRegistered:
    case v1::Fact::kZoneRegistered:
    case v1::Fact::kOrderRegistered:
    case v1::Fact::kTimeZoneRegistered:
    case v1::Fact::kHolidayCalendarRegistered:
    case v1::Fact::kAgencyRegistered:
    case v1::Fact::kJurisdictionRegistered:
    case v1::Fact::kUnitRegistered:
    case v1::Fact::kViolationTakenOver:
      return true;
    default:
      return false;
  }
}

bool is_ndjson(const Exchange& exchange) {
  return exchange.request.header("content-type").rfind("application/x-ndjson", 0) == 0;
}

Result<std::vector<v1::Fact>> read_batch(const Exchange& exchange) {
  const std::string_view text = trimmed(exchange.request.body);
  std::vector<v1::Fact> facts;
  const bool array = !text.empty() && text.front() == '[';
  if (!is_ndjson(exchange) && !array) {
    TRY(v1::FactBatch batch, exchange.body<v1::FactBatch>());
    facts.assign(std::make_move_iterator(batch.mutable_facts()->begin()),
                 std::make_move_iterator(batch.mutable_facts()->end()));
    return facts;
  }
  std::vector<std::string> texts;
  if (array) {
    TRY(texts, split_array(text));
  } else {
    texts = split_lines(text);
  }
  for (size_t i = 0; i < texts.size() && i <= kBatchFactsMax; ++i) {
    if (Status read = read_json(texts[i], facts.emplace_back()); !read.ok()) {
      const Error& error = read.error();
      const std::string where = "facts[" + std::to_string(i) + "]";
      return Error{error.code, error.field.empty() ? where : where + "." + error.field, error.reason};
    }
  }
  return facts;
}

Error in_fact(size_t index, const Error& error) {
  const std::string where = "facts[" + std::to_string(index) + "]";
  return Error{error.code, error.field.empty() ? where : where + "." + error.field, error.reason};
}

// Of something new, or of what is registered already just so: nothing changes.
template <typename Book, typename Message>
bool changes(const Book& registered, const Message& given) {
  const Message* known = find(registered, given.id());
  return known != nullptr && known->SerializeAsString() != given.SerializeAsString();
}

// Does a jurisdiction take alarms from another agency? One that is registered already may, however it is
// changed.
bool moves_alarms(const Exchange& exchange, const v1::Jurisdiction& given) {
  const auto& all = exchange.world.picture.jurisdictions();
  if (const v1::Jurisdiction* known = find(all, given.id()))
    return known->SerializeAsString() != given.SerializeAsString();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& one) { return law::takes_over(given, one.second); });
}

// What changes where alarms go asks for a second person, so it comes by itself.
Status check_asks_nobody(const Exchange& exchange, const v1::Fact& fact) {
  const bool moves =
      fact.has_jurisdiction_registered() && moves_alarms(exchange, fact.jurisdiction_registered());
  if (!moves && !changes(exchange.world.picture.agencies(), fact.agency_registered())) return {};
  return Error{Code::kConflict, "id",
               "takes alarms from who gets them now, and that asks for a second person, by a PUT of it"};
}

// She has another one already: this one is not her first.
bool her_other_phone(const Exchange& exchange, const v1::Device& device) {
  const v1::Person* person = find(exchange.world.picture.persons(), device.person_id());
  if (person == nullptr || person->role() != v1::ROLE_PROTECTED_PERSON) return false;
  const auto& devices = exchange.world.picture.devices();
  return std::any_of(devices.begin(), devices.end(), [&](const auto& one) {
    return one.second.person_id() == device.person_id() && one.first != device.id();
  });
}

Status add_to_batch(const Exchange& exchange, v1::Fact& fact, References& references,
                    std::set<std::string>& time_zones, Plan& plan) {
  if (!is_registration(fact)) return invalid("", "only registrations may be posted here");
  if (fact.has_order_registered()) {
    TRY_STATUS(check_not_of_measure(exchange, fact.order_registered()));
    TRY_STATUS(take_version(exchange.world, *fact.mutable_order_registered()));
  }
  TRY_STATUS(law::check(fact));
  TRY_STATUS(references.check(fact));
  if (Time{fact.violation_taken_over().happened_at_us()} > exchange.now)
    return invalid("happened_at_us", "must not lie in the future");
  if (references.repeats(fact)) return {};
  TRY_STATUS(check_asks_nobody(exchange, fact));
  references.add(fact);
  if (fact.has_order_registered()) {
    const v1::Order& order = fact.order_registered();
    TRY_STATUS(add_time_zone(exchange, order.time_zone(), time_zones, plan));
    exchange.world.versions[order.id()] = order.version();
  }
  const v1::Device device = fact.device_registered();
  const bool is_new = !exchange.world.picture.devices().contains(device.id());
  plan.facts.push_back(std::make_unique<v1::Fact>(std::move(fact)));
  if (is_new && her_other_phone(exchange, device))
    plan.facts.push_back(
        told::her_phone(exchange.viewer.account, device.person_id(), v1::HER_PHONE_EVENT_DEVICE));
  return {};
}

}  // namespace

Result<Plan> put_person(const Exchange& exchange) {
  TRY(v1::PersonInput input, exchange.body<v1::PersonInput>());
  TRY_STATUS(take_id(exchange, input));
  auto fact = std::make_unique<v1::Fact>();
  v1::Person& person = *fact->mutable_person_registered();
  person.set_id(input.id());
  person.set_role(input.role());
  person.set_removed(input.removed());
  const v1::Person* known = find(exchange.world.picture.persons(), input.id());
  person.set_synthetic(known != nullptr && known->synthetic());
  TRY_STATUS(check(exchange, *fact));
  if (input.record().ByteSizeLong() > kRecordBytesMax) return invalid("record", "must be at most 16 KiB");
  if (input.record().phone().find(kHiddenDigits) != std::string::npos)
    return invalid("record.phone", "is what is shown of a number, not the number");
  if (known != nullptr && !known->removed() && known->role() != input.role()) {
    return Error{Code::kConflict, "role", "a person's role never changes; register another id"};
  }
  Plan plan = logging(std::move(fact), status_of(known != nullptr));
  plan.keep = [&records = exchange.world.records, input] { return keep_person(records, input); };
  return plan;
}

Result<v1::PersonAnswer> person_answer(const Exchange& exchange, const v1::Person& person, bool whole) {
  v1::PersonAnswer answer;
  *answer.mutable_person() = person;
  TRY(const std::optional<store::Personal> record, exchange.world.records.person(person.id()));
  if (record) {
    TRY(const std::string text, trust::reveal(exchange.viewer, exchange.purpose, *record));
    if (!read_json(text, *answer.mutable_record()).ok()) {
      return Error{Code::kCorrupt, "record", "the stored record cannot be read"};
    }
    if (!whole) answer.mutable_record()->set_phone(masked_telephone(answer.record().phone()));
  }
  return answer;
}

Result<Plan> get_person(const Exchange& exchange) {
  const v1::Person* person = find(exchange.world.picture.persons(), exchange.id());
  if (person == nullptr) return not_found();
  const std::string show = exchange.request.parameter("show");
  if (!show.empty() && show != "phone") return invalid("show", "must be phone");
  // Who keeps the register gets it whole, or would write back what is left of a number.
  const bool keeps =
      trust::decide_collection(exchange.viewer, trust::Action::kRegister, exchange.purpose).allowed;
  const bool whole = keeps || !show.empty();
  TRY(const v1::PersonAnswer answer, person_answer(exchange, *person, whole));
  std::vector<std::string> shown{exchange.id()};
  if (whole && !answer.record().phone().empty()) shown.push_back(telephone_of(exchange.id()));
  return answering(answer, std::move(shown));
}

void hide_secrets(v1::Device& device) {
  device.clear_secret_sha256();
  device.clear_former_secret_sha256();
}

Result<Plan> put_device(const Exchange& exchange) {
  TRY(v1::DeviceInput input, exchange.body<v1::DeviceInput>());
  TRY_STATUS(take_id(exchange, input));
  TRY_STATUS(check_device_input(input));
  const v1::Device* known = find(exchange.world.picture.devices(), input.id());
  auto fact = std::make_unique<v1::Fact>();
  v1::Device& device = *fact->mutable_device_registered();
  device.set_id(input.id());
  device.set_kind(input.kind());
  if (input.holder_case() == v1::DeviceInput::kPersonId) device.set_person_id(input.person_id());
  if (input.holder_case() == v1::DeviceInput::kUnitId) device.set_unit_id(input.unit_id());
  device.set_interval_s(input.interval_s());
  device.set_retired(input.retired());
  device.set_zone_id(input.zone_id());
  device.set_carrier(input.carrier());
  v1::Written written;
  TRY_STATUS(set_credentials(exchange, input, known == nullptr ? v1::Device() : *known, device, written));
  TRY_STATUS(check(exchange, *fact));
  Plan plan;
  const bool another = known == nullptr && her_other_phone(exchange, device);
  const std::string person_id = device.person_id();
  plan.facts.push_back(std::move(fact));
  if (another)
    plan.facts.push_back(told::her_phone(exchange.viewer.account, person_id, v1::HER_PHONE_EVENT_DEVICE));
  plan.answer = [status = status_of(known != nullptr), written](uint64_t entry_no) mutable {
    written.set_entry_no(entry_no);
    return json_response(status, written);
  };
  return plan;
}

Result<Plan> get_device(const Exchange& exchange) {
  const v1::Device* found = find(exchange.world.picture.devices(), exchange.id());
  if (found == nullptr) return not_found();
  v1::Device copy = *found;
  hide_secrets(copy);
  return answering(copy);
}

Result<Plan> put_order(const Exchange& exchange) {
  auto fact = std::make_unique<v1::Fact>();
  v1::Order& order = *fact->mutable_order_registered();
  TRY(order, exchange.body<v1::Order>());
  TRY_STATUS(take_id(exchange, order));
  TRY_STATUS(check_not_of_measure(exchange, order));
  TRY_STATUS(check_if_match(exchange));
  forget_versions(exchange.world);
  TRY_STATUS(take_version(exchange.world, order));
  TRY_STATUS(check(exchange, *fact));
  Plan plan;
  std::set<std::string> time_zones;
  TRY_STATUS(add_time_zone(exchange, order.time_zone(), time_zones, plan));
  const uint32_t version = order.version();
  exchange.world.versions[order.id()] = version;
  plan.facts.push_back(std::move(fact));
  plan.answer = [version](uint64_t entry_no) {
    v1::Written written;
    written.set_entry_no(entry_no);
    written.set_version(version);
    net::Response response = json_response(status_of(version > 1), written);
    response.headers.emplace_back("etag", "\"" + std::to_string(version) + "\"");
    return response;
  };
  return plan;
}

Result<Plan> get_order(const Exchange& exchange) {
  const v1::Order* order = find(exchange.world.picture.orders(), exchange.id());
  if (order == nullptr) return not_found();
  Plan plan;
  net::Response response = json_response(200, *order);
  response.headers.emplace_back("etag", "\"" + std::to_string(order->version()) + "\"");
  plan.answer = [response](uint64_t) { return response; };
  return plan;
}

Result<Plan> put_zone(const Exchange& exchange) {
  auto fact = std::make_unique<v1::Fact>();
  v1::Zone& zone = *fact->mutable_zone_registered();
  // {"geometry": {...}} is GeoJSON, anything else the schema's own form.
  const std::string geometry = member(exchange.request.body, "geometry");
  if (!geometry.empty()) {
    TRY_STATUS(shape_from_geojson(geometry, *zone.mutable_shape()));
  } else {
    TRY(zone, exchange.body<v1::Zone>());
  }
  TRY_STATUS(take_id(exchange, zone));
  TRY_STATUS(check(exchange, *fact));
  const bool existed = find(exchange.world.picture.zones(), exchange.id()) != nullptr;
  return logging(std::move(fact), status_of(existed));
}

Result<Plan> get_zone(const Exchange& exchange) {
  return get(exchange.world.picture.zones(), exchange.id());
}

Result<Plan> put_jurisdiction(const Exchange& exchange) {
  auto fact = std::make_unique<v1::Fact>();
  v1::Jurisdiction& jurisdiction = *fact->mutable_jurisdiction_registered();
  TRY(jurisdiction, exchange.body<v1::Jurisdiction>());
  TRY_STATUS(take_id(exchange, jurisdiction));
  TRY_STATUS(check(exchange, *fact));
  const bool existed = find(exchange.world.picture.jurisdictions(), exchange.id()) != nullptr;
  return logging(std::move(fact), status_of(existed));
}

Result<std::optional<std::string>> second_of_jurisdiction(const Exchange& exchange) {
  TRY(v1::Jurisdiction input, exchange.body<v1::Jurisdiction>());
  input.set_id(exchange.id());
  if (!moves_alarms(exchange, input)) return std::optional<std::string>();
  return std::optional(write_json(input));
}

Result<Plan> get_jurisdiction(const Exchange& exchange) {
  return get(exchange.world.picture.jurisdictions(), exchange.id());
}

Result<Plan> put_agency(const Exchange& exchange) {
  TRY(v1::AgencyInput input, exchange.body<v1::AgencyInput>());
  TRY_STATUS(take_id(exchange, input));
  auto fact = std::make_unique<v1::Fact>();
  v1::Agency& agency = *fact->mutable_agency_registered();
  agency.set_id(input.id());
  agency.set_name(input.name());
  agency.set_desk(input.desk());
  *agency.mutable_court_districts() = input.court_districts();
  TRY_STATUS(check(exchange, *fact));
  if (input.has_connector()) TRY_STATUS(check_connector(exchange.world, input.connector()));
  const bool existed = find(exchange.world.picture.agencies(), exchange.id()) != nullptr;
  TRY(const uint32_t minutes, former_minutes(exchange));
  const Time former_until = minutes == 0 ? Time{} : exchange.now + Duration::seconds(int64_t{60} * minutes);
  Plan plan = logging(std::move(fact), status_of(existed));
  plan.keep = [&records = exchange.world.records, input, former_until] {
    return keep_connector(records, input, former_until);
  };
  return plan;
}

// What changes where alarms go. A new one takes nothing from anybody, so it needs nobody else; of a secret
// the second person sees that there is another one, not which.
Result<std::optional<std::string>> second_of_agency(const Exchange& exchange) {
  TRY(v1::AgencyInput input, exchange.body<v1::AgencyInput>());
  input.set_id(exchange.id());
  const v1::Agency* known = find(exchange.world.picture.agencies(), exchange.id());
  if (known == nullptr) return std::optional<std::string>();
  TRY(const std::optional<store::Connector> before, exchange.world.records.connector(exchange.id()));
  const bool stated = input.has_connector();
  v1::ConnectorInput& connector = *input.mutable_connector();
  const bool same_secret =
      connector.secret().empty() || (before && store::Personal(connector.secret()) == before->secret);
  const bool same_way = !stated || (before && same_secret && connector.endpoint() == before->endpoint);
  if (known->desk() == input.desk() && same_way) return std::optional<std::string>();
  if (!connector.secret().empty())
    connector.set_secret("sha256:" + hex(view(sha256(connector.secret()))).substr(0, 16));
  return std::optional(write_json(input));
}

Result<v1::AgencyAnswer> agency_answer(const Exchange& exchange, const v1::Agency& agency) {
  v1::AgencyAnswer answer;
  *answer.mutable_agency() = agency;
  TRY(const std::optional<store::Connector> connector, exchange.world.records.connector(agency.id()));
  if (connector) {
    answer.set_connector_endpoint(connector->endpoint);
    answer.set_connector_has_secret(!connector->secret.empty());
  }
  return answer;
}

Result<Plan> get_agency(const Exchange& exchange) {
  const v1::Agency* agency = find(exchange.world.picture.agencies(), exchange.id());
  if (agency == nullptr) return not_found();
  TRY(const v1::AgencyAnswer answer, agency_answer(exchange, *agency));
  return answering(answer);
}

Result<Plan> put_unit(const Exchange& exchange) {
  auto fact = std::make_unique<v1::Fact>();
  v1::Unit& unit = *fact->mutable_unit_registered();
  TRY(unit, exchange.body<v1::Unit>());
  TRY_STATUS(take_id(exchange, unit));
  TRY_STATUS(check(exchange, *fact));
  const bool existed = exchange.world.picture.calls().unit(exchange.id()) != nullptr;
  return logging(std::move(fact), status_of(existed));
}

Result<Plan> put_holiday_calendar(const Exchange& exchange) {
  auto fact = std::make_unique<v1::Fact>();
  v1::HolidayCalendar& calendar = *fact->mutable_holiday_calendar_registered();
  TRY(calendar, exchange.body<v1::HolidayCalendar>());
  if (!calendar.name().empty() && calendar.name() != exchange.id())
    return invalid("name", "differs from the one in the path");
  calendar.set_name(exchange.id());
  TRY_STATUS(check(exchange, *fact));
  const bool existed = find(exchange.world.picture.holiday_calendars(), exchange.id()) != nullptr;
  return logging(std::move(fact), status_of(existed));
}

Result<Plan> get_holiday_calendar(const Exchange& exchange) {
  return get(exchange.world.picture.holiday_calendars(), exchange.id());
}

Result<Plan> post_facts(const Exchange& exchange) {
  TRY(std::vector<v1::Fact> facts, read_batch(exchange));
  if (facts.empty()) return invalid("facts", "must hold at least one fact");
  if (facts.size() > kBatchFactsMax)
    return invalid("facts", "must hold at most 2000 facts, which are logged together");
  Plan plan;
  References references(exchange.world.picture);
  std::set<std::string> time_zones;
  forget_versions(exchange.world);
  const OrderVersions before = exchange.world.versions;
  for (size_t i = 0; i < facts.size(); ++i) {
    const Status added = add_to_batch(exchange, facts[i], references, time_zones, plan);
    if (added.ok()) continue;
    exchange.world.versions = before;  // nothing of a refused batch remains
    return in_fact(i, added.error());
  }
  plan.answer = [count = facts.size()](uint64_t entry_no) {
    v1::BatchWritten written;
    written.set_count(static_cast<uint32_t>(count));
    written.set_entry_no(entry_no);
    return json_response(201, written);
  };
  return plan;
}

}  // namespace haechi::api::registers
