#include "base/resting_block.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>

namespace haechi::resting {
namespace {

constexpr size_t kAddress = sizeof(char*);
// What the allocator gives, as far as two pieces are worth their while.
constexpr std::array<size_t, 17> kGiven{128, 160, 192, 224,  256,  320,  384,  448, 512,
                                        640, 768, 896, 1024, 1280, 1536, 1792, 2048};
constexpr size_t kSmallStep = 16;  // it gives all multiples of this below

size_t given_for(size_t size) {
  if (size <= kGiven.front()) return (size + kSmallStep - 1) / kSmallStep * kSmallStep;
  const auto* const at = std::lower_bound(kGiven.begin(), kGiven.end(), size);
  return at == kGiven.end() ? size : *at;
}

// How much of so many bytes is in the first piece, with the address that is there: all, if there is no
// second.
size_t first_of(size_t size) {
  if (size <= kGiven.front() || size >= kGiven.back()) return size;
  const size_t first = *(std::upper_bound(kGiven.begin(), kGiven.end(), size) - 1);
  return first + given_for(size - first + kAddress) < given_for(size) ? first : size;
}

size_t size_of(const char* block, size_t glance_bytes) {
  uint16_t size = 0;
  std::memcpy(&size, block + glance_bytes, sizeof size);
  return size;
}

char* second_of(const char* block, size_t first) {
  char* second = nullptr;
  std::memcpy(&second, block + first - kAddress, kAddress);
  return second;
}

}  // namespace

char* Block::make(std::string_view bytes, size_t glance_bytes) {
  const size_t size = bytes.size();
  const size_t first = first_of(size);
  char* const block = new char[first];
  if (first == size) {
    std::memcpy(block, bytes.data(), size);
  } else {
    const size_t before = first - kAddress;
    char* const second = new char[size - before];
    std::memcpy(block, bytes.data(), before);
    std::memcpy(block + before, &second, kAddress);
    std::memcpy(second, bytes.data() + before, size - before);
  }
  // Of what is longer no more need be known than that it is in one piece.
  const auto told = static_cast<uint16_t>(std::min<size_t>(size, UINT16_MAX));
  static_assert(sizeof told == kSizeBytes);
  std::memcpy(block + glance_bytes, &told, kSizeBytes);
  return block;
}

const char* Block::content(const char* block, size_t glance_bytes, std::string& room) {
  const size_t begin = glance_bytes + kSizeBytes, size = size_of(block, glance_bytes), first = first_of(size);
  if (first == size) return block + begin;
  const size_t before = first - kAddress;
  if (room.size() < size) room.resize(size);
  std::memcpy(room.data(), block, before);
  std::memcpy(room.data() + before, second_of(block, first), size - before);
  return room.data() + begin;
}

void Block::give_back(char* block, size_t glance_bytes) {
  const size_t size = size_of(block, glance_bytes), first = first_of(size);
  if (first != size) delete[] second_of(block, first);
  delete[] block;
}

}  // namespace haechi::resting
