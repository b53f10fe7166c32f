// LegalLife: the legal life of one measure, from the first request to the last duty after its end.
//
//   new -> applied -> petitioned -> granted -> served -> [fitted ->] active -> ended
//
// By the path of its kind some stages are left out: police impose an urgent measure (new -> granted), the
// protected person petitions herself (new -> petitioned), a judgement orders directly (new -> granted). Only
// kinds that carry a device are fitted, and one that protects a person is active only when her data are
// known: without them no distance can be judged. A measure is in force from its decision, not from its
// service.
//
// 1. A step that the stage does not allow is refused with the reason, and changes nothing.
// 2. Steps do not go back in time.
// 3. A measure ends at `ends_at` by itself; what is said about it afterwards is refused.
// 4. No end lies beyond what the pack allows, and none is extended after it has passed.
// 5. What must be done is a clock with whom, by when and on what basis. A clock that no law gives a time has
// no
//    due moment; it is never left out for that.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/archived.h"
#include "base/result.h"
#include "base/time.h"
#include "law/calendar.h"
#include "law/order_kinds.h"

namespace haechi::law {

enum class Stage : uint8_t {
  kNew,
  kApplied,
  kPetitioned,
  kGranted,
  kServed,
  kFitted,  // her data are not known yet
  kActive,
  kEnded,
};
Words words(Stage stage);

enum class End : uint8_t {
  kNone,
  kInstant,        // a kind that leaves nothing in force was done
  kNotApplied,     // the police did not apply
  kNotPetitioned,  // the prosecutor did not petition
  kWithdrawn,      // the petition, before it was decided
  kDenied,
  kExpired,
  kCancelled,
  kNotIndicted,
  kSuperseded,
  kPetitionDecided,  // an interim measure
  kBasisEnded,       // the sentence, parole or warrant it hung on
};
Words words(End end);

enum class Step : uint8_t {
  kDeclineToApply,
  kApply,
  kDeclineToPetition,
  kPetition,
  kWithdraw,
  kImpose,
  kGrant,
  kDeny,
  kAskApproval,
  kApprove,
  kRefuseApproval,
  kServe,
  kRefuseFitting,
  kFit,
  kReceiveVictimData,
  kExtend,
  kChange,
  kNotCounted,  // time in which the device was defeated
  kCancel,
  kNotIndict,
  kSupersede,
  kDecidePetition,
  kEndBasis,
  kDone,  // a clock that no other step stops
};
// As error fields name it: "grant", "receive_victim_data".
std::string_view step_name(Step step);
// There is a text of it, with reasons, that somebody answers for.
bool is_decision(Step step);

// The steps that a measure of this path may take at this stage, as far as these two decide it; without kDone.
std::vector<Step> steps_at(Stage stage, Path path);

// What somebody must do, or may until then.
enum class Task : uint8_t {
  kPetitionCourt,
  kDecide,
  kAskApproval,
  kDecideApproval,
  kCancelUrgent,
  kTellOfDecision,
  kSendDecision,
  kServe,
  kReportForFitting,
  kTellOfRefusal,
  kTellOfFitting,
  kSendVictimData,
  kGiveDevice,
  kTellOfChange,
  kExtend,
  kLetEnd,
  kTellOfLapse,
  kRemoveDevice,
  kDestroyData,
  kTellDeclined,
  kPetitionDirectly,
  kAppeal,
};

struct Deadline {
  Task task{};
  Words what;
  Party by{};
  Parties to = 0;
  By deadline = By::kWithin;
  Time since;
  Time due;  // first moment too late; for kImmediately the same as `since`; not known: no law says
  Source source;

  bool overdue(Time at) const;
};

struct Measure {
  std::string protected_id;  // empty: protects nobody in particular
  Time declined_at;          // she was told that nobody asked; opens her own petition
};

struct LifeEvent {
  Step step{};
  Time at;
  Time until{};                // kGrant, kExtend: end the decision states
  Period term{};               // kGrant: duration it states instead
  Time from{};                 // kGrant: begin it states, if that is not the decision
  Time report_by{};            // kGrant of a device: when he must come to be fitted
  Duration not_counted{};      // kNotCounted: more than zero
  std::string kind{};          // kSupersede: code of the kind that takes its place
  std::string protected_id{};  // kSupersede: whom that one protects
  Task task{};                 // kDone
};

class LegalLife {
 public:
  LegalLife() = default;  // of no kind, to be read into or assigned
  // Refuses a kind that the pack does not know.
  static Result<LegalLife> begin(const Pack& pack, std::string_view kind, Measure measure);

  // Refuses, naming the step or the field, and changes nothing then.
  Status take(const LifeEvent& event, const Calendar& calendar);

  const OrderKind& kind() const { return *kind_; }
  Stage stage(Time at) const;
  End end(Time at) const;
  bool in_force(Time at) const;
  // First moment no longer in force. Not known: not decided yet, or open.
  Time ends_at() const;
  uint32_t extensions() const { return extensions_; }
  uint32_t version() const { return version_; }
  // The last end that an extension granted now may state; refuses when none is left.
  Result<Time> extension_limit(const Calendar& calendar) const;
  // What is open, the most urgent first; clocks without a due moment last.
  std::vector<Deadline> clocks(Time at, const Calendar& calendar) const;

 private:
  friend struct haechi::Fields<LegalLife>;
  static constexpr size_t kFieldCount = 18;
  enum class Approval : uint8_t { kNotNeeded, kToBeAsked, kAsked, kGiven, kRefused };

  LegalLife(const Pack& pack, const OrderKind& kind, Measure measure);

  Status apply(const LifeEvent& event, const Calendar& calendar);
  Status check_allowed(const LifeEvent& event, const Calendar& calendar) const;
  Status check_ending(const LifeEvent& event) const;
  Status petition(const LifeEvent& event, const Calendar& calendar);
  Status grant(const LifeEvent& event, const Calendar& calendar);
  Status fix_end(const LifeEvent& event, const Calendar& calendar, Time base);
  Status ask_approval(const LifeEvent& event);
  void serve(const LifeEvent& event, const Calendar& calendar);
  Status fit(const LifeEvent& event, const Calendar& calendar);
  Status extend(const LifeEvent& event, const Calendar& calendar);
  Status done(const LifeEvent& event, const Calendar& calendar);
  void close(End end, Time at, const Calendar& calendar);
  void settle(Time at, const Calendar& calendar);

  void open(Task task, Time since, By deadline, Time due, Source source);
  bool stop(Task task);

  const Pack* pack_ = nullptr;
  const OrderKind* kind_ = nullptr;
  Measure measure_;
  Stage stage_ = Stage::kNew;
  End end_ = End::kNone;
  Approval approval_ = Approval::kNotNeeded;
  Time last_step_at_;
  Time granted_at_;
  Time in_force_from_;
  Time ended_at_;
  Time ends_at_;       // as counted so far
  Time counted_from_;  // the event its term is counted from
  Time stated_until_;  // of a decision whose term starts with its execution
  Period stated_term_;
  bool worn_ = false;
  uint32_t extensions_ = 0;
  uint32_t version_ = 1;
  std::vector<Deadline> open_;
};

}  // namespace haechi::law
