// Inquiries: the police ask where a wearer was, a court permits it or not (kr: EM Act 16(4)(5)). What is seen
// in urgency before the court has spoken is open until it speaks or its time runs out; without a permission
// it must be destroyed, and probation is told. Who is named as having approved the urgency hears of it in the
// same entry, as the privacy officer does, and confirms it, or it closes.
#include <algorithm>

#include "cases/convert.h"
#include "cases/machine.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

constexpr size_t kTextMax = 128;
// At most asked for at once, and open after a grant: our choices.
constexpr Duration kSpanMax = Duration::seconds(31 * 86'400);
constexpr Duration kOpenMax = Duration::seconds(366 * 86'400);
// Within this whoever approved the urgency says so; and so long an account opens nothing more in urgency of a
// person of whom it did that unconfirmed, or an hour would be as long as one likes. Our choices.
constexpr Duration kConfirmWithin = Duration::seconds(3600);
constexpr Duration kUnconfirmedOnceIn = Duration::seconds(12 * 3600);

bool is_unconfirmed(const v1::Inquiry& inquiry) {
  return inquiry.urgent() && inquiry.confirmed_at_us() == 0 && inquiry.state() != v1::INQUIRY_STATE_GRANTED;
}
Time once_until(const v1::Inquiry& inquiry) {
  return Time{inquiry.requested_at_us()} + kUnconfirmedOnceIn;
}

bool is_open(const v1::Inquiry& inquiry) {
  return inquiry.state() == v1::INQUIRY_STATE_PENDING || inquiry.state() == v1::INQUIRY_STATE_GRANTED;
}

Status check_span(const v1::HistoryRequested& asked, Time now) {
  TRY(const Time from, moment(asked.from_us(), "from_us"));
  TRY(const Time to, moment(asked.to_us(), "to_us"));
  if (!from.known()) return invalid("from_us", "must be given");
  if (to <= from) return invalid("to_us", "must be later than from_us");
  if (to - from > kSpanMax) return invalid("to_us", "must be at most 31 days after from_us");
  if (from > now) return invalid("from_us", "lies in the future");
  return {};
}

Status check_urgency(const v1::HistoryRequested& asked, const law::Pack& pack, const std::string& by) {
  if (!asked.urgent()) {
    if (asked.approved_by().empty()) return {};
    return invalid("approved_by", "belongs to an urgent request");
  }
  if (!pack.urgent_inquiry.permission_within.known())
    return invalid("urgent", "the country lets nobody see history before the court has permitted it");
  if (asked.approved_by().empty() || asked.approved_by().size() > kTextMax)
    return invalid("approved_by", "must be the account of whoever approved it");
  if (asked.approved_by() == by) return invalid("approved_by", "must be another than who asks");
  return {};
}

}  // namespace

Status Machine::request_history(const v1::HistoryRequested& asked, Turn& turn) {
  TRY_STATUS(law::check_id(asked.inquiry_id(), "inquiry_id"));
  if (inquiry_ids_.contains(asked.inquiry_id()))
    return Error{Code::kConflict, "inquiry_id", "is the id of an inquiry already"};
  const auto found = cases_.find(asked.case_id());
  if (found == cases_.end()) return Error{Code::kNotFound, "case_id", "is not the id of a case"};
  const v1::Case& one = found->second;
  if (one.closed_at_us() != 0) return Error{Code::kConflict, "case_id", "is closed"};
  TRY_STATUS(law::check_id(asked.person_id(), "person_id"));
  if (asked.person_id() != one.subject_id() && asked.person_id() != wearer_of(one.subject_id()))
    return invalid("person_id", "is not whom the case is against, nor whom he wears a device as");
  TRY_STATUS(check_span(asked, turn.now));
  const law::Pack& pack = *law::find_pack(one.country());
  const law::PermittedUse* use = law::find_use(pack, asked.use());
  if (use == nullptr || !use->court_permission)
    return invalid("use", "is not a use of the country that a court permits");
  if (!asked.court_id().empty()) TRY_STATUS(law::check_id(asked.court_id(), "court_id"));
  TRY_STATUS(law::check_id(asked.reason_id(), "reason_id"));
  if (asked.reason_sha256().empty()) return invalid("reason_sha256", "must be given");
  TRY_STATUS(check_digest(asked.reason_sha256(), "reason_sha256"));
  TRY_STATUS(check_urgency(asked, pack, turn.by));
  TRY_STATUS(check_first_in_urgency(asked, turn));
  TRY(const law::Calendar* days, calendar(one.time_zone(), one.holiday_calendar()));

  v1::Inquiry made;
  made.set_id(asked.inquiry_id());
  made.set_case_id(one.id());
  made.set_person_id(asked.person_id());
  made.set_agency_id(one.agency_id());
  made.set_requested_by(turn.by);
  made.set_requested_at_us(turn.at.us);
  made.set_from_us(asked.from_us());
  made.set_to_us(asked.to_us());
  made.set_use(asked.use());
  made.set_court_id(asked.court_id());
  made.set_urgent(asked.urgent());
  made.set_approved_by(asked.approved_by());
  made.set_reason_id(asked.reason_id());
  made.set_reason_sha256(asked.reason_sha256());
  made.set_state(asked.urgent() ? v1::INQUIRY_STATE_PENDING : v1::INQUIRY_STATE_REQUESTED);
  inquiry_ids_.insert(made.id());
  if (asked.urgent()) {
    const Time end = law::period_end(*days, pack.acts, turn.at, pack.urgent_inquiry.permission_within);
    const Time confirmed_by = std::min(end, turn.now + kConfirmWithin);
    made.set_permission_by_us(end.us);
    made.set_open_until_us(confirmed_by.us);
    for (const Time at : {confirmed_by, end}) wake(at, Wake::Kind::kInquiry, made.id());
  }
  v1::Inquiry& kept = inquiries_[made.id()] = made;
  publish(kept, turn);
  if (asked.urgent()) {
    raise_about(kept, law::Trigger::kDataForInquiry, Time{made.permission_by_us()}, turn);
    tell_probation(kept, turn);
    tell_of_urgency(kept, turn);
  }
  return {};
}

Status Machine::check_first_in_urgency(const v1::HistoryRequested& asked, const Turn& turn) const {
  if (!asked.urgent()) return {};
  const std::string him = wearer_of(asked.person_id());
  for (const auto& [id, other] : inquiries_)
    if (is_unconfirmed(other) && other.requested_by() == turn.by && wearer_of(other.person_id()) == him &&
        turn.now < once_until(other))
      return Error{Code::kConflict, "person_id",
                   "was opened to this account in urgency, and nobody confirmed that"};
  return {};
}

// The duties of the pack about one inquiry. `due`: not known: no law says.
void Machine::raise_about(const v1::Inquiry& inquiry, law::Trigger trigger, Time due, Turn& turn) {
  const v1::Case& one = cases_.at(inquiry.case_id());
  const Result<const law::Calendar*> days = calendar(one.time_zone(), one.holiday_calendar());
  DutySpec about;
  about.case_id = one.id();
  about.wearer_id = inquiry.person_id();
  about.request_id = inquiry.id();
  about.since = turn.at;
  about.due = due;
  raise(trigger, *law::find_pack(one.country()), days.ok() ? *days : nullptr, about, turn);
}

// Whoever keeps the data is told that they were asked for, and what became of it.
void Machine::tell_probation(const v1::Inquiry& inquiry, Turn& turn) {
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_HISTORY);
  about.set_case_id(inquiry.case_id());
  notify(about, recipient(law::Party::kProbation, inquiry.case_id(), inquiry.person_id(), {}, {}), turn);
}

