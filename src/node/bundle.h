// Bundle: what the log holds about two people, folded from its entries into one signed file for a court. It
// verifies without a server and without this program (deploy/verify_log.py); docs/evidence.md is its form.
//
// His track only, and only while an order about the two was in force: her places stay out, and an entry that
// would tell them is there by its digest alone. Of what is sealed only the parts shown are opened, each with
// its salt, so that it can be held against what was promised of it; no key leaves.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/bundles.h"
#include "evidence/note.h"
#include "evidence/tree.h"
#include "log/log.h"
#include "spine/engine.h"
#include "vault/keeper.h"

namespace haechi::node {

// Who vouches for it.
struct BundleSource {
  std::string evidence;    // directory of the log's evidence
  evidence::KeyPlace key;  // the log's private one; not named: as that directory has it
  std::string build;
  std::set<uint64_t> passed_over = {};  // entries that the node judges no more (spine/quarantine.h)
};

class Bundle {
 public:
  // As of the newest checkpoint. kCorrupt when that is not signed by the key. `bytes_max` bounds the file.
  static Result<std::unique_ptr<Bundle>> begin(const api::BundleQuery& query, const BundleSource& source,
                                               size_t bytes_max);

  // How many entries of the log it needs, from the first on.
  uint64_t entries_needed() const { return checkpoint_.size; }
  // One entry, in their order. `fact` is what the record holds with its sealed parts put back as far as their
  // keys are there; `ring` has those keys, null where nothing is sealed. kInvalid: the file would be too
  // large.
  Status take(const log::Record& record, const v1::Fact& fact, const vault::Keeper* ring);
  // The file, signed, after all of them. Proving takes its time: after each entry it is asked whether to go
  // on; kUnavailable when not.
  Result<std::string> signed_text(const std::function<bool()>& go_on);

  uint64_t alerts() const { return alerts_; }
  uint64_t points() const { return points_; }
  uint64_t entries_proven() const { return proven_.size(); }

 private:
  // An entry as the bundle holds it; without its fact, its digest stands for it.
  struct Proven {
    Time stamp;
    std::optional<std::string> fact;
    std::string digest;
    std::string place;  // the sealed part with a place, of which the fact holds the digest
  };
  // When one version of an order about the two was in force.
  struct InForce {
    std::string order_id;
    Time from, to;  // to unknown: further notice
  };
  struct ClockOffsets {
    uint64_t entry_no = 0, reports = 0;
    int64_t min_us = INT64_MAX, max_us = INT64_MIN;
  };
  Bundle(api::BundleQuery query, std::string build, size_t bytes_max)
      : query_(std::move(query)), build_(std::move(build)), bytes_max_(bytes_max) {}
  bool in_time(Time at) const { return at >= query_.from && (!query_.to.known() || at < query_.to); }
  bool about_both(const std::string& wearer_id, const std::string& protected_id) const {
    return query_.worn_as.contains(wearer_id) && protected_id == query_.protected_id;
  }
  void take_order(const log::Record& record, const v1::Order& order, bool in_entry);
  void take_report(const log::Record& record, const v1::ReportReceived& received, const vault::Keeper* ring);
  void take_violation(const log::Record& record, const v1::ViolationTakenOver& violation,
                      const vault::Keeper* ring);
  void take_effect(const log::Record& record, const v1::Effect& effect);
  void prove(const log::Record& record, bool with_fact);
  void show_place(const log::Record& record, const vault::Keeper* ring);
  std::string head() const;
  Status write_entries(std::string& out, const std::function<bool()>& go_on) const;

  const api::BundleQuery query_;
  const std::string build_;
  const size_t bytes_max_;
  std::string checkpoint_text_;
  evidence::Checkpoint checkpoint_;
  std::optional<evidence::SigningKey> key_;
  std::unique_ptr<evidence::Tree> tree_;
  spine::Engine engine_{0};
  std::map<std::string, std::string> holders_;
  std::vector<InForce> in_force_;
  std::map<uint64_t, Proven> proven_;
  std::map<std::string, ClockOffsets> clocks_;
  std::string told_;       // the lines after the entries
  size_t fact_bytes_ = 0;  // of proven_
  uint64_t alerts_ = 0, points_ = 0;
};

}  // namespace haechi::node
