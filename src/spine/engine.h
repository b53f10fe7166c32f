// Engine: the three machines joined. One fact in, its effects out.
//
// Of a report behind the fence of a restore (law/restore_fence.h) the machines hear its alarms alone: a cry
// for help is believed though it may be an old one, a place is not.
//
// Holds and erasures go last: an order that this entry ended no longer stands against one.
//
// The legal machine goes first: the orders that measures make and end are monitored from that very entry on.
// A hand-off to an agency whose desk is built in is answered within the same entry: alarm, call and assigned
// units are one step apart, with no second trip to the disk. An outside desk answers with facts of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "base/archived.h"
#include "dispatch/dispatch.h"
#include "law/entry.h"
#include "law/restore_fence.h"
#include "monitor/monitor.h"
#include "spine/erasures.h"
#include "spine/legal.h"

namespace haechi::spine {

class Engine {
 public:
  // Of a log whose first entry is the one after `behind`.
  explicit Engine(uint32_t partition, uint64_t behind = 0) : partition_(partition), last_no_(behind) {}

  // Applies one entry. Entries come in number order with strictly increasing stamps (ENSURE).
  std::vector<std::shared_ptr<const v1::Effect>> step(const law::Entry& entry);
  // Counts the entry and judges nothing: it ended the process whenever it was tried (spine/quarantine.h).
  void pass_over(uint64_t no, Time stamped_at);
  // The entries that step() passes over from now on: those of which the log says that its node did.
  void leave_out(std::set<uint64_t> entries) { left_out_ = std::move(entries); }
  // A fact that will be applied after kAhead others, so that what it needs is at hand by then. To be called
  // for facts in their order; one that is not announced is only slower, and nothing else changes.
  static constexpr size_t kAhead = 24;
  void expect(const v1::Fact& fact) { monitor_.expect(fact); }
  // For explaining: told of the monitoring machine's arithmetic from now on.
  void set_witness(monitor::Witness* witness) { monitor_.set_witness(witness); }

  // Everything that the entries so far left behind. Two engines that stepped the same entries save the same
  // bytes; one that has loaded them goes on as the other does.
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  std::vector<std::shared_ptr<const v1::Effect>> judge(const law::Entry& entry);

  uint32_t partition_;
  uint64_t last_no_ = 0;
  Time last_stamp_;
  bool names_by_subject_ = false;
  std::set<uint64_t> left_out_;  // not saved: whoever has the log knows it
  Legal legal_;
  monitor::Monitor monitor_;
  dispatch::Dispatch dispatch_;
  Erasures erasures_;
  law::RestoreFence fence_;
};

}  // namespace haechi::spine
