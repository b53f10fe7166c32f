// Chunks: a long list that grows by pieces. A vector that grows holds twice what it needs, or half as much
// again on average, and moves all of it; of this no more than one piece lies idle, and nothing is moved once
// the first piece is full.
//
// As with a vector, what grows may move.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "base/ensure.h"

namespace haechi {

template <typename T>
class Chunks {
 public:
  using value_type = T;

  size_t size() const { return size_; }
  T& operator[](size_t i) { return const_cast<T&>(std::as_const(*this)[i]); }
  const T& operator[](size_t i) const {
    if (i >= size_) [[unlikely]]
      outside(i);
    return chunks_.data()[i / kChunk].data()[i % kChunk];
  }

  T& emplace_back() {
    if (size_ % kChunk == 0) chunks_.emplace_back();
    ++size_;
    return chunks_.back().emplace_back();
  }
  void push_back(T value) { emplace_back() = std::move(value); }
  // So many at least.
  void extend(size_t count) {
    while (size() < count) emplace_back();
  }
  void clear() {
    chunks_.clear();
    size_ = 0;
  }

  // One after the other, in their order.
  template <typename Owner, typename Element>
  struct Iterator {
    Owner* owner;
    size_t at;
    Element& operator*() const { return (*owner)[at]; }
    Iterator& operator++() {
      ++at;
      return *this;
    }
    bool operator==(const Iterator&) const = default;
  };
  auto begin() { return Iterator<Chunks, T>{this, 0}; }
  auto end() { return Iterator<Chunks, T>{this, size()}; }
  auto begin() const { return Iterator<const Chunks, const T>{this, 0}; }
  auto end() const { return Iterator<const Chunks, const T>{this, size()}; }

 private:
  static constexpr size_t kChunk = 256;
  [[gnu::noinline]] void outside(size_t i) const { ENSURE(i < size_, i, size_); }
  std::vector<std::vector<T>> chunks_;  // all but the last are full
  size_t size_ = 0;
};

}  // namespace haechi
