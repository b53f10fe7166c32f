// Bytes written as hexadecimal digits, read back; digest.h writes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace haechi {

// Nothing when it is not pairs of digits, of either case.
std::optional<std::string> decode_hex(std::string_view text);

}  // namespace haechi
