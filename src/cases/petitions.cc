// Direct petitions (kr: from 2027-04-22), and what a protected person must be told and agree to before she is
// shown anything.
#include <algorithm>

#include "cases/convert.h"
#include "cases/drafts.h"
#include "cases/machine.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

constexpr size_t kTextMax = 128;
constexpr int kKindsMax = 8;
constexpr uint32_t kAttachmentsMax = 16;
constexpr law::Words kDocket{"docket the petition", "사건 접수"};
constexpr law::Source kDocketSource{"no statute names a time", law::Trust::kReading};

// What came with it, and where it is filed.
Status check_papers(const v1::PetitionFiled& filed) {
  if (!filed.statement_id().empty()) TRY_STATUS(law::check_id(filed.statement_id(), "statement_id"));
  if (!filed.court_id().empty()) TRY_STATUS(law::check_id(filed.court_id(), "court_id"));
  if (filed.court_ground().size() > kTextMax) return invalid("court_ground", "must be at most 128 bytes");
  TRY_STATUS(check_digest(filed.statement_sha256(), "statement_sha256"));
  const int digests = filed.attachment_sha256_size();
  if (filed.attachments() > kAttachmentsMax ||
      (digests != 0 && digests != static_cast<int>(filed.attachments())))
    return invalid("attachments", "must be at most 16, all with digests or none");
  for (const std::string& one_digest : filed.attachment_sha256())
    TRY_STATUS(check_digest(one_digest, "attachment_sha256"));
  return {};
}

}  // namespace

void Machine::publish(const v1::Petition& petition, Turn& turn) {
  *turn.out.add().mutable_update_petition() = petition;
}

Status Machine::file_petition(const v1::PetitionFiled& filed, Turn& turn) {
  TRY_STATUS(law::check_id(filed.petition_id(), "petition_id"));
  if (petitions_.contains(filed.petition_id()))
    return Error{Code::kConflict, "petition_id", "is the id of a petition already"};
  const auto owner = cases_.find(filed.case_id());
  if (owner == cases_.end()) return Error{Code::kNotFound, "case_id", "is not the id of a case"};
  v1::Case& one = owner->second;
  if (one.closed_at_us() != 0) return Error{Code::kConflict, "case_id", "is closed"};
  TRY_STATUS(law::check_id(filed.protected_id(), "protected_id"));
  if (std::find(one.protected_ids().begin(), one.protected_ids().end(), filed.protected_id()) ==
      one.protected_ids().end())
    return invalid("protected_id", "is not protected in this case");
  TRY_STATUS(check_papers(filed));
  if (filed.kinds().empty() || filed.kinds_size() > kKindsMax) return invalid("kinds", "must be 1..8");
  const law::Pack& pack = *law::find_pack(one.country());
  std::vector<HeldMeasure> made;
  for (const std::string& code : filed.kinds()) {
    const law::OrderKind* kind = law::find_kind(pack, code);
    if (kind == nullptr || kind->path != law::Path::kDirect)
      return invalid("kinds", "must be ones that she may petition for herself");
    if (kind->term == law::Term::kUntilDecision)
      return invalid("kinds", "must not be interim: the court decides on those");
    for (const HeldMeasure& other : made)
      if (other.state.kind() == code) return invalid("kinds", "must not repeat");
    TRY(HeldMeasure measure, made_measure(one, "-", code, filed.protected_id(), {}));
    TRY_STATUS(take(measure, {.step = law::Step::kPetition, .at = turn.at}));
    measure.state.set_petition_id(filed.petition_id());
    made.push_back(std::move(measure));
  }
  v1::Petition& petition = petitions_[filed.petition_id()];
  petition.set_id(filed.petition_id());
  petition.set_case_id(one.id());
  petition.set_protected_id(filed.protected_id());
  *petition.mutable_kinds() = filed.kinds();
  petition.set_state(v1::PETITION_STATE_FILED);
  petition.set_statement_id(filed.statement_id());
  petition.set_attachments(filed.attachments());
  petition.set_filed_at_us(turn.at.us);
  petition.set_court_id(filed.court_id());
  petition.set_court_ground(filed.court_ground());
  petition.set_statement_sha256(filed.statement_sha256());
  *petition.mutable_attachment_sha256() = filed.attachment_sha256();
  for (HeldMeasure& measure : made) {
    measure.state.set_id(turn.out.new_id("m"));
    measure.state.set_begun_at_us(turn.at.us);
    measure.state.set_court_id(filed.court_id());
    petition.add_measure_ids(measure.state.id());
    hold(std::move(measure));
  }
  one.add_petition_ids(petition.id());
  publish(petition, turn);
  publish(one, turn);
  DutySpec docket;
  docket.code = "DOCKET";
  docket.case_id = one.id();
  docket.petition_id = petition.id();
  docket.wearer_id = one.subject_id();
  docket.what = kDocket;
  docket.by = law::Party::kCourt;
  docket.to = law::parties(law::Party::kProtectedPerson);
  docket.deadline = law::By::kWithoutDelay;
  docket.since = turn.at;
  docket.source = kDocketSource;
  open_duty(docket, turn);
  sync_subject(one.subject_id(), turn);
  return {};
}

