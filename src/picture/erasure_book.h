// ErasureBook: legal holds that stand, and what came of the newest wish to hold, release or erase a person.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/archived.h"
#include "haechi/v1/erasure.pb.h"

namespace haechi::picture {

class ErasureBook {
 public:
  void put(const v1::ErasureOutcome& outcome) { outcomes_[outcome.person_id()] = outcome; }
  // Null: nobody ever wished anything of the kind.
  const v1::ErasureOutcome* of(std::string_view person_id) const {
    const auto found = outcomes_.find(person_id);
    return found == outcomes_.end() ? nullptr : &found->second;
  }
  v1::HoldList holds() const {
    v1::HoldList out;
    for (const auto& [person_id, outcome] : outcomes_) {
      if (outcome.hold_by().empty()) continue;
      v1::Hold& hold = *out.add_holds();
      hold.set_person_id(person_id);
      hold.set_reason(outcome.hold_reason());
      hold.set_by(outcome.hold_by());
    }
    return out;
  }

 private:
  friend struct haechi::Fields<ErasureBook>;
  static constexpr size_t kFieldCount = 1;
  std::map<std::string, v1::ErasureOutcome, std::less<>> outcomes_;
};

}  // namespace haechi::picture
