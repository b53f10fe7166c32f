#include "cases/cases.h"

#include <algorithm>

#include "base/archive.h"
#include "cases/convert.h"
#include "cases/machine.h"
#include "law/archived.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

constexpr int kProtectedMax = 100;
constexpr size_t kTextMax = 128;
constexpr int kReportsMax = 200;

std::string subject_of(const v1::CaseFact& fact) {
  switch (fact.kind_case()) {
    case v1::CaseFact::kCaseOpened:
      return fact.case_opened().case_id();
    case v1::CaseFact::kCaseClosed:
      return fact.case_closed().case_id();
    case v1::CaseFact::kIdentityRecorded:
      return fact.identity_recorded().person_id();
    case v1::CaseFact::kWearerKnown:
      return fact.wearer_known().wearer_id();
    case v1::CaseFact::kSupervisorAssigned:
      return fact.supervisor_assigned().wearer_id();
    case v1::CaseFact::kMeasureBegun:
      return fact.measure_begun().measure_id();
    case v1::CaseFact::kMeasureStepped:
      return fact.measure_stepped().measure_id();
    case v1::CaseFact::kPlacesChanged:
      return fact.places_changed().case_id();
    case v1::CaseFact::kTriggerSeen:
      return fact.trigger_seen().wearer_id();
    case v1::CaseFact::kLinkDecided:
      return fact.link_decided().link_id();
    case v1::CaseFact::kDutyDone:
      return fact.duty_done().duty_id();
    case v1::CaseFact::kPetitionFiled:
      return fact.petition_filed().petition_id();
    case v1::CaseFact::kPetitionDocketed:
      return fact.petition_docketed().petition_id();
    case v1::CaseFact::kPetitionDecided:
      return fact.petition_decided().petition_id();
    case v1::CaseFact::kNoticeGiven:
      return fact.notice_given().protected_id();
    case v1::CaseFact::kConsentRecorded:
      return fact.consent_recorded().protected_id();
    case v1::CaseFact::kNotificationReported:
      return fact.notification_reported().notification_id();
    case v1::CaseFact::kCaseReported:
      return fact.case_reported().case_id();
    case v1::CaseFact::kGlassBroken:
      return fact.glass_broken().id();
    case v1::CaseFact::kGlassAnswered:
      return fact.glass_answered().glass_id();
    case v1::CaseFact::kRecused:
      return fact.recused().account();
    case v1::CaseFact::kLookUpsReviewed:
      return fact.look_ups_reviewed().account();
    case v1::CaseFact::kLooksExceeded:
      return fact.looks_exceeded().account();
    case v1::CaseFact::kLooksLifted:
      return fact.looks_lifted().account();
    case v1::CaseFact::kHerPhoneChanged:
      return fact.her_phone_changed().person_id();
    case v1::CaseFact::kHistoryRequested:
      return fact.history_requested().inquiry_id();
    case v1::CaseFact::kHistoryDecided:
      return fact.history_decided().inquiry_id();
    case v1::CaseFact::kHistoryDestroyed:
      return fact.history_destroyed().inquiry_id();
    case v1::CaseFact::kHistoryConfirmed:
      return fact.history_confirmed().inquiry_id();
    case v1::CaseFact::kPicturesRequested:
      return fact.pictures_requested().request_id();
    case v1::CaseFact::kPicturesViewed:
      return fact.pictures_viewed().request_id();
    case v1::CaseFact::kPictureNoticeSent:
      return fact.picture_notice_sent().request_id();
    case v1::CaseFact::KIND_NOT_SET:
      break;
  }
  return {};
}

}  // namespace

void Machine::know(const v1::TimeZone& zone) {
  const Result<law::LocalRules> rules = law::LocalRules::from(zone);
  if (!rules.ok()) return;
  zones_[zone.name()] = *rules;
  calendars_.clear();
}

void Machine::know(const v1::HolidayCalendar& calendar) {
  std::vector<int64_t> days;
  for (const std::string& date : calendar.dates()) {
    const Result<int64_t> day = law::day_from_date(date);
    if (!day.ok() || (!days.empty() && *day <= days.back())) return;
    days.push_back(*day);
  }
  holidays_[calendar.name()] = std::move(days);
  calendars_.clear();
}

Result<const law::Calendar*> Machine::calendar(const std::string& zone, const std::string& holidays) {
  const auto known = calendars_.find({zone, holidays});
  if (known != calendars_.end()) return &known->second;
  const auto rules = zones_.find(zone);
  if (rules == zones_.end()) return invalid("time_zone", "is not registered");
  law::Calendar made{rules->second, {}};
  if (!holidays.empty()) {
    const auto days = holidays_.find(holidays);
    if (days == holidays_.end()) return invalid("holiday_calendar", "is not registered");
    made.holidays = days->second;
  }
  return &calendars_.emplace(std::pair(zone, holidays), std::move(made)).first->second;
}