Status Machine::docket_petition(const v1::PetitionDocketed& docketed, Turn& turn) {
  const auto found = petitions_.find(docketed.petition_id());
  if (found == petitions_.end()) return Error{Code::kNotFound, "petition_id", "is not the id of a petition"};
  v1::Petition& petition = found->second;
  if (petition.state() != v1::PETITION_STATE_FILED)
    return Error{Code::kConflict, "petition_id", "is docketed already"};
  TRY_STATUS(law::check_id(docketed.court_id(), "court_id"));
  if (docketed.docket().size() > kTextMax) return invalid("docket", "must be at most 128 bytes");
  petition.set_state(v1::PETITION_STATE_DOCKETED);
  petition.set_court_id(docketed.court_id());
  petition.set_docket(docketed.docket());
  for (const std::string& id : petition.measure_ids())
    measures_.at(id).state.set_court_id(docketed.court_id());
  publish(petition, turn);
  // What waits for any court waits for this one now: no other sees the case any more.
  for (auto& [id, duty] : duties_) {
    if (duty.state.petition_id() != petition.id() || duty.state.party() != v1::CASE_PARTY_COURT ||
        duty.state.code() == "DOCKET" || !duty.state.agency_id().empty())
      continue;
    duty.state.set_agency_id(docketed.court_id());
    publish(duty, turn);
  }
  std::string waiting;
  for (const auto& [id, duty] : duties_)
    if (duty.state.petition_id() == petition.id() && duty.state.code() == "DOCKET") waiting = id;
  finish_duty(waiting, {}, turn);
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_PETITION);
  about.set_case_id(petition.case_id());
  about.set_petition_id(petition.id());
  notify(about, recipient(law::Party::kProtectedPerson, petition.case_id(), {}, petition.protected_id(), {}),
         turn);
  sync_subject(cases_.at(petition.case_id()).subject_id(), turn);
  return {};
}

// An interim order is a measure of its own, until the petition is decided.
Status Machine::decide_interim(v1::Petition& petition, const v1::PetitionDecided& decided, Turn& turn) {
  if (!decided.granted()) return {};
  if (!petition.interim_measure_id().empty())
    return Error{Code::kConflict, "interim_kind", "was ordered already"};
  v1::Case& one = cases_.at(petition.case_id());
  const law::OrderKind* kind = law::find_kind(*law::find_pack(one.country()), decided.interim_kind());
  if (kind == nullptr || kind->path != law::Path::kDirect || kind->term != law::Term::kUntilDecision)
    return invalid("interim_kind", "is not a kind of interim order of this country");
  TRY(HeldMeasure measure,
      made_measure(one, "-", decided.interim_kind(), petition.protected_id(), decided.stated()));
  TRY(const Time until, moment(decided.until_us(), "until_us"));
  TRY_STATUS(take(measure, {.step = law::Step::kPetition, .at = turn.at}));
  TRY_STATUS(take(measure, {.step = law::Step::kGrant, .at = turn.at, .until = until}));
  measure.state.set_id(turn.out.new_id("m"));
  measure.state.set_petition_id(petition.id());
  measure.state.set_begun_at_us(turn.at.us);
  measure.state.set_decided_at_us(turn.at.us);
  measure.state.set_court_id(petition.court_id());
  petition.set_interim_measure_id(measure.state.id());
  petition.set_interim_by(turn.by);
  petition.set_interim_at_us(turn.at.us);
  hold(std::move(measure));
  publish(one, turn);
  return {};
}

