#include "tools/rotate_master.h"

#include <cstdio>

namespace haechi::tools {

int run_rotate_master(const RotateMasterOptions& options) {
  const vault::RingPlace place = ring_place(options.data, options.keys);
  const Result<size_t> wrapped = vault::rotate_master(place, options.to);
  if (!wrapped.ok()) return std::fprintf(stderr, "haechi: %s\n", wrapped.error().text().c_str()), 1;
  std::printf("%zu keys of %s are wrapped anew; the master key before opens none of them\n", *wrapped,
              place.path.c_str());
  if (!options.to.empty())
    std::printf("from now on: keys.master = \"%s\" (or its content in %s); destroy the one before\n",
                options.to.c_str(), vault::kMasterVariable);
  return 0;
}

}  // namespace haechi::tools
