// Interner: names to small whole numbers and back, in order of first appearance.
//
// The engine speaks in indexes (arrays, no hashing on the hot path); the log and the outside speak in ids.
// The table is never iterated by hash, so its layout cannot leak into a decision.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace haechi {

class Interner {
 public:
  std::optional<uint32_t> find(std::string_view name) const {
    const auto it = index_.find(name);
    if (it == index_.end()) return std::nullopt;
    return it->second;
  }
  uint32_t intern(std::string_view name) {
    if (const auto found = find(name)) return *found;
    names_.emplace_back(name);
    const uint32_t index = static_cast<uint32_t>(names_.size() - 1);
    index_.emplace(names_.back(), index);
    return index;
  }
  const std::string& name(uint32_t index) const { return names_[index]; }
  uint32_t size() const { return static_cast<uint32_t>(names_.size()); }

 private:
  std::deque<std::string> names_;  // addresses stay valid as it grows
  std::unordered_map<std::string_view, uint32_t> index_;
};

}  // namespace haechi
