// SealedText: what the record store keeps of a person or an account, sealed under the key of that one as
// text.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace haechi::vault {
class Keeper;
}

namespace haechi::store {

class Connection;

class SealedText {
 public:
  // Without a ring nothing is sealed. `kind` stands before the ids in the names of the keys' owners.
  explicit SealedText(vault::Keeper* ring, std::string kind = "person/")
      : ring_(ring), kind_(std::move(kind)) {}
  bool seals() const { return ring_ != nullptr; }

  static bool is_sealed(const std::string& kept);
  Result<std::string> seal(const std::string& id, const std::string& text) const;
  // Nothing: the key is destroyed. kCorrupt: changed, of somebody else, or sealed and there is no key.
  Result<std::optional<std::string>> open(const std::string& id, const std::string& kept) const;
  // Of many at once, in their order.
  struct Kept {
    std::string id, text;
  };
  Result<std::vector<std::optional<std::string>>> open(const std::vector<Kept>& all) const;

 private:
  vault::Keeper* ring_;
  std::string kind_;
};

// A column of sealed texts.
struct SealedColumn {
  std::string select;  // id of the row, text, id of whom it is about
  std::string update;  // text, id of the row
};
// kClear: what lies there unsealed. kAll: also what is sealed, under the newest key of its owner.
enum class Resealed { kClear, kAll };
// The number of texts that were sealed. What a destroyed key sealed stays as it is. As one: all or none.
Result<size_t> seal_columns(const Connection& connection, const SealedText& sealing,
                            const std::vector<SealedColumn>& columns, Resealed which);

}  // namespace haechi::store
