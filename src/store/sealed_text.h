// SealedText: what the record store keeps of a person, sealed under that person's key as text.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"

namespace haechi::vault {
class KeyRing;
}

namespace haechi::store {

class SealedText {
 public:
  // Without a ring nothing is sealed.
  explicit SealedText(vault::KeyRing* ring) : ring_(ring) {}
  bool seals() const { return ring_ != nullptr; }

  static bool is_sealed(const std::string& kept);
  Result<std::string> seal(const std::string& person_id, const std::string& text) const;
  // Nothing: the key is destroyed. kCorrupt: changed, of somebody else, or sealed and there is no key.
  Result<std::optional<std::string>> open(const std::string& person_id, const std::string& kept) const;

 private:
  vault::KeyRing* ring_;
};

}  // namespace haechi::store
