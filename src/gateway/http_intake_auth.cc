#include "gateway/http_intake_auth.h"

#include <cstdint>

#include "base/base64.h"

namespace haechi::gateway {
namespace {

// What follows the scheme, in any case: "bAsIc xyz" -> "xyz".
std::optional<std::string_view> after_scheme(std::string_view header, std::string_view scheme) {
  if (header.size() <= scheme.size() || header[scheme.size()] != ' ') return std::nullopt;
  for (size_t i = 0; i < scheme.size(); ++i) {
    if ((header[i] | 0x20) != scheme[i]) return std::nullopt;
  }
  header.remove_prefix(scheme.size());
  while (header.starts_with(' ')) header.remove_prefix(1);
  return header;
}

void add_split(std::vector<Credential>& out, std::string_view text, size_t at) {
  if (at == std::string_view::npos) return;
  Credential credential{std::string(text.substr(0, at)), std::string(text.substr(at + 1))};
  if (!out.empty() && out.back().id == credential.id) return;
  out.push_back(std::move(credential));
}

}  // namespace

std::optional<std::string_view> read_bearer(std::string_view authorization) {
  return after_scheme(authorization, "bearer");
}

std::vector<Credential> read_credentials(std::string_view authorization) {
  std::vector<Credential> out;
  if (auto encoded = after_scheme(authorization, "basic")) {
    auto text = decode_base64(*encoded);
    if (!text) return out;
    add_split(out, *text, text->find(':'));
    add_split(out, *text, text->rfind(':'));
  } else if (auto token = read_bearer(authorization)) {
    add_split(out, *token, token->rfind('.'));
    add_split(out, *token, token->find('.'));
  }
  return out;
}

}  // namespace haechi::gateway
