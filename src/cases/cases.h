// Cases: the legal machine. Case facts in; cases, measures, duties with clocks, links, orders, notifications
// out.
//
// 1. An order is active only while its measure is: in force, fitted, her data known. It ends in the entry in
//    which that is noticed, once.
// 2. A fact that does not fit changes nothing and says why: total over any order of facts.
// 3. The same person is certain by id or identity document; everything else is a proposal, and tells nobody
//    anything until a human has decided.
// 4. No timers: what is due is found when a fact or a tick comes, at the cost of what is due.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/archived.h"
#include "base/result.h"
#include "base/time.h"

namespace haechi::v1 {
class CaseEffect;
class CaseFact;
class HolidayCalendar;
class TimeZone;
}  // namespace haechi::v1

namespace haechi::cases {

// Where the effects of one entry go.
class Out {
 public:
  virtual ~Out() = default;
  // A new effect; the reference holds until the next call.
  virtual v1::CaseEffect& add() = 0;
  // "<prefix>-<...>", never the same twice, the same in every replay.
  virtual std::string new_id(const char* prefix) = 0;
  // Likewise, of what is about `subject` alone (law::EffectSink::new_id).
  virtual std::string new_id(const char* prefix, std::string_view /*subject*/) { return new_id(prefix); }
};

class Machine;

class Cases {
 public:
  Cases();
  ~Cases();
  Cases(Cases&&) noexcept;
  Cases& operator=(Cases&&) noexcept;

  // What calendars are counted by, as registered. Bad ones are not ours to refuse and change nothing.
  void know(const v1::TimeZone& zone);
  void know(const v1::HolidayCalendar& calendar);

  // Applies one fact stamped `now`, after what was due by then. The error is also an effect (`refuse`).
  Status step(const v1::CaseFact& fact, Time now, Out& out);
  // She was not shown an alert on any channel: those who protect her are told at once.
  void tell_unreached(const std::string& protected_id, Time now, Out& out);
  // What is due by `now`. Moments do not go back.
  void advance(Time now, Out& out);

  // The state between two facts, and back.
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  std::unique_ptr<Machine> machine_;
};

}  // namespace haechi::cases
