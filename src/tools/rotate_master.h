// `haechi keys rotate-master`: another master key for the key ring of a data directory, at rest or of a node
// that runs.
#pragma once

#include <string>

#include "tools/unsealer.h"

namespace haechi::tools {

struct RotateMasterOptions {
  std::string data;
  KeysAt keys;
  std::string to;  // file or pkcs11: URI; empty: a new key takes the place of the one in its file
};

// The exit code. Prints what was done and, where the configuration has to change, what it has to say.
int run_rotate_master(const RotateMasterOptions& options);

}  // namespace haechi::tools
