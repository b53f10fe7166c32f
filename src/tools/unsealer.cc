#include "tools/unsealer.h"

#include <utility>

#include "vault/sealer.h"

namespace haechi::tools {

vault::RingPlace ring_place(const std::string& data, const KeysAt& said) {
  vault::RingPlace place = vault::place_beside(data);
  if (!said.ring.empty()) place.path = said.ring;
  if (!said.master.empty()) place.master_file = said.master;
  return place;
}

Unsealer::Unsealer(const std::string& data, const KeysAt& said, vault::RingMode mode)
    : ring_(vault::open_ring(ring_place(data, said), mode)) {}

Result<v1::Fact> Unsealer::fact(const log::Record& record) const {
  v1::Fact fact;
  if (!fact.ParseFromString(record.fact))
    return Error{Code::kCorrupt, "", "entry " + std::to_string(record.no) + " does not decode"};
  if (fact.sealed_size() == 0) return fact;
  if (!ring_.ok()) return ring_.error();
  TRY_STATUS(vault::open(**ring_, record.no, fact));
  return fact;
}

}  // namespace haechi::tools
