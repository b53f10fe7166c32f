// The link: shown to both agencies, decided, and its missing step carried out.
#include <algorithm>

#include "api/codes.h"
#include "api/duties.h"
#include "api/legal.h"

namespace haechi::api::duties {
namespace {

using trust::Action;

constexpr std::array kDeclined = {"another_person", "measure_not_needed", "ended", "other"};

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

bool waits(const v1::CaseLink& link) {
  return link.state() == v1::LINK_STATE_IDENTITY || link.state() == v1::LINK_STATE_OPEN ||
         link.state() == v1::LINK_STATE_ACCEPTED || link.state() == v1::LINK_STATE_UNDER_WAY;
}

Result<v1::LinkAnswer> link_answer(const Exchange& exchange, const std::string& id) {
  const picture::CaseBook& book = book_of(exchange);
  const v1::CaseLink* link = book.link(id);
  const v1::Case* one = link == nullptr ? nullptr : book.find_case(link->case_id());
  if (one == nullptr) return legal::not_found();
  const trust::Subject tie = legal::link_subject(exchange, id);
  v1::LinkAnswer answer;
  *answer.mutable_link() = *link;
  *answer.mutable_case_record() = *one;
  if (const v1::Duty* duty = book.duty(link->duty_id()); duty != nullptr && duty->done_at_us() == 0)
    *answer.mutable_duty() = *duty;
  TRY(const v1::NamedPerson subject, legal::named(exchange, tie, link->subject_id()));
  TRY(const v1::NamedPerson wearer, legal::named(exchange, tie, link->wearer_id()));
  answer.set_subject_name(subject.name());
  answer.set_wearer_name(wearer.name());
  for (const std::string& order_id : link->worn_order_ids()) {
    const auto order = exchange.world.picture.orders().find(order_id);
    if (order == exchange.world.picture.orders().end()) continue;
    // Police learn that he wears a device and why, not how far he may go.
    v1::Order& shown = *answer.add_worn_orders();
    shown = order->second;
    if (exchange.viewer.role == trust::Role::kPolice) shown.clear_conditions();
  }
  if (const law::OrderKind* kind = legal::kind_of(one->country(), link->step_kind()))
    *answer.mutable_step_kind() = legal::law_kind(*kind);
  if (const picture::Supervision* supervision = book.supervision(link->wearer_id())) {
    answer.set_officer(supervision->officer);
    answer.set_agency_id(supervision->agency_id);
  }
  return answer;
}

// May this viewer see that there is such a link? Control sees all of them.
bool may_see(const Exchange& exchange, const std::string& id) {
  return decide_on(exchange, Action::kSeeCase, legal::link_subject(exchange, id)).allowed;
}

// The next version of the order he wears the device for, with her in it.
Result<v1::Order> order_with_her(const Exchange& exchange, const v1::CaseLink& link,
                                 const v1::LinkStepInput& input, const std::string& protected_id) {
  const std::string order_id = !input.order_id().empty()         ? input.order_id()
                               : link.worn_order_ids_size() != 0 ? link.worn_order_ids(0)
                                                                 : std::string();
  const auto& worn = link.worn_order_ids();
  const auto known = exchange.world.picture.orders().find(order_id);
  if (std::find(worn.begin(), worn.end(), order_id) == worn.end() ||
      known == exchange.world.picture.orders().end())
    return invalid("order_id", "is not an order that he wears the device for");
  if (book_of(exchange).measure_of_order(order_id) != nullptr)
    return Error{Code::kConflict, "order_id", "is of a measure: the court changes that"};
  v1::Order order = known->second;
  const v1::Order added = input.has_stated() ? input.stated() : legal::plain_ban(protected_id);
  for (const v1::Condition& one : added.conditions()) {
    v1::Condition& made = *order.add_conditions();
    made = one;
    made.set_id(legal::made_id("link"));
  }
  order.set_version(order.version() + 1);
  return order;
}

Result<v1::LinkStepAnswer> step_answer(const Exchange& exchange, const std::string& link_id,
                                       const std::string& measure_id, const std::string& order_id) {
  v1::LinkStepAnswer answer;
  if (const v1::CaseLink* link = book_of(exchange).link(link_id)) *answer.mutable_link() = *link;
  if (const v1::LegalMeasure* measure = book_of(exchange).measure(measure_id))
    *answer.mutable_measure() = *measure;
  const auto order = exchange.world.picture.orders().find(order_id);
  if (order != exchange.world.picture.orders().end()) *answer.mutable_order() = order->second;
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answer;
}

Plan refused(const trust::Subject& subject, const trust::Decision& decision) {
  Plan plan;
  plan.refused = Refusal{subject, decision};
  return plan;
}

}  // namespace

Result<Plan> links(const Exchange& exchange) {
  TRY(const bool all, all_states(exchange));
  v1::LinkList answer;
  std::vector<std::string> shown;
  Status failed;
  TRY(const std::string next, page(exchange, book_of(exchange).links(), [&](const v1::CaseLink& link) {
        if ((!all && !waits(link)) || !may_see(exchange, link.id())) return false;
        Result<v1::LinkAnswer> made = link_answer(exchange, link.id());
        if (!made.ok()) failed = made.error();
        if (!made.ok()) return false;
        *answer.add_links() = *std::move(made);
        shown.push_back(link.subject_id());
        return true;
      }));
  TRY_STATUS(failed);
  answer.set_next(next);
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answering(answer, std::move(shown));
}

Result<Plan> link(const Exchange& exchange) {
  TRY(const v1::LinkAnswer answer, link_answer(exchange, exchange.id()));
  return answering(answer, {answer.link().subject_id(), answer.link().wearer_id()});
}

Result<Plan> decide_link(const Exchange& exchange) {
  TRY(const v1::LinkDecisionInput input, exchange.body<v1::LinkDecisionInput>());
  if (book_of(exchange).link(exchange.id()) == nullptr) return legal::not_found();
  if (!input.accepted() && !is_one_of(kDeclined, input.reason_code()))
    return invalid("reason_code", "must be another_person, measure_not_needed, ended or other");
  legal::Facts facts;
  v1::LinkDecided& decided = *legal::add_fact(exchange, 0, facts).mutable_link_decided();
  decided.set_link_id(exchange.id());
  decided.set_accepted(input.accepted());
  decided.set_reason_code(input.reason_code());
  return legal::judged_as(exchange, std::move(facts),
                          [&exchange] { return link_answer(exchange, exchange.id()); });
}

Result<Plan> take_step(const Exchange& exchange) {
  TRY(const v1::LinkStepInput input, exchange.body<v1::LinkStepInput>());
  const v1::CaseLink* link = book_of(exchange).link(exchange.id());
  const v1::Case* one = link == nullptr ? nullptr : book_of(exchange).find_case(link->case_id());
  if (one == nullptr) return legal::not_found();
  if (link->state() != v1::LINK_STATE_OPEN && link->state() != v1::LINK_STATE_ACCEPTED)
    return Error{Code::kConflict, "id", "this link waits for no step"};
  const auto& hers = one->protected_ids();
  const std::string protected_id = !input.protected_id().empty() ? input.protected_id()
                                   : hers.size() == 1            ? hers.Get(0)
                                                                 : std::string();
  if (std::find(hers.begin(), hers.end(), protected_id) == hers.end())
    return invalid("protected_id", "must be one whom the case protects");
  const bool apply = link->step() == v1::LINK_STEP_APPLY_FOR_DEVICE;
  const trust::Subject subject =
      apply ? legal::case_subject(exchange, one->id()) : legal::link_subject(exchange, link->id());
  const trust::Decision decision = decide_on(exchange, apply ? Action::kRunCase : Action::kCarryOut, subject);
  if (!decision.allowed) return refused(subject, decision);
  legal::Facts facts;
  if (input.has_stated()) TRY_STATUS(legal::check_conditions(exchange, input.stated(), facts));
  std::string measure_id, order_id;
  if (apply) {
    measure_id = legal::made_id("M");
    v1::MeasureBegun& begun = *legal::add_fact(exchange, 0, facts).mutable_measure_begun();
    begun.set_measure_id(measure_id);
    begun.set_case_id(one->id());
    begun.set_kind(link->step_kind());
    begun.set_protected_id(protected_id);
    *begun.mutable_stated() = input.has_stated() ? input.stated() : legal::plain_ban(protected_id);
    v1::MeasureStepped& stepped = *legal::add_fact(exchange, 0, facts).mutable_measure_stepped();
    stepped.set_measure_id(measure_id);
    stepped.set_step(v1::CASE_STEP_APPLY);
  } else {
    TRY(const v1::Order order, order_with_her(exchange, *link, input, protected_id));
    order_id = order.id();
    *facts.emplace_back(std::make_unique<v1::Fact>())->mutable_order_registered() = order;
  }
  return legal::judged_as(exchange, std::move(facts), [&exchange, measure_id, order_id] {
    return step_answer(exchange, exchange.id(), measure_id, order_id);
  });
}

}  // namespace haechi::api::duties
