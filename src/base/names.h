// Names to small whole numbers and back, in order of first appearance.
//
// The engine speaks in numbers (arrays, no hashing on the hot path); the log and the outside speak in names.
// The table is never iterated by hash, so its layout cannot leak into a decision. It is an open one: a slot
// holds half of the name's hash beside its number, so that a search touches one line of memory and the name
// itself. For hundreds of thousands of names of which hardly any is asked for: they lie one behind the other,
// and a name is given out as a copy.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/archive.h"
#include "base/chunks.h"
#include "base/ensure.h"

namespace haechi {

class Names {
 public:
  std::optional<uint32_t> find(std::string_view name) const {
    if (slots_.empty()) return std::nullopt;
    const Slot& slot = slots_[slot_of(name, mark_of(name))];
    return slot.index == kFree ? std::nullopt : std::optional(slot.index);
  }
  uint32_t intern(std::string_view name) {
    // At most three of four slots are taken, so a search ends soon.
    if (size() + 1 > slots_.size() / 4 * 3) grow();
    const uint32_t mark = mark_of(name);
    Slot& slot = slots_[slot_of(name, mark)];
    if (slot.index == kFree) {
      slot = {mark, size()};
      keep(name);
    }
    return slot.index;
  }
  std::string name(uint32_t index) const { return std::string(text(index)); }
  uint32_t size() const { return static_cast<uint32_t>(begins_.size()); }

  // For fetching ahead: the half of a name's hash, which index it most likely stands for (UINT32_MAX: none),
  // and where both are kept: fetch_begin() some time before fetch_name().
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
  void fetch_begin(uint32_t index) const { __builtin_prefetch(&begins_[index]); }
  void fetch_name(uint32_t index) const { __builtin_prefetch(begin_of(index)); }

  void save(Writer& out) const {
    write(out, uint64_t{size()});
    for (uint32_t i = 0; i < size(); ++i) write(out, name(i));
  }
  void load(Reader& in) {
    *this = Names();
    uint64_t count = 0;
    read(in, count);
    std::string name;
    for (uint32_t i = 0; i < count && !in.failed(); ++i) {
      read(in, name);
      if (!in.failed() && intern(name) != i) in.fail();  // twice the same
    }
  }

 private:
  static constexpr uint32_t kFree = UINT32_MAX;
  static constexpr size_t kPieceBits = 14, kPieceBytes = size_t{1} << kPieceBits;
  struct Slot {
    uint32_t mark = 0;
    uint32_t index = kFree;
  };

  const char* begin_of(uint32_t index) const {
    const uint32_t begin = begins_[index];
    return pieces_[begin >> kPieceBits].get() + (begin & (kPieceBytes - 1));
  }
  // Its length stands before it: in one byte, or behind a 255 in four.
  std::string_view text(uint32_t index) const {
    const char* const at = begin_of(index);
    const auto length = static_cast<uint8_t>(*at);
    if (length < kLong) return {at + 1, length};
    uint32_t longer = 0;
    std::memcpy(&longer, at + 1, sizeof longer);
    return {at + 1 + sizeof longer, longer};
  }
  void keep(std::string_view name) {
    const bool is_long = name.size() >= kLong;
    const auto longer = static_cast<uint32_t>(name.size());
    ENSURE(longer == name.size());
    const size_t bytes = 1 + (is_long ? sizeof longer : 0) + name.size();
    if (pieces_.empty() || used_ + bytes > kPieceBytes) {
      ENSURE(pieces_.size() < size_t{1} << (32 - kPieceBits));
      pieces_.emplace_back(new char[std::max(bytes, kPieceBytes)]);
      used_ = 0;
    }
    char* at = pieces_.back().get() + used_;
    begins_.push_back(static_cast<uint32_t>((pieces_.size() - 1) << kPieceBits | used_));
    *at++ = static_cast<char>(is_long ? kLong : name.size());
    if (is_long) at = static_cast<char*>(std::memcpy(at, &longer, sizeof longer)) + sizeof longer;
    if (!name.empty()) std::memcpy(at, name.data(), name.size());
    used_ += bytes;
  }
  // The slot that holds the name, or the free one where it belongs.
  size_t slot_of(std::string_view name, uint32_t mark) const {
    const size_t mask = slots_.size() - 1;
    size_t at = mark & mask;
    while (slots_[at].index != kFree && (slots_[at].mark != mark || text(slots_[at].index) != name))
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

  static constexpr uint8_t kLong = 255;
  std::vector<std::unique_ptr<char[]>> pieces_;
  size_t used_ = 0;          // of the last one
  Chunks<uint32_t> begins_;  // of each name: in which piece, and where in it
  std::vector<Slot> slots_;  // a power of two
};

}  // namespace haechi
