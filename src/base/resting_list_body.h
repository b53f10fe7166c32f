// How the values of a RestingList are woken and put to rest.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

#include "base/archive.h"
#include "base/ensure.h"
#include "base/resting_form.h"
#include "base/resting_list.h"

namespace haechi {

template <typename T>
const T& RestingList<T>::wake(size_t i) const {
  Place& place = places_[i];
  std::unique_ptr<T> value;
  if (!spares_.empty()) {
    value = std::move(spares_.back());
    spares_.pop_back();
  } else {
    value = std::make_unique<T>();
  }
  wake(place, *value);
  place.set(value.release());
  awake_.push_back(static_cast<uint32_t>(i));
  return *place.value();
}

template <typename T>
void RestingList<T>::wake(const Place& place, T& value) const {
  if (place.bytes() == nullptr) {
    value = T();
    return;
  }
  constexpr resting::Sizes kSizes = resting::sizes_of<T>();
  const char* own = nullptr;
  const char* const content = resting::Block::content(place.bytes(), glance_bytes(), joined_);
  const std::string_view alike = moulds_.cast(content, room_, &own);
  Reader others(alike.substr(kSizes.alike));
  resting::In in{alike.data(), own, others, own + kSizes.own};
  in.get(value);
  ENSURE(others.done());
  if constexpr (glance_bytes() > 0) {
    typename Glance<T>::Kept kept;
    std::memcpy(&kept, place.bytes(), sizeof kept);
    Glance<T>::give(kept, value);
  }
}

template <typename T>
void RestingList<T>::rest_first() {
  constexpr resting::Sizes kSizes = resting::sizes_of<T>();
  Place& place = places_[awake_.front()];
  awake_.pop_front();
  std::unique_ptr<T> value(place.value());
  // The glance, how many bytes it is in all, what is pressed, and what no other has.
  constexpr size_t kBegin = glance_bytes() + resting::Block::kSizeBytes;
  if (room_.size() < kBegin) room_.resize(kBegin);
  if constexpr (glance_bytes() > 0) {
    const auto kept = Glance<T>::take(*value);
    std::memcpy(room_.data(), &kept, sizeof kept);
  }
  std::array<char, kSizes.alike + 1> alike;
  own_.resize(kSizes.own);
  std::array<char, kSizes.own + 1> own;
  Writer others(std::move(alike_));
  others.room(kSizes.alike);
  resting::Out out{alike.data(), own.data(), others, own_};
  out.put(*value);
  std::memcpy(own_.data(), own.data(), kSizes.own);
  const size_t alike_size = others.written().size();
  alike_ = others.give_back();
  std::memcpy(alike_.data(), alike.data(), kSizes.alike);
  const size_t size = moulds_.press(std::string_view(alike_).substr(0, alike_size), room_, kBegin);
  if (room_.size() < size + own_.size()) room_.resize(size + own_.size());
  std::memcpy(room_.data() + size, own_.data(), own_.size());
  place.become(resting::Block::make({room_.data(), size + own_.size()}, glance_bytes()));
  if (spares_.size() < kSpareMax) spares_.push_back(std::move(value));
}

template <typename T>
void RestingList<T>::save(Writer& out) const {
  write(out, uint64_t{size()});
  T woken;
  for (const Place& place : std::as_const(places_)) {
    if (place.awake()) {
      write(out, *place.value());
    } else {
      wake(place, woken);
      write(out, woken);
    }
  }
}

template <typename T>
void RestingList<T>::load(Reader& in) {
  *this = RestingList();
  const size_t count = archive::read_count(in);
  for (size_t i = 0; i < count && !in.failed(); ++i) {
    read(in, emplace_back());
    if (!in.failed()) rest();  // what is not whole may not be one
  }
}

}  // namespace haechi
