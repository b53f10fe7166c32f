#include "trust/personal.h"

#include "trust/decide.h"

namespace haechi::trust {

// The one friend of Personal that reads.
class Revealer {
 public:
  static const std::string& read(const Personal& value) { return value.value_; }
};

Result<std::string> reveal(const Viewer& viewer, Purpose purpose, const Personal& value) {
  const Decision decision = decide_collection(viewer, Action::kSeeRecord, purpose);
  const bool own_words = decide_collection(viewer, Action::kSeePetition, purpose).allowed;
  // What was written when glass was broken is read by whoever answers for it.
  const bool watches = decide_collection(viewer, Action::kWatch, purpose).allowed;
  if (!decision.allowed && !own_words && !watches)
    return Error{Code::kForbidden, "", std::string(decision.reason)};
  return Revealer::read(value);
}

}  // namespace haechi::trust
