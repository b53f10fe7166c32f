#include "api/bundles.h"

#include <algorithm>

#include "api/legal.h"
#include "api/subjects.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api::bundles {
namespace {

Plan busy() {
  Plan plan;
  plan.answer = [](uint64_t) {
    net::Response response = net::problem(429, "busy", "", "another bundle is being made; ask again then");
    response.headers.emplace_back("retry-after", "10");
    return response;
  };
  return plan;
}

// The file leaves once: whatever is asked for again is made again.
struct Taken {
  std::vector<std::string> shown_ids;
  std::string why;
};

Resume showing(Result<std::string> made, Taken taken) {
  const auto held = std::make_shared<Result<std::string>>(std::move(made));
  return [held, taken = std::move(taken)](const Exchange&) -> Result<Plan> {
    if (!held->ok()) return held->error();
    Plan plan;
    plan.shown_ids = taken.shown_ids;
    plan.why = taken.why;
    plan.answer = [held](uint64_t) {
      return net::Response{200,
                           "application/x-ndjson",
                           std::move(held->value()),
                           {{"content-disposition", "attachment; filename=\"bundle.jsonl\""}}};
    };
    return plan;
  };
}

Result<Plan> between(const Exchange& exchange, const v1::Case& one, const std::string& her) {
  Bundles* bundles = exchange.world.bundles;
  if (bundles == nullptr) return Error{Code::kUnavailable, "", "nothing can be proven here"};
  TRY(const v1::BundleInput input, exchange.body<v1::BundleInput>());
  TRY_STATUS(check_why(input.why()));
  if (input.from_us() < 0 || input.to_us() < 0 || (input.to_us() != 0 && input.to_us() <= input.from_us()))
    return invalid("to_us", "must be later than from_us");
  const std::string& he = one.subject_id();
  BundleQuery query{he, exchange.world.picture.case_book().worn_as(he), her, {}, {}};
  query.worn_as.insert(he);
  query.from = Time{input.from_us()};
  query.to = Time{input.to_us()};
  Plan plan;
  plan.later = [bundles, query, taken = Taken{{he, her}, input.why()}](const Deliver& deliver) {
    const bool begun = bundles->begin(
        query, [deliver, taken](Result<std::string> made) { deliver(showing(std::move(made), taken)); });
    if (!begun) deliver([](const Exchange&) -> Result<Plan> { return busy(); });
    return Status();
  };
  return plan;
}

// May this person or unit stand in a table of the viewer's?
bool is_shown(const Exchange& exchange, const std::string& id) {
  const picture::Picture& picture = exchange.world.picture;
  if (picture.persons().contains(id)) return position_decision(exchange, id).allowed;
  return picture.calls().unit(id) != nullptr &&
         decide_on(exchange, trust::Action::kSeeUnit, unit_subject(exchange, id)).allowed;
}

// One that is not there and one that is another's are answered alike.
Plan not_all_shown(const std::string& id) {
  Plan plan;
  plan.refused = Refusal{{.kind = "table", .id = id},
                         {.reason = "one of these is not the viewer's to see, or is not there"}};
  return plan;
}

}  // namespace

Status check_why(const std::string& why) {
  constexpr size_t kFewest = 4, kMost = 200;
  size_t characters = 0;
  for (const char c : why) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f) return invalid("why", "must be one line of words");
    characters += (byte & 0xc0) != 0x80 ? 1 : 0;
  }
  if (characters < kFewest || characters > kMost)
    return invalid("why", "must say in 4 to 200 characters what it is taken for, without names");
  return {};
}

Result<std::optional<std::string>> second(const Exchange& exchange) {
  if (!exchange.decision.two_persons) return std::optional<std::string>();
  TRY(const v1::BundleInput input, exchange.body<v1::BundleInput>());
  return std::optional(write_json(input));
}

Result<Plan> table(const Exchange& exchange) {
  constexpr int kPersonsMax = 5'000;
  TRY(const v1::TableInput input, exchange.body<v1::TableInput>());
  TRY_STATUS(check_why(input.why()));
  if (input.person_ids_size() < 1 || input.person_ids_size() > kPersonsMax)
    return invalid("person_ids", "must be 1 to 5000");
  for (const std::string& id : input.person_ids())
    if (!is_shown(exchange, id)) return not_all_shown(id);
  Plan plan = answering(input, {input.person_ids().begin(), input.person_ids().end()});
  plan.why = input.why();
  return plan;
}

Result<Plan> of_petition(const Exchange& exchange) {
  const picture::CaseBook& book = exchange.world.picture.case_book();
  const v1::Petition* petition = book.petition(exchange.id());
  const v1::Case* one = petition == nullptr ? nullptr : book.find_case(petition->case_id());
  if (one == nullptr) return legal::not_found();
  return between(exchange, *one, petition->protected_id());
}

Result<Plan> of_case(const Exchange& exchange) {
  const v1::Case* one = exchange.world.picture.case_book().find_case(exchange.id());
  if (one == nullptr) return legal::not_found();
  const auto& hers = one->protected_ids();
  TRY(const v1::BundleInput input, exchange.body<v1::BundleInput>());
  std::string her = input.protected_id();
  if (her.empty() && hers.size() == 1) her = hers[0];
  if (std::find(hers.begin(), hers.end(), her) == hers.end())
    return invalid("protected_id", "must be one of those whom the case protects");
  return between(exchange, *one, her);
}

}  // namespace haechi::api::bundles
