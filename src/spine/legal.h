// Legal: the legal machine as the engine runs it, before the monitoring machine in every entry.
//
// 1. An order that a measure made begins, changes and ends in the entry in which its measure does. It changes
//    through its measure only: what an agency states about it changes nothing.
// 2. Who wears a device under an order that an agency states is known to the cases from that entry on.
// 3. A log without case facts has no effects of this machine.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/archived.h"
#include "base/resting_map.h"
#include "cases/cases.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/entry.h"

namespace haechi::spine {

class Legal {
 public:
  // Effects go to `effects`; returned are the orders that measures made or ended, for monitoring.
  std::vector<v1::Fact> step(const law::Entry& entry, law::EffectSink& effects);
  // A statement about an order that a measure made.
  bool is_of_measure(const v1::Fact& fact) const;
  // What the alerts and hand-offs of this entry mean for duties: breaches open them, and telling the police,
  // which the hand-off does, is done when their desk has taken it.
  void see(const law::Entry& entry, law::EffectSink& effects);

 private:
  friend struct haechi::Fields<Legal>;
  static constexpr size_t kFieldCount = 6;
  struct Stated {
    uint32_t version = 0;
    std::string wearer_id;
  };
  class Sink;

  void step_fact(const v1::CaseFact& fact, const law::Entry& entry, law::EffectSink& effects,
                 std::string_view subject = {});
  void state_order(const v1::Order& order, const law::Entry& entry, law::EffectSink& effects);
  void tell_wearing(const v1::Order& order, bool withdrawn, const law::Entry& entry,
                    law::EffectSink& effects);
  void see_alert(const v1::Alert& alert, const law::Entry& entry, law::EffectSink& effects);
  void see_hand_off(const v1::HandOff& hand_off, const law::Entry& entry, law::EffectSink& effects);
  void note(const v1::CaseEffect& effect);

  cases::Cases cases_;
  RestingMap<Stated> stated_;                                      // orders of agencies
  std::set<std::string> made_;                                     // orders that measures made, ever
  std::map<std::string, std::string> incidents_;                   // of alerts that opened duties
  std::map<std::string, std::set<std::string>> tell_by_incident_;  // open duties to tell the police
  std::map<std::string, std::string> incident_of_duty_;
};

}  // namespace haechi::spine