const law::Calendar& Machine::calendar_of(const HeldMeasure& measure) {
  return **calendar(measure.time_zone, measure.holiday_calendar);
}

void Machine::wake(Time at, Wake::Kind kind, const std::string& id) {
  wakes_.emplace(std::pair(at, wakes_set_++), Wake{kind, id});
}

void Machine::advance(Time now, Out& out) {
  Turn turn{now, out, now, {}};
  while (!wakes_.empty() && wakes_.begin()->first.first <= now) {
    const Wake due = std::move(wakes_.begin()->second);
    wakes_.erase(wakes_.begin());
    switch (due.kind) {
      case Wake::Kind::kMeasure:
        if (const auto found = measures_.find(due.id); found != measures_.end())
          sync_subject(found->second.state.subject_id(), turn);
        break;
      case Wake::Kind::kDuty:
        look_at_duty(due.id, turn);
        break;
      case Wake::Kind::kNotification:
        look_at_notification(due.id, turn);
        break;
      case Wake::Kind::kWearer:
        link_wearer(due.id, turn);
        break;
      case Wake::Kind::kForget:
        forget_measure(due.id, turn);
        break;
      case Wake::Kind::kInquiry:
        look_at_inquiry(due.id, turn);
        break;
    }
  }
}

Status Machine::step(const v1::CaseFact& fact, Time now, Out& out) {
  advance(now, out);
  Turn turn{now, out, now, fact.by().substr(0, kTextMax)};
  Status applied = [&]() -> Status {
    TRY(const Time at, moment(fact.at_us(), "at_us"));
    if (at > now) return invalid("at_us", "lies in the future");
    if (at.known()) turn.at = at;
    return apply(fact, turn);
  }();
  if (applied.ok()) return applied;
  auto& refusal = *out.add().mutable_refuse();
  refusal.set_subject_id(subject_of(fact).substr(0, kTextMax));
  refusal.set_field(applied.error().field);
  refusal.set_reason(applied.error().reason);
  refusal.set_code(code_name(applied.error().code));
  return applied;
}

Status Machine::apply(const v1::CaseFact& fact, Turn& turn) {
  switch (fact.kind_case()) {
    case v1::CaseFact::kCaseOpened:
      return open_case(fact.case_opened(), turn);
    case v1::CaseFact::kCaseClosed:
      return close_case(fact.case_closed(), turn);
    case v1::CaseFact::kIdentityRecorded:
      return record_identity(fact.identity_recorded(), turn);
    case v1::CaseFact::kWearerKnown:
      return know_wearer(fact.wearer_known(), turn);
    case v1::CaseFact::kSupervisorAssigned:
      return assign_supervisor(fact.supervisor_assigned(), turn);
    case v1::CaseFact::kMeasureBegun:
      return begin_measure(fact.measure_begun(), turn);
    case v1::CaseFact::kMeasureStepped:
      return step_measure(fact.measure_stepped(), turn);
    case v1::CaseFact::kPlacesChanged:
      return change_places(fact.places_changed(), turn);
    case v1::CaseFact::kTriggerSeen:
      return see_trigger(fact.trigger_seen(), turn);
    case v1::CaseFact::kLinkDecided:
      return decide_link(fact.link_decided(), turn);
    case v1::CaseFact::kDutyDone:
      return done(fact.duty_done(), turn);
    case v1::CaseFact::kPetitionFiled:
      return file_petition(fact.petition_filed(), turn);
    case v1::CaseFact::kPetitionDocketed:
      return docket_petition(fact.petition_docketed(), turn);
    case v1::CaseFact::kPetitionDecided:
      return decide_petition(fact.petition_decided(), turn);
    case v1::CaseFact::kNoticeGiven:
      return give_notice(fact.notice_given(), turn);
    case v1::CaseFact::kConsentRecorded:
      return record_consent(fact.consent_recorded(), turn);
    case v1::CaseFact::kNotificationReported:
      return report_notification(fact.notification_reported(), turn);
    case v1::CaseFact::kCaseReported:
      return add_report(fact.case_reported(), turn);
    case v1::CaseFact::kGlassBroken:
      return break_glass(fact.glass_broken(), turn);
    case v1::CaseFact::kGlassAnswered:
      return answer_glass(fact.glass_answered(), turn);
    case v1::CaseFact::kRecused:
      return recuse(fact.recused(), turn);
    case v1::CaseFact::kLookUpsReviewed:
      return review_look_ups(fact.look_ups_reviewed(), turn);
    case v1::CaseFact::kLooksExceeded:
      return exceed_looks(fact.looks_exceeded(), turn);
    case v1::CaseFact::kLooksLifted:
      return lift_looks(fact.looks_lifted(), turn);
    case v1::CaseFact::kHerPhoneChanged:
      return change_her_phone(fact.her_phone_changed(), turn);
    case v1::CaseFact::kHistoryRequested:
      return request_history(fact.history_requested(), turn);
    case v1::CaseFact::kHistoryDecided:
      return decide_history(fact.history_decided(), turn);
    case v1::CaseFact::kHistoryDestroyed:
      return destroy_history(fact.history_destroyed(), turn);
    case v1::CaseFact::kHistoryConfirmed:
      return confirm_history(fact.history_confirmed(), turn);
    case v1::CaseFact::kPicturesRequested:
      return request_pictures(fact.pictures_requested(), turn);
    case v1::CaseFact::kPicturesViewed:
      return view_pictures(fact.pictures_viewed(), turn);
    case v1::CaseFact::kPictureNoticeSent:
      return send_picture_notice(fact.picture_notice_sent(), turn);
    case v1::CaseFact::KIND_NOT_SET:
      break;
  }
  return invalid("kind", "must be given");
}

