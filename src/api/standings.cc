#include "api/standings.h"

#include <algorithm>

#include "law/order_kinds.h"
#include "picture/synthetic.h"

namespace haechi::api::standings {
namespace {

v1::Standing wire(law::Standing standing) {
  return standing == law::Standing::kConvict ? v1::STANDING_CONVICT : v1::STANDING_SUSPECT;
}

bool is_witness(const v1::Case& one, const std::string& person_id) {
  const auto& ids = one.witness_ids();
  return std::find(ids.begin(), ids.end(), person_id) != ids.end();
}

v1::PersonStanding standing(const std::string& person_id, v1::Standing as) {
  v1::PersonStanding out;
  out.set_person_id(person_id);
  out.set_standing(as);
  return out;
}

bool in_force(const v1::Order& order, Time now) {
  const bool over = order.ends_at_us() != 0 && Time{order.ends_at_us()} <= now;
  return !order.withdrawn() && !over && Time{order.starts_at_us()} <= now;
}

}  // namespace

std::vector<v1::PersonStanding> of_order(const picture::Picture& picture, const v1::Order& order) {
  std::vector<v1::PersonStanding> out;
  const std::optional<law::Standing> stands = law::standing_of(order.kind());
  out.push_back(standing(order.wearer_id(), wire(stands.value_or(law::Standing::kSuspect))));
  const v1::LegalMeasure* measure = picture.case_book().measure_of_order(order.id());
  const v1::Case* one = measure == nullptr ? nullptr : picture.case_book().find_case(measure->case_id());
  std::set<std::string> protects;
  for (const v1::Condition& condition : order.conditions()) {
    protects.insert(condition.keep_away().protected_id());
    protects.insert(condition.exclusion().protected_id());
  }
  protects.erase("");
  for (const std::string& id : protects)
    out.push_back(
        standing(id, one != nullptr && is_witness(*one, id) ? v1::STANDING_WITNESS : v1::STANDING_PROTECTED));
  for (v1::PersonStanding& row : out) row.set_order_id(order.id());
  return out;
}

// A case is against somebody whom nobody has found guilty of it yet.
std::vector<v1::PersonStanding> of_case(const picture::Picture&, const v1::Case& one) {
  std::vector<v1::PersonStanding> out;
  out.push_back(standing(one.subject_id(), v1::STANDING_SUSPECT));
  for (const std::string& id : one.protected_ids())
    out.push_back(standing(id, is_witness(one, id) ? v1::STANDING_WITNESS : v1::STANDING_PROTECTED));
  for (v1::PersonStanding& row : out) row.set_case_id(one.id());
  return out;
}

std::vector<v1::PersonStanding> of_all(const picture::Picture& picture, Time now) {
  std::vector<v1::PersonStanding> out;
  const auto add = [&](std::vector<v1::PersonStanding> rows) {
    for (v1::PersonStanding& row : rows)
      if (!picture::is_synthetic(picture, row.person_id())) out.push_back(std::move(row));
  };
  for (const auto& [id, order] : picture.orders())
    if (in_force(order, now)) add(of_order(picture, order));
  for (const auto& [id, one] : picture.case_book().cases())
    if (one.closed_at_us() == 0) add(of_case(picture, one));
  return out;
}

}  // namespace haechi::api::standings