// Two others, before anything of it can have been seen.
void Machine::tell_of_urgency(const v1::Inquiry& inquiry, Turn& turn) {
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_URGENT_HISTORY);
  about.set_case_id(inquiry.case_id());
  notify(about, recipient(law::Party::kPrivacyOfficer, {}, {}, {}, {}), turn);
  Recipient approver = recipient(law::Party::kPolice, inquiry.case_id(), {}, {}, {});
  approver.account = inquiry.approved_by();
  approver.urgent = true;
  notify(about, approver, turn);
}

void Machine::publish(const v1::Inquiry& inquiry, Turn& turn) {
  *turn.out.add().mutable_update_inquiry() = inquiry;
}

// Open duties about one request, ended without being done; with a note: done.
void Machine::end_duties_about(const std::string& request_id, std::string_view void_reason,
                               const v1::DutyDone& done, Turn& turn) {
  std::vector<std::string> ids;
  for (const auto& [id, duty] : duties_)
    if (duty.state.request_id() == request_id) ids.push_back(id);
  for (const std::string& id : ids) {
    if (void_reason.empty())
      finish_duty(id, done, turn);
    else
      close_duty(id, void_reason, turn);
  }
}

// No permission came: what was open closes in this entry, and what was seen must be destroyed.
void Machine::shut_inquiry(v1::Inquiry& inquiry, v1::InquiryState state, Turn& turn) {
  const bool seen_before = inquiry.state() == v1::INQUIRY_STATE_PENDING;
  inquiry.set_state(state);
  inquiry.set_closed_at_us(turn.at.us);
  inquiry.set_to_destroy(seen_before);
  publish(inquiry, turn);
  end_duties_about(inquiry.id(), state == v1::INQUIRY_STATE_LAPSED ? "time_ran_out" : "refused", {}, turn);
  if (!seen_before) {
    inquiries_.erase(inquiry.id());
    return;
  }
  raise_about(inquiry, law::Trigger::kInquiryRefused, {}, turn);
  tell_probation(inquiry, turn);
}

