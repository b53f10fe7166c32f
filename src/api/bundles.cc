#include "api/bundles.h"

#include <algorithm>

#include "api/legal.h"
#include "api/playback.h"

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
Resume showing(Result<std::string> made, std::vector<std::string> shown_ids) {
  const auto held = std::make_shared<Result<std::string>>(std::move(made));
  return [held, shown_ids = std::move(shown_ids)](const Exchange&) -> Result<Plan> {
    if (!held->ok()) return held->error();
    Plan plan;
    plan.shown_ids = shown_ids;
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
  TRY(const std::optional<playback::Span> span, playback::span_of(exchange));
  const std::string& he = one.subject_id();
  BundleQuery query{he, exchange.world.picture.case_book().worn_as(he), her, {}, {}};
  query.worn_as.insert(he);
  if (span) {
    query.from = span->from;
    query.to = span->to;
  }
  Plan plan;
  plan.later = [bundles, query, shown = std::vector<std::string>{he, her}](const Deliver& deliver) {
    const bool begun = bundles->begin(
        query, [deliver, shown](Result<std::string> made) { deliver(showing(std::move(made), shown)); });
    if (!begun) deliver([](const Exchange&) -> Result<Plan> { return busy(); });
    return Status();
  };
  return plan;
}

}  // namespace

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
  std::string her = exchange.request.parameter("protected_id");
  if (her.empty() && hers.size() == 1) her = hers[0];
  if (std::find(hers.begin(), hers.end(), her) == hers.end())
    return invalid("protected_id", "must be one of those whom the case protects");
  return between(exchange, *one, her);
}

}  // namespace haechi::api::bundles
