#include "link/signature.h"

#include <charconv>
#include <utility>

#include "base/digest.h"

namespace haechi::link {
namespace {

constexpr Duration kGoodFor = Duration::seconds(300);

std::string signature_of(const Key& key, std::string_view timestamp, std::string_view body) {
  std::string bytes(timestamp);
  bytes += '.';
  bytes += body;
  return "sha256=" + hex(view(hmac_sha256(key.secret, bytes)));
}

Error forbidden(const char* field, const char* reason) {
  return {Code::kForbidden, field, reason};
}

std::string_view value_of(const net::Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers)
    if (key == name) return value;
  return {};
}

Status check(const Key& key, const net::Headers& headers, std::string_view body, Time now) {
  if (key.secret.empty() || value_of(headers, "x-haechi-key-id") != key.id)
    return forbidden("x-haechi-key-id", "the key is not known here");
  const std::string_view timestamp = value_of(headers, "x-haechi-timestamp");
  if (!equal_secret(signature_of(key, timestamp, body), value_of(headers, "x-haechi-signature")))
    return forbidden("x-haechi-signature", "the signature does not fit the body");
  int64_t seconds = 0;
  const auto [end, failed] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
  if (failed != std::errc() || end != timestamp.data() + timestamp.size() || seconds < 0 ||
      seconds > 1'000'000'000'000)
    return forbidden("x-haechi-timestamp", "is not a Unix time in seconds");
  const Duration off = now - Time{seconds * 1'000'000};
  if (off > kGoodFor || off < kGoodFor * -1)
    return forbidden("x-haechi-timestamp", "is more than five minutes from our clock");
  return {};
}

}  // namespace

net::Headers signed_headers(const Key& key, std::string_view body, Time now) {
  const std::string timestamp = std::to_string(now.us / 1'000'000);
  return {{"content-type", "application/json"},
          {"x-haechi-key-id", key.id},
          {"x-haechi-timestamp", timestamp},
          {"x-haechi-signature", signature_of(key, timestamp, body)}};
}

net::Response signed_response(const Key& key, std::string body, Time now) {
  net::Headers headers = signed_headers(key, body, now);
  std::erase_if(headers, [](const auto& header) { return header.first == "content-type"; });
  return {200, "application/json", std::move(body), std::move(headers)};
}

Status check_signature(const Key& key, const net::Request& request, Time now) {
  return check(key, request.headers, request.body, now);
}
Status check_signature(const Key& key, const net::Response& response, Time now) {
  return check(key, response.headers, response.body, now);
}

}  // namespace haechi::link
