#include "base/moulds.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/varint.h"

namespace haechi {
namespace {

constexpr size_t kWord = sizeof(uint64_t);
constexpr size_t kRunMax = 256;  // of words that are as in the mould

constexpr size_t words_of(size_t bytes) {
  return (bytes + kWord - 1) / kWord;
}

uint64_t word_at(const char* at) {
  uint64_t word;
  std::memcpy(&word, at, kWord);
  return word;
}

}  // namespace

const std::string* Moulds::mould_of(size_t length) const {
  const auto found = moulds_.find(length);
  return found == moulds_.end() ? nullptr : &found->second;
}

size_t Moulds::press(std::string_view raw, std::string& room, size_t at) {
  const size_t words = words_of(raw.size());
  // The raw bytes go to the end of the room, padded.
  const size_t most = at + kVarintBytesMax + words * (kWord + 2);
  room.resize(std::max(room.size(), most + words * kWord));
  char* const own = room.data() + most;
  std::memset(own + (words > 0 ? (words - 1) * kWord : 0), 0, words > 0 ? kWord : 0);
  if (!raw.empty()) std::memcpy(own, raw.data(), raw.size());
  const std::string* mould = mould_of(raw.size());
  if (mould == nullptr && raw.size() <= kLengthMax && moulds_.size() < kCountMax)
    mould = &moulds_.emplace(raw.size(), std::string(own, words * kWord)).first->second;

  char* out = room.data() + at;
  out += put_varint(out, raw.size());
  for (size_t i = 0; i < words;) {
    uint64_t word = word_at(own + i * kWord);
    if (mould != nullptr) word ^= word_at(mould->data() + i * kWord);
    if (word == 0) {
      size_t run = 1;
      while (run < kRunMax && i + run < words &&
             word_at(own + (i + run) * kWord) ==
                 (mould == nullptr ? 0 : word_at(mould->data() + (i + run) * kWord)))
        ++run;
      *out++ = 0;
      *out++ = static_cast<char>(run - 1);
      i += run;
      continue;
    }
    char* const tag = out++;
    unsigned which = 0;
    for (unsigned byte = 0; byte < kWord; ++byte) {
      const auto value = static_cast<uint8_t>(word >> (8 * byte));
      *out = static_cast<char>(value);
      out += value != 0;
      which |= unsigned{value != 0} << byte;
    }
    *tag = static_cast<char>(which);
    ++i;
  }
  return static_cast<size_t>(out - room.data());
}

std::string_view Moulds::cast(const char* pressed, std::string& room) const {
  uint64_t length = 0;
  pressed = get_varint(pressed, length);
  const size_t words = words_of(length);
  if (room.size() < words * kWord) room.resize(words * kWord);
  const std::string* mould = mould_of(length);
  if (mould != nullptr)
    std::memcpy(room.data(), mould->data(), words * kWord);
  else
    std::memset(room.data(), 0, words * kWord);
  for (size_t i = 0; i < words;) {
    auto which = static_cast<uint8_t>(*pressed++);
    if (which == 0) {
      i += size_t{static_cast<uint8_t>(*pressed++)} + 1;
      continue;
    }
    uint64_t word = word_at(room.data() + i * kWord);
    for (; which != 0; which &= static_cast<uint8_t>(which - 1))
      word ^= uint64_t{static_cast<uint8_t>(*pressed++)} << (8 * std::countr_zero(which));
    std::memcpy(room.data() + i * kWord, &word, kWord);
    ++i;
  }
  return {room.data(), length};
}

}  // namespace haechi
