// Few, FewByKey and FewIndexes: lists that hold hardly anything, in one word where they hold nothing. Of the
// lists that a person and a device have, nearly all are empty or hold one number.
//
// Used and archived as std::vector and std::map; what changes one may move all of it.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>
#include <vector>

#include "base/rare.h"

namespace haechi {

// Empty nearly always.
template <typename T>
class Few {
 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  bool empty() const { return !held_; }
  size_t size() const { return held_ ? held_->size() : 0; }
  T* begin() { return held_ ? held_->data() : nullptr; }
  T* end() { return begin() + size(); }
  const T* begin() const { return held_ ? held_->data() : nullptr; }
  const T* end() const { return begin() + size(); }
  T& back() { return held_->back(); }
  T& emplace_back() {
    if (!held_) held_.emplace();
    return held_->emplace_back();
  }
  void push_back(T value) { emplace_back() = std::move(value); }
  void erase(const T* one) {
    held_->erase(held_->begin() + (one - held_->data()));
    if (held_->empty()) held_.reset();
  }
  T* insert(const T* before, T value) {
    const ptrdiff_t at = before - begin();
    if (!held_) held_.emplace();
    held_->insert(held_->begin() + at, std::move(value));
    return held_->data() + at;
  }
  void clear() { held_.reset(); }

 private:
  Rare<std::vector<T>> held_;
};

// Likewise, in the order of keys.
template <typename K, typename V>
class FewByKey {
 public:
  using key_type = K;
  using mapped_type = V;
  using value_type = std::pair<K, V>;

  bool empty() const { return pairs_.empty(); }
  size_t size() const { return pairs_.size(); }
  value_type* begin() { return pairs_.begin(); }
  value_type* end() { return pairs_.end(); }
  const value_type* begin() const { return pairs_.begin(); }
  const value_type* end() const { return pairs_.end(); }
  const value_type* find(const K& key) const {
    const value_type* const at = std::lower_bound(begin(), end(), key, before);
    return at != end() && at->first == key ? at : end();
  }
  value_type* find(const K& key) { return const_cast<value_type*>(std::as_const(*this).find(key)); }
  bool contains(const K& key) const { return find(key) != end(); }
  V& operator[](const K& key) { return try_emplace(end(), key)->second; }
  // The hint is not needed.
  value_type* try_emplace(const value_type*, const K& key) {
    value_type* const at = std::lower_bound(begin(), end(), key, before);
    return at != end() && at->first == key ? at : pairs_.insert(at, {key, V()});
  }
  void erase(const K& key) {
    if (const value_type* const at = find(key); at != end()) pairs_.erase(at);
  }
  void clear() { pairs_.clear(); }

 private:
  static bool before(const value_type& one, const K& key) { return one.first < key; }
  Few<value_type> pairs_;
};

// Indexes; one of them needs nothing but the word.
class FewIndexes {
 public:
  using value_type = uint32_t;

  FewIndexes() = default;
  FewIndexes(const FewIndexes& other) {
    resize(other.size());
    std::copy_n(other.data(), other.size(), data());
  }
  FewIndexes(FewIndexes&& other) noexcept : halves_(std::exchange(other.halves_, {})) {}
  FewIndexes& operator=(FewIndexes other) noexcept {
    std::swap(halves_, other.halves_);
    return *this;
  }
  ~FewIndexes() {
    if (halves_[0] != kOne) delete[] list();
  }

  bool empty() const { return std::bit_cast<uint64_t>(halves_) == 0; }
  size_t size() const { return halves_[0] == kOne ? 1 : empty() ? 0 : *list(); }
  const uint32_t* data() const { return halves_[0] == kOne ? &halves_[1] : empty() ? nullptr : list() + 1; }
  uint32_t* data() { return const_cast<uint32_t*>(std::as_const(*this).data()); }
  uint32_t* begin() { return data(); }
  uint32_t* end() { return data() + size(); }
  const uint32_t* begin() const { return data(); }
  const uint32_t* end() const { return data() + size(); }
  uint32_t operator[](size_t i) const { return data()[i]; }
  uint32_t front() const { return *data(); }

  void push_back(uint32_t index) {
    resize(size() + 1);
    data()[size() - 1] = index;
  }
  void resize(size_t count) {
    FewIndexes made;
    if (count == 1) made.halves_[0] = kOne;
    if (count > 1) {
      auto* const list = new uint32_t[count + 1]();
      *list = static_cast<uint32_t>(count);
      std::memcpy(made.halves_.data(), &list, sizeof list);
    }
    std::copy_n(data(), std::min(count, size()), made.data());
    std::swap(halves_, made.halves_);
  }

 private:
  // One index is in the second half, and this, which begins no address, in the first. Of more it is the
  // address of a list of their own, which begins with how many they are.
  static constexpr uint32_t kOne = 1;
  uint32_t* list() const {
    uint32_t* list = nullptr;
    std::memcpy(&list, halves_.data(), sizeof list);
    return list;
  }

  alignas(8) std::array<uint32_t, 2> halves_{};
};
static_assert(sizeof(FewIndexes) == sizeof(void*));

// Takes all such out.
inline void drop(FewIndexes& list, uint32_t index) {
  const size_t left = static_cast<size_t>(std::remove(list.begin(), list.end(), index) - list.begin());
  if (left != list.size()) list.resize(left);
}

}  // namespace haechi
