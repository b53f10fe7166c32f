// SealedText: what the record store keeps of a person or an account, sealed under the key of that one as
// text.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace haechi::vault {
class KeyRing;
}

namespace haechi::store {

class SealedText {
 public:
  // Without a ring nothing is sealed. `kind` stands before the ids in the names of the keys' owners.
  explicit SealedText(vault::KeyRing* ring, std::string kind = "person/")
      : ring_(ring), kind_(std::move(kind)) {}
  bool seals() const { return ring_ != nullptr; }

  static bool is_sealed(const std::string& kept);
  Result<std::string> seal(const std::string& id, const std::string& text) const;
  // Nothing: the key is destroyed. kCorrupt: changed, of somebody else, or sealed and there is no key.
  Result<std::optional<std::string>> open(const std::string& id, const std::string& kept) const;

 private:
  vault::KeyRing* ring_;
  std::string kind_;
};

}  // namespace haechi::store
