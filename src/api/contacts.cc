#include "api/contacts.h"

#include "base/digest.h"
#include "haechi/v1/api.pb.h"
#include "trust/personal.h"

namespace haechi::api::contacts {
namespace {

using Logged = v1::ContactLogged;

constexpr size_t kNoteBytesMax = 2000;

Error not_found() {
  return Error{Code::kNotFound, "id", "there is none of this id"};
}

Status check(const v1::ContactInput& input) {
  if (!Logged::With_IsValid(input.with()) || input.with() == Logged::WITH_UNSPECIFIED)
    return invalid("with", "must be WEARER, PROTECTED_PERSON, POLICE, PROBATION or OTHER");
  if (!Logged::Channel_IsValid(input.channel()) || input.channel() == Logged::CHANNEL_UNSPECIFIED)
    return invalid("channel", "must be PHONE, MESSAGE, VISIT or VIBRATION");
  if (!Logged::Outcome_IsValid(input.outcome()) || input.outcome() == Logged::OUTCOME_UNSPECIFIED)
    return invalid("outcome", "must be REACHED, NO_ANSWER, REFUSED or WRONG_NUMBER");
  if (input.note().size() > kNoteBytesMax) return invalid("note", "must be at most 2000 bytes");
  return {};
}

// Whom the note is about, so that it is forgotten with that person.
std::string about(const v1::Incident& incident, Logged::With with) {
  const bool hers = with == Logged::PROTECTED_PERSON || incident.wearer_id().empty();
  if (hers && incident.protected_ids_size() > 0) return incident.protected_ids(0);
  return incident.wearer_id();
}

v1::ContactEntry entry_of(const picture::LoggedContact& logged) {
  v1::ContactEntry entry;
  entry.set_id(logged.contact.id());
  entry.set_at_us(logged.at.us);
  entry.set_with(logged.contact.with());
  entry.set_channel(logged.contact.channel());
  entry.set_outcome(logged.contact.outcome());
  entry.set_by(logged.contact.by());
  entry.set_entry_no(logged.entry_no);
  return entry;
}

}  // namespace

Result<Plan> log(const Exchange& exchange) {
  TRY(const v1::ContactInput input, exchange.body<v1::ContactInput>());
  const picture::AlertBook& alerts = exchange.world.picture.alerts();
  const v1::Incident* incident = alerts.incident(exchange.id());
  if (incident == nullptr) return not_found();
  TRY_STATUS(check(input));
  auto fact = std::make_unique<v1::Fact>();
  Logged& contact = *fact->mutable_contact_logged();
  contact.set_id("K-" + hex(random_secret(12)));
  contact.set_incident_id(exchange.id());
  contact.set_with(input.with());
  contact.set_channel(input.channel());
  contact.set_outcome(input.outcome());
  contact.set_by(exchange.viewer.account);
  const std::string contact_id = contact.id(), person_id = about(*incident, input.with());
  Plan plan = logging(std::move(fact));
  if (!input.note().empty()) {
    plan.keep = [&records = exchange.world.records, contact_id, person_id, note = input.note()] {
      return records.put_note(contact_id, person_id, store::Personal(note));
    };
  }
  plan.answer = [&alerts, id = exchange.id(), contact_id, note = input.note()](uint64_t entry_no) {
    v1::ContactEntry answer;
    for (const picture::LoggedContact& logged : alerts.contacts(id)) {
      if (logged.contact.id() == contact_id) answer = entry_of(logged);
    }
    answer.set_id(contact_id);
    answer.set_entry_no(entry_no);
    answer.set_note(note);
    return json_response(200, answer);
  };
  return plan;
}

Result<std::vector<v1::ContactEntry>> entries(const Exchange& exchange, const std::string& incident_id) {
  std::vector<v1::ContactEntry> out;
  for (const picture::LoggedContact& logged : exchange.world.picture.alerts().contacts(incident_id)) {
    v1::ContactEntry& entry = out.emplace_back(entry_of(logged));
    TRY(const std::optional<store::Personal> note, exchange.world.records.note(entry.id()));
    if (!note) continue;
    TRY(*entry.mutable_note(), trust::reveal(exchange.viewer, exchange.purpose, *note));
  }
  return out;
}

Result<Plan> list(const Exchange& exchange) {
  if (exchange.world.picture.alerts().incident(exchange.id()) == nullptr) return not_found();
  TRY(const std::vector<v1::ContactEntry> found, entries(exchange, exchange.id()));
  v1::ContactList answer;
  for (const v1::ContactEntry& entry : found) *answer.add_contacts() = entry;
  return answering(answer);
}

Result<Plan> proximity(const Exchange& exchange) {
  const v1::Incident* incident = exchange.world.picture.alerts().incident(exchange.id());
  if (incident == nullptr) return not_found();
  std::vector<std::string> shown(incident->protected_ids().begin(), incident->protected_ids().end());
  if (!incident->wearer_id().empty()) shown.push_back(incident->wearer_id());
  return answering(exchange.world.picture.proximity_book().series(exchange.id()), std::move(shown));
}

}  // namespace haechi::api::contacts
