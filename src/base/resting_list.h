// RestingList: a long list of values of which few are looked at at a time. Those are awake, as they are; the
// others lie as bytes, as what differs from others of their kind (base/moulds.h), in a fraction of the
// memory.
//
// A value wakes when it is asked for, and stays where it is until rest(); nobody may hold on to one beyond
// that. Who does is found under AddressSanitizer, where rest() puts all of them to rest and gives their
// memory back. Which are awake shows in nothing but time. Archived as a std::vector.
//
// What wakes them and puts them to rest is in base/resting_list_body.h, for the one source of a room that
// says `template class haechi::RestingList<...>` of its types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/archived.h"
#include "base/chunks.h"
#include "base/moulds.h"
#include "base/resting_block.h"

namespace haechi {

// What of a value can be seen, and changed, while it rests. A type that has such says
//
//   template <>
//   struct haechi::Glance<T> {
//     struct Kept {...};                        // of plain bytes
//     static Kept take(T& value);               // before it rests; may clear what is in there
//     static void give(const Kept& kept, T& value);  // once it is awake
//   };
template <typename T>
struct Glance {};

template <typename T>
class RestingList {
 public:
  size_t size() const { return places_.size(); }
  T& operator[](size_t i) { return const_cast<T&>(std::as_const(*this)[i]); }
  const T& operator[](size_t i) const {
    const Place& place = places_[i];
    return place.awake() ? *place.value() : wake(i);
  }
  T& emplace_back() {
    places_.emplace_back();
    return (*this)[size() - 1];
  }
  void extend(size_t count) { places_.extend(count); }

  // Puts to rest who has been awake longest, where more than kAwakeMax are.
  void rest() {
    while (awake_.size() > kAwakeMax) rest_first();
  }

  // Of one that rests; none of one that is awake, or as new.
  template <typename Glanced = Glance<T>>
  std::optional<typename Glanced::Kept> glance(size_t i) const {
    std::optional<typename Glanced::Kept> kept;
    const Place& place = places_[i];
    if (!place.awake() && place.bytes() != nullptr) std::memcpy(&kept.emplace(), place.bytes(), sizeof *kept);
    return kept;
  }
  void set_glance(size_t i, const auto& kept) { std::memcpy(places_[i].bytes(), &kept, sizeof kept); }

  // Into the caches, ahead of its use: first where it is, and later what it is, so many bytes of it.
  void fetch_place(size_t i) const { __builtin_prefetch(&places_[i], 0, 2); }
  void fetch(size_t i, size_t bytes) const {
    const Place& place = places_[i];
    if (place.awake()) return;
    for (size_t at = 0; at < bytes; at += kLine) __builtin_prefetch(place.bytes() + at, 0, 2);
  }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
#ifdef __SANITIZE_ADDRESS__
  static constexpr size_t kAwakeMax = 0, kSpareMax = 0;
#else
  static constexpr size_t kAwakeMax = 48, kSpareMax = 8;
#endif
  static constexpr size_t kLine = 64;
  static constexpr uintptr_t kAwake = 1;

  static constexpr size_t glance_bytes() {
    if constexpr (requires { typename Glance<T>::Kept; })
      return sizeof(typename Glance<T>::Kept);
    else
      return 0;
  }

  // Where a value is, or its bytes. Neither: it is as new.
  class Place {
   public:
    Place() = default;
    Place(Place&& other) noexcept : at_(std::exchange(other.at_, 0)) {}
    Place& operator=(Place&& other) noexcept {
      std::swap(at_, other.at_);
      return *this;
    }
    ~Place() {
      if (awake())
        delete value();
      else if (at_ != 0)
        resting::Block::give_back(bytes(), glance_bytes());
    }
    bool awake() const { return (at_ & kAwake) != 0; }
    T* value() const { return reinterpret_cast<T*>(at_ & ~kAwake); }
    char* bytes() const { return reinterpret_cast<char*>(at_); }
    void set(T* value) { *this = Place(reinterpret_cast<uintptr_t>(value) | kAwake); }
    // Of a value that somebody else has taken.
    void become(char* bytes) { at_ = reinterpret_cast<uintptr_t>(bytes); }

   private:
    explicit Place(uintptr_t at) : at_(at) {}
    uintptr_t at_ = 0;
  };

  const T& wake(size_t i) const;
  void wake(const Place& place, T& value) const;
  void rest_first();

  mutable Chunks<Place> places_;
  mutable std::deque<uint32_t> awake_;  // in the order in which they woke
  // Some that were put to rest: the next one that wakes finds its lists made.
  mutable std::vector<std::unique_ptr<T>> spares_;
  Moulds moulds_;
  mutable std::string room_, joined_;
  std::string alike_, own_;  // room as well
};

}  // namespace haechi
