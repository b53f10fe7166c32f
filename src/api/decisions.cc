// Decisions of courts, as they are signed: one text of fixed form, kept with the persons' records, its digest
// in the log beside the account and the moment. docs/cases.md says what that proves.
#include "api/json.h"
#include "api/legal.h"
#include "base/digest.h"
#include "base/time.h"

namespace haechi::api::legal {
namespace {

std::string moment(int64_t at_us) {
  return at_us == 0 ? "-" : iso8601(Time{at_us});
}

std::string line(const char* name, const std::string& value) {
  return std::string(name) + ": " + (value.empty() ? "-" : value) + "\n";
}

}  // namespace

Decision decision_of(const Exchange& exchange, const Decided& decided) {
  v1::Order stated;
  if (decided.stated != nullptr) {
    *stated.mutable_conditions() = decided.stated->conditions();
    if (decided.stated->has_policy()) *stated.mutable_policy() = decided.stated->policy();
  }
  std::string text = "haechi decision 1\n";
  text += line("about", decided.about);
  text += line("docket", decided.docket);
  text += line("agency", exchange.viewer.agency_id);
  text += line("account", exchange.viewer.account);
  text += line("signed", moment(exchange.now.us));
  text += line("decided", moment(decided.at_us == 0 ? exchange.now.us : decided.at_us));
  text += line("decision", decided.decision);
  text += line("kinds", decided.kinds);
  text += line("until", moment(decided.until_us));
  text += line("conditions", decided.stated == nullptr ? "" : write_json(stated));
  text += "reasons:\n" + decided.reasons;
  const std::string digest = digest_of(text);
  return {made_id("DC"), std::move(text), digest};
}

std::function<Status()> keeping(const Exchange& exchange, Decision decision, std::string about_id) {
  return [&records = exchange.world.records, decision = std::move(decision), about = std::move(about_id)] {
    return records.put_note(decision.id, about, store::Personal(decision.text));
  };
}

}  // namespace haechi::api::legal
