// How the values of a RestingList are woken and put to rest.
#pragma once

#include <cstring>
#include <memory>
#include <string_view>

#include "base/archive.h"
#include "base/ensure.h"
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
  if (place.bytes() == nullptr) {
    *value = T();
  } else {
    Reader in(moulds_.cast(place.bytes(), room_));
    read(in, *value);
    ENSURE(in.done(), i);
  }
  place.set(value.release());
  awake_.push_back(static_cast<uint32_t>(i));
  return *place.value();
}

template <typename T>
void RestingList<T>::rest_first() {
  Place& place = places_[awake_.front()];
  awake_.pop_front();
  std::unique_ptr<T> value(place.value());
  Writer out(std::move(raw_));
  write(out, *value);
  const size_t size = moulds_.press(out.written(), room_, 0);
  raw_ = out.give_back();
  auto bytes = std::make_unique_for_overwrite<char[]>(size);
  std::memcpy(bytes.get(), room_.data(), size);
  place.become(bytes.release());
  if (spares_.size() < kSpareMax) spares_.push_back(std::move(value));
}

template <typename T>
void RestingList<T>::save(Writer& out) const {
  write(out, uint64_t{size()});
  for (const Place& place : std::as_const(places_)) {
    if (place.awake()) {
      write(out, *place.value());
    } else if (place.bytes() != nullptr) {
      const std::string_view raw = moulds_.cast(place.bytes(), room_);
      out.bytes(raw.data(), raw.size());
    } else {
      write(out, T());
    }
  }
}

template <typename T>
void RestingList<T>::load(Reader& in) {
  *this = RestingList();
  const size_t count = archive::read_count(in);
  for (size_t i = 0; i < count && !in.failed(); ++i) {
    read(in, emplace_back());
    rest();
  }
}

}  // namespace haechi
