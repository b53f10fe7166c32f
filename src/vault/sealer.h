// Sealer: a fact as the log keeps it, and back. What tells where somebody was, who somebody is, or what
// somebody typed leaves the fact and is kept beside the rest under the keys of those it is about; kind, ids
// and times stay readable, so that a log whose keys are gone still replays, verifies and answers who looked
// when.
//
// | part                                  | about                                                       |
// |---------------------------------------|-------------------------------------------------------------|
// | places of a report                    | who holds the device                                        |
// | neighbours that the device heard      | who holds it and who holds those: without either it is gone |
// | shape of a zone                       | the zone, whose key goes with whose place it is             |
// | words to an alert, a call, a hand-off | those whom it is about                                      |
// | digests of identity documents         | the person                                                  |
// | place and distance of a violation     | whom it is about, both of them                              |
// |   that another system judged          |                                                             |
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/archived.h"
#include "base/result.h"
#include "haechi/v1/fact.pb.h"
#include "vault/keeper.h"

namespace haechi::v1 {
class Effect;
}

namespace haechi::vault {

std::string person_owner(const std::string& person_id);
std::string zone_owner(const std::string& zone_id);

class Sealer {
 public:
  explicit Sealer(Keeper& keeper) : keeper_(keeper) {}

  // Takes what is to be sealed out of entry `no`, until finish(). To be called in the order of the log,
  // replayed facts included (note()).
  void add(uint64_t no, v1::Fact& fact);
  // The bytes of those that were added, sealed at once, to be written when the keeper's settle() has
  // returned. Their facts are as they were. Errors: the ring's file cannot be written.
  Result<std::vector<std::string>> finish();
  // Of one.
  Result<std::string> seal(uint64_t no, v1::Fact& fact);
  // Remembers who holds which device. seal() does it itself.
  void note(const v1::Fact& fact);
  // Remembers whom alerts, calls and hand-offs are about, the newest kSubjectsMax of them. Words to older
  // ones are sealed under the key of the house.
  void note(const v1::Effect& effect);
  static constexpr size_t kSubjectsMax = 1 << 18;

  // What it remembers, in one order whatever came when.
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  using Owners = std::vector<std::string>;
  std::string holder_of(const std::string& device_id) const;
  Owners owners_of_subject(const std::string& id) const;
  Owners owners_of(const v1::Fact& fact, size_t part) const;
  void remember(const std::string& id, const std::string& wearer_id, const std::string& protected_id);

  Keeper& keeper_;
  std::unordered_map<std::string, std::string> holders_;  // owner of each device
  std::unordered_map<std::string, Owners> subjects_;
  std::deque<std::string> subjects_in_order_;
  struct Added {
    uint64_t no;
    v1::Fact* fact;
    std::vector<std::pair<size_t, v1::Fact>> moved;  // which part, and what it was
  };
  std::vector<Added> added_;
  std::vector<Keeper::Part> parts_;  // of all of them
};

struct FactAt {
  uint64_t no = 0;
  v1::Fact* fact = nullptr;
};
// Puts the parts of entries back where their keys are living; the others stay in `sealed`. All are asked for
// at once. kCorrupt: a part is not what was sealed, or the ring does not know its key.
Status open(const Keeper& keeper, std::span<const FactAt> facts);
Status open(const Keeper& keeper, uint64_t no, v1::Fact& fact);

// Of a report that is not opened: the key under which its places are. 0: it has none, or they are in clear.
KeyId key_of_places(const v1::Fact& fact);

// The opened parts of a fact as they were sealed, salt first, in the order of `sealed`: what a court bundle
// shows beside the fact. Empty for a part whose key is destroyed.
Result<std::vector<std::string>> opened_parts(const Keeper& keeper, uint64_t no, const v1::Fact& fact);

}  // namespace haechi::vault
