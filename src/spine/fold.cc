#include "spine/fold.h"

#include <algorithm>

#include "base/archive.h"
#include "base/canary.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/quarantine.h"

namespace haechi::spine {

Fold::Fold(uint32_t partition, vault::KeyRing* the_ring) : ring(the_ring), engine(partition) {
  if (ring) sealer.emplace(*ring);
}

std::vector<std::shared_ptr<const v1::Effect>> Fold::step(const law::Entry& entry) {
  if (entry.fact.has_entry_quarantined()) quarantined.insert(entry.fact.entry_quarantined().entry_no());
  auto effects = engine.step(entry);
  if (sealer)
    for (const auto& effect : effects) sealer->note(*effect);
  return effects;
}

Result<PublishedEntry> Fold::take(const log::Record& record, const Quarantine* quarantine) {
  auto fact = std::make_shared<v1::Fact>();
  if (!fact->ParseFromString(record.fact))
    return Error{Code::kCorrupt, "", "entry " + std::to_string(record.no) + " is not a fact"};
  if (ring) {
    TRY_STATUS(vault::open(*ring, record.no, *fact));
    sealer->note(*fact);
  } else if (fact->sealed_size() > 0) {
    return Error{Code::kCorrupt, "keys",
                 "entry " + std::to_string(record.no) + " is sealed and there is no key ring"};
  }
  if (fact->has_report_received() && !canary(Canary::kDuplicatesReturn))
    filter.admit(fact->report_received().report());
  PublishedEntry entry{record.no, record.stamp, fact, {}};
  if (quarantine && quarantine->passes_over(record.no))
    engine.pass_over(record.no, record.stamp);
  else
    entry.effects = step({record.no, record.stamp, *fact});
  next_no = record.no + 1;
  last_stamp = std::max(last_stamp, record.stamp);
  return entry;
}

void Fold::save(Writer& out) const {
  write(out, next_no);
  write(out, last_stamp);
  write(out, quarantined);
  write(out, engine);
  write(out, filter);
  write(out, *sealer);
}

void Fold::load(Reader& in) {
  read(in, next_no);
  read(in, last_stamp);
  read(in, quarantined);
  read(in, engine);
  read(in, filter);
  read(in, *sealer);
}

bool erases_what_has_keys(const PublishedEntry& entry, const vault::KeyRing& ring) {
  return std::any_of(entry.effects.begin(), entry.effects.end(), [&](const auto& effect) {
    const v1::ErasureOutcome& outcome = effect->settle_erasure();
    if (!outcome.erased()) return false;
    return ring.has_older(vault::person_owner(outcome.person_id()), entry.no) ||
           std::any_of(outcome.zone_ids().begin(), outcome.zone_ids().end(), [&](const std::string& id) {
             return ring.has_older(vault::zone_owner(id), entry.no);
           });
  });
}

}  // namespace haechi::spine
