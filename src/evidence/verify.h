// Verifying a log at rest against the checkpoints of it: its own, one that a witness cosigned, one kept
// elsewhere.
#pragma once

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
  LogKeys keys;   // that everything was checked with; empty: there was nothing to check
  Digest root{};  // of all records
  std::vector<CheckedCheckpoint> checkpoints;
};

struct EvidenceQuestion {
  std::string log_directory;
  std::string evidence_directory;  // need not exist
  std::string kept_checkpoint;     // path of a checkpoint that was kept elsewhere; empty: none
  // From elsewhere, and whatever came after them by the note of succession in the evidence directory. Empty:
  // those in that directory, which prove less.
  LogKeys keys;
};

// Reads the log once. kCorrupt, with a sentence, when a checkpoint is not signed by one of the keys, the log
// is shorter than it or other, or a file of the tree does not follow from the log. Changes nothing.
Status verify_evidence(const EvidenceQuestion& question, EvidenceReport& report);

}  // namespace haechi::evidence
