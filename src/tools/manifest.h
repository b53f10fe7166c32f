// Manifest: what an export holds, and how to tell that it is still what was written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace haechi::tools {

inline constexpr const char* kManifestName = "MANIFEST.json";

struct ManifestFile {
  std::string name;
  uint64_t bytes = 0, lines = 0;
  std::string sha256;  // hexadecimal
};

struct Manifest {
  std::string build;
  bool complete = false;  // every entry of the log, exactly
  uint64_t entries = 0;   // of the log: their numbers are 1..entries
  uint64_t inexact = 0;   // entries with something in them that this build does not know
  Time first_at, last_at;
  std::string head;  // of the log's chain, hexadecimal
  std::vector<std::string> person_ids;
  Time from, to;
  std::vector<ManifestFile> files;
};

Status write_manifest(const std::string& folder, const Manifest& manifest);
// Nothing when there is none. kInvalid when it is not readable.
Result<std::optional<Manifest>> read_manifest(const std::string& folder);

}  // namespace haechi::tools
