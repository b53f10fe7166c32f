// A whole state as bytes, and back. See archive.h.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/archive.h"
#include "base/result.h"

namespace haechi {

template <typename... Parts>
std::string saved(const Parts&... parts) {
  Writer out;
  (write(out, parts), ...);
  return out.take();
}

// Takes what was saved in place of what is there, the same parts in the same order; no bytes stand for new
// ones. kCorrupt: the bytes cannot be read, and nothing was changed.
template <typename... Parts>
Status take_saved(Reader& in, Parts&... parts) {
  std::tuple<Parts...> fresh;
  if (in.left() > 0) std::apply([&in](auto&... each) { (read(in, each), ...); }, fresh);
  if (!in.done()) return Error{Code::kCorrupt, "snapshot", "a part of it cannot be read"};
  std::apply([&](auto&... each) { ((parts = std::move(each)), ...); }, fresh);
  return {};
}
template <typename... Parts>
Status take_saved(std::string_view bytes, Parts&... parts) {
  Reader in(bytes);
  return take_saved(in, parts...);
}

}  // namespace haechi
