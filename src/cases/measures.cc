// Measures: from the first request to the last duty after the end, each a law::LegalLife.
#include <algorithm>
#include <optional>

#include "cases/convert.h"
#include "cases/drafts.h"
#include "cases/machine.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

// The row of the pack that a task of a measure is the duty of; empty: the task says it all.
std::string_view code_of(const HeldMeasure& measure, law::Task task) {
  using law::Task;
  const bool device = measure.kind().carries_device();
  const bool declined = measure.state.end() == v1::MEASURE_END_NOT_PETITIONED;
  std::string_view code;
  switch (task) {
    case Task::kTellOfRefusal:
      code = "K1";
      break;
    case Task::kTellOfLapse:
      code = "K8";
      break;
    case Task::kGiveDevice:
      code = "K14";
      break;
    case Task::kTellOfFitting:
      code = "K14-P";
      break;
    case Task::kSendVictimData:
      code = "K14-V";
      break;
    case Task::kTellOfChange:
      code = device ? "K8-C" : "N11-4";
      break;
    case Task::kSendDecision:
      code = "N31-6-1";
      break;
    case Task::kAskApproval:
      code = "N5-2";
      break;
    case Task::kCancelUrgent:
      code = "N5-4";
      break;
    case Task::kTellDeclined:
      code = declined ? "N8-4" : "N8-3";
      break;
    default:
      break;
  }
  return law::find_duty(*measure.pack, code) == nullptr ? std::string_view() : code;
}

// The row of every pack that says how long the record of an ended measure is kept.
constexpr std::string_view kMeasureRecord = "measure_record";
// While its case is open or its petition undecided, a measure is looked at again so much later.
constexpr Duration kAskAgain = Duration::seconds(30 * 86'400);

constexpr bool begins(law::Step step) {
  return step == law::Step::kApply || step == law::Step::kPetition || step == law::Step::kGrant ||
         step == law::Step::kImpose;
}

// Who decided last, and under which text.
void note_decision(const v1::MeasureStepped& stepped, const std::string& by, v1::LegalMeasure& state) {
  if (!law::is_decision(from_wire<law::Step>(stepped.step()))) return;
  state.set_decided_by(by);
  state.set_decision_id(stepped.decision_id());
  state.set_decision_sha256(stepped.decision_sha256());
}

}  // namespace

HeldMeasure& Machine::hold(HeldMeasure measure) {
  const std::string id = measure.state.id();
  const std::string& subject = measure.state.subject_id();
  measures_by_subject_[subject].insert(id);
  if (const auto owner = cases_.find(measure.state.case_id()); owner != cases_.end())
    owner->second.add_measure_ids(id);
  return measures_.emplace(id, std::move(measure)).first->second;
}

Result<HeldMeasure> made_measure(const v1::Case& of, const std::string& id, const std::string& kind,
                                 const std::string& protected_id, const v1::Order& stated) {
  const law::Pack* pack = law::find_pack(of.country());
  if (pack == nullptr) return invalid("country", "has no pack");
  TRY_STATUS(law::check_id(of.subject_id(), "subject_id"));
  if (!protected_id.empty()) TRY_STATUS(law::check_id(protected_id, "protected_id"));
  if (protected_id == of.subject_id()) return invalid("protected_id", "is the subject himself");
  TRY_STATUS(check_draft(stated, of.subject_id(), kind));
  TRY(law::LegalLife life,
      law::LegalLife::begin(*pack, kind, {protected_id, Time{of.declined_told_at_us()}}));
  HeldMeasure made{.state = {},
                   .emitted = {},
                   .pack = pack,
                   .life = std::move(life),
                   .time_zone = of.time_zone(),
                   .holiday_calendar = of.holiday_calendar(),
                   .number = of.number(),
                   .active = {},
                   .active_until = {},
                   .duties = {},
                   .next_look = {},
                   .settled = false};
  made.state.set_id(id);
  made.state.set_case_id(of.id());
  made.state.set_country(of.country());
  made.state.set_kind(kind);
  made.state.set_subject_id(of.subject_id());
  made.state.set_protected_id(protected_id);
  *made.state.mutable_stated() = draft_of(stated);
  return made;
}

