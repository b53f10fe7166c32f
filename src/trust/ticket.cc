#include "trust/ticket.h"

#include "base/digest.h"

namespace haechi::trust {
namespace {

// ticket = when it ends[8, big endian, microseconds] | random[8] | signature[16]
constexpr size_t kTimeBytes = 8, kRandomBytes = 8, kStemBytes = kTimeBytes + kRandomBytes;

std::string bytes_of(Time time) {
  std::string out;
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(time.us >> shift & 255);
  return out;
}

Time time_of(std::string_view bytes) {
  uint64_t us = 0;
  for (const char byte : bytes.substr(0, kTimeBytes)) us = us << 8 | static_cast<uint8_t>(byte);
  return Time{static_cast<int64_t>(us)};
}

}  // namespace

Tickets::Tickets() : key_(random_secret(32)) {}

std::string Tickets::signature(std::string_view stem, std::string_view purpose) const {
  const Digest whole = hmac_sha256(key_, std::string(stem) + std::string(purpose));
  return std::string(view(whole).substr(0, kTicketBytes - kStemBytes));
}

std::string Tickets::issue(std::string_view purpose, Time expires_at) const {
  const std::string stem = bytes_of(expires_at) + random_secret(kRandomBytes);
  return stem + signature(stem, purpose);
}

bool Tickets::take(std::string_view ticket, std::string_view purpose, Time now) {
  if (ticket.size() != kTicketBytes) return false;
  const std::string_view stem = ticket.substr(0, kStemBytes);
  if (!equal_secret(signature(stem, purpose), ticket.substr(kStemBytes))) return false;
  const Time expires_at = time_of(ticket);
  if (now >= expires_at) return false;
  taken_.erase(taken_.begin(), taken_.lower_bound({now + Duration{1}, ""}));
  if (taken_.size() >= kTakenMax) return false;
  return taken_.emplace(expires_at, ticket).second;
}

}  // namespace haechi::trust
