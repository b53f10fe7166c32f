// One target for libFuzzer; which one the environment says: HAECHI_FUZZ_TARGET. `./x fuzz NAME` sets it.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/fuzz/targets.h"

namespace {

const haechi::fuzz::Target& chosen() {
  const char* name = std::getenv("HAECHI_FUZZ_TARGET");
  for (const auto& target : haechi::fuzz::targets())
    if (name != nullptr && std::strcmp(target.name, name) == 0) return target;
  for (const auto& target : haechi::fuzz::targets()) std::fprintf(stderr, "%s\n", target.name);
  std::exit(2);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  static const haechi::fuzz::Target& target = chosen();
  target.run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
