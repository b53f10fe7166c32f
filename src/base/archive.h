// Archive: what a program holds in memory as bytes, and back. For snapshots (spine/snapshot.h).
//
//   Writer out;  write(out, state);  out.take()          Reader in(bytes);  read(in, state);  in.done()
//
// 1. Equal state gives equal bytes. Little endian, without names or versions: whoever keeps the bytes keeps
//    beside them of which program they are.
// 2. No field can be forgotten. Plain structs are taken apart by the compiler. A class with private state
// says
//    `friend struct haechi::Fields<Class>;` and how many members it has; the count is checked by the
//    compiler.
// 3. Reading damaged bytes ends with failed() and takes no more memory than a small multiple of what was
// read;
//    what has been read into by then is to be thrown away.
//
// A type that is not the sum of its fields has `void save(Writer&) const` and `void load(Reader&)`, or, if
// this file's forms do not reach it, a specialisation of Fields.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <concepts>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/members.h"

namespace haechi {

static_assert(std::endian::native == std::endian::little);

class Writer {
 public:
  // `expected`: so many bytes, about; growing costs a copy.
  explicit Writer(size_t expected = 0) : bytes_(expected, '\0') {}
  // Into a text that is overwritten, and given back.
  explicit Writer(std::string&& room) : bytes_(std::move(room)) {}
  std::string_view written() const { return std::string_view(bytes_).substr(0, used_); }
  std::string give_back() { return std::move(bytes_); }
  void bytes(const void* from, size_t count) {
    if (count == 0) return;  // an empty one may be nowhere, and nothing is copied from there
    if (used_ + count > bytes_.size()) bytes_.resize(std::max(bytes_.size() * 2, used_ + count + 4096));
    std::memcpy(bytes_.data() + used_, from, count);
    used_ += count;
  }
  // Room for what writes itself.
  uint8_t* room(size_t count) {
    if (used_ + count > bytes_.size()) bytes_.resize(std::max(bytes_.size() * 2, used_ + count + 4096));
    return reinterpret_cast<uint8_t*>(bytes_.data()) + std::exchange(used_, used_ + count);
  }
  std::string take() {
    bytes_.resize(std::exchange(used_, 0));
    return std::move(bytes_);
  }

 private:
  std::string bytes_;
  size_t used_ = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : piece_(bytes), left_(bytes.size()) {}
  // Bytes that come in pieces, so that no more than one of them is held: each call gives the next one, which
  // is good until the call after it. Empty: there is none.
  using NextPiece = std::function<std::string_view()>;
  Reader(uint64_t size, NextPiece next) : next_(std::move(next)), left_(size) {}

  // Good until the next call. Empty, and failed, when there are not so many.
  std::string_view bytes(size_t count) {
    if (count > piece_.size()) return bytes_of_pieces(count);
    const std::string_view out = piece_.substr(0, count);
    piece_.remove_prefix(count);
    left_ -= count;
    return out;
  }
  size_t left() const { return left_; }
  void fail() {
    failed_ = true;
    piece_ = {};
    left_ = 0;
  }
  bool failed() const { return failed_; }
  // All of it was read, and it was as it should be.
  bool done() const { return !failed_ && left_ == 0; }

 private:
  std::string_view bytes_of_pieces(size_t count);

