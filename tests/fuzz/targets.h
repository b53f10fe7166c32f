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
};

const std::vector<Target>& targets();

}  // namespace haechi::fuzz