Status Machine::decide_history(const v1::HistoryDecided& decided, Turn& turn) {
  const auto found = inquiries_.find(decided.inquiry_id());
  if (!inquiry_ids_.contains(decided.inquiry_id()))
    return Error{Code::kNotFound, "inquiry_id", "is not the id of an inquiry"};
  const bool waits = found != inquiries_.end() && (found->second.state() == v1::INQUIRY_STATE_REQUESTED ||
                                                   found->second.state() == v1::INQUIRY_STATE_PENDING);
  if (!waits) return Error{Code::kConflict, "inquiry_id", "is decided already, or its time ran out"};
  v1::Inquiry& inquiry = found->second;
  if (turn.at.us < inquiry.requested_at_us()) return invalid("at_us", "is earlier than the request");
  TRY(const Time until, moment(decided.until_us(), "until_us"));
  if (decided.granted() && until <= turn.now) return invalid("until_us", "must lie in the future");
  if (decided.granted() && until > turn.now + kOpenMax)
    return invalid("until_us", "must be at most 366 days from now");
  if (!decided.granted() && until.known()) return invalid("until_us", "belongs to a grant");
  if (!decided.decision_id().empty()) TRY_STATUS(law::check_id(decided.decision_id(), "decision_id"));
  TRY_STATUS(check_digest(decided.decision_sha256(), "decision_sha256"));
  inquiry.set_decided_by(turn.by);
  inquiry.set_decided_at_us(turn.at.us);
  inquiry.set_decision_id(decided.decision_id());
  inquiry.set_decision_sha256(decided.decision_sha256());
  if (!decided.granted()) {
    shut_inquiry(inquiry, v1::INQUIRY_STATE_REFUSED, turn);
    return {};
  }
  const bool pending = inquiry.state() == v1::INQUIRY_STATE_PENDING;
  inquiry.set_state(v1::INQUIRY_STATE_GRANTED);
  inquiry.set_open_until_us(until.us);
  wake(until, Wake::Kind::kInquiry, inquiry.id());
  publish(inquiry, turn);
  v1::DutyDone done;
  done.set_note_code("granted");
  end_duties_about(inquiry.id(), {}, done, turn);
  if (!pending) tell_probation(inquiry, turn);
  return {};
}

