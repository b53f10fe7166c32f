// What snapshots hold of the packs (base/archive.h): names of them and of their kinds of orders, and their
// texts.
#pragma once

#include "base/archived.h"
#include "law/pack.h"

namespace haechi::law {

void write(Writer& out, const Pack* const& pack);
void read(Reader& in, const Pack*& pack);
void write(Writer& out, const OrderKind* const& kind);
void read(Reader& in, const OrderKind*& kind);
void write(Writer& out, const Words& words);
void read(Reader& in, Words& words);
void write(Writer& out, const Source& source);
void read(Reader& in, Source& source);

}  // namespace haechi::law
