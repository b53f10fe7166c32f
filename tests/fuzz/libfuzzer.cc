// One target for libFuzzer; which one the environment says: HAECHI_FUZZ_TARGET. What it begins from is
// written to the folder HAECHI_FUZZ_SEEDS. `./x fuzz NAME` sets both.
#include <google/protobuf/stubs/logging.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/targets.h"

namespace {

const haechi::fuzz::Target* chosen = nullptr;

}  // namespace

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  google::protobuf::SetLogHandler(nullptr);  // it writes a line for every text that is not UTF-8
  const char* name = std::getenv("HAECHI_FUZZ_TARGET");
  for (const auto& target : haechi::fuzz::targets())
    if (name != nullptr && std::strcmp(target.name, name) == 0) chosen = &target;
  if (chosen == nullptr) {
    for (const auto& target : haechi::fuzz::targets()) std::fprintf(stderr, "%s\n", target.name);
    std::_Exit(2);
  }
  if (const char* folder = std::getenv("HAECHI_FUZZ_SEEDS")) {
    std::vector<std::string> seeds = haechi::fuzz::kept_corpus(HAECHI_SOURCE_DIR, name);
    seeds.insert(seeds.end(), chosen->seeds.begin(), chosen->seeds.end());
    for (size_t number = 0; number < seeds.size(); ++number)
      std::ofstream(std::string(folder) + "/seed-" + std::to_string(number), std::ios::binary)
          << seeds[number];
  }
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  chosen->run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