void Machine::publish(const v1::Case& one, Turn& turn) {
  *turn.out.add().mutable_update_case() = one;
}

Status Machine::open_case(const v1::CaseOpened& opened, Turn& turn) {
  TRY_STATUS(law::check_id(opened.case_id(), "case_id"));
  if (cases_.contains(opened.case_id()))
    return Error{Code::kConflict, "case_id", "is the id of a case already"};
  const law::Pack* pack = law::find_pack(opened.country());
  if (pack == nullptr) return invalid("country", "has no pack");
  if (!v1::CaseKind_IsValid(opened.kind()) || opened.kind() == v1::CASE_KIND_UNSPECIFIED)
    return invalid("kind", "must be given");
  TRY_STATUS(law::check_id(opened.agency_id(), "agency_id"));
  TRY_STATUS(law::check_id(opened.subject_id(), "subject_id"));
  if (opened.protected_ids_size() > kProtectedMax) return invalid("protected_ids", "must be at most 100");
  for (const std::string& one : opened.protected_ids()) {
    TRY_STATUS(law::check_id(one, "protected_ids"));
    if (one == opened.subject_id()) return invalid("protected_ids", "hold the subject himself");
  }
  for (const std::string& one : opened.witness_ids())
    if (std::find(opened.protected_ids().begin(), opened.protected_ids().end(), one) ==
        opened.protected_ids().end())
      return invalid("witness_ids", "must be among protected_ids");
  if (opened.number().size() > kTextMax) return invalid("number", "must be at most 128 bytes");
  if (opened.protection_officer().size() > kTextMax)
    return invalid("protection_officer", "must be at most 128 bytes");
  TRY(const Time reported, moment(opened.reported_at_us(), "reported_at_us"));
  const std::string zone = opened.time_zone().empty() ? std::string(pack->time_zone) : opened.time_zone();
  TRY([[maybe_unused]] const law::Calendar* known, calendar(zone, opened.holiday_calendar()));

  v1::Case made;
  made.set_id(opened.case_id());
  made.set_country(opened.country());
  made.set_kind(opened.kind());
  made.set_number(opened.number());
  made.set_agency_id(opened.agency_id());
  made.set_subject_id(opened.subject_id());
  *made.mutable_protected_ids() = opened.protected_ids();
  *made.mutable_witness_ids() = opened.witness_ids();
  made.set_reported_at_us(reported.us);
  made.set_opened_at_us(turn.at.us);
  made.set_opened_by(turn.by);
  made.set_time_zone(zone);
  made.set_holiday_calendar(opened.holiday_calendar());
  made.set_protection_officer(opened.protection_officer());
  cases_by_subject_[made.subject_id()].insert(made.id());
  const std::string id = made.id();
  publish(cases_.emplace(id, std::move(made)).first->second, turn);
  link_case(id, turn);
  tell_of_other_station(cases_.at(id), turn);
  return {};
}

