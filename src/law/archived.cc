#include "law/archived.h"

#include <string>

#include "base/archive.h"

namespace haechi::law {
namespace {

void write_text(Writer& out, std::string_view text) {
  haechi::write(out, std::string(text));
}

}  // namespace

void write(Writer& out, const Pack* const& pack) {
  write_text(out, pack ? pack->id : "");
}
void read(Reader& in, const Pack*& pack) {
  const std::string_view id = read_lasting(in);
  pack = id.empty() ? nullptr : find_pack(id);
  if (!pack && !id.empty()) in.fail();
}

void write(Writer& out, const OrderKind* const& kind) {
  write_text(out, kind ? kind->code : "");
}
void read(Reader& in, const OrderKind*& kind) {
  kind = nullptr;
  const std::string_view code = read_lasting(in);
  if (code.empty()) return;
  if (const Pack* pack = pack_of_kind(code)) kind = find_kind(*pack, code);
  if (!kind) in.fail();
}

void write(Writer& out, const Words& words) {
  write_text(out, words.en);
  write_text(out, words.ko);
}
void read(Reader& in, Words& words) {
  words.en = read_lasting(in);
  words.ko = read_lasting(in);
}

void write(Writer& out, const Source& source) {
  write_text(out, source.text);
  haechi::write(out, source.trust);
}
void read(Reader& in, Source& source) {
  source.text = read_lasting(in);
  haechi::read(in, source.trust);
}

}  // namespace haechi::law
