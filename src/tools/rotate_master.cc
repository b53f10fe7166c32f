#include "tools/rotate_master.h"

#include <cstdio>

#include "vault/change_request.h"

namespace haechi::tools {

int run_rotate_master(const RotateMasterOptions& options) {
  const vault::RingPlace place = ring_place(options.data, options.keys);
  Result<size_t> wrapped = vault::rotate_master(place, options.to);
  if (!wrapped.ok() && wrapped.error().code == Code::kUnavailable) {
    const Result<size_t> asked = vault::ask_for_change(place, options.to);
    if (asked.ok() || asked.error().code != Code::kNotFound) wrapped = asked;
  }
  if (!wrapped.ok()) return std::fprintf(stderr, "haechi: %s\n", wrapped.error().text().c_str()), 1;
  std::printf("%zu keys of %s are wrapped anew; the master key before opens none of them\n", *wrapped,
              place.path.c_str());
  if (!options.to.empty())
    std::printf("from now on: keys.master = \"%s\" (or its content in %s); destroy the one before\n",
                options.to.c_str(), vault::kMasterVariable);
  return 0;
}

}  // namespace haechi::tools
