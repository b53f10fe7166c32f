#include "api/erasure.h"

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
