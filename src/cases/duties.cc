// Duties: what somebody must do by when, passed up the ladder while nobody does it.
//
// How long somebody is left alone with a duty before it is passed up is our reading: statutes say "at once"
// and "without delay", and name few hours.
#include <algorithm>
#include <optional>

#include "cases/convert.h"
#include "cases/machine.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

constexpr Duration kMinute = Duration::seconds(60);
constexpr Duration kHour = Duration::seconds(3'600);
constexpr Duration kDay = Duration::seconds(86'400);
constexpr uint32_t kLevels = 5;
// From this level on the room above is told as well.
constexpr uint32_t kLevelAbove = 3;
constexpr size_t kTextMax = 128;

// The moment at which a duty reaches a level (1..5); none: it never does.
std::optional<Time> reaches(const OpenDuty& duty, uint32_t level) {
  const Time since{duty.state.since_us()};
  const Time due{duty.state.due_at_us()};
  const int64_t step = level;
  const v1::CaseTask task = duty.state.task();
  if (task == v1::CASE_TASK_LET_END) return std::nullopt;
  if (task == v1::CASE_TASK_EXTEND || task == v1::CASE_TASK_PETITION_DIRECTLY) {
    if (!due.known() || level > 2) return std::nullopt;
    return due - (level == 1 ? kDay * 14 : kDay * 3);
  }
  switch (duty.deadline) {
    case law::By::kMay:
      return std::nullopt;
    case law::By::kImmediately:
      return since + kMinute * 30 + kHour * (step - 1);
    case law::By::kWithoutDelay:
      return since + kDay * step;
    case law::By::kWithin:
      if (!due.known()) return since + kDay * step;
      // Once before it is too late, where there is time for it.
      if (due - since < kDay) return due + kDay * (step - 1);
      return level == 1 ? due - kHour * 12 : due + kDay * (step - 2);
  }
  return std::nullopt;
}

uint32_t level_at(const OpenDuty& duty, Time now) {
  uint32_t level = 0;
  while (level < kLevels) {
    const std::optional<Time> next = reaches(duty, level + 1);
    if (!next || *next > now) break;
    ++level;
  }
  return level;
}

bool overdue(const OpenDuty& duty, Time now) {
  const Time due{duty.state.due_at_us()};
  if (!due.known() || duty.state.may()) return false;
  return duty.deadline == law::By::kImmediately ? now > due : now >= due;
}

std::optional<law::Party> above(v1::CaseParty party) {
  if (party == v1::CASE_PARTY_POLICE) return law::Party::kControlRoom;
  if (party == v1::CASE_PARTY_PROBATION) return law::Party::kMonitoringCentre;
  return std::nullopt;
}

std::string about_key(const std::string& code, const std::string& case_id, const std::string& measure_id,
                      const std::string& wearer_id, const std::string& alert_id,
                      const std::string& request_id) {
  return code + '|' + case_id + '|' + measure_id + '|' + wearer_id + '|' + alert_id + '|' + request_id;
}

}  // namespace

void Machine::publish(const OpenDuty& duty, Turn& turn) {
  *turn.out.add().mutable_update_duty() = duty.state;
}

std::string Machine::open_duty(const DutySpec& spec, Turn& turn) {
  const std::string id = turn.out.new_id("duty");
  OpenDuty& made = duties_[id];
  v1::Duty& state = made.state;
  made.deadline = spec.deadline;
  state.set_id(id);
  state.set_code(spec.code);
  if (spec.of_task) state.set_task(to_wire<v1::CaseTask>(spec.task));
  state.set_case_id(spec.case_id);
  state.set_measure_id(spec.measure_id);
  state.set_link_id(spec.link_id);
  state.set_petition_id(spec.petition_id);
  state.set_wearer_id(spec.wearer_id);
  state.set_alert_id(spec.alert_id);
  state.set_request_id(spec.request_id);
  state.set_party(to_wire<v1::CaseParty>(spec.by));
  for (int party = 0; party < v1::CaseParty_MAX; ++party)
    if ((spec.to & (law::Parties{1} << party)) != 0) state.add_to(static_cast<v1::CaseParty>(party + 1));
  state.set_what_en(std::string(spec.what.en));
  state.set_what_ko(std::string(spec.what.ko));
  state.set_source(law::cited(spec.source));
  state.set_may(spec.deadline == law::By::kMay);
  state.set_since_us(spec.since.us);
  state.set_due_at_us(spec.due.us);
  const Recipient owner =
      recipient(spec.by, spec.case_id, spec.wearer_id, protected_of(spec.measure_id), spec.petition_id);
  const auto measure = measures_.find(spec.measure_id);
  const bool court = spec.by == law::Party::kCourt && owner.agency_id.empty() && measure != measures_.end();
  state.set_agency_id(court ? measure->second.state.court_id() : owner.agency_id);
  state.set_account(owner.account);
  state.set_level(level_at(made, turn.now));
  state.set_overdue(state.level() > 0 && overdue(made, turn.now));
  publish(made, turn);
  const bool hers = spec.by == law::Party::kProtectedPerson;
  const bool later = spec.task == law::Task::kLetEnd || spec.task == law::Task::kDestroyData ||
                     spec.task == law::Task::kExtend;
  if ((!state.may() || hers) && !(spec.of_task && later))
    tell_of_duty(made, v1::NOTIFICATION_KIND_DUTY_OPEN, turn);
  look_at_duty(id, turn);
  return id;
}

std::string Machine::protected_of(const std::string& measure_id) const {
  const auto found = measures_.find(measure_id);
  return found == measures_.end() ? std::string() : found->second.state.protected_id();
}

void Machine::tell_of_duty(const OpenDuty& duty, v1::NotificationKind kind, Turn& turn) {
  const v1::Duty& state = duty.state;
  v1::Notification about;
  about.set_kind(kind);
  about.set_case_id(state.case_id());
  about.set_measure_id(state.measure_id());
  about.set_link_id(state.link_id());
  about.set_duty_id(state.id());
  about.set_petition_id(state.petition_id());
  about.set_level(state.level());
  const std::string protected_id = protected_of(state.measure_id());
  const auto tell = [&](law::Party party) {
    notify(about, recipient(party, state.case_id(), state.wearer_id(), protected_id, state.petition_id()),
           turn);
  };
  tell(from_wire<law::Party>(state.party()));
  const std::optional<law::Party> room = above(state.party());
  if (room && state.level() >= kLevelAbove) tell(*room);
}

void Machine::look_at_duty(const std::string& id, Turn& turn) {
  const auto found = duties_.find(id);
  if (found == duties_.end()) return;
  OpenDuty& duty = found->second;
  const uint32_t level = level_at(duty, turn.now);
  if (level > duty.state.level()) {
    duty.state.set_level(level);
    duty.state.set_overdue(overdue(duty, turn.now));
    publish(duty, turn);
    tell_of_duty(duty, v1::NOTIFICATION_KIND_DUTY_ESCALATED, turn);
    // He did not come to be fitted: that is K1, whether or not anybody writes it down.
    if (duty.state.task() == v1::CASE_TASK_REPORT_FOR_FITTING && duty.state.overdue()) {
      const HeldMeasure& measure = measures_.at(duty.state.measure_id());
      DutySpec about;
      about.case_id = duty.state.case_id();
      about.measure_id = duty.state.measure_id();
      about.wearer_id = duty.state.wearer_id();
      about.since = turn.now;
      raise(law::Trigger::kFittingRefused, *measure.pack, &calendar_of(measure), about, turn);
    }
  }
  if (level >= kLevels) return;
  const std::optional<Time> next = reaches(duty, level + 1);
  if (next) wake(*next, Wake::Kind::kDuty, id);
}

void Machine::close_duty(const std::string& id, std::string_view void_reason, Turn& turn) {
  const auto found = duties_.find(id);
  if (found == duties_.end()) return;
  v1::Duty& state = found->second.state;
  state.set_done_at_us(turn.at.us);
  state.set_done_by(turn.by);
  state.set_void_reason(std::string(void_reason));
  publish(found->second, turn);
  raised_.erase(about_key(state.code(), state.case_id(), state.measure_id(), state.wearer_id(),
                          state.alert_id(), state.request_id()));
  duties_.erase(found);
}

void Machine::finish_duty(const std::string& id, const v1::DutyDone& done, Turn& turn) {
  const auto found = duties_.find(id);
  if (found == duties_.end()) return;
  found->second.state.set_note_code(done.note_code());
  found->second.state.set_proof_id(done.proof_id());
  found->second.state.set_proof_sha256(done.proof_sha256());
  close_duty(id, {}, turn);
}

Status Machine::done(const v1::DutyDone& done, Turn& turn) {
  const auto found = duties_.find(done.duty_id());
  if (found == duties_.end()) return Error{Code::kNotFound, "duty_id", "is not the id of an open duty"};
  if (done.note_code().size() > kTextMax) return invalid("note_code", "must be at most 128 bytes");
  if (!done.proof_id().empty()) TRY_STATUS(law::check_id(done.proof_id(), "proof_id"));
  TRY_STATUS(check_digest(done.proof_sha256(), "proof_sha256"));
  const v1::Duty state = found->second.state;
  if (turn.at.us < state.since_us()) return invalid("at_us", "is earlier than the duty");
  if (!state.link_id().empty()) return invalid("duty_id", "is stopped by deciding the link");
  if (!state.request_id().empty()) return invalid("duty_id", "is done where its request is");
  if (state.code() == "DOCKET") return invalid("duty_id", "is stopped by docketing the petition");
  if (state.task() == v1::CASE_TASK_UNSPECIFIED) {
    finish_duty(state.id(), done, turn);
    after_telling(state, turn);
    return {};
  }
  HeldMeasure& measure = measures_.at(state.measure_id());
  const law::Task task = from_wire<law::Task>(state.task());
  TRY_STATUS(take(measure, {.step = law::Step::kDone, .at = turn.at, .task = task}));
  measure.duties.erase(task);
  finish_duty(state.id(), done, turn);
  const auto owner = cases_.find(measure.state.case_id());
  if (task == law::Task::kTellDeclined && owner != cases_.end()) {
    owner->second.set_declined_told_at_us(turn.at.us);
    publish(owner->second, turn);
  }
  sync_subject(measure.state.subject_id(), turn);
  after_telling(state, turn);
  return {};
}

// Whom the police were told of, they must go to (EM Act 31-6(5)).
void Machine::after_telling(const v1::Duty& told, Turn& turn) {
  static constexpr std::string_view kTold[] = {"K1", "K2", "K3", "K4", "K5"};
  if (std::find(std::begin(kTold), std::end(kTold), told.code()) == std::end(kTold)) return;
  const Result<Ground> ground = ground_of(told.measure_id(), told.case_id(), told.wearer_id());
  if (!ground.ok()) return;
  DutySpec about;
  about.case_id = told.case_id();
  about.measure_id = told.measure_id();
  about.wearer_id = told.wearer_id();
  about.alert_id = told.alert_id();
  about.since = turn.at;
  raise(law::Trigger::kPoliceNotified, *ground->pack, ground->days, about, turn);
}

// Opens every duty that the pack hangs on a trigger, once per object. `about.since`: when it was.
void Machine::raise(law::Trigger trigger, const law::Pack& pack, const law::Calendar* calendar,
                    const DutySpec& about, Turn& turn) {
  for (const law::Duty& row : pack.duties) {
    if (row.trigger != trigger) continue;
    DutySpec spec = about;
    spec.code = row.code;
    if (!raised_
             .insert(about_key(spec.code, spec.case_id, spec.measure_id, spec.wearer_id, spec.alert_id,
                               spec.request_id))
             .second)
      continue;
    spec.what = row.what;
    spec.by = row.by;
    spec.to = row.to;
    spec.deadline = row.deadline;
    spec.source = row.source;
    if (row.deadline == law::By::kImmediately) spec.due = about.since;
    if (row.deadline == law::By::kWithin && row.within.known() && calendar != nullptr)
      spec.due = law::period_end(*calendar, pack.acts, about.since, row.within);
    open_duty(spec, turn);
  }
}

Status Machine::see_trigger(const v1::TriggerSeen& seen, Turn& turn) {
  if (!v1::DutyTrigger_IsValid(seen.trigger()) || seen.trigger() == v1::DUTY_TRIGGER_UNSPECIFIED)
    return invalid("trigger", "is not known");
  if (!seen.alert_id().empty()) TRY_STATUS(law::check_id(seen.alert_id(), "alert_id"));
  const auto ordered = measure_by_order_.find(seen.order_id());
  const bool by_order = seen.measure_id().empty() && ordered != measure_by_order_.end();
  DutySpec about;
  about.alert_id = seen.alert_id();
  about.since = turn.at;
  about.measure_id = by_order ? ordered->second : seen.measure_id();
  about.case_id = seen.case_id();
  about.wearer_id = seen.wearer_id();
  TRY(const Ground ground, ground_of(about.measure_id, about.case_id, about.wearer_id));
  if (const auto found = measures_.find(about.measure_id); found != measures_.end()) {
    about.case_id = found->second.state.case_id();
    about.wearer_id = found->second.state.subject_id();
  } else if (const auto one = cases_.find(about.case_id); one != cases_.end()) {
    about.wearer_id = one->second.subject_id();
  }
  raise(from_wire<law::Trigger>(seen.trigger()), *ground.pack, ground.days, about, turn);
  return {};
}

Result<Machine::Ground> Machine::ground_of(const std::string& measure_id, const std::string& case_id,
                                           const std::string& wearer_id) {
  if (!measure_id.empty()) {
    const auto found = measures_.find(measure_id);
    if (found == measures_.end()) return Error{Code::kNotFound, "measure_id", "is not the id of a measure"};
    return Ground{found->second.pack, &calendar_of(found->second)};
  }
  if (!case_id.empty()) {
    const auto found = cases_.find(case_id);
    if (found == cases_.end()) return Error{Code::kNotFound, "case_id", "is not the id of a case"};
    TRY(const law::Calendar* days, calendar(found->second.time_zone(), found->second.holiday_calendar()));
    return Ground{law::find_pack(found->second.country()), days};
  }
  const auto found = wearers_.find(wearer_id);
  if (!found) return Error{Code::kNotFound, "wearer_id", "is not known to wear a device"};
  const law::Pack* pack = &law::kr();
  for (const law::Pack* one : {&law::kr(), &law::es(), &law::us()})
    if (law::find_kind(*one, found->kind) != nullptr) pack = one;
  TRY(const law::Calendar* days, calendar(std::string(pack->time_zone), {}));
  return Ground{pack, days};
}

}  // namespace haechi::cases
