// Unsealer: the key ring of a log at rest, for the tools that read what it holds. A log without sealed parts
// needs none.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "haechi/v1/fact.pb.h"
#include "log/log.h"
#include "vault/key_ring.h"

namespace haechi::tools {

// Empty members: as the data directory and the environment have it.
struct KeysAt {
  std::string ring, master;
};

vault::RingPlace ring_place(const std::string& data, const KeysAt& said);

class Unsealer {
 public:
  // Of a data directory. That there is no ring is told by fact(), if a sealed part needs it.
  Unsealer(const std::string& data, const KeysAt& said, vault::RingMode mode = vault::RingMode::kReadOnly);

  // The fact of a record. Parts whose key is destroyed stay in `sealed`. kCorrupt: it does not decode.
  Result<v1::Fact> fact(const log::Record& record) const;
  const Result<std::unique_ptr<vault::KeyRing>>& ring() const { return ring_; }

 private:
  Result<std::unique_ptr<vault::KeyRing>> ring_;
};

}  // namespace haechi::tools
