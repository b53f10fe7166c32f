#include "api/duties.h"

#include <algorithm>

#include "api/codes.h"
#include "api/files.h"
#include "api/legal.h"

namespace haechi::api::duties {
namespace {

using trust::Action;

constexpr size_t kProofMax = 2'000;
constexpr std::array kNoteCodes = {"told_by_phone", "told_by_message", "letter_sent", "visited", "done",
                                   "other"};

const picture::CaseBook& book_of(const Exchange& exchange) {
  return exchange.world.picture.case_book();
}

Result<v1::DutyAnswer> duty_answer(const Exchange& exchange, const std::string& id) {
  const v1::Duty* duty = book_of(exchange).duty(id);
  if (duty == nullptr) return legal::not_found();
  v1::DutyAnswer answer;
  *answer.mutable_duty() = *duty;
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answer;
}

bool is_about(const v1::Duty& duty, const std::string& case_id, const std::string& person_id) {
  if (!case_id.empty() && duty.case_id() != case_id) return false;
  return person_id.empty() || duty.wearer_id() == person_id;
}

// Is it for this viewer to read? By agency or account; what probation is told also by whom she supervises.
bool is_mine(const Exchange& exchange, const v1::Notification& one) {
  const trust::Viewer& viewer = exchange.viewer;
  if (book_of(exchange).recused(viewer.account, one.person_id()) ||
      legal::case_subject(exchange, one.case_id()).relations.recused)
    return false;
  switch (viewer.role) {
    case trust::Role::kPolice:
      return !one.agency_id().empty() && one.agency_id() == viewer.agency_id &&
             (one.party() == v1::CASE_PARTY_POLICE || one.party() == v1::CASE_PARTY_PROTECTION_OFFICER);
    case trust::Role::kCourt:
      return one.party() == v1::CASE_PARTY_COURT &&
             (one.agency_id().empty() || one.agency_id() == viewer.agency_id);
    case trust::Role::kProbation: {
      if (one.party() != v1::CASE_PARTY_PROBATION) return false;
      if (!one.account().empty()) return one.account() == viewer.account;
      if (const v1::CaseLink* link = book_of(exchange).link(one.link_id()))
        return legal::link_subject(exchange, link->id()).relations.case_link;
      return legal::case_subject(exchange, one.case_id()).relations.case_link;
    }
    case trust::Role::kControl:
      return one.party() == v1::CASE_PARTY_MONITORING_CENTRE || one.party() == v1::CASE_PARTY_CONTROL_ROOM;
    default:
      return false;
  }
}

Result<Plan> done_clean(const Exchange& exchange, const v1::DutyDoneInput& input) {
  const v1::Duty* duty = book_of(exchange).duty(exchange.id());
  if (duty == nullptr) return legal::not_found();
  if (!is_one_of(kNoteCodes, input.note_code()))
    return invalid("note_code",
                   "must be told_by_phone, told_by_message, letter_sent, visited, done or other");
  if (input.proof().size() > kProofMax) return invalid("proof", "must be at most 2000 bytes");
  TRY_STATUS(legal::check_past(exchange, input.at_us(), "at_us"));
  const std::string proof_id = legal::made_id("PR");
  const files::Kept proof = files::proof_of(proof_id, input);
  legal::Facts facts;
  v1::DutyDone& done = *legal::add_fact(exchange, input.at_us(), facts).mutable_duty_done();
  done.set_duty_id(duty->id());
  done.set_note_code(input.note_code());
  if (!proof.text.empty()) {
    done.set_proof_id(proof_id);
    done.set_proof_sha256(proof.digest);
  }
  const std::string id = duty->id(), about = duty->wearer_id();
  Plan plan = legal::judged_as(exchange, std::move(facts), [&exchange, id, input, proof] {
    Result<v1::DutyAnswer> answer = duty_answer(exchange, id);
    if (!answer.ok()) return answer;
    answer->set_proof(input.proof());
    if (input.has_file()) *answer->mutable_file() = proof.info;
    return answer;
  });
  if (!proof.text.empty()) {
    plan.keep = [&records = exchange.world.records, proof_id, about, text = proof.text] {
      return records.put_note(proof_id, about, store::Personal(text));
    };
  }
  return plan;
}

}  // namespace

Result<Plan> list(const Exchange& exchange) {
  TRY(const bool all, all_states(exchange));
  TRY(const size_t limit, exchange.limit());
  const std::string case_id = exchange.request.parameter("case_id");
  const std::string person_id = exchange.request.parameter("person_id");
  const std::string after = exchange.request.parameter("after");
  std::vector<const v1::Duty*> found;
  for (const auto& [id, duty] : book_of(exchange).duties()) {
    if ((!all && duty.done_at_us() != 0) || !is_about(duty, case_id, person_id)) continue;
    if (decide_on(exchange, Action::kDoDuty, legal::duty_subject(exchange, id)).allowed)
      found.push_back(&duty);
  }
  std::sort(found.begin(), found.end(), legal::more_urgent);
  auto from = found.begin();
  if (!after.empty()) {
    from =
        std::find_if(found.begin(), found.end(), [&](const v1::Duty* duty) { return duty->id() == after; });
    if (from == found.end()) return invalid("after", "is not of this list any more; begin again");
    ++from;
  }
  v1::DutyList answer;
  std::set<std::string> shown;
  for (; from != found.end() && static_cast<size_t>(answer.duties_size()) < limit; ++from) {
    *answer.add_duties() = **from;
    if (!(*from)->wearer_id().empty()) shown.insert((*from)->wearer_id());
  }
  if (from != found.end()) answer.set_next(answer.duties(answer.duties_size() - 1).id());
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answering(answer, {shown.begin(), shown.end()});
}

Result<Plan> done(const Exchange& exchange) {
  TRY(v1::DutyDoneInput input, exchange.body<v1::DutyDoneInput>());
  std::vector<files::Named> contents;
  if (input.has_file()) {
    TRY_STATUS(files::take_in(*input.mutable_file(), "file"));
    contents.push_back({"file.content", input.file().content()});
  }
  return files::when_clean(exchange, std::move(contents),
                           [input](const Exchange& e) { return done_clean(e, input); });
}

Result<Plan> notifications(const Exchange& exchange) {
  TRY(const size_t limit, exchange.limit());
  const std::string after = exchange.request.parameter("after");
  std::vector<const v1::Notification*> mine;
  for (const auto& [id, one] : book_of(exchange).notifications())
    if (is_mine(exchange, one)) mine.push_back(&one);
  std::sort(mine.begin(), mine.end(), [](const v1::Notification* a, const v1::Notification* b) {
    return std::pair(a->queued_at_us(), a->id()) > std::pair(b->queued_at_us(), b->id());
  });
  auto from = mine.begin();
  if (!after.empty()) {
    from = std::find_if(mine.begin(), mine.end(),
                        [&](const v1::Notification* one) { return one->id() == after; });
    if (from == mine.end()) return invalid("after", "is not of this list any more; begin again");
    ++from;
  }
  v1::NotificationList answer;
  std::vector<std::string> shown;
  for (; from != mine.end() && shown.size() < limit; ++from) {
    *answer.add_notifications() = **from;
    shown.push_back((*from)->id());
  }
  if (from != mine.end()) answer.set_next(shown.back());
  answer.set_entry_no(exchange.world.picture.entry_no());
  return answering(answer, std::move(shown));
}

Result<Plan> opened(const Exchange& exchange) {
  const v1::Notification* one = book_of(exchange).notification(exchange.id());
  if (one == nullptr || !is_mine(exchange, *one)) return legal::not_found();
  if (one->state() == v1::NOTIFICATION_STATE_OPENED) return answering(*one);
  legal::Facts facts;
  v1::NotificationReported& reported = *legal::add_fact(exchange, 0, facts).mutable_notification_reported();
  reported.set_notification_id(one->id());
  reported.set_state(v1::NOTIFICATION_STATE_OPENED);
  reported.set_channel(v1::NOTIFICATION_CHANNEL_SCREEN);
  const std::string id = one->id();
  return legal::judged_as(exchange, std::move(facts), [&exchange, id]() -> Result<v1::Notification> {
    const v1::Notification* now = book_of(exchange).notification(id);
    if (now == nullptr) return legal::not_found();
    return *now;
  });
}

}  // namespace haechi::api::duties
