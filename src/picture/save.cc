// The picture as bytes and back.
#include "base/archive.h"
#include "picture/picture.h"

namespace haechi::picture {

void Picture::save(Writer& out) const {
  std::apply([&out](const auto&... each) { (write(out, each), ...); }, Fields<Picture>::of(*this));
}

void Picture::load(Reader& in) {
  std::apply([&in](auto&... each) { (read(in, each), ...); }, Fields<Picture>::of(*this));
}

}  // namespace haechi::picture
