// Messages of keeper_line.h, written and read. For this room only.
#pragma once

#include <string>
#include <string_view>

#include "base/archive.h"
#include "vault/keeper.h"
#include "vault/keeper_line.h"

namespace haechi::vault {

inline void put(Writer& out, std::string_view text) {
  write(out, uint64_t{text.size()});
  out.bytes(text.data(), text.size());
}
// Good as long as what is read.
inline std::string_view take_text(Reader& in) {
  uint64_t size = 0;
  read(in, size);
  return in.bytes(size);
}

template <typename T>
void put(Writer& out, const Result<T>& result) {
  write(out, result.ok());
  if (result.ok())
    write(out, *result);
  else
    write(out, result.error());
}
inline void put(Writer& out, const Status& status) {
  put(out, status.ok() ? Result<bool>(true) : Result<bool>(status.error()));
}
template <typename T>
Result<T> take_result(Reader& in) {
  bool ok = false;
  read(in, ok);
  if (!ok) {
    Error error;
    read(in, error);
    return error;
  }
  T value{};
  read(in, value);
  return value;
}

}  // namespace haechi::vault