Status Machine::begin_measure(const v1::MeasureBegun& begun, Turn& turn) {
  TRY_STATUS(law::check_id(begun.measure_id(), "measure_id"));
  if (measures_.contains(begun.measure_id()))
    return Error{Code::kConflict, "measure_id", "is the id of a measure already"};
  v1::Case of;
  if (begun.case_id().empty()) {
    of.set_country(begun.country());
    of.set_subject_id(begun.subject_id());
    const law::Pack* pack = law::find_pack(begun.country());
    if (pack == nullptr) return invalid("country", "has no pack");
    const law::OrderKind* kind = law::find_kind(*pack, begun.kind());
    if (kind != nullptr && kind->path != law::Path::kJudgement)
      return invalid("case_id", "must be given: only what a judgement orders stands without a case");
    if (!begun.court_id().empty()) TRY_STATUS(law::check_id(begun.court_id(), "court_id"));
    if (!begun.agency_id().empty()) TRY_STATUS(law::check_id(begun.agency_id(), "agency_id"));
    of.set_time_zone(begun.time_zone().empty() ? std::string(pack->time_zone) : begun.time_zone());
  } else {
    const auto found = cases_.find(begun.case_id());
    if (found == cases_.end()) return Error{Code::kNotFound, "case_id", "is not the id of a case"};
    if (found->second.closed_at_us() != 0) return Error{Code::kConflict, "case_id", "is closed"};
    of = found->second;
  }
  TRY([[maybe_unused]] const law::Calendar* known, calendar(of.time_zone(), of.holiday_calendar()));
  TRY(HeldMeasure made,
      made_measure(of, begun.measure_id(), begun.kind(), begun.protected_id(), begun.stated()));
  made.state.set_begun_at_us(turn.at.us);
  if (begun.case_id().empty()) {
    made.state.set_court_id(begun.court_id());
    made.state.set_agency_id(begun.agency_id());
  }
  hold(std::move(made));
  if (!begun.case_id().empty()) {
    v1::Case& owner = cases_.at(begun.case_id());
    auto& ids = *owner.mutable_protected_ids();
    if (!begun.protected_id().empty() && std::find(ids.begin(), ids.end(), begun.protected_id()) == ids.end())
      ids.Add(std::string(begun.protected_id()));
    publish(owner, turn);
    link_case(owner.id(), turn);
  }
  sync_subject(of.subject_id(), turn);
  return {};
}

Status Machine::take(HeldMeasure& measure, const law::LifeEvent& event) {
  law::LegalLife next = measure.life;
  TRY_STATUS(next.take(event, calendar_of(measure)));
  if (next.ends_at().us >= kLastMomentUs) return invalid("until_us", "must be a moment from 1970 to 2199");
  measure.life = std::move(next);
  measure.settled = false;
  return {};
}

// Measures of the same person for the same protected person, whose place this one takes.
void Machine::supersede(const HeldMeasure& newer, Turn& turn) {
  for (const std::string& id : measures_by_subject_[newer.state.subject_id()]) {
    HeldMeasure& older = measures_.at(id);
    if (older.pack != newer.pack || older.state.protected_id() != newer.state.protected_id() ||
        !law::supersedes(newer.kind(), older.kind()) || !older.life.in_force(turn.now))
      continue;
    law::LifeEvent event{.step = law::Step::kSupersede, .at = turn.at};
    event.kind = newer.state.kind();
    event.protected_id = newer.state.protected_id();
    if (take(older, event).ok()) continue;
    event.at = turn.now;
    (void)take(older, event).ok();
  }
}

