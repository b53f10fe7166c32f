// `haechi keys reseal`: next keys for everybody in the key ring of a data directory at rest, and everything
// in the stores sealed again under them.
//
// The log stays under the keys that it has, because it is never changed; what is logged from then on is
// sealed under the next ones. A crash leaves each text under a key that lives, and running it again finishes
// it.
#pragma once

#include <string>

#include "tools/unsealer.h"

namespace haechi::tools {

struct ResealOptions {
  std::string data;
  KeysAt keys;
  // End the keys of accounts that were replaced: nothing but accounts.sqlite was ever sealed under them.
  // Copies of that file from before then open nothing.
  bool end_replaced = false;
};

// The exit code. Prints what was done.
int run_reseal(const ResealOptions& options);

}  // namespace haechi::tools
