// The places of those whom a case protects, from the first to those that count now.
#include <algorithm>

#include "api/cases.h"
#include "api/legal.h"

namespace haechi::api::cases {
namespace {

// Of this case: its own list, its measures' orders, and every other order that its subject wears a device by.
class OfCase {
 public:
  OfCase(const Exchange& exchange, const v1::Case& one)
      : exchange_(exchange),
        case_(one),
        worn_as_(exchange.world.picture.case_book().worn_as(one.subject_id())) {}

  bool holds(const v1::PlaceVersion& version) const {
    if (!version.case_id().empty()) return version.case_id() == case_.id();
    const v1::LegalMeasure* measure =
        exchange_.world.picture.case_book().measure_of_order(version.order_id());
    if (measure != nullptr) return measure->case_id() == case_.id();
    const v1::Order* order = find_order(version.order_id());
    return order != nullptr && worn_as_.contains(order->wearer_id());
  }

  // Until when they counted: an order that has run out counts no place.
  int64_t until_us(const v1::PlaceVersion& version) const {
    const v1::Order* order = find_order(version.order_id());
    if (version.until_us() != 0 || order == nullptr || order->ends_at_us() == 0) return version.until_us();
    return Time{order->ends_at_us()} <= exchange_.now ? order->ends_at_us() : 0;
  }

 private:
  const v1::Order* find_order(const std::string& id) const {
    const auto& orders = exchange_.world.picture.orders();
    const auto found = orders.find(id);
    return found == orders.end() ? nullptr : &found->second;
  }

  const Exchange& exchange_;
  const v1::Case& case_;
  const std::set<std::string> worn_as_;
};

}  // namespace

Result<Plan> place_history(const Exchange& exchange) {
  const v1::Case* one = exchange.world.picture.case_book().find_case(exchange.id());
  if (one == nullptr) return legal::not_found();
  const OfCase of_case(exchange, *one);
  v1::PlaceHistory out;
  std::vector<std::string> shown;
  for (const std::string& protected_id : one->protected_ids()) {
    const auto* versions = exchange.world.picture.place_history().of(protected_id);
    if (versions == nullptr) continue;
    shown.push_back(protected_id);
    for (const v1::PlaceVersion& version : *versions) {
      if (!of_case.holds(version)) continue;
      v1::PlaceVersion& added = *out.add_versions();
      added = version;
      added.set_until_us(of_case.until_us(version));
    }
  }
  std::stable_sort(
      out.mutable_versions()->begin(), out.mutable_versions()->end(),
      [](const v1::PlaceVersion& a, const v1::PlaceVersion& b) { return a.since_us() > b.since_us(); });
  out.set_entry_no(exchange.world.picture.entry_no());
  return answering(out, shown);
}

}  // namespace haechi::api::cases
