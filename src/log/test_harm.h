// What a disk may do to a file, for tests that a log is never misread.
#pragma once

#include <algorithm>
#include <functional>
#include <string>

#include "base/random.h"

namespace haechi::log {

inline constexpr size_t kSectorBytes = 512;

// What may become of one sector of a disk, every kind at every sector, each with every other where there is
// one. `visit` gets the whole file and what was done to it; `before` is the file as it was earlier.
inline void harm_every_sector(const std::string& good, const std::string& before, Random& random,
                              const std::function<void(const std::string&, const std::string&)>& visit) {
  const auto sector_at = [](const std::string& bytes, size_t at) {
    std::string sector = at < bytes.size() ? bytes.substr(at, kSectorBytes) : "";
    sector.resize(kSectorBytes);
    return sector;
  };
  for (size_t at = 0; at < good.size(); at += kSectorBytes) {
    const size_t bytes = std::min(kSectorBytes, good.size() - at);
    const auto harm = [&](std::string sector, const std::string& what) {
      sector.resize(bytes);
      if (good.compare(at, bytes, sector) == 0) return;
      visit(std::string(good).replace(at, bytes, sector), what + " at " + std::to_string(at));
    };
    const std::string sector = sector_at(good, at);
    std::string flipped = sector;
    flipped[random.below(bytes)] ^= static_cast<char>(1 << random.below(8));
    harm(flipped, "a flipped bit");
    harm(std::string(kSectorBytes, '\0'), "zeros");
    harm(sector_at(before, at), "what was there earlier");
    visit(good.substr(0, at), "cut at " + std::to_string(at));
    for (size_t other = at + kSectorBytes; other + kSectorBytes <= good.size(); other += kSectorBytes) {
      if (sector == sector_at(good, other)) continue;
      std::string swapped = good;
      swapped.replace(at, kSectorBytes, sector_at(good, other)).replace(other, kSectorBytes, sector);
      visit(swapped, "swapped " + std::to_string(at) + " and " + std::to_string(other));
    }
  }
}

}  // namespace haechi::log
