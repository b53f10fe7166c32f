#include "spine/fold.h"

#include <algorithm>

#include "base/archive.h"
#include "base/canary.h"
#include "base/first_entry.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/quarantine.h"

namespace haechi::spine {

Fold::Fold(uint32_t partition, vault::Keeper* the_ring)
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

Result<Fold::Opened> Fold::parse(const log::Record& record) const {
  Opened out{record.no, record.stamp, std::make_shared<v1::Fact>()};
  if (!out.fact->ParseFromString(record.fact))
    return Error{Code::kCorrupt, "", "entry " + std::to_string(record.no) + " is not a fact"};
  TRY_STATUS(known_here(record.no, *out.fact));
  if (!ring && out.fact->sealed_size() > 0)
    return Error{Code::kCorrupt, "keys",
                 "entry " + std::to_string(record.no) + " is sealed and there is no key ring"};
  return out;
}

Status Fold::open(std::span<const Opened> entries) const {
  if (!ring) return {};
  std::vector<vault::FactAt> facts;
  for (const Opened& one : entries) facts.push_back({one.no, one.fact.get()});
  return vault::open(*ring, facts);
}

Result<PublishedEntry> Fold::take(const log::Record& record, const Quarantine* quarantine) {
  TRY(const Opened entry, parse(record));
  TRY_STATUS(open({&entry, 1}));
  return take(entry, quarantine);
}

Status Fold::read_log(const ReadLog& log, const std::function<void(uint64_t no)>& reading,
                      const std::function<Status(Opened& opened)>& each) const {
  constexpr size_t kAhead = 256;
  std::vector<Opened> ahead;
  Status went;
  const auto hand_over = [&] {
    went = open(ahead);
    for (Opened& one : ahead)
      if (went.ok()) went = each(one);
    ahead.clear();
    return went.ok();
  };
  const Status log_read = log(next_no, [&](const log::Record& record) {
    reading(record.no);
    Result<Opened> one = parse(record);
    reading(0);
    if (!one.ok()) {  // those before it are taken
      if (hand_over()) went = one.error();
      return false;
    }
    ahead.push_back(*std::move(one));
    return ahead.size() < kAhead || hand_over();
  });
  TRY_STATUS(log_read);
  if (went.ok()) hand_over();
  return went;
}

PublishedEntry Fold::take(const Opened& opened, const Quarantine* quarantine) {
  const auto& [no, stamp, fact] = opened;
  if (sealer) sealer->note(*fact);
  if (fact->has_report_received() && !canary(Canary::kDuplicatesReturn))
    filter.admit(fact->report_received().report());
  PublishedEntry entry{no, stamp, fact, {}};
  if (quarantine && quarantine->passes_over(no))
    engine.pass_over(no, stamp);
  else
    entry.effects = step({no, stamp, *fact});
  next_no = no + 1;
  last_stamp = std::max(last_stamp, stamp);
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

bool erases_what_has_keys(const PublishedEntry& entry, const vault::Keeper& ring) {
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