Status Machine::decide_petition(const v1::PetitionDecided& decided, Turn& turn) {
  const auto found = petitions_.find(decided.petition_id());
  if (found == petitions_.end()) return Error{Code::kNotFound, "petition_id", "is not the id of a petition"};
  v1::Petition& petition = found->second;
  if (petition.state() != v1::PETITION_STATE_DOCKETED)
    return Error{Code::kConflict, "petition_id", "is not docketed, or decided already"};
  const v1::Case& one = cases_.at(petition.case_id());
  if (one.closed_at_us() != 0) return Error{Code::kConflict, "case_id", "is closed"};
  if (!decided.interim_kind().empty()) {
    TRY_STATUS(decide_interim(petition, decided, turn));
  } else {
    if (!decided.reasons_id().empty()) TRY_STATUS(law::check_id(decided.reasons_id(), "reasons_id"));
    TRY_STATUS(check_digest(decided.reasons_sha256(), "reasons_sha256"));
    if (!decided.decision_id().empty()) TRY_STATUS(law::check_id(decided.decision_id(), "decision_id"));
    TRY_STATUS(check_digest(decided.decision_sha256(), "decision_sha256"));
    TRY(const Time until, moment(decided.until_us(), "until_us"));
    std::map<std::string, law::LegalLife> lives;
    for (const std::string& id : petition.measure_ids()) {
      HeldMeasure& measure = measures_.at(id);
      if (measure.life.stage(turn.now) == law::Stage::kEnded) continue;
      if (decided.has_stated())
        TRY_STATUS(check_draft(decided.stated(), one.subject_id(), measure.state.kind()));
      law::LegalLife life = measure.life;
      const law::Step step = decided.granted() ? law::Step::kGrant : law::Step::kDeny;
      TRY_STATUS(life.take({.step = step, .at = turn.at, .until = until}, calendar_of(measure)));
      lives.emplace(id, std::move(life));
    }
    if (lives.empty()) return Error{Code::kConflict, "petition_id", "was withdrawn"};
    for (auto& [id, life] : lives) {
      HeldMeasure& measure = measures_.at(id);
      measure.life = std::move(life);
      measure.settled = false;
      measure.state.set_decided_at_us(turn.at.us);
      measure.state.set_decided_by(turn.by);
      if (decided.has_stated()) restate(measure.state, decided.stated());
      if (decided.granted()) supersede(measure, turn);
    }
    if (!petition.interim_measure_id().empty()) {
      HeldMeasure& interim = measures_.at(petition.interim_measure_id());
      if (!take(interim, {.step = law::Step::kDecidePetition, .at = turn.at}).ok())
        (void)take(interim, {.step = law::Step::kDecidePetition, .at = turn.now}).ok();
    }
    petition.set_state(decided.granted() ? v1::PETITION_STATE_GRANTED : v1::PETITION_STATE_DENIED);
    petition.set_decided_at_us(turn.at.us);
    petition.set_decided_by(turn.by);
    petition.set_reasons_id(decided.reasons_id());
    petition.set_reasons_sha256(decided.reasons_sha256());
    petition.set_decision_id(decided.decision_id());
    petition.set_decision_sha256(decided.decision_sha256());
  }
  publish(petition, turn);
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_PETITION);
  about.set_case_id(petition.case_id());
  about.set_petition_id(petition.id());
  for (const law::Party party : {law::Party::kProtectedPerson, law::Party::kPolice})
    notify(about, recipient(party, petition.case_id(), {}, petition.protected_id(), {}), turn);
  if (decided.granted()) link_case(petition.case_id(), turn);
  sync_subject(one.subject_id(), turn);
  return {};
}

Status Machine::give_notice(const v1::NoticeGiven& given, Turn& turn) {
  TRY_STATUS(law::check_id(given.protected_id(), "protected_id"));
  if (law::find_notice(given.notice_code()) == nullptr)
    return invalid("notice_code", "is not the code of a penalty notice");
  TRY_STATUS(check_digest(given.text_sha256(), "text_sha256"));
  v1::Consent known = consents_.get(given.protected_id());
  known.set_notice_code(given.notice_code());
  known.set_notice_sha256(given.text_sha256());
  known.set_notice_at_us(turn.at.us);
  keep_consent(given.protected_id(), known, turn);
  return {};
}

Status Machine::record_consent(const v1::ConsentRecorded& recorded, Turn& turn) {
  TRY_STATUS(law::check_id(recorded.protected_id(), "protected_id"));
  const std::optional<v1::Consent> known = consents_.find(recorded.protected_id());
  if (recorded.given() && (!known || turn.at.us < known->notice_at_us()))
    return Error{Code::kConflict, "given", "comes after the penalty notice, not before"};
  v1::Consent consent = known.value_or(v1::Consent());
  consent.set_given_at_us(recorded.given() ? turn.at.us : 0);
  consent.set_taken_back_at_us(recorded.given() ? 0 : turn.at.us);
  keep_consent(recorded.protected_id(), consent, turn);
  return {};
}

void Machine::keep_consent(const std::string& protected_id, v1::Consent& consent, Turn& turn) {
  consent.set_protected_id(protected_id);
  consent.set_view_allowed(consent.notice_at_us() != 0 && consent.given_at_us() != 0);
  consents_.put(protected_id, consent);
  *turn.out.add().mutable_update_consent() = consent;
}

}  // namespace haechi::cases
