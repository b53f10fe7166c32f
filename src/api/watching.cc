#include "api/watching.h"

#include "api/legal.h"
#include "api/look_ups.h"
#include "law/shapes.h"
#include "trust/personal.h"

namespace haechi::api::watching {
namespace {

constexpr uint32_t kMinutesUsual = 15;
constexpr size_t kNoteBytesMax = 2000;

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

// With what was written about it, for whoever answers for it.
Result<v1::BrokenGlass> with_note(const Exchange& exchange, const v1::BrokenGlass& glass) {
  v1::BrokenGlass out = glass;
  TRY(const std::optional<store::Personal> note, exchange.world.records.note(glass.id()));
  if (note) {
    TRY(*out.mutable_note(), trust::reveal(exchange.viewer, exchange.purpose, *note));
  }
  return out;
}

}  // namespace

Result<Plan> break_glass(const Exchange& exchange) {
  TRY(const v1::BreakGlassInput input, exchange.body<v1::BreakGlassInput>());
  const auto& persons = exchange.world.picture.persons();
  const auto person = persons.find(input.person_id());
  if (person == persons.end() || person->second.removed())
    return invalid("person_id", "is not the id of a registered person");
  if (input.note().empty() || input.note().size() > kNoteBytesMax)
    return invalid("note", "must say in 1..2000 bytes what happens");
  if (book_of(exchange).recused(exchange.viewer.account, input.person_id()))
    return Error{Code::kForbidden, "person_id", "this account is recused from this person"};
  legal::Facts facts;
  v1::GlassBroken& broken = *legal::add_fact(exchange, 0, facts).mutable_glass_broken();
  const std::string id = legal::made_id("glass");
  broken.set_id(id);
  broken.set_person_id(input.person_id());
  broken.set_reason(input.reason());
  broken.set_minutes(input.minutes() == 0 ? kMinutesUsual : input.minutes());
  Plan plan = legal::judged_as(exchange, std::move(facts), [&exchange, id]() -> Result<v1::BrokenGlass> {
    const v1::BrokenGlass* made = book_of(exchange).glass(id);
    if (made == nullptr) return legal::not_found();
    return *made;
  });
  plan.keep = [&records = exchange.world.records, id, person_id = input.person_id(), note = input.note()] {
    return records.put_note(id, person_id, store::Personal(note));
  };
  return plan;
}

Result<Plan> glasses(const Exchange& exchange) {
  TRY(const size_t limit, exchange.limit());
  v1::GlassList list;
  const auto& all = book_of(exchange).glasses();
  std::vector<std::string> shown;
  for (auto glass = all.rbegin(); glass != all.rend() && shown.size() < limit; ++glass) {
    TRY(*list.add_glasses(), with_note(exchange, *glass));
    shown.push_back(glass->id());
  }
  return answering(list, std::move(shown));
}

Result<Plan> answer_glass(const Exchange& exchange) {
  TRY(const v1::GlassAnswerInput input, exchange.body<v1::GlassAnswerInput>());
  legal::Facts facts;
  v1::GlassAnswered& answered = *legal::add_fact(exchange, 0, facts).mutable_glass_answered();
  answered.set_glass_id(exchange.id());
  answered.set_verdict(input.verdict());
  return legal::judged_as(exchange, std::move(facts), [&exchange]() -> Result<v1::BrokenGlass> {
    const v1::BrokenGlass* now = book_of(exchange).glass(exchange.id());
    if (now == nullptr) return legal::not_found();
    return with_note(exchange, *now);
  });
}

Result<Plan> recuse(const Exchange& exchange) {
  TRY(const v1::Recused input, exchange.body<v1::Recused>());
  // Nor by a key of a system that he holds.
  if (input.ended() && exchange.of_system)
    return Error{Code::kForbidden, "ended", "a person says that a recusal has ended"};
  legal::Facts facts;
  *legal::add_fact(exchange, 0, facts).mutable_recused() = input;
  return legal::judged_as(exchange, std::move(facts), [input]() -> Result<v1::Recused> { return input; });
}

Result<Plan> recusals(const Exchange& exchange) {
  v1::RecusalList list;
  std::vector<std::string> shown;
  for (const auto& [account, of_account] : book_of(exchange).recusals()) {
    for (const auto& [person_id, recused] : of_account) {
      if (recused.ended()) continue;
      *list.add_recusals() = recused;
      shown.push_back(person_id);
    }
  }
  return answering(list, std::move(shown));
}

Result<Plan> look_ups(const Exchange& exchange) {
  return answering(exchange.world.look_ups.report(exchange.request.parameter("month"), book_of(exchange),
                                                  exchange.now, exchange.world.duty_hours));
}

Result<Plan> lift(const Exchange& exchange) {
  TRY(const v1::LooksLifted input, exchange.body<v1::LooksLifted>());
  legal::Facts facts;
  *legal::add_fact(exchange, 0, facts).mutable_looks_lifted() = input;
  return legal::judged_as(exchange, std::move(facts), [&exchange, input]() -> Result<v1::LooksLift> {
    const auto made = book_of(exchange).look_lifts().find(input.account());
    if (made == book_of(exchange).look_lifts().end()) return legal::not_found();
    return made->second;
  });
}

Result<Plan> review(const Exchange& exchange) {
  TRY(const v1::LookUpsReviewInput input, exchange.body<v1::LookUpsReviewInput>());
  legal::Facts facts;
  v1::LookUpsReviewed& reviewed = *legal::add_fact(exchange, 0, facts).mutable_look_ups_reviewed();
  reviewed.set_account(input.account());
  reviewed.set_month(input.month());
  reviewed.set_verdict(input.verdict());
  return legal::judged_as(exchange, std::move(facts), [&exchange, input]() -> Result<v1::LookUpsReview> {
    const v1::LookUpsReview* made = book_of(exchange).review(input.account(), input.month());
    if (made == nullptr) return legal::not_found();
    return *made;
  });
}

}  // namespace haechi::api::watching
