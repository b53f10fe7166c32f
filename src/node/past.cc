#include "node/past.h"

#include "vault/sealer.h"

namespace haechi::node {

api::LogSource source_of(log::Reader& reader, const vault::Keeper& ring, store::FixIndex& fixes) {
  const auto given = [](const std::function<bool(const api::LoggedFact&)>& each) {
    return [&each](const log::Record& record) { return each({record.no, record.stamp, record.fact}); };
  };
  return {[&reader](Time at) { return reader.find(at); },
          [&reader, given](uint64_t from_no, const std::function<bool(const api::LoggedFact&)>& each) {
            return reader.read(from_no, given(each));
          },
          [&ring](uint64_t no, v1::Fact& fact) -> Result<uint64_t> {
            const vault::KeyId key = vault::key_of_places(fact);
            TRY_STATUS(vault::open(ring, no, fact));
            return key;
          },
          [&reader, given](std::span<const uint64_t> numbers,
                           const std::function<bool(const api::LoggedFact&)>& each) {
            return reader.pick(numbers, given(each));
          },
          &fixes};
}

}  // namespace haechi::node
