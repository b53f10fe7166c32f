// What the routes about cases share: how viewers are tied to a case, what a person is called, how a write is
// answered that the legal machine may refuse.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "api/exchange.h"
#include "api/page.h"
#include "haechi/v1/case_api.pb.h"
#include "law/pack.h"

namespace haechi::api::legal {

Error not_found();

// An unknown id gives a subject without ties.
trust::Subject case_subject(const Exchange& exchange, const std::string& id);
trust::Subject measure_subject(const Exchange& exchange, const std::string& id);
trust::Subject link_subject(const Exchange& exchange, const std::string& id);
trust::Subject duty_subject(const Exchange& exchange, const std::string& id);
trust::Subject petition_subject(const Exchange& exchange, const std::string& id);
trust::Subject risk_subject(const Exchange& exchange, const std::string& person_id);

// Name and telephone where the viewer, tied as `tie` says, may see them; else the id alone.
Result<v1::NamedPerson> named(const Exchange& exchange, const trust::Subject& tie,
                              const std::string& person_id);
// A text kept under this id, with its digest held against what was logged.
struct KeptText {
  std::string text;
  bool intact = false;
};
Result<KeptText> kept_text(const Exchange& exchange, const std::string& id, const std::string& digest);
std::string digest_of(const std::string& text);

// Facts of one request, in order.
using Facts = std::vector<std::unique_ptr<v1::Fact>>;
v1::CaseFact& add_fact(const Exchange& exchange, int64_t at_us, Facts& facts);
// Courts in whose district this address lies, those of the narrowest district; none: it is not known. Of
// courts that the registers name with their districts.
std::vector<const v1::Agency*> courts_of(const Exchange& exchange, const std::string& address);
// The address of a person's record; empty: none is kept.
Result<std::string> address_of(const Exchange& exchange, const std::string& person_id);
// New zones, which `references` then knows. Refuses one that is registered already with another shape.
Status add_zones(const Exchange& exchange, const google::protobuf::RepeatedPtrField<v1::Zone>& zones,
                 Facts& facts);
// Does what these conditions name exist, or stand in `facts`?
Status check_conditions(const Exchange& exchange, const v1::Order& stated, const Facts& facts);
// The rules of a zone of time, so that periods are counted by them.
Status add_time_zone(const Exchange& exchange, const std::string& name, Facts& facts);
Status check_person(const Exchange& exchange, const std::string& id, v1::Role role, const char* field);
Status check_agency(const Exchange& exchange, const std::string& id, const char* field);
// Who goes by this name and can sign in: a person's account, or whom a key stands for. Nothing: nobody.
Result<std::optional<trust::Viewer>> account_named(const Exchange& exchange, const std::string& name);
Status check_past(const Exchange& exchange, int64_t at_us, const char* field);

// Logs the facts and answers with what `view` makes of the picture then, or with what the machine refused.
using View = std::function<Result<net::Response>(uint64_t entry_no)>;
Plan judged(const Exchange& exchange, Facts facts, View view);
template <typename Make>
Plan judged_as(const Exchange& exchange, Facts facts, Make make) {
  return judged(exchange, std::move(facts), [make](uint64_t entry_no) -> Result<net::Response> {
    TRY(const auto message, make());
    (void)entry_no;
    return json_response(200, message);
  });
}

// A decision as it is signed: its text, under which id it is kept, and its digest, which goes into the log.
struct Decision {
  std::string id, text, digest;
};
struct Decided {
  std::string about;  // "petition pet-1", "measure m-2"
  std::string docket;
  std::string decision;  // "granted", "denied", "extend", ...
  std::string kinds;     // codes, with spaces between them
  int64_t at_us = 0;     // 0 = now
  int64_t until_us = 0;
  const v1::Order* stated = nullptr;
  std::string reasons;
};
Decision decision_of(const Exchange& exchange, const Decided& decided);
// Keeps its text as a note about that person.
std::function<Status()> keeping(const Exchange& exchange, Decision decision, std::string about_id);

std::string made_id(const char* prefix);
// The id that the request states, or a new one.
Result<std::string> chosen_id(const std::string& stated, const char* prefix);

v1::LawKind law_kind(const law::OrderKind& kind);
const law::OrderKind* kind_of(const std::string& country, const std::string& code);

// Open duties about that object, the most urgent first.
std::vector<const v1::Duty*> duties_of(const Exchange& exchange, const std::string& about_id);
bool more_urgent(const v1::Duty* a, const v1::Duty* b);
// Adds the zones that these conditions name and that are not there yet.
void add_named_zones(const Exchange& exchange, const v1::Order& order,
                     google::protobuf::RepeatedPtrField<v1::Zone>& out);
// Keep away from her, at the distances of the country.
v1::Order plain_ban(const std::string& protected_id);
const v1::Order* order_of(const Exchange& exchange, const v1::LegalMeasure& measure);
std::vector<v1::CaseStep> steps_for(const Exchange& exchange, const v1::LegalMeasure& measure);
// Which of a role's actions a step is; the table of docs/cases.md.
std::vector<trust::Action> actions_of(v1::CaseStep step, law::Path path);

bool concerns(const v1::Case& one, const std::string& person_id);

}  // namespace haechi::api::legal
