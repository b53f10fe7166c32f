#include "api/node_state.h"

#include "haechi/v1/api.pb.h"

namespace haechi::api {
namespace {

Result<Plan> conditions(const Exchange& exchange) {
  v1::NodeState out;
  const auto& told = exchange.world.picture.node_book().told();
  for (auto one = told.rbegin(); one != told.rend(); ++one) {
    v1::NodeConditionItem& item = *out.add_conditions();
    *item.mutable_condition() = one->condition;
    item.set_at_us(one->at.us);
    item.set_entry_no(one->entry_no);
  }
  return answering(out);
}

}  // namespace

void add_node_routes(std::vector<Route>& r) {
  r.push_back({"GET", "/api/v1/node", "system", "What was and is wrong with the server itself, newest first",
               Access::kKey, trust::Action::kRunAccounts, "node", nullptr, conditions, nullptr,
               v1::NodeState::descriptor()});
}

}  // namespace haechi::api
