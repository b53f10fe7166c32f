#include "api/lists.h"

#include "api/codes.h"
#include "api/page.h"
#include "api/register.h"
#include "api/subjects.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api::lists {
namespace {

using trust::Action;

// A register that the role alone opens: every object but removed ones.
template <typename List, typename Map, typename Add>
Result<Plan> whole(const Exchange& exchange, const Map& map, Add add) {
  List list;
  list.set_entry_no(exchange.world.picture.entry_no());
  std::vector<std::string> shown;
  const std::string person_id = exchange.request.parameter("person_id");
  if (!person_id.empty()) shown.push_back(person_id);
  Status failed;
  TRY(const std::string next, page(exchange, map, [&](const auto& object) {
        const Result<bool> added = add(list, object);
        if (!added.ok()) failed = added.error();
        if (!added.ok() || !*added) return false;
        shown.push_back(object.id());
        return true;
      }));
  TRY_STATUS(failed);
  list.set_next(next);
  return answering(list, std::move(shown));
}

bool concerns(const v1::Order& order, const std::string& person_id) {
  if (order.wearer_id() == person_id) return true;
  for (const v1::Condition& condition : order.conditions()) {
    if (condition.keep_away().protected_id() == person_id) return true;
    if (condition.exclusion().protected_id() == person_id) return true;
    if (condition.no_contact().person_id() == person_id) return true;
  }
  return false;
}

Result<v1::Role> role_parameter(const Exchange& exchange) {
  const std::string text = exchange.request.parameter("role");
  v1::Role role = v1::ROLE_UNSPECIFIED;
  if (text.empty() || v1::Role_Parse(text, &role)) return role;
  return invalid("role", "must be ROLE_WEARER or ROLE_PROTECTED_PERSON");
}

}  // namespace

Result<Plan> persons(const Exchange& exchange) {
  TRY(const v1::Role role, role_parameter(exchange));
  return whole<v1::PersonList>(
      exchange, exchange.world.picture.persons(),
      [&](v1::PersonList& list, const v1::Person& person) -> Result<bool> {
        if (person.removed() || (role != v1::ROLE_UNSPECIFIED && person.role() != role)) return false;
        if (!decide_on(exchange, Action::kSeeRecord, person_subject(exchange, person.id(), "person")).allowed)
          return false;
        TRY(*list.add_persons(), registers::person_answer(exchange, person));
        return true;
      });
}

Result<Plan> devices(const Exchange& exchange) {
  const picture::Picture& picture = exchange.world.picture;
  const std::string person_id = exchange.request.parameter("person_id");
  return whole<v1::DeviceList>(exchange, picture.devices(),
                               [&](v1::DeviceList& list, const v1::Device& device) -> Result<bool> {
                                 if (device.retired()) return false;
                                 if (!person_id.empty() && device.person_id() != person_id) return false;
                                 if (device_subject(exchange, device.id()).relations.recused) return false;
                                 v1::DeviceItem& item = *list.add_devices();
                                 *item.mutable_device() = device;
                                 registers::hide_secrets(*item.mutable_device());
                                 *item.mutable_health() = picture.device_book().health(device.id());
                                 return true;
                               });
}

Result<Plan> orders(const Exchange& exchange) {
  const std::string person_id = exchange.request.parameter("person_id");
  return whole<v1::OrderList>(exchange, exchange.world.picture.orders(),
                              [&](v1::OrderList& list, const v1::Order& order) -> Result<bool> {
                                if (!person_id.empty() && !concerns(order, person_id)) return false;
                                if (order_subject(exchange, order.id()).relations.recused) return false;
                                *list.add_orders() = order;
                                return true;
                              });
}

Result<Plan> zones(const Exchange& exchange) {
  return whole<v1::ZoneList>(exchange, exchange.world.picture.zones(),
                             [&](v1::ZoneList& list, const v1::Zone& zone) -> Result<bool> {
                               const bool shown =
                                   !zone.removed() && !zone_subject(exchange, zone.id()).relations.recused;
                               if (shown) *list.add_zones() = zone;
                               return shown;
                             });
}

Result<Plan> jurisdictions(const Exchange& exchange) {
  return whole<v1::JurisdictionList>(
      exchange, exchange.world.picture.jurisdictions(),
      [](v1::JurisdictionList& list, const v1::Jurisdiction& one) -> Result<bool> {
        if (!one.removed()) *list.add_jurisdictions() = one;
        return !one.removed();
      });
}

Result<Plan> agencies(const Exchange& exchange) {
  return whole<v1::AgencyList>(exchange, exchange.world.picture.agencies(),
                               [&](v1::AgencyList& list, const v1::Agency& agency) -> Result<bool> {
                                 TRY(*list.add_agencies(), registers::agency_answer(exchange, agency));
                                 return true;
                               });
}

Result<Plan> vocabulary(const Exchange&) {
  v1::Vocabulary answer;
  for (const char* code : kOutcomes) answer.add_outcomes(code);
  for (const char* code : kShelvingReasons) answer.add_shelving_reasons(code);
  for (const char* code : kDispositions) answer.add_dispositions(code);
  return answering(answer);
}

}  // namespace haechi::api::lists