// A case ties its station to whom it names: who watches over that hears of it where another station protects
// her.
void Machine::tell_of_other_station(const v1::Case& made, Turn& turn) {
  const auto& named = made.protected_ids();
  const bool elsewhere = std::any_of(cases_.begin(), cases_.end(), [&](const auto& one) {
    const v1::Case& other = one.second;
    return other.agency_id() != made.agency_id() &&
           std::find_first_of(named.begin(), named.end(), other.protected_ids().begin(),
                              other.protected_ids().end()) != named.end();
  });
  if (!elsewhere) return;
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_CASE_ELSEWHERE);
  about.set_case_id(made.id());
  notify(about, recipient(law::Party::kPrivacyOfficer, {}, {}, {}, {}), turn);
}

Status Machine::close_case(const v1::CaseClosed& closed, Turn& turn) {
  const auto found = cases_.find(closed.case_id());
  if (found == cases_.end()) return Error{Code::kNotFound, "case_id", "is not the id of a case"};
  v1::Case& one = found->second;
  if (one.closed_at_us() != 0) return Error{Code::kConflict, "case_id", "is closed already"};
  if (!v1::CaseCloseReason_IsValid(closed.reason()) || closed.reason() == v1::CASE_CLOSE_REASON_UNSPECIFIED)
    return invalid("reason", "must be given");
  one.set_closed_at_us(turn.at.us);
  one.set_close_reason(closed.reason());
  const bool lapse = closed.reason() == v1::CASE_CLOSE_REASON_NOT_INDICTED;
  const bool withdraw =
      closed.reason() == v1::CASE_CLOSE_REASON_WITHDRAWN || closed.reason() == v1::CASE_CLOSE_REASON_MISTAKE;
  // What the law does not end by this is refused by the life of the measure, and goes on.
  const auto end = [&](const std::string& measure_id, law::Step step) {
    HeldMeasure& measure = measures_.at(measure_id);
    Status taken = take(measure, {.step = step, .at = turn.at});
    if (!taken.ok()) taken = take(measure, {.step = step, .at = turn.now});
  };
  for (const std::string& measure_id : one.measure_ids()) {
    if (lapse) end(measure_id, law::Step::kNotIndict);
    if (withdraw) end(measure_id, law::Step::kWithdraw);
  }
  for (const std::string& petition_id : one.petition_ids())
    if (const std::string& interim = petitions_.at(petition_id).interim_measure_id();
        withdraw && !interim.empty())
      end(interim, law::Step::kDecidePetition);
  publish(one, turn);
  close_inquiries(one.id(), turn);
  sync_subject(one.subject_id(), turn);
  return {};
}

Status Machine::add_report(const v1::CaseReported& reported, Turn& turn) {
  TRY_STATUS(law::check_id(reported.report_id(), "report_id"));
  const auto found = cases_.find(reported.case_id());
  if (found == cases_.end()) return Error{Code::kNotFound, "case_id", "is not the id of a case"};
  v1::Case& one = found->second;
  if (one.closed_at_us() != 0) return Error{Code::kConflict, "case_id", "is closed"};
  if (reported.code().empty() || reported.code().size() > kTextMax)
    return invalid("code", "must be 1..128 bytes");
  TRY(const Time happened, moment(reported.happened_at_us(), "happened_at_us"));
  if (happened > turn.now) return invalid("happened_at_us", "lies in the future");
  for (const v1::CaseReport& known : one.reports())
    if (known.id() == reported.report_id())
      return Error{Code::kConflict, "report_id", "is the id of a report already"};
  auto& reports = *one.mutable_reports();
  if (reports.size() >= kReportsMax) reports.DeleteSubrange(0, 1);
  v1::CaseReport& made = *reports.Add();
  made.set_id(reported.report_id());
  made.set_code(reported.code());
  made.set_happened_at_us(happened.us);
  made.set_reported_at_us(turn.at.us);
  made.set_by(turn.by);
  publish(one, turn);
  return {};
}

Cases::Cases() : machine_(std::make_unique<Machine>()) {}
Cases::~Cases() = default;
Cases::Cases(Cases&&) noexcept = default;
Cases& Cases::operator=(Cases&&) noexcept = default;

void Cases::know(const v1::TimeZone& zone) {
  machine_->know(zone);
}
void Cases::know(const v1::HolidayCalendar& calendar) {
  machine_->know(calendar);
}
Status Cases::step(const v1::CaseFact& fact, Time now, Out& out) {
  return machine_->step(fact, now, out);
}
void Cases::advance(Time now, Out& out) {
  machine_->advance(now, out);
}
void Cases::tell_unreached(const std::string& protected_id, Time now, Out& out) {
  machine_->tell_unreached(protected_id, now, out);
}

void Cases::save(Writer& out) const {
  write(out, *machine_);
}

void Cases::load(Reader& in) {
  *machine_ = Machine();
  read(in, *machine_);
}

}  // namespace haechi::cases
