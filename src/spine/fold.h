// Fold: what the spine itself holds of the log: the engine, which reports it has, who holds which device.
//
// There may be two at a time: that of the spine, which new entries go through before they are written, and
// one that reads behind it for a snapshot (snapshot_maker.h). Both come to the same state at the same entry,
// except for what was erased meanwhile: who reads the log later finds it gone.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "base/archived.h"
#include "log/log.h"
#include "spine/engine.h"
#include "spine/report_filter.h"
#include "spine/submit.h"
#include "vault/sealer.h"

namespace haechi::spine {

class Quarantine;

// Raised when facts get a field or a value that a program before would misread by passing over it. Kinds of
// facts that it does not know it refuses without that.
inline constexpr uint32_t kFactsForm = 1;

struct Fold {
  // Without a ring nothing is sealed. It outlives this.
  Fold(uint32_t partition, vault::Keeper* ring);

  std::vector<std::shared_ptr<const v1::Effect>> step(const law::Entry& entry);
  // The next entry of the log, opened as far as its keys are there. kCorrupt: it is no fact, or not of this
  // ring. kConflict: a newer program wrote it, and this one would misread it. `quarantine` may be null.
  Result<PublishedEntry> take(const log::Record& record, const Quarantine* quarantine);

  // The same of many, which are opened some hundreds at once: read from the next one on with `log`, and
  // handed over one by one for take(). Whatever `each` answers that is not ok ends it. `reading` is told
  // which entry is being read; 0: none.
  struct Opened {
    uint64_t no = 0;
    Time stamp;
    std::shared_ptr<v1::Fact> fact;
  };
  using ReadLog =
      std::function<Status(uint64_t from_no, const std::function<bool(const log::Record&)>& each)>;
  Status read_log(const ReadLog& log, const std::function<void(uint64_t no)>& reading,
                  const std::function<Status(Opened& opened)>& each) const;
  PublishedEntry take(const Opened& opened, const Quarantine* quarantine);

  void save(Writer& out) const;
  void load(Reader& in);

  Result<Opened> parse(const log::Record& record) const;
  Status open(std::span<const Opened> entries) const;

  vault::Keeper* const ring;
  uint64_t next_no;
  Time last_stamp;
  std::set<uint64_t> quarantined;  // entries of which the log says so
  Engine engine;
  ReportFilter filter;
  std::optional<vault::Sealer> sealer;  // none without a ring
};

// Somebody is erased by the entry, and something that is sealed about this person, or these zones, can still
// be read.
bool erases_what_has_keys(const PublishedEntry& entry, const vault::Keeper& ring);

}  // namespace haechi::spine
