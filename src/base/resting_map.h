// RestingMap: values by name, in the order of names, of which hardly any is looked at. Each lies with its
// name in one piece of bytes, as what differs from others of its kind (base/moulds.h): a value that takes
// hundreds of bytes as members takes tens here, and some hundred nanoseconds when it is asked for.
//
// A value is given out as a copy; who changes it puts it back. Archived as a std::map.
#pragma once

#include <absl/container/btree_set.h>

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/archive.h"
#include "base/ensure.h"
#include "base/moulds.h"
#include "base/varint.h"

namespace haechi {

template <typename V>
class RestingMap {
 public:
  bool contains(std::string_view name) const { return pieces_.contains(name); }
  std::optional<V> find(std::string_view name) const {
    const auto found = pieces_.find(name);
    return found == pieces_.end() ? std::nullopt : std::optional(value_of(found->get()));
  }
  // The value, or a new one that is not kept yet.
  V get(std::string_view name) const { return find(name).value_or(V()); }
  void put(std::string_view name, const V& value) {
    Writer out;
    write(out, value);
    put_raw(name, out.take());
  }
  // Changes the value, or a new one.
  template <typename Change>
  void change(std::string_view name, Change how) {
    V value = get(name);
    how(value);
    put(name, value);
  }
  bool erase(std::string_view name) {
    const auto found = pieces_.find(name);
    if (found == pieces_.end()) return false;
    pieces_.erase(found);
    return true;
  }
  size_t size() const { return pieces_.size(); }
  bool empty() const { return pieces_.empty(); }

  // One after the other behind that name, for as long as `on(name, value)` says so; all of them: behind "",
  // where none is called that.
  template <typename On>
  void each_after(std::string_view name, On on) const {
    for (auto at = pieces_.upper_bound(name); at != pieces_.end(); ++at)
      if (!on(name_of(at->get()), value_of(at->get()))) return;
  }
  // Whether `test(name, value)` holds for any.
  template <typename Test>
  bool any_of(Test test) const {
    for (const Piece& piece : pieces_)
      if (test(name_of(piece.get()), value_of(piece.get()))) return true;
    return false;
  }

  void save(Writer& out) const {
    write(out, uint64_t{size()});
    std::string room;
    for (const Piece& piece : pieces_) {
      write(out, std::string(name_of(piece.get())));
      const std::string_view raw = moulds_.cast(name_of(piece.get()).end(), room);
      out.bytes(raw.data(), raw.size());
    }
  }
  void load(Reader& in) {
    pieces_.clear();
    const size_t count = archive::read_count(in);
    for (size_t i = 0; i < count && !in.failed(); ++i) {
      std::string name;
      V value{};
      read(in, name);
      read(in, value);
      if (!in.failed()) put(name, value);
    }
  }

 private:
  // The length of the name, the name, the value.
  using Piece = std::unique_ptr<char[]>;
  static std::string_view name_of(const char* piece) {
    uint64_t length = 0;
    const char* const name = get_varint(piece, length);
    return {name, length};
  }
  struct ByName {
    using is_transparent = void;
    static std::string_view name(std::string_view name) { return name; }
    static std::string_view name(const Piece& piece) { return name_of(piece.get()); }
    template <typename A, typename B>
    bool operator()(const A& a, const B& b) const {
      return name(a) < name(b);
    }
  };

  V value_of(const char* piece) const {
    std::string room;
    Reader in(moulds_.cast(name_of(piece).end(), room));
    V value{};
    read(in, value);
    ENSURE(in.done(), name_of(piece));
    return value;
  }
  void put_raw(std::string_view name, std::string_view raw) {
    std::string room(kVarintBytesMax + name.size(), '\0');
    const size_t before = put_varint(room.data(), name.size());
    std::memcpy(room.data() + before, name.data(), name.size());
    const size_t size = moulds_.press(raw, room, before + name.size());
    Piece piece(new char[size]);
    std::memcpy(piece.get(), room.data(), size);
    const auto found = pieces_.find(name);
    if (found != pieces_.end())
      const_cast<Piece&>(*found) = std::move(piece);  // of the same name
    else
      pieces_.insert(std::move(piece));
  }

  absl::btree_set<Piece, ByName> pieces_;
  Moulds moulds_;
};

}  // namespace haechi
