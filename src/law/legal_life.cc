#include "law/legal_life.h"

#include <algorithm>

#include "law/legal_life_tables.h"
#include "law/pack.h"

namespace haechi::law {
namespace {

constexpr Source kNoTime{"no statute names a time", Trust::kReading};

Error refused(Step step, std::string reason) {
  return Error{Code::kConflict, std::string(step_name(step)), std::move(reason)};
}

std::string date_text(const Calendar& calendar, Time at) {
  const Date date = date_of(local_day(calendar.rules, at));
  const auto two = [](int32_t n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return std::to_string(date.year) + '-' + two(date.month) + '-' + two(date.day);
}

// The last day of a period that ends at this moment.
std::string last_day_text(const Calendar& calendar, Time end) {
  return date_text(calendar, end - Duration{1});
}

// What follows the end of a period starts at midnight, so its first day counts whole.
Counting continued(Counting counting) {
  if (counting.first_day == FirstDay::kExcluded) counting.first_day = FirstDay::kExcludedUnlessMidnight;
  return counting;
}

}  // namespace

LegalLife::LegalLife(const Pack& pack, const OrderKind& kind, Measure measure)
    : pack_(&pack), kind_(&kind), measure_(std::move(measure)) {}

Result<LegalLife> LegalLife::begin(const Pack& pack, std::string_view kind, Measure measure) {
  const OrderKind* found = find_kind(pack, kind);
  if (found == nullptr) return invalid("kind", "is not a kind of order of the pack " + std::string(pack.id));
  return LegalLife(pack, *found, std::move(measure));
}

void LegalLife::open(Task task, Time since, By deadline, Time due, Source source) {
  stop(task);
  const TaskRow& row = row_of(task);
  Deadline made{task, row.what, row.by, row.to, deadline, since, due, source};
  if (kind_->path == Path::kUrgent &&
      (task == Task::kTellOfDecision || task == Task::kTellOfChange || task == Task::kExtend))
    made.by = Party::kPolice;
  if (kind_->path == Path::kDirect && task == Task::kExtend) made.by = Party::kProtectedPerson;
  if (task == Task::kTellDeclined && end_ == End::kNotPetitioned) made.by = Party::kProsecutor;
  if (task == Task::kAppeal && end_ == End::kDenied) made.by = Party::kProtectedPerson;
  open_.push_back(made);
}

bool LegalLife::stop(Task task) {
  const auto found =
      std::find_if(open_.begin(), open_.end(), [task](const Deadline& one) { return one.task == task; });
  if (found == open_.end()) return false;
  open_.erase(found);
  return true;
}

Stage LegalLife::stage(Time at) const {
  if ((bit(stage_) & kDecided) != 0 && ends_at_.known() && at >= ends_at_) return Stage::kEnded;
  return stage_;
}

End LegalLife::end(Time at) const {
  return stage(at) == Stage::kEnded && stage_ != Stage::kEnded ? End::kExpired : end_;
}

bool LegalLife::in_force(Time at) const {
  return in_force_from_.known() && at >= in_force_from_ && (!ends_at_.known() || at < ends_at_) &&
         (!ended_at_.known() || at < ended_at_);
}

Time LegalLife::ends_at() const {
  return ended_at_.known() && granted_at_.known() ? ended_at_ : ends_at_;
}

void LegalLife::settle(Time at, const Calendar& calendar) {
  if (stage_ != Stage::kEnded && stage(at) == Stage::kEnded) close(End::kExpired, ends_at_, calendar);
}

Status LegalLife::take(const LifeEvent& event, const Calendar& calendar) {
  LegalLife next = *this;
  next.settle(event.at, calendar);
  TRY_STATUS(next.check_allowed(event, calendar));
  TRY_STATUS(next.apply(event, calendar));
  next.last_step_at_ = event.at;
  *this = std::move(next);
  return {};
}

Status LegalLife::check_allowed(const LifeEvent& event, const Calendar& calendar) const {
  const Move& move = move_of(event.step);
  if (!event.at.known()) return refused(event.step, "its time must be given");
  if (event.at < last_step_at_) return refused(event.step, "is earlier than the step before it");
  const std::string name(kind_->code);
  if ((move.paths & bit(kind_->path)) == 0)
    return refused(event.step, "is not a step of " + name + ": it comes about in another way");
  if ((move.stages & bit(stage_)) == 0) {
    std::string reason = "not while " + name + " is " + std::string(words(stage_).en);
    if (stage_ == Stage::kEnded)
      reason += " (" + std::string(words(end_).en) + " on " +
                (end_ == End::kExpired ? last_day_text : date_text)(calendar, ended_at_) + ")";
    return refused(event.step, reason + ": " + std::string(move.needs));
  }
  const bool of_device = event.step == Step::kFit || event.step == Step::kRefuseFitting;
  if (of_device && !kind_->carries_device())
    return refused(event.step, name + " carries no electronic device");
  if ((event.step == Step::kPetition || event.step == Step::kGrant) &&
      !in_force_on(*kind_, date_of(local_day(calendar.rules, event.at))))
    return refused(event.step,
                   name + " is law only from " +
                       date_text(calendar, day_starts(calendar.rules, day_of(kind_->in_force_from))));
  return check_ending(event);
}

Status LegalLife::check_ending(const LifeEvent& event) const {
  const auto needs = [&](uint32_t lapse, const char* reason) -> Status {
    if ((kind_->lapses & lapse) != 0) return {};
    return refused(event.step, std::string(kind_->code) + reason);
  };
  switch (event.step) {
    case Step::kNotIndict:
      return needs(kLapsesOnNonIndictment, " does not lapse when the prosecutor does not indict");
    case Step::kDecidePetition:
      return needs(kLapsesOnDecision, " does not hang on another petition");
    case Step::kEndBasis:
      return needs(kLapsesWithBasis, " hangs on no sentence, parole or warrant");
    case Step::kSupersede: {
      const OrderKind* newer = find_kind(*pack_, event.kind);
      if (newer == nullptr) return invalid("kind", "is not a kind of order of this pack");
      if (!supersedes(*newer, *kind_))
        return invalid("kind", event.kind + " does not take the place of " + std::string(kind_->code));
      if (event.protected_id != measure_.protected_id)
        return invalid("protected_id", "is another person than the one this measure protects");
      return {};
    }
    default:
      return {};
  }
}

Status LegalLife::apply(const LifeEvent& event, const Calendar& calendar) {
  switch (event.step) {
    case Step::kDeclineToApply:
    case Step::kDeclineToPetition:
      open_.clear();
      close(event.step == Step::kDeclineToApply ? End::kNotApplied : End::kNotPetitioned, event.at, calendar);
      return {};
    case Step::kApply:
      stage_ = Stage::kApplied;
      open(Task::kPetitionCourt, event.at, By::kWithoutDelay, {}, kNoTime);
      return {};
    case Step::kPetition:
      return petition(event, calendar);
    case Step::kWithdraw:
      open_.clear();
      close(End::kWithdrawn, event.at, calendar);
      return {};
    case Step::kImpose:
    case Step::kGrant:
      return grant(event, calendar);
    case Step::kDeny:
      stop(Task::kDecide);
      close(End::kDenied, event.at, calendar);
      return {};
    case Step::kAskApproval:
    case Step::kApprove:
    case Step::kRefuseApproval:
      return ask_approval(event);
    case Step::kServe:
      serve(event, calendar);
      return {};
    case Step::kRefuseFitting:
      open(Task::kTellOfRefusal, event.at, By::kImmediately, event.at,
           kind_->notices.refused.text.empty() ? kNoTime : kind_->notices.refused);
      return {};
    case Step::kFit:
      return fit(event, calendar);
    case Step::kReceiveVictimData:
      stop(Task::kSendVictimData);
      stage_ = Stage::kActive;
      return {};
    case Step::kExtend:
      return extend(event, calendar);
    case Step::kChange:
      ++version_;
      if (!kind_->notices.changed.text.empty())
        open(Task::kTellOfChange, event.at, By::kWithoutDelay, {}, kind_->notices.changed);
      return {};
    case Step::kNotCounted:
      if (!kind_->defeated_time_not_counted)
        return refused(event.step, "the term of " + std::string(kind_->code) + " counts all time");
      if (event.not_counted <= Duration{}) return invalid("not_counted", "must be more than zero");
      if (ends_at_.known()) ends_at_ = ends_at_ + event.not_counted;
      return {};
    case Step::kCancel:
      close(End::kCancelled, event.at, calendar);
      return {};
    case Step::kNotIndict:
      close(End::kNotIndicted, event.at, calendar);
      return {};
    case Step::kSupersede:
      close(End::kSuperseded, event.at, calendar);
      return {};
    case Step::kDecidePetition:
      close(End::kPetitionDecided, event.at, calendar);
      return {};
    case Step::kEndBasis:
      close(End::kBasisEnded, event.at, calendar);
      return {};
    case Step::kDone:
      return done(event, calendar);
  }
  return invalid("step", "is not known");
}

Status LegalLife::petition(const LifeEvent& event, const Calendar& calendar) {
  if (kind_->petition_within.known()) {
    if (!measure_.declined_at.known())
      return refused(event.step,
                     "she must have been told first that nobody asked for a provisional measure (" +
                         cited(kind_->petition_source) + ")");
    const Time late = period_end(calendar, pack_->acts, measure_.declined_at, kind_->petition_within);
    if (event.at < measure_.declined_at)
      return refused(event.step, "is earlier than the notice that opens it");
    if (event.at >= late)
      return refused(event.step, "the time to petition ended with " + last_day_text(calendar, late) + " (" +
                                     cited(kind_->petition_source) + ")");
  }
  stop(Task::kPetitionCourt);
  stage_ = Stage::kPetitioned;
  open(Task::kDecide, event.at, By::kWithoutDelay, {}, kNoTime);
  return {};
}

// Also what the police impose themselves.
Status LegalLife::grant(const LifeEvent& event, const Calendar& calendar) {
  if (event.step == Step::kGrant && stage_ == Stage::kNew && kind_->path != Path::kJudgement)
    return refused(event.step, "it must be petitioned first");
  stop(Task::kDecide);
  granted_at_ = event.at;
  stage_ = Stage::kGranted;
  if (kind_->path == Path::kOnScene) {
    close(End::kInstant, event.at, calendar);
    return {};
  }
  if (event.from.known() && event.from < event.at)
    return invalid("from", "must not be earlier than the decision");
  counted_from_ = event.from.known() ? event.from : event.at;
  if (kind_->counted_from == CountedFrom::kDecision) in_force_from_ = counted_from_;
  if (kind_->counted_from == CountedFrom::kExecution) {
    if (kind_->term == Term::kStated && !event.until.known() && !event.term.known())
      return invalid("until", "or a term must be stated: " + cited(kind_->term_source));
    stated_until_ = event.until;
    stated_term_ = event.term;
    if (event.until.known()) TRY_STATUS(fix_end(event, calendar, counted_from_));
  } else {
    TRY_STATUS(fix_end(event, calendar, counted_from_));
  }
  if (kind_->approval_within.known()) {
    approval_ = Approval::kToBeAsked;
    open(Task::kAskApproval, event.at, By::kWithin,
         period_end(calendar, pack_->acts, event.at, kind_->approval_within), kind_->approval_source);
  }
  const NoticeSources& notices = kind_->notices;
  if (!notices.told.text.empty()) open(Task::kTellOfDecision, event.at, By::kWithoutDelay, {}, notices.told);
  if (!notices.sent.text.empty()) open(Task::kSendDecision, event.at, By::kWithoutDelay, {}, notices.sent);
  open(Task::kServe, event.at, By::kWithoutDelay, {}, notices.served.text.empty() ? kNoTime : notices.served);
  if (kind_->carries_device())
    open(Task::kReportForFitting, event.at, By::kWithin, event.report_by,
         event.report_by.known() ? Source{"the time the decision names"} : kNoTime);
  return {};
}

// `base`: the event that the term is counted from. The decision's own end goes before the longest one.
Status LegalLife::fix_end(const LifeEvent& event, const Calendar& calendar, Time base) {
  const auto counted = [&](Period period) { return period_end(calendar, kind_->counting, base, period); };
  if (kind_->term == Term::kNone) return {};
  if (event.until.known() && event.term.known()) return invalid("term", "and an end cannot both be stated");
  Time stated = event.term.known() ? counted(event.term) : event.until;
  if (!stated.known() && kind_->term == Term::kStated)
    return invalid("until", "or a term must be stated: " + cited(kind_->term_source));
  if (!stated.known() && kind_->term == Term::kAtMost) stated = counted(kind_->initial);
  const char* field = event.term.known() ? "term" : "until";
  if (stated.known() && stated <= base) return invalid(field, "must be after the beginning");
  if (stated.known() && kind_->initial.known() && stated > counted(kind_->initial))
    return invalid(field, "goes beyond " + last_day_text(calendar, counted(kind_->initial)) + ": " +
                              cited(kind_->term_source));
  if (stated.known() && kind_->initial_min.known() && stated < counted(kind_->initial_min))
    return invalid(field, "is shorter than allowed: " + cited(kind_->term_source));
  ends_at_ = stated;
  return {};
}

Status LegalLife::ask_approval(const LifeEvent& event) {
  const bool asked = event.step == Step::kAskApproval;
  if (asked != (approval_ == Approval::kToBeAsked) || (!asked && approval_ != Approval::kAsked))
    return refused(event.step, asked ? "approval was asked for already" : "approval must be asked for first");
  if (asked) {
    const auto asking = std::find_if(open_.begin(), open_.end(),
                                     [](const Deadline& one) { return one.task == Task::kAskApproval; });
    ENSURE(asking != open_.end());
    if (asking->overdue(event.at))
      return refused(event.step,
                     "is too late: the measure must be cancelled (" + cited(kind_->approval_source) + ")");
    stop(Task::kAskApproval);
    open(Task::kDecideApproval, event.at, By::kWithoutDelay, {}, kind_->approval_source);
    approval_ = Approval::kAsked;
    return {};
  }
  stop(Task::kDecideApproval);
  approval_ = event.step == Step::kApprove ? Approval::kGiven : Approval::kRefused;
  if (approval_ == Approval::kRefused)
    open(Task::kCancelUrgent, event.at, By::kImmediately, event.at, kind_->approval_source);
  return {};
}

void LegalLife::serve(const LifeEvent& event, const Calendar& calendar) {
  stop(Task::kServe);
  stage_ = kind_->carries_device() ? Stage::kServed : Stage::kActive;
  if (kind_->appeal_within.known())
    open(Task::kAppeal, event.at, By::kMay, period_end(calendar, pack_->acts, event.at, kind_->appeal_within),
         kind_->appeal_source);
  if (kind_->term == Term::kNone) close(End::kInstant, event.at, calendar);
}

Status LegalLife::fit(const LifeEvent& event, const Calendar& calendar) {
  if (kind_->counted_from == CountedFrom::kExecution && !stated_until_.known() &&
      kind_->term != Term::kOpen) {
    LifeEvent stated = event;
    stated.term = stated_term_;
    stated.until = {};
    counted_from_ = event.at;
    TRY_STATUS(fix_end(stated, calendar, event.at));
  }
  if (!in_force_from_.known()) in_force_from_ = event.at;
  worn_ = true;
  stop(Task::kReportForFitting);
  stop(Task::kTellOfRefusal);
  const bool protects = !measure_.protected_id.empty();
  stage_ = protects ? Stage::kFitted : Stage::kActive;
  const NoticeSources& notices = kind_->notices;
  const auto source = [](Source found) { return found.text.empty() ? kNoTime : found; };
  if (!notices.fitted.text.empty())
    open(Task::kTellOfFitting, event.at, By::kImmediately, event.at, notices.fitted);
  if (protects) {
    open(Task::kSendVictimData, event.at, By::kImmediately, event.at, source(notices.fitted));
    open(Task::kGiveDevice, event.at, By::kWithoutDelay, {}, source(notices.device));
  }
  return {};
}

Result<Time> LegalLife::extension_limit(const Calendar& calendar) const {
  const std::string name(kind_->code);
  if ((bit(stage_) & kDecided) == 0) return refused(Step::kExtend, name + " is not in force");
  if (!ends_at_.known()) return refused(Step::kExtend, name + " has no end that could be extended");
  if (kind_->extensions_max == 0)
    return refused(Step::kExtend, name + " cannot be extended: " + cited(kind_->term_source));
  if (extensions_ >= kind_->extensions_max)
    return refused(Step::kExtend, "was extended " + std::to_string(extensions_) +
                                      " times already: " + cited(kind_->term_source));
  const Counting counting = continued(kind_->counting);
  Time limit = period_end(calendar, counting, ends_at_, kind_->extension);
  if (kind_->total_max.known())
    limit = std::min(limit, period_end(calendar, kind_->counting, counted_from_, kind_->total_max));
  if (limit <= ends_at_)
    return refused(Step::kExtend, "has reached its longest duration: " + cited(kind_->term_source));
  return limit;
}

Status LegalLife::extend(const LifeEvent& event, const Calendar& calendar) {
  TRY(const Time limit, extension_limit(calendar));
  const Time until = event.until.known() ? event.until : limit;
  if (until <= ends_at_) return invalid("until", "must be after the end it has now");
  if (until > limit)
    return invalid("until",
                   "goes beyond " + last_day_text(calendar, limit) + ": " + cited(kind_->term_source));
  ends_at_ = until;
  ++extensions_;
  ++version_;
  if (!kind_->notices.changed.text.empty())
    open(Task::kTellOfChange, event.at, By::kWithoutDelay, {}, kind_->notices.changed);
  return {};
}

Status LegalLife::done(const LifeEvent& event, const Calendar& calendar) {
  switch (event.task) {
    case Task::kTellDeclined:
    case Task::kTellOfDecision:
    case Task::kSendDecision:
    case Task::kTellOfRefusal:
    case Task::kTellOfFitting:
    case Task::kGiveDevice:
    case Task::kTellOfChange:
    case Task::kTellOfLapse:
    case Task::kRemoveDevice:
    case Task::kDestroyData:
      break;
    default:
      return invalid("task", "is stopped by a step of its own or by its time, not by being done");
  }
  if (!stop(event.task)) return invalid("task", "is not open");
  const DirectPetition& direct = pack_->direct_petition;
  if (event.task != Task::kTellDeclined || !direct.within.known()) return {};
  const Time late = period_end(calendar, pack_->acts, event.at, direct.within);
  if (late > day_starts(calendar.rules, day_of(direct.in_force_from)))
    open(Task::kPetitionDirectly, event.at, By::kMay, late, direct.source);
  return {};
}

void LegalLife::close(End end, Time at, const Calendar& calendar) {
  const bool was_granted = granted_at_.known();
  stage_ = Stage::kEnded;
  end_ = end;
  ended_at_ = at;
  // What had to be told still has to be; what had to be done for the measure to work need not be any more.
  for (const Task task : {Task::kServe, Task::kReportForFitting, Task::kAskApproval, Task::kDecideApproval,
                          Task::kCancelUrgent, Task::kSendVictimData, Task::kGiveDevice})
    stop(task);
  const NoticeSources& notices = kind_->notices;
  if ((end == End::kNotApplied || end == End::kNotPetitioned) && !notices.declined.text.empty())
    open(Task::kTellDeclined, at, By::kWithoutDelay, {}, notices.declined);
  if (end == End::kDenied && kind_->path == Path::kDirect && kind_->appeal_within.known())
    open(Task::kAppeal, at, By::kMay, period_end(calendar, pack_->acts, at, kind_->appeal_within),
         kind_->appeal_source);
  if (!was_granted) return;
  if (end == End::kCancelled && !notices.changed.text.empty())
    open(Task::kTellOfChange, at, By::kWithoutDelay, {}, notices.changed);
  if (end == End::kNotIndicted && !notices.lapsed.text.empty())
    open(Task::kTellOfLapse, at, By::kWithoutDelay, {}, notices.lapsed);
  if (!worn_) return;
  open(Task::kRemoveDevice, at, By::kWithoutDelay, {}, kNoTime);
  const Retention* data = find_retention(*pack_, kind_->retention);
  if (data == nullptr) return;
  if (end == End::kNotIndicted)
    open(Task::kDestroyData, at, By::kImmediately, at, data->source);
  else
    open(Task::kDestroyData, at, By::kWithin,
         period_end(calendar, continued(kind_->counting), at, data->keep), data->source);
}

std::vector<Deadline> LegalLife::clocks(Time at, const Calendar& calendar) const {
  LegalLife now = *this;
  now.settle(at, calendar);
  // Nobody asked the judge in time: the duty to ask has become the duty to cancel.
  for (const Deadline& one : open_) {
    if (one.task != Task::kAskApproval || !one.overdue(at)) continue;
    now.stop(Task::kAskApproval);
    now.open(Task::kCancelUrgent, one.due, By::kImmediately, one.due, kind_->approval_source);
    break;
  }
  std::erase_if(now.open_, [at](const Deadline& one) { return one.deadline == By::kMay && one.overdue(at); });
  if (now.stage_ != Stage::kEnded && now.granted_at_.known() && now.ends_at_.known())
    now.open(now.extension_limit(calendar).ok() ? Task::kExtend : Task::kLetEnd, now.granted_at_, By::kWithin,
             now.ends_at_, kind_->term_source);
  std::sort(now.open_.begin(), now.open_.end(), [](const Deadline& a, const Deadline& b) {
    if (a.due.known() != b.due.known()) return a.due.known();
    return a.due != b.due ? a.due < b.due : a.task < b.task;
  });
  return std::move(now.open_);
}

}  // namespace haechi::law
