// Verifying a log at rest against the checkpoints of it: its own, one that a witness cosigned, one kept
// elsewhere.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evidence/note.h"

namespace haechi::evidence {

// A checkpoint and whether the log at rest begins as it says.
struct CheckedCheckpoint {
  std::string file;
  Checkpoint checkpoint;
  bool holds = false;
};

struct EvidenceReport {
  std::string key;  // the one everything was checked with; empty: there was nothing to check
  Digest root{};    // of all records
  std::vector<CheckedCheckpoint> checkpoints;
};

struct EvidenceQuestion {
  std::string log_directory;
  std::string evidence_directory;  // need not exist
  std::string kept_checkpoint;     // path of a checkpoint that was kept elsewhere; empty: none
  std::optional<VerifierKey>
      key;  // from elsewhere; else the one in the evidence directory, which proves less
};

// Reads the log once. kCorrupt, with a sentence, when a checkpoint is not signed by the key, the log is
// shorter than it or other, or a file of the tree does not follow from the log. Changes nothing.
Status verify_evidence(const EvidenceQuestion& question, EvidenceReport& report);

}  // namespace haechi::evidence
