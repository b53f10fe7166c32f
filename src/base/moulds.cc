#include "base/moulds.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/varint.h"

namespace haechi {
namespace {

constexpr size_t kWord = sizeof(uint64_t);
constexpr size_t kGroup = 8;  // words
constexpr size_t kGroupBytes = kGroup * kWord;
// One group at most, pressed: its first byte, one for each word, and the words.
constexpr size_t kPressedMax = 1 + kGroup + kGroupBytes;

constexpr size_t groups_of(size_t bytes) {
  return (bytes + kGroupBytes - 1) / kGroupBytes;
}

uint64_t word_at(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, kWord);
  return word;
}
void put_word(char* at, uint64_t word) {
  std::memcpy(at, &word, kWord);
}

// Which bytes of a word are not 0: a bit for each.
unsigned which_of(uint64_t word) {
  constexpr uint64_t kLow = 0x7f7f7f7f7f7f7f7f;
  const uint64_t high = (((word & kLow) + kLow) | word) & ~kLow;
  return static_cast<unsigned>(((high >> 7) * 0x0102040810204080) >> 56);
}

// How bytes that are not 0 move together, by which they are: in three steps, by one place, by two and by
// four. A word has no branch then, as there is none that could be foreseen.
struct Way {
  std::array<uint64_t, 3> moved{};  // bytes that move in that step, where they were before it
};
constexpr std::array<Way, 256> kWays = [] {
  std::array<Way, 256> ways{};
  for (unsigned which = 0; which < ways.size(); ++which) {
    unsigned to = 0;
    for (unsigned byte = 0; byte < kWord; ++byte) {
      if ((which >> byte & 1) == 0) continue;
      const unsigned by = byte - to;
      unsigned at = byte;
      for (unsigned step = 0; step < 3; ++step) {
        if ((by >> step & 1) == 0) continue;
        ways[which].moved[step] |= uint64_t{0xff} << (8 * at);
        at -= 1u << step;
      }
      ++to;
    }
  }
  return ways;
}();
constexpr std::array<uint8_t, 256> kCounts = [] {
  std::array<uint8_t, 256> counts{};
  for (unsigned which = 0; which < counts.size(); ++which)
    counts[which] = static_cast<uint8_t>(std::popcount(which));
  return counts;
}();

struct InSteps {
  // Only those, one after the other from the lowest on.
  [[gnu::always_inline]] static uint64_t together(uint64_t word, unsigned which) {
    const Way& way = kWays[which];
    for (unsigned step = 0; step < 3; ++step) {
      const uint64_t moved = word & way.moved[step];
      word = (word ^ moved) | moved >> (8u << step);
    }
    return word;
  }
  // And back to where they were.
  [[gnu::always_inline]] static uint64_t apart(uint64_t word, unsigned which) {
    const Way& way = kWays[which];
    for (unsigned step = 3; step-- > 0;) {
      const uint64_t moved = (word << (8u << step)) & way.moved[step];
      word = (word & ~(way.moved[step] >> (8u << step))) | moved;
    }
    return word;
  }
};

// The same in one instruction, where the processor has it and is quick at it: the first two that AMD made
// with it take hundreds of cycles (Agner Fog, Instruction tables, PEXT and PDEP of Zen 1 and 2).
#ifdef __x86_64__
struct AtOnce {
  static bool possible() {
    return __builtin_cpu_supports("bmi2") && !__builtin_cpu_is("znver1") && !__builtin_cpu_is("znver2");
  }
  [[gnu::always_inline]] static uint64_t together(uint64_t word, unsigned which) {
    uint64_t moved;
    asm("pext %2, %1, %0" : "=r"(moved) : "r"(word), "r"(bytes_of(which)));
    return moved;
  }
  [[gnu::always_inline]] static uint64_t apart(uint64_t word, unsigned which) {
    return spread(word, bytes_of(which));
  }

 private:
  [[gnu::always_inline]] static uint64_t spread(uint64_t bits, uint64_t to) {
    uint64_t moved;
    asm("pdep %2, %1, %0" : "=r"(moved) : "r"(bits), "r"(to));
    return moved;
  }
  [[gnu::always_inline]] static uint64_t bytes_of(unsigned which) {
    return spread(which, 0x0101010101010101) * 0xff;
  }
};
#else
struct AtOnce : InSteps {
  static bool possible() { return false; }
};
#endif

template <typename Bytes>
char* press_group(const char* own, const char* mould, char* out) {
  std::array<uint64_t, kGroup> words;
  uint64_t whiches = 0;
  for (unsigned i = 0; i < kGroup; ++i) {
    words[i] = word_at(own + i * kWord) ^ word_at(mould + i * kWord);
    whiches |= uint64_t{which_of(words[i])} << (8 * i);
  }
  const unsigned which_words = which_of(whiches);
  *out++ = static_cast<char>(which_words);
  if (which_words == 0) return out;
  put_word(out, Bytes::together(whiches, which_words));
  out += kCounts[which_words];
  for (unsigned i = 0; i < kGroup; ++i) {
    const auto which = static_cast<uint8_t>(whiches >> (8 * i));
    put_word(out, Bytes::together(words[i], which));
    out += kCounts[which];
  }
  return out;
}

// Pressed bytes, read from their begin on.
struct Pressed {
  const char* begin;
  const char* at;

