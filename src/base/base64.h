// Base64 (RFC 4648): section 4, padded, and section 5, "base64url", as web push has it, without padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace haechi {

std::string base64(std::string_view bytes);
std::string base64url(std::string_view bytes);
// One text for each value: nullopt for anything that base64() does not write.
std::optional<std::string> decode_base64(std::string_view text);
// Likewise, but padding may be there.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace haechi
