// haechi bundle: what a log holds about two people, as one signed file for a court. It verifies without a
// server and without this program (deploy/verify_log.py); docs/evidence.md is its form.
#pragma once

#include <string>

#include "base/result.h"
#include "base/time.h"
#include "tools/unsealer.h"

namespace haechi::tools {

struct BundleOptions {
  std::string data;  // data directory of a server that is not running
  std::string out;   // file to make
  std::string key;   // the log's private key, a file or pkcs11: URI; empty: as the data directory has it
  std::string wearer_id, protected_id;
  Time from, to;  // from <= t < to; to unknown: the end
  std::string build;
  KeysAt keys;
};

struct BundleResult {
  uint64_t records = 0;  // of the checkpoint
  uint64_t entries = 0, alerts = 0, points = 0;
};

// His track only, and only while an order about the two was in force: her places stay out, and an entry that
// would tell them is there by its digest alone.
Result<BundleResult> bundle_log(const BundleOptions& options);

// Prints what was bundled; gives the exit code.
int run_bundle(const BundleOptions& options);

}  // namespace haechi::tools
