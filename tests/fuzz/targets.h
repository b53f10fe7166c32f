// Everything that reads bytes of strangers, or of a disk that may lie: one function each, which must come
// back whatever it is given. What it asserts beyond that is said at each.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace haechi::fuzz {

struct Target {
  const char* name;
  bool (*run)(std::string_view bytes);  // were they understood?
  std::vector<std::string> seeds;       // small, and understood: what to begin from
  int rounds = 100'000;                 // of fuzz_test; fewer where each opens a file
};

const std::vector<Target>& targets();
// Those of house_targets.cc, at the end of them all.
std::vector<Target> house_targets();

}  // namespace haechi::fuzz