  // The word of which such bytes are kept. They are read with those before them, which are ours, as what is
  // behind them may be another's.
  template <typename Bytes>
  [[gnu::always_inline]] uint64_t take(unsigned which) {
    const unsigned count = kCounts[which];
    at += count;
    uint64_t word = 0;
    if (at - begin >= static_cast<ptrdiff_t>(kWord)) [[likely]]
      word = count == 0 ? 0 : word_at(at - kWord) >> (8 * (kWord - count));
    else
      std::memcpy(&word, at - count, count);
    return Bytes::apart(word, which);
  }
};

template <typename Bytes>
void cast_group(Pressed& in, const char* mould, char* out) {
  const auto which_words = static_cast<uint8_t>(*in.at++);
  if (which_words == 0) {
    std::memcpy(out, mould, kGroupBytes);
    return;
  }
  const uint64_t whiches = in.take<Bytes>(which_words);
  for (unsigned i = 0; i < kGroup; ++i)
    put_word(out + i * kWord,
             in.take<Bytes>(static_cast<uint8_t>(whiches >> (8 * i))) ^ word_at(mould + i * kWord));
}

constexpr std::array<char, kGroupBytes> kNothing{};
const char* part_of(const char* mould, size_t group) {
  return mould == nullptr ? kNothing.data() : mould + group * kGroupBytes;
}

template <typename Bytes>
char* press_groups(const char* own, const char* mould, size_t groups, char* out) {
  for (size_t i = 0; i < groups; ++i) out = press_group<Bytes>(own + i * kGroupBytes, part_of(mould, i), out);
  return out;
}
template <typename Bytes>
void cast_groups(Pressed& in, const char* mould, size_t groups, char* out) {
  for (size_t i = 0; i < groups; ++i) cast_group<Bytes>(in, part_of(mould, i), out + i * kGroupBytes);
}

}  // namespace

Moulds::Moves Moulds::quickest() {
  static const Moves kQuickest = AtOnce::possible() ? Moves::kAtOnce : Moves::kInSteps;
  return kQuickest;
}

const char* Moulds::mould_of(size_t length) const {
  const auto found = std::lower_bound(moulds_.begin(), moulds_.end(), length,
                                      [](const auto& one, size_t key) { return one.first < key; });
  return found == moulds_.end() || found->first != length ? nullptr : found->second.data();
}

size_t Moulds::press(std::string_view raw, std::string& room, size_t at) {
  const size_t groups = groups_of(raw.size());
  // The raw bytes go to the end of the room, padded.
  const size_t most = at + kVarintBytesMax + groups * kPressedMax + kWord;
  if (room.size() < most + groups * kGroupBytes) room.resize(most + groups * kGroupBytes);
  char* const own = room.data() + most;
  if (groups > 0) std::memset(own + (groups - 1) * kGroupBytes, 0, kGroupBytes);
  if (!raw.empty()) std::memcpy(own, raw.data(), raw.size());
  const char* mould = mould_of(raw.size());
  if (mould == nullptr && raw.size() <= kLengthMax && moulds_.size() < kCountMax) {
    moulds_.emplace_back(raw.size(), std::string(own, groups * kGroupBytes));
    std::sort(moulds_.begin(), moulds_.end());
    mould = mould_of(raw.size());
  }

  char* out = room.data() + at;
  out += put_varint(out, raw.size());
  out = moves_ == Moves::kAtOnce ? press_groups<AtOnce>(own, mould, groups, out)
                                 : press_groups<InSteps>(own, mould, groups, out);
  return static_cast<size_t>(out - room.data());
}

std::string_view Moulds::cast(const char* pressed, std::string& room, const char** end) const {
  uint64_t length = 0;
  Pressed in{pressed, get_varint(pressed, length)};
  const size_t groups = groups_of(length);
  if (room.size() < groups * kGroupBytes) room.resize(groups * kGroupBytes);
  const char* const mould = mould_of(length);
  if (moves_ == Moves::kAtOnce)
    cast_groups<AtOnce>(in, mould, groups, room.data());
  else
    cast_groups<InSteps>(in, mould, groups, room.data());
  if (end != nullptr) *end = in.at;
  return {room.data(), length};
}

}  // namespace haechi
