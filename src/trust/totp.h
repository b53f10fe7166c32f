// Codes of an authenticator (RFC 6238: HMAC-SHA-1, six digits, a new one every 30 seconds), and base32
// (RFC 4648, without padding), in which people type secrets and recovery codes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace haechi::trust {

std::string base32(std::string_view bytes);
// Nothing but A-Z and 2-7; nullopt for other text.
std::optional<std::string> decode_base32(std::string_view text);

int64_t totp_step_at(Time time);
// The six digits of a step, of a secret of any length.
std::string totp_code(std::string_view secret, int64_t step);
// Is this the code of the present step, so that it works for 30 seconds and no longer? The step, when it is
// and is later than `after_step`, so that no code is taken twice.
std::optional<int64_t> totp_step_of(std::string_view secret, std::string_view code, Time now,
                                    int64_t after_step);
// Of a code that is none of the present step: by how many seconds it is ahead (behind: negative), where it is
// one of ten minutes around. Such an authenticator has a wrong clock, or the code was typed late.
std::optional<int64_t> totp_seconds_off(std::string_view secret, std::string_view code, Time now);

// What an authenticator reads from a QR code or a link.
std::string totp_uri(std::string_view account, std::string_view secret_base32);

}  // namespace haechi::trust