Status Machine::step_measure(const v1::MeasureStepped& stepped, Turn& turn) {
  const auto found = measures_.find(stepped.measure_id());
  if (found == measures_.end()) return Error{Code::kNotFound, "measure_id", "is not the id of a measure"};
  HeldMeasure& measure = found->second;
  TRY(const law::LifeEvent event, event_from(stepped, turn.at));
  const auto owner = cases_.find(measure.state.case_id());
  if (begins(event.step) && owner != cases_.end() && owner->second.closed_at_us() != 0)
    return Error{Code::kConflict, "case_id", "is closed"};
  if (stepped.has_stated())
    TRY_STATUS(check_draft(stepped.stated(), measure.state.subject_id(), measure.state.kind()));
  for (const auto& [field, id] :
       {std::pair("court_id", &stepped.court_id()), {"decision_id", &stepped.decision_id()}})
    if (!id->empty()) TRY_STATUS(law::check_id(*id, field));
  TRY_STATUS(check_digest(stepped.decision_sha256(), "decision_sha256"));
  TRY_STATUS(take(measure, event));
  const bool decides = event.step == law::Step::kGrant || event.step == law::Step::kImpose;
  if (decides || event.step == law::Step::kDeny) measure.state.set_decided_at_us(turn.at.us);
  if (event.step == law::Step::kPetition || event.step == law::Step::kAskApproval)
    measure.state.set_court_id(stepped.court_id());
  if (stepped.has_stated() && (decides || event.step == law::Step::kChange))
    restate(measure.state, stepped.stated());
  note_decision(stepped, turn.by, measure.state);
  if (decides) supersede(measure, turn);
  // The notice from which she has her time to petition herself (Stalking Act 8(3)(4), 17-6).
  if (event.step == law::Step::kDone && event.task == law::Task::kTellDeclined && owner != cases_.end()) {
    owner->second.set_declined_told_at_us(turn.at.us);
    publish(owner->second, turn);
  }
  sync_subject(measure.state.subject_id(), turn);
  return {};
}

void Machine::sync_subject(const std::string& subject_id, Turn& turn) {
  std::set<std::string> cases;
  for (const std::string& id : measures_by_subject_[subject_id]) {
    HeldMeasure& measure = measures_.at(id);
    sync_measure(measure, turn);
    if (!measure.state.case_id().empty()) cases.insert(measure.state.case_id());
  }
  for (const std::string& id : cases_by_subject_[subject_id]) cases.insert(id);
  for (const std::string& case_id : cases)
    for (const std::string& link_id : links_by_case_[case_id]) settle_link(links_.at(link_id), turn);
}

void Machine::sync_measure(HeldMeasure& measure, Turn& turn) {
  if (measure.settled) return;
  sync_duties(measure, turn);
  sync_order(measure, turn);
  const std::vector<law::Deadline> clocks = measure.life.clocks(turn.now, calendar_of(measure));
  note_life(measure, clocks, turn);
}

// Publishes the measure if it changed, and sees to it that it is looked at when it will change by itself.
void Machine::note_life(HeldMeasure& measure, const std::vector<law::Deadline>& clocks, Turn& turn) {
  const law::LegalLife& life = measure.life;
  v1::LegalMeasure& state = measure.state;
  state.set_stage(to_wire<v1::MeasureStage>(life.stage(turn.now)));
  state.set_end(to_wire<v1::MeasureEnd>(life.end(turn.now)));
  state.set_in_force(life.in_force(turn.now));
  state.set_ends_at_us(life.ends_at().us);
  state.set_extensions(life.extensions());
  state.set_version(life.version());
  if (life.stage(turn.now) == law::Stage::kEnded && state.ended_at_us() == 0)
    state.set_ended_at_us(turn.at.us);
  state.set_order_id(measure.active.id());
  state.set_order_version(measure.active.version());
  const std::string now = state.SerializeAsString();
  if (now != measure.emitted) {
    measure.emitted = now;
    *turn.out.add().mutable_update_measure() = state;
  }
  const bool settled = life.stage(turn.now) == law::Stage::kEnded && clocks.empty();
  if (settled && !measure.settled) {
    const law::Retention& keep = *law::find_retention(*measure.pack, kMeasureRecord);
    wake(law::period_end(calendar_of(measure), measure.kind().counting, Time{state.ended_at_us()}, keep.keep),
         Wake::Kind::kForget, state.id());
  }
  measure.settled = settled;

  std::optional<Time> next;
  const auto at = [&](Time due) {
    if (due > turn.now && (!next || due < *next)) next = due;
  };
  at(life.ends_at());
  for (const law::Deadline& clock : clocks) at(clock.due);
  // An earlier look that is set already will set this one.
  if (!next || (measure.next_look > turn.now && measure.next_look <= *next)) return;
  measure.next_look = *next;
  wake(*next, Wake::Kind::kMeasure, state.id());
}

