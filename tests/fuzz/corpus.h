// What `./x fuzz` found to lead through different parts of a reader, kept in tests/fuzz/corpus/<target> by
// `./x fuzz --keep`: each with its length before it, in four bytes, the lowest first.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace haechi::fuzz {

inline std::vector<std::string> kept_corpus(const std::filesystem::path& source, const std::string& target) {
  std::ifstream in(source / "tests" / "fuzz" / "corpus" / target, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(in), {}};
  std::vector<std::string> out;
  for (size_t at = 0; at + 4 <= bytes.size();) {
    size_t length = 0;
    for (int byte = 3; byte >= 0; --byte) length = length << 8 | static_cast<unsigned char>(bytes[at + byte]);
    out.push_back(bytes.substr(at + 4, length));
    at += 4 + length;
  }
  return out;
}

}  // namespace haechi::fuzz
