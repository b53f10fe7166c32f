#include "api/acts.h"

#include <charconv>

#include "api/legal.h"
#include "haechi/v1/watching.pb.h"

namespace haechi::api::acts {
namespace {

using picture::ActBook;

constexpr size_t kWhatMax = 8 << 10;

const ActBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.acts();
}

v1::ActRequested act_of(const Exchange& exchange, const Route& route, std::string what) {
  v1::ActRequested act;
  act.set_by(exchange.viewer.account);
  act.set_by_role(trust::role_name(exchange.viewer.role));
  act.set_method(exchange.request.method);
  act.set_path(exchange.request.path);
  act.set_action(trust::action_name(route.action));
  act.set_what(std::move(what));
  return act;
}

// Could the viewer do it as well? Who watches may answer for what is taken out: nothing is shown by that.
bool may_answer(const Exchange& exchange, const v1::ActRequested& act) {
  if (exchange.of_system || act.by() == exchange.viewer.account) return false;
  Match found = match(act.method(), act.path());
  if (found.route == nullptr) return false;
  Exchange as(exchange.world, exchange.request);
  as.viewer = exchange.viewer;
  as.purpose = exchange.purpose;
  as.now = exchange.now;
  as.ids = std::move(found.ids);
  if (decide(as, *found.route).allowed) return true;
  return found.route->action == trust::Action::kTakeEvidence &&
         trust::decide(exchange.viewer, trust::Action::kWatch, {.kind = "act"}, exchange.purpose,
                       exchange.right_at())
             .allowed;
}

v1::ActRequest shown(const Exchange& exchange, const v1::ActRequest& request) {
  v1::ActRequest out = ActBook::at(request, exchange.right_at());
  out.set_may_answer(out.state() == v1::ACT_STATE_WAITING && may_answer(exchange, out.asked()));
  return out;
}

std::function<net::Response(uint64_t)> answering_with(const Exchange& exchange, const std::string& id,
                                                      int status) {
  return [&exchange, id, status](uint64_t) {
    const v1::ActRequest* request = book_of(exchange).find(id);
    return request == nullptr ? net::problem(404, "not_found", "id", "there is none of this id")
                              : json_response(status, shown(exchange, *request));
  };
}

Plan asking(const Exchange& exchange, v1::ActRequested act, const v1::ActRequest* waiting) {
  Plan plan;
  plan.asks_second = true;
  plan.act_id = waiting != nullptr ? waiting->asked().id() : legal::made_id("act");
  plan.answer = answering_with(exchange, plan.act_id, 202);
  if (waiting != nullptr) return plan;
  act.set_id(plan.act_id);
  act.set_ends_at_us((exchange.right_at() + exchange.world.act_term).us);
  auto fact = std::make_unique<v1::Fact>();
  *fact->mutable_act_requested() = std::move(act);
  plan.facts.push_back(std::move(fact));
  return plan;
}

// ?after=, a place in the list.
Result<size_t> after_of(const Exchange& exchange) {
  const std::string text = exchange.request.parameter("after");
  size_t after = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), after);
  if (!text.empty() && (failed != std::errc() || end != text.data() + text.size()))
    return invalid("after", "is not the end of a page");
  return after;
}

}  // namespace

Result<Plan> by_two(const Exchange& exchange, const Route& route, Plan plan) {
  if (plan.refused) return plan;
  TRY(std::optional<std::string> what, route.second(exchange));
  if (!what) return plan;
  if (what->size() > kWhatMax) return invalid("", "is too long for an act that asks for a second person");
  v1::ActRequested act = act_of(exchange, route, *std::move(what));
  const v1::ActRequest* standing = book_of(exchange).standing(act, exchange.right_at());
  if (standing == nullptr || standing->state() != v1::ACT_STATE_APPROVED)
    return asking(exchange, std::move(act), standing);
  plan.act_id = standing->asked().id();
  if (plan.facts.empty()) return plan;
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_act_done()->set_request_id(plan.act_id);
  plan.facts.insert(plan.facts.begin(), std::move(fact));
  return plan;
}

Result<Plan> list(const Exchange& exchange) {
  TRY(const size_t limit, exchange.limit());
  TRY(size_t at, after_of(exchange));
  const auto& all = book_of(exchange).requests();
  v1::ActRequestList answer;
  for (; at < all.size(); ++at) {
    const v1::ActRequest& request = all[all.size() - 1 - at];
    const bool own = request.asked().by() == exchange.viewer.account;
    if (!own && !may_answer(exchange, request.asked())) continue;
    if (static_cast<size_t>(answer.requests_size()) == limit) {
      answer.set_next(std::to_string(at));
      break;
    }
    *answer.add_requests() = shown(exchange, request);
  }
  return answering(answer);
}

Result<Plan> answer(const Exchange& exchange) {
  TRY(const v1::ActAnswerInput input, exchange.body<v1::ActAnswerInput>());
  const v1::ActRequest* request = book_of(exchange).find(exchange.id());
  if (request == nullptr) return legal::not_found();
  if (request->asked().by() == exchange.viewer.account)
    return Error{Code::kForbidden, "by", "nobody answers what he asked for himself"};
  if (!may_answer(exchange, request->asked()))
    return Error{Code::kForbidden, "by", "only who could do the same answers, and no system"};
  if (ActBook::at(*request, exchange.right_at()).state() != v1::ACT_STATE_WAITING)
    return Error{Code::kConflict, "id", "does not wait for an answer any more"};
  Plan plan;
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_act_answered()->set_request_id(exchange.id());
  fact->mutable_act_answered()->set_by(exchange.viewer.account);
  fact->mutable_act_answered()->set_approved(input.approved());
  plan.facts.push_back(std::move(fact));
  plan.act_id = exchange.id();
  plan.answer = answering_with(exchange, exchange.id(), 200);
  return plan;
}

void add_act_routes(std::vector<Route>& r) {
  r.push_back({"GET",
               "/api/v1/acts",
               "acts",
               "Acts that ask for two persons: mine, and those I may answer, newest first",
               Access::kKey,
               trust::Action::kAnswerAct,
               "act",
               nullptr,
               list,
               nullptr,
               v1::ActRequestList::descriptor(),
               {"after", "limit"}});
  r.push_back({"POST", "/api/v1/acts/{id}/answer", "acts", "Approve an act of another, or do not",
               Access::kKey, trust::Action::kAnswerAct, "act", nullptr, answer,
               v1::ActAnswerInput::descriptor(), v1::ActRequest::descriptor()});
  r.back().asks_factor = true;
}

}  // namespace haechi::api::acts
