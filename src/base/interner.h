// Interner: names to small whole numbers and back, in order of first appearance.
//
// The engine speaks in indexes (arrays, no hashing on the hot path); the log and the outside speak in ids.
// The table is never iterated by hash, so its layout cannot leak into a decision.
//
// The table is an open one: a slot holds half of the name's hash beside its index, so that a search touches
// one line of memory and the name itself.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace haechi {

class Interner {
 public:
  std::optional<uint32_t> find(std::string_view name) const {
    if (slots_.empty()) return std::nullopt;
    const Slot& slot = slots_[slot_of(name, mark_of(name))];
    if (slot.index == kFree) return std::nullopt;
    return slot.index;
  }
  uint32_t intern(std::string_view name) {
    // At most three of four slots are taken, so a search ends soon.
    if (names_.size() + 1 > slots_.size() / 4 * 3) grow();
    const uint32_t mark = mark_of(name);
    Slot& slot = slots_[slot_of(name, mark)];
    if (slot.index == kFree) {
      slot = {mark, static_cast<uint32_t>(names_.size())};
      names_.emplace_back(name);
    }
    return slot.index;
  }
  // For fetching ahead: the half of a name's hash, which index it most likely stands for (UINT32_MAX: none),
  // and where both are kept.
  static uint32_t mark_of(std::string_view name) {
    const uint64_t hash = std::hash<std::string_view>()(name);
    return static_cast<uint32_t>(hash ^ (hash >> 32));
  }
  uint32_t guess(uint32_t mark) const {
    if (slots_.empty()) return kFree;
    const size_t mask = slots_.size() - 1;
    size_t at = mark & mask;
    while (slots_[at].index != kFree && slots_[at].mark != mark) at = (at + 1) & mask;
    return slots_[at].index;
  }
  void fetch_slot(uint32_t mark) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[mark & (slots_.size() - 1)]);
  }
  void fetch_name(uint32_t index) const { __builtin_prefetch(&names_[index]); }

  const std::string& name(uint32_t index) const { return names_[index]; }
  uint32_t size() const { return static_cast<uint32_t>(names_.size()); }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;
  struct Slot {
    uint32_t mark = 0;
    uint32_t index = kFree;
  };

  // The slot that holds the name, or the free one where it belongs.
  size_t slot_of(std::string_view name, uint32_t mark) const {
    const size_t mask = slots_.size() - 1;
    size_t at = mark & mask;
    while (slots_[at].index != kFree && (slots_[at].mark != mark || names_[slots_[at].index] != name))
      at = (at + 1) & mask;
    return at;
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 16 : slots_.size() * 2);
    old.swap(slots_);
    const size_t mask = slots_.size() - 1;
    for (const Slot& slot : old) {
      if (slot.index == kFree) continue;
      size_t at = slot.mark & mask;
      while (slots_[at].index != kFree) at = (at + 1) & mask;
      slots_[at] = slot;
    }
  }

  std::deque<std::string> names_;  // addresses stay valid as it grows
  std::vector<Slot> slots_;        // a power of two
};

}  // namespace haechi