void Machine::forget_measure(const std::string& id, Turn& turn) {
  const auto found = measures_.find(id);
  if (found == measures_.end() || !found->second.settled) return;
  const v1::LegalMeasure& state = found->second.state;
  const auto owner = cases_.find(state.case_id());
  const auto petition = petitions_.find(state.petition_id());
  const bool in_case = owner != cases_.end() && owner->second.closed_at_us() == 0;
  if (in_case || (petition != petitions_.end() && petition->second.decided_at_us() == 0)) {
    wake(turn.now + kAskAgain, Wake::Kind::kForget, id);
    return;
  }
  v1::MeasureForgotten& forgotten = *turn.out.add().mutable_forget_measure();
  forgotten.set_measure_id(id);
  forgotten.set_case_id(state.case_id());
  forgotten.set_retention(std::string(kMeasureRecord));
  measures_by_subject_[state.subject_id()].erase(id);
  measures_.erase(found);
  if (owner == cases_.end()) return;
  auto& ids = *owner->second.mutable_measure_ids();
  ids.erase(std::remove(ids.begin(), ids.end(), id), ids.end());
  publish(owner->second, turn);
}

void Machine::sync_duties(HeldMeasure& measure, Turn& turn) {
  const std::vector<law::Deadline> clocks = measure.life.clocks(turn.now, calendar_of(measure));
  const law::Stage stage = measure.life.stage(turn.now);
  measure.state.set_end(to_wire<v1::MeasureEnd>(measure.life.end(turn.now)));
  std::map<law::Task, std::string> gone = std::move(measure.duties);
  measure.duties.clear();
  for (const law::Deadline& clock : clocks) {
    const auto known = gone.find(clock.task);
    if (known != gone.end()) {
      OpenDuty& duty = duties_.at(known->second);
      measure.duties[clock.task] = known->second;
      gone.erase(known);
      if (duty.state.due_at_us() == clock.due.us) continue;
      duty.state.set_due_at_us(clock.due.us);
      duty.state.set_since_us(clock.since.us);
      publish(duty, turn);
      look_at_duty(duty.state.id(), turn);
      continue;
    }
    DutySpec spec;
    spec.code = code_of(measure, clock.task);
    spec.task = clock.task;
    spec.of_task = true;
    spec.case_id = measure.state.case_id();
    spec.measure_id = measure.state.id();
    spec.petition_id = measure.state.petition_id();
    spec.wearer_id = measure.state.subject_id();
    spec.what = clock.what;
    spec.by = clock.by;
    spec.to = clock.to;
    spec.deadline = clock.deadline;
    spec.since = clock.since;
    spec.due = clock.due;
    spec.source = clock.source;
    measure.duties[clock.task] = open_duty(spec, turn);
  }
  for (const auto& [task, id] : gone) {
    const v1::Duty& state = duties_.at(id).state;
    const bool late = state.due_at_us() != 0 && state.due_at_us() <= turn.at.us &&
                      (state.may() || task == law::Task::kAskApproval);
    close_duty(id, late ? "time_ran_out" : stage == law::Stage::kEnded ? "measure_ended" : "", turn);
  }
}

}  // namespace haechi::cases
