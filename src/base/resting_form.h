// How a value lies at rest: in two runs of bytes. `alike` holds what is much as in others of its type, to be
// pressed (base/moulds.h): first all that has the same place in each, then what has not. `own` holds what no
// two have alike, and takes its room as it is: floating point, and rows of bytes.
//
// The form is for memory alone; an archive knows nothing of it.
#pragma once

#include <array>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include "base/archive.h"
#include "base/time.h"

namespace haechi::resting {

// What follows from less of itself. A type that does says in `Short<T>`
//   using Kept = ...;  static Kept of(const T&);  static T back(const Kept&);
// or, where that would copy too much,
//   static constexpr Sizes kSizes;  static void put(Out&, const T&);  static void get(In&, T&);
template <typename T>
struct Short {};
template <typename T>
concept Shortened = requires {
  typename Short<T>::Kept;
};
template <typename T>
concept PutsItself = requires {
  Short<T>::kSizes;
};

template <typename T>
concept Row = std::same_as<T, std::vector<uint8_t>>;
// Its archive form is taken as it is.
template <typename T>
concept Whole = !Row<T> && !archive::Plain<T> && !archive::is_array<T> &&
                (archive::SavesItself<T> || archive::Message<T> || archive::Map<T> || archive::Set<T> ||
                 archive::Sequence<T> || archive::Pointer<T> || archive::is_a<T, std::optional> ||
                 archive::is_a<T, std::variant> || archive::is_a<T, std::pair> ||
                 archive::is_a<T, std::tuple> || std::same_as<T, std::string>);

// Bytes of each kind that every value has.
struct Sizes {
  size_t alike = 0, own = 0;
};
template <typename T>
consteval Sizes sizes_of();
template <typename... Each>
consteval Sizes sizes_of_all(std::type_identity<std::tuple<Each&...>>) {
  return {(size_t{0} + ... + sizes_of<std::remove_const_t<Each>>().alike),
          (size_t{0} + ... + sizes_of<std::remove_const_t<Each>>().own)};
}
template <typename T>
consteval Sizes sizes_of() {
  if constexpr (std::floating_point<T>)
    return {0, sizeof(T)};
  else if constexpr (Row<T>)
    return {2 * sizeof(uint32_t), 0};
  else if constexpr (PutsItself<T>)
    return Short<T>::kSizes;
  else if constexpr (Shortened<T>)
    return sizes_of<typename Short<T>::Kept>();
  else if constexpr (Whole<T>)
    return {};
  else if constexpr (archive::Plain<T> || archive::is_array<T>)
    return {archive::flat_size<T>(), 0};
  else
    return sizes_of_all(std::type_identity<decltype(Fields<T>::of(std::declval<T&>()))>());
}

// Moments of one value are near each other, and so are places: of each is kept how far it is from the one
// before that is known, and 0 if it is not known itself. That it is the same is the distance kFar; and kFar
// itself is what 0 would have, which none has that is known.
template <typename Number>
inline constexpr Number kFar = Number{1} << (8 * sizeof(Number) - 1);
template <typename Number>
constexpr Number since(Number before, Number value) {
  const auto apart = static_cast<Number>(value - before);
  if (value == 0 || before == 0) return value;
  return apart == 0 ? kFar<Number> : apart == kFar<Number> ? static_cast<Number>(-before) : apart;
}
template <typename Number>
constexpr Number value_of(Number before, Number since) {
  if (since == 0 || before == 0) return since;
  if (since == kFar<Number>) return before;
  return static_cast<Number>(before + (since == static_cast<Number>(-before) ? kFar<Number> : since));
}
// A type says so of its two numbers of 32 bits: they are a place.
template <typename T>
inline constexpr bool kIsPlace = false;

// The one before, of moments and of both numbers of a place.
struct Before {
  uint64_t us = 0;
  std::array<uint32_t, 2> place{};
};

struct Out {
  char* alike;
  char* own;
  Writer& others;  // alike as well, behind those that have their place
  std::string& rows;
  Before before{};

  void put(const Time& time) { put(next(before.us, static_cast<uint64_t>(time.us))); }
  template <typename Number>
  static Number next(Number& before, Number value) {
    const Number apart = since(before, value);
    if (value != 0) before = value;
    return apart;
  }
  template <typename T>
  void put(const T& value) {
    if constexpr (PutsItself<T>) {
      Short<T>::put(*this, value);
    } else if constexpr (Shortened<T>) {
      put(Short<T>::of(value));
    } else if constexpr (std::floating_point<T>) {
      std::memcpy(own, &value, sizeof value);
      own += sizeof value;
    } else if constexpr (kIsPlace<T>) {
      const auto& [one, other] = value;
      put(next(before.place[0], static_cast<uint32_t>(one)));
      put(next(before.place[1], static_cast<uint32_t>(other)));
    } else if constexpr (Row<T>) {
      // Without the zeros that it ends with.
      auto size = static_cast<uint32_t>(value.size()), zeros = uint32_t{0};
      for (; size > 0 && value[size - 1] == 0; --size) ++zeros;
      put(size);
      put(zeros);
      rows.append(reinterpret_cast<const char*>(value.data()), size);
    } else if constexpr (Whole<T>) {
      write(others, value);
    } else if constexpr (archive::Plain<T> || archive::is_array<T>) {
      alike = reinterpret_cast<char*>(archive::put(reinterpret_cast<uint8_t*>(alike), value));
    } else {
      std::apply([this](const auto&... each) { (put(each), ...); }, Fields<T>::of(value));
    }
  }
};

struct In {
  const char* alike;
  const char* own;
  Reader& others;
  const char* rows;
  Before before{};

  void get(Time& time) {
    uint64_t apart = 0;
    get(apart);
    time.us = static_cast<int64_t>(next(before.us, apart));
  }
  template <typename Number>
  static Number next(Number& before, Number apart) {
    const Number value = value_of(before, apart);
    if (value != 0) before = value;
    return value;
  }
  template <typename T>
  void get(T& value) {
    if constexpr (PutsItself<T>) {
      Short<T>::get(*this, value);
    } else if constexpr (Shortened<T>) {
      typename Short<T>::Kept kept;
      get(kept);
      value = Short<T>::back(kept);
    } else if constexpr (std::floating_point<T>) {
      std::memcpy(&value, own, sizeof value);
      own += sizeof value;
    } else if constexpr (kIsPlace<T>) {
      auto& [one, other] = value;
      uint32_t apart_of_one = 0, apart_of_other = 0;
      get(apart_of_one);
      get(apart_of_other);
      one = static_cast<int32_t>(next(before.place[0], apart_of_one));
      other = static_cast<int32_t>(next(before.place[1], apart_of_other));
    } else if constexpr (Row<T>) {
      uint32_t size = 0, zeros = 0;
      get(size);
      get(zeros);
      value.assign(rows, rows + size);
      value.resize(size + zeros);
      rows += size;
    } else if constexpr (Whole<T>) {
      read(others, value);
    } else if constexpr (archive::Plain<T> || archive::is_array<T>) {
      alike = archive::get(alike, value);
    } else {
      std::apply([this](auto&... each) { (get(each), ...); }, Fields<T>::of(value));
      if constexpr (requires { Fields<T>::loaded(value); }) Fields<T>::loaded(value);
    }
  }
};

}  // namespace haechi::resting
