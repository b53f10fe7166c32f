#include "tools/unsealer.h"

#include <utility>

#include "vault/sealer.h"

namespace haechi::tools {
namespace {

Result<std::unique_ptr<vault::KeyRing>> ring_of(const std::string& data, const KeysAt& said,
                                                vault::RingMode mode) {
  vault::RingPlace place = vault::place_beside(data);
  if (!said.ring.empty()) place.path = said.ring;
  if (!said.master.empty()) place.master_file = said.master;
  return vault::open_ring(place, mode);
}

}  // namespace

Unsealer::Unsealer(const std::string& data, const KeysAt& said, vault::RingMode mode)
    : ring_(ring_of(data, said, mode)) {}

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
