#include "api/erasure.h"

#include <charconv>

#include "haechi/v1/account.pb.h"
#include "haechi/v1/erasure.pb.h"

namespace haechi::api::erasure {
namespace {

constexpr size_t kReasonBytesMax = 500;

Status check(const Exchange& exchange, const std::string& reason) {
  if (!exchange.world.picture.persons().contains(exchange.id()))
    return Error{Code::kNotFound, "id", "there is none of this id"};
  if (reason.empty() || reason.size() > kReasonBytesMax)
    return invalid("reason", "must name article and proceedings, in 1 to 500 bytes, without names");
  return {};
}

// ?within_days=, 30 unless said.
Result<uint32_t> within_days(const Exchange& exchange) {
  const std::string text = exchange.request.parameter("within_days");
  uint32_t days = 30;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), days);
  const bool read = text.empty() || (failed == std::errc() && end == text.data() + text.size());
  if (!read || days == 0 || days > 366) return invalid("within_days", "must be 1..366");
  return days;
}

// The entry's outcome is in the picture by the time it is answered.
net::Response told(const picture::ErasureBook& book, const std::string& person_id) {
  const v1::ErasureOutcome* outcome = book.of(person_id);
  if (outcome == nullptr) return json_response(200, v1::ErasureOutcome());
  return json_response(outcome->refusal() == v1::ErasureOutcome::REFUSAL_UNSPECIFIED ? 200 : 409, *outcome);
}

Plan planned(const Exchange& exchange, std::unique_ptr<v1::Fact> fact) {
  Plan plan = logging(std::move(fact));
  plan.answer = [&book = exchange.world.picture.erasure_book(), id = exchange.id()](uint64_t) {
    return told(book, id);
  };
  return plan;
}

}  // namespace

Result<Plan> holds(const Exchange& exchange) {
  return answering(exchange.world.picture.erasure_book().holds());
}

// Due within so many days, or already and held.
Result<Plan> endings(const Exchange& exchange) {
  TRY(const uint32_t days, within_days(exchange));
  v1::EndingList answer;
  std::vector<std::string> shown;
  if (!exchange.world.endings) return answering(answer);
  for (const Ending& ending :
       exchange.world.endings(exchange.now + Duration::seconds(int64_t{86'400} * days))) {
    v1::Ending& one = *answer.add_endings();
    one.set_person_id(ending.person_id);
    one.set_due_at_us(ending.due_at.us);
    one.set_reason(ending.reason);
    shown.push_back(ending.person_id);
    const v1::ErasureOutcome* outcome = exchange.world.picture.erasure_book().of(ending.person_id);
    if (outcome == nullptr) continue;
    one.set_hold_reason(outcome->hold_reason());
    one.set_hold_by(outcome->hold_by());
  }
  return answering(answer, std::move(shown));
}

Result<Plan> hold(const Exchange& exchange) {
  TRY(const v1::HoldInput input, exchange.body<v1::HoldInput>());
  TRY_STATUS(check(exchange, input.reason()));
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_hold_placed()->set_person_id(exchange.id());
  fact->mutable_hold_placed()->set_by(exchange.viewer.account);
  fact->mutable_hold_placed()->set_reason(input.reason());
  return planned(exchange, std::move(fact));
}

Result<Plan> release(const Exchange& exchange) {
  TRY(const v1::HoldInput input, exchange.body<v1::HoldInput>());
  TRY_STATUS(check(exchange, input.reason()));
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_hold_released()->set_person_id(exchange.id());
  fact->mutable_hold_released()->set_by(exchange.viewer.account);
  fact->mutable_hold_released()->set_reason(input.reason());
  return planned(exchange, std::move(fact));
}

Result<Plan> erase(const Exchange& exchange) {
  TRY(const v1::EraseInput input, exchange.body<v1::EraseInput>());
  TRY_STATUS(check(exchange, input.reason()));
  auto fact = std::make_unique<v1::Fact>();
  fact->mutable_person_erased()->set_person_id(exchange.id());
  fact->mutable_person_erased()->set_by(exchange.viewer.account);
  fact->mutable_person_erased()->set_reason(input.reason());
  return planned(exchange, std::move(fact));
}

Result<std::optional<std::string>> second(const Exchange& exchange) {
  TRY(const v1::EraseInput input, exchange.body<v1::EraseInput>());
  return std::optional(write_json(input));
}

}  // namespace haechi::api::erasure
