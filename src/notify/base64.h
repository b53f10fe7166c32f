// Base64 as mail bodies have it (RFC 4648 section 4, padded) and as web push has it (section 5, "base64url",
// without padding).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace haechi::notify {

std::string base64(std::string_view bytes);
std::string base64url(std::string_view bytes);
// Padding may be there or not; nullopt for anything that is no base64url.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace haechi::notify