  NextPiece next_;
  std::string_view piece_;
  std::string joined_;  // what lay in more than one piece
  size_t left_ = 0;     // in all
  bool failed_ = false;
};

// References to what an object is made of, in the order of its members.
template <typename T>
struct Fields {
  // Not so in specialisations, which may leave members out.
  static constexpr bool kKnown = std::is_aggregate_v<T> || requires { T::kFieldCount; };
  static constexpr size_t count() {
    if constexpr (std::is_aggregate_v<T>)
      return archive::member_count<T>();
    else
      return T::kFieldCount;
  }
  template <typename Object>
  static auto of(Object& object) {
#define HAECHI_ROW(n)                  \
  if constexpr (count() == n) {        \
    auto& [HAECHI_NAMES_##n] = object; \
    return std::tie(HAECHI_NAMES_##n); \
  } else
    HAECHI_EACH_ROW return std::tie();
#undef HAECHI_ROW
  }
};

namespace archive {

template <typename T>
concept Plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;
template <typename T>
concept SavesItself = requires(const T& from, T& to, Writer& out, Reader& in) {
  from.save(out);
  to.load(in);
};
template <typename T>
concept Message = requires(const T& from, T& to, uint8_t* room, const void* bytes) {
  from.ByteSizeLong();
  from.SerializeWithCachedSizesToArray(room);
  to.ParseFromArray(bytes, 1);
};
template <typename T>
concept Map = requires {
  typename T::mapped_type;
};
template <typename T>
concept Set = !Map<T> && requires {
  typename T::key_type;
};
template <typename T>
concept Sequence = !std::same_as<T, std::string> && requires(T & to, typename T::value_type one) {
  to.push_back(one);
};
template <typename T>
concept Pointer = requires(T& to) {
  typename T::element_type;
  to.reset();
};
template <typename T, template <typename...> typename Kind>
inline constexpr bool is_a = false;
template <template <typename...> typename Kind, typename... Of>
inline constexpr bool is_a<Kind<Of...>, Kind> = true;
template <typename T>
inline constexpr bool is_array = false;
template <typename T, size_t kCount>
inline constexpr bool is_array<std::array<T, kCount>> = true;
// Numbers without gaps between them, of which all bytes are some value: copied as they are.
template <typename T>
consteval bool is_packed() {
  if constexpr (Plain<T>) {
    return !std::is_same_v<T, bool>;
  } else if constexpr (std::is_aggregate_v<T> && !is_array<T> &&
                       std::has_unique_object_representations_v<T>) {
    return []<typename... Each>(std::type_identity<std::tuple<Each&...>>) {
      return (is_packed<std::remove_const_t<Each>>() && ...);
    }(std::type_identity<decltype(Fields<T>::of(std::declval<T&>()))>());
  } else {
    return false;
  }
}
template <typename T>
concept Bulk = Sequence<T> && is_packed<typename T::value_type>() && requires(T& to) {
  to.data();
};

// The bytes of what has as many of them whatever it holds: plain members and nothing else, at any depth. It
// is written and read at once, for the price of a copy. 0: it may have more or fewer.
template <typename T>
consteval size_t flat_size();
template <typename... Each>
consteval size_t flat_sum(std::type_identity<std::tuple<Each&...>>) {
  if constexpr (((flat_size<std::remove_const_t<Each>>() > 0) && ...))
    return (flat_size<std::remove_const_t<Each>>() + ...);
  else
    return 0;
}
template <typename T>
consteval size_t flat_size() {
  if constexpr (Plain<T>)
    return sizeof(T);
  else if constexpr (is_array<T>)
    return flat_size<typename T::value_type>() * std::tuple_size_v<T>;
  else if constexpr (SavesItself<T> || Message<T> || Map<T> || Set<T> || Sequence<T> || Pointer<T> ||
                     is_a<T, std::optional> || is_a<T, std::variant> || is_a<T, std::pair> ||
                     is_a<T, std::tuple>)
    return 0;
  else if constexpr (requires { requires Fields<T>::kKnown; })
    return flat_sum(std::type_identity<decltype(Fields<T>::of(std::declval<T&>()))>());
  else
    return 0;
}
template <typename T>
concept Flat = flat_size<T>()
> 0;
template <typename T>
concept FlatRow = Sequence<T> && !std::same_as<typename T::value_type, bool> && Flat<typename T::value_type>;

template <Flat T>
uint8_t* put(uint8_t* at, const T& value) {
  if constexpr (Plain<T>) {
    std::memcpy(at, &value, sizeof value);
    return at + sizeof value;
  } else if constexpr (is_array<T>) {
    for (const auto& one : value) at = put(at, one);
    return at;
  } else {
    std::apply([&at](const auto&... each) { ((at = put(at, each)), ...); }, Fields<T>::of(value));
    return at;
  }
}
template <Flat T>
const char* get(const char* at, T& value) {
  if constexpr (std::same_as<T, bool>) {
    value = *at != 0;
    return at + 1;
  } else if constexpr (Plain<T>) {
    std::memcpy(&value, at, sizeof value);
    return at + sizeof value;
  } else if constexpr (is_array<T>) {
    for (auto& one : value) at = get(at, one);
    return at;
  } else {
    std::apply([&at](auto&... each) { ((at = get(at, each)), ...); }, Fields<T>::of(value));
    return at;
  }
}

}  // namespace archive

template <typename T>
void write(Writer& out, const T& value);
template <typename T>
void read(Reader& in, T& value);

inline void write(Writer& out, const std::string& text) {
  write(out, uint64_t{text.size()});
  out.bytes(text.data(), text.size());
}
inline void read(Reader& in, std::string& text) {
  uint64_t size = 0;
  read(in, size);
  text = in.bytes(size);
}

// A text that stays where it is until the process ends, for what refers to texts of the program: there are as
// many as the program, and the one that wrote them, have such texts.
std::string_view read_lasting(Reader& in);

template <typename T>
void write(Writer& out, const T& value) {
  using namespace archive;
  if constexpr (Flat<T>) {
    put(out.room(flat_size<T>()), value);
  } else if constexpr (SavesItself<T>) {
    value.save(out);
  } else if constexpr (Message<T>) {
    const size_t size = value.ByteSizeLong();
    write(out, uint64_t{size});
    value.SerializeWithCachedSizesToArray(out.room(size));
  } else if constexpr (is_array<T>) {
    for (const auto& one : value) write(out, one);
  } else if constexpr (Bulk<T>) {
    write(out, uint64_t{value.size()});
    out.bytes(value.data(), value.size() * sizeof(typename T::value_type));
  } else if constexpr (FlatRow<T>) {
    write(out, uint64_t{value.size()});
    uint8_t* at = out.room(value.size() * flat_size<typename T::value_type>());
    for (const auto& one : value) at = put(at, one);
  } else if constexpr (Map<T> || Set<T> || Sequence<T>) {
    write(out, uint64_t{value.size()});
    for (const typename T::value_type& one : value) write(out, one);
  } else if constexpr (is_a<T, std::optional> || Pointer<T>) {
    write(out, static_cast<bool>(value));
    if (value) write(out, *value);
  } else if constexpr (is_a<T, std::variant>) {
    write(out, static_cast<uint8_t>(value.index()));
    std::visit([&out](const auto& held) { write(out, held); }, value);
  } else if constexpr (is_a<T, std::pair> || is_a<T, std::tuple>) {
    std::apply([&out](const auto&... each) { (write(out, each), ...); }, value);
  } else {
    std::apply([&out](const auto&... each) { (write(out, each), ...); }, Fields<T>::of(value));
  }
}

namespace archive {

// A count of things of which each takes a byte at least.
inline size_t read_count(Reader& in) {
  uint64_t count = 0;
  read(in, count);
  if (count > in.left()) in.fail();
  return in.failed() ? 0 : count;
}

template <Bulk T>
void read_bulk(Reader& in, T& value) {
  const size_t count = read_count(in);
  const std::string_view bytes = in.bytes(std::min(count, SIZE_MAX / 8) * sizeof(typename T::value_type));
  value.resize(bytes.size() / sizeof(typename T::value_type));
  if (!bytes.empty()) std::memcpy(value.data(), bytes.data(), bytes.size());
}

template <Sequence T>
void read_sequence(Reader& in, T& value) {
  using Element = typename T::value_type;
  value.clear();
  const size_t count = read_count(in);
  if constexpr (requires { value.reserve(count); })
    value.reserve(std::min(count, in.left() / (sizeof(Element) / 8 + 1)));
  if constexpr (FlatRow<T>) {
    const std::string_view bytes = in.bytes(std::min(count, in.left() + 1) * flat_size<Element>());
    if (in.failed()) return;
    const char* at = bytes.data();
    for (size_t i = 0; i < count; ++i) at = get(at, value.emplace_back());
    return;
  }
  for (size_t i = 0; i < count && !in.failed(); ++i) {
    if constexpr (std::same_as<Element, bool>) {  // whose elements have no address
      bool one = false;
      read(in, one);
      value.push_back(one);
    } else {
      read(in, value.emplace_back());
    }
  }
}

// Their order is that of their keys, so each belongs at the end.
template <typename T>
void read_sorted(Reader& in, T& value) {
  value.clear();
  const size_t count = read_count(in);
  for (size_t i = 0; i < count && !in.failed(); ++i) {
    typename T::key_type key{};
    read(in, key);
    if constexpr (Map<T>)
      read(in, value.try_emplace(value.end(), std::move(key))->second);
    else
      value.insert(value.end(), std::move(key));
  }
}

template <typename... Of>
void read_variant(Reader& in, std::variant<Of...>& value) {
  uint8_t index = 0;
  read(in, index);
  if (index >= sizeof...(Of)) return in.fail();
  uint8_t at = 0;
  ((at++ == index ? read(in, value.template emplace<Of>()) : void()), ...);
}

}  // namespace archive

template <typename T>
void read(Reader& in, T& value) {
  using namespace archive;
  if constexpr (Flat<T>) {
    const std::string_view bytes = in.bytes(flat_size<T>());
    if (!bytes.empty()) get(bytes.data(), value);
  } else if constexpr (SavesItself<T>) {
    value.load(in);
  } else if constexpr (Message<T>) {
    const std::string_view bytes = in.bytes(read_count(in));
    if (in.failed() || !value.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) in.fail();
  } else if constexpr (is_array<T>) {
    for (auto& one : value) read(in, one);
  } else if constexpr (Bulk<T>) {
    read_bulk(in, value);
  } else if constexpr (Map<T> || Set<T>) {
    read_sorted(in, value);
  } else if constexpr (Sequence<T>) {
    read_sequence(in, value);
  } else if constexpr (is_a<T, std::optional>) {
    bool held = false;
    read(in, held);
    value.reset();
    if (held) read(in, value.emplace());
  } else if constexpr (Pointer<T>) {
    bool held = false;
    read(in, held);
    value.reset();
    if (!held) return;
    auto made = std::make_unique<std::remove_const_t<typename T::element_type>>();
    read(in, *made);
    value = std::move(made);
  } else if constexpr (is_a<T, std::variant>) {
    read_variant(in, value);
  } else if constexpr (is_a<T, std::pair> || is_a<T, std::tuple>) {
    std::apply([&in](auto&... each) { (read(in, each), ...); }, value);
  } else {
    std::apply([&in](auto&... each) { (read(in, each), ...); }, Fields<T>::of(value));
    if constexpr (requires { Fields<T>::loaded(value); }) Fields<T>::loaded(value);
  }
}

}  // namespace haechi
