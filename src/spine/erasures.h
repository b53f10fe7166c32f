// Erasures: whose data may be destroyed. Folds legal holds and orders, and settles every request.
//
// 1. A person is erased only while no hold and no order in force stands against it; the outcome is an effect.
// 2. The places that go are those that orders, now or earlier, name as somebody's, when all whose they are
// were erased
//    and no order in force needs them, for whomever.
// 3. A log without holds and erasures has no effects of this machine.
#pragma once

#include <map>
#include <set>
#include <string>

#include "base/archived.h"
#include "base/resting_map.h"
#include "haechi/v1/erasure.pb.h"
#include "law/entry.h"

namespace haechi::v1 {
class Order;
}

namespace haechi::spine {

class Erasures {
 public:
  void step(const law::Entry& entry, law::EffectSink& effects);

 private:
  friend struct haechi::Fields<Erasures>;
  static constexpr size_t kFieldCount = 4;
  struct Known {
    std::set<std::string> person_ids;  // of every version
    std::set<std::string> zone_ids;    // of the newest
    Time ends_at;                      // 0 = open ended
    bool withdrawn = false;
    bool over(Time now) const { return withdrawn || (ends_at.known() && ends_at <= now); }
  };
  bool needed(const std::string& zone_id, Time now) const;
  void know(const v1::Order& order);
  void erase(const std::string& person_id, Time now, v1::ErasureOutcome& outcome);

  RestingMap<Known> orders_;
  std::map<std::string, std::set<std::string>> whose_;  // person ids of each zone that is somebody's
  std::map<std::string, v1::HoldPlaced> holds_;         // by person
  std::set<std::string> erased_;
};

}  // namespace haechi::spine