Status Machine::confirm_history(const v1::HistoryConfirmed& confirmed, Turn& turn) {
  const auto found = inquiries_.find(confirmed.inquiry_id());
  if (!inquiry_ids_.contains(confirmed.inquiry_id()))
    return Error{Code::kNotFound, "inquiry_id", "is not the id of an inquiry"};
  if (found == inquiries_.end() || found->second.state() != v1::INQUIRY_STATE_PENDING ||
      found->second.confirmed_at_us() != 0)
    return Error{Code::kConflict, "inquiry_id", "does not wait to be confirmed"};
  v1::Inquiry& inquiry = found->second;
  if (turn.by != inquiry.approved_by())
    return Error{Code::kConflict, "by", "must be the account that is named as having approved it"};
  if (!confirmed.confirmed()) {
    shut_inquiry(inquiry, v1::INQUIRY_STATE_LAPSED, turn);
    return {};
  }
  inquiry.set_confirmed_at_us(turn.now.us);
  inquiry.set_open_until_us(inquiry.permission_by_us());
  publish(inquiry, turn);
  return {};
}

Status Machine::destroy_history(const v1::HistoryDestroyed& destroyed, Turn& turn) {
  const auto found = inquiries_.find(destroyed.inquiry_id());
  if (!inquiry_ids_.contains(destroyed.inquiry_id()))
    return Error{Code::kNotFound, "inquiry_id", "is not the id of an inquiry"};
  if (found == inquiries_.end() || !found->second.to_destroy() || found->second.destroyed_at_us() != 0)
    return Error{Code::kConflict, "inquiry_id", "has nothing that must be destroyed"};
  v1::Inquiry& inquiry = found->second;
  if (turn.at.us < inquiry.closed_at_us()) return invalid("at_us", "is earlier than the refusal");
  TRY_STATUS(law::check_id(destroyed.proof_id(), "proof_id"));
  if (destroyed.proof_sha256().empty()) return invalid("proof_sha256", "must be given");
  TRY_STATUS(check_digest(destroyed.proof_sha256(), "proof_sha256"));
  inquiry.set_destroyed_at_us(turn.at.us);
  inquiry.set_destroyed_by(turn.by);
  inquiry.set_proof_id(destroyed.proof_id());
  inquiry.set_proof_sha256(destroyed.proof_sha256());
  publish(inquiry, turn);
  v1::DutyDone done;
  done.set_note_code("destroyed");
  done.set_proof_id(destroyed.proof_id());
  done.set_proof_sha256(destroyed.proof_sha256());
  end_duties_about(inquiry.id(), {}, done, turn);
  tell_probation(inquiry, turn);
  if (is_unconfirmed(inquiry))
    wake(once_until(inquiry), Wake::Kind::kInquiry, inquiry.id());
  else
    inquiries_.erase(found);
  return {};
}

// With its case an inquiry has no purpose any more. What was seen in urgency still needs the permission.
void Machine::close_inquiries(const std::string& case_id, Turn& turn) {
  std::vector<std::string> ids;
  for (const auto& [id, inquiry] : inquiries_)
    if (inquiry.case_id() == case_id &&
        (inquiry.state() == v1::INQUIRY_STATE_REQUESTED || inquiry.state() == v1::INQUIRY_STATE_GRANTED))
      ids.push_back(id);
  for (const std::string& id : ids) {
    v1::Inquiry inquiry = std::move(inquiries_.at(id));
    inquiries_.erase(id);
    inquiry.set_state(v1::INQUIRY_STATE_CLOSED);
    inquiry.set_closed_at_us(turn.at.us);
    publish(inquiry, turn);
  }
}

void Machine::look_at_inquiry(const std::string& id, Turn& turn) {
  const auto found = inquiries_.find(id);
  if (found == inquiries_.end()) return;
  v1::Inquiry& inquiry = found->second;
  if (inquiry.destroyed_at_us() != 0 && turn.now >= once_until(inquiry)) {
    inquiries_.erase(found);
    return;
  }
  if (!is_open(inquiry)) return;
  if (turn.now.us < inquiry.open_until_us()) return;
  if (inquiry.state() == v1::INQUIRY_STATE_PENDING)
    shut_inquiry(inquiry, v1::INQUIRY_STATE_LAPSED, turn);
  else
    inquiries_.erase(found);  // it opens nothing by its own end
}

}  // namespace haechi::cases
