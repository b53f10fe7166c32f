#include "spine/fold.h"

#include <algorithm>

#include "base/archive.h"
#include "base/canary.h"
#include "base/first_entry.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/quarantine.h"

namespace haechi::spine {

Fold::Fold(uint32_t partition, vault::KeyRing* the_ring)
    : ring(the_ring), next_no(entries_before_the_first() + 1), engine(partition, entries_before_the_first()) {
  if (ring) sealer.emplace(*ring);
}

std::vector<std::shared_ptr<const v1::Effect>> Fold::step(const law::Entry& entry) {
  if (entry.fact.has_entry_quarantined()) quarantined.insert(entry.fact.entry_quarantined().entry_no());
  auto effects = engine.step(entry);
  if (sealer)
    for (const auto& effect : effects) sealer->note(*effect);
  return effects;
}

namespace {

Error of_a_newer_program(uint64_t no, const std::string& what) {
  return Error{Code::kConflict, "log",
               "entry " + std::to_string(no) + " is " + what +
                   ", which this program does not know: a newer one wrote it. Start that one"};
}

// A kind that is not known is a field that is not known, and no kind. Fields within a known kind may be a
// device's own.
Status known_here(uint64_t no, const v1::Fact& fact) {
  const uint32_t form = fact.process_started().facts_form();
  if (form > kFactsForm) return of_a_newer_program(no, "the start of facts of form " + std::to_string(form));
  if (fact.kind_case() != v1::Fact::KIND_NOT_SET) return {};
  const auto& unknown = fact.GetReflection()->GetUnknownFields(fact);
  if (unknown.empty()) return {};
  return of_a_newer_program(no, "a fact of kind " + std::to_string(unknown.field(0).number()));
}

}  // namespace

Result<PublishedEntry> Fold::take(const log::Record& record, const Quarantine* quarantine) {
  auto fact = std::make_shared<v1::Fact>();
  if (!fact->ParseFromString(record.fact))
    return Error{Code::kCorrupt, "", "entry " + std::to_string(record.no) + " is not a fact"};
  TRY_STATUS(known_here(record.no, *fact));
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
