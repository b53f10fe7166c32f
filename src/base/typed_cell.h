// A text that somebody typed as one cell of a table (RFC 4180): quoted, on one line, and nothing that a
// spreadsheet takes for a formula or a terminal for an order.
#pragma once

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

namespace haechi {

inline std::string typed_cell(std::string_view text) {
  // As keyboards of East Asia write them, too: some spreadsheets take those as well.
  constexpr std::array<std::string_view, 8> kFormulas = {"=",      "+",      "-",      "@",
                                                         "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  std::string plain;
  for (const char c : text) plain += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
  // C1 controls are two bytes.
  for (size_t at = 0; (at = plain.find('\xc2', at)) != std::string::npos; ++at)
    if (at + 1 < plain.size() && static_cast<unsigned char>(plain[at + 1]) < 0xa0) plain.replace(at, 2, " ");
  const std::string_view shown(plain.data() + std::min(plain.find_first_not_of(' '), plain.size()));
  std::string out = "\"";
  for (const std::string_view formula : kFormulas)
    if (shown.starts_with(formula)) out += '\'';
  for (const char c : plain) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

}  // namespace haechi
