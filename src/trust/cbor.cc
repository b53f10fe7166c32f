#include "trust/cbor.h"

#include <limits>

namespace haechi::trust {
namespace {

enum Kind : uint8_t { kUnsigned, kNegative, kBytes, kText, kList, kMap, kTag, kSimple };

}  // namespace

std::optional<CborReader::Head> CborReader::head() {
  if (rest_.empty()) return std::nullopt;
  const auto first = static_cast<uint8_t>(rest_[0]);
  const uint8_t kind = first >> 5, info = first & 31;
  if (info > 27) return std::nullopt;  // reserved, or of no stated length
  const size_t more = info < 24 ? 0 : size_t{1} << (info - 24);
  if (rest_.size() < 1 + more) return std::nullopt;
  uint64_t value = info;
  if (more > 0) value = 0;
  for (size_t i = 1; i <= more; ++i) value = value << 8 | static_cast<uint8_t>(rest_[i]);
  rest_.remove_prefix(1 + more);
  return Head{kind, value};
}

std::optional<CborReader::Head> CborReader::head_of(uint8_t kind) {
  const auto found = head();
  return found && found->kind == kind ? found : std::nullopt;
}

std::optional<std::string_view> CborReader::string_of(uint8_t kind) {
  const auto found = head_of(kind);
  if (!found || found->value > rest_.size()) return std::nullopt;
  const std::string_view out = rest_.substr(0, found->value);
  rest_.remove_prefix(out.size());
  return out;
}

std::optional<int64_t> CborReader::number() {
  const auto found = head();
  if (!found || found->kind > kNegative || found->value > std::numeric_limits<int64_t>::max())
    return std::nullopt;
  const auto value = static_cast<int64_t>(found->value);
  return found->kind == kUnsigned ? value : -1 - value;
}

std::optional<std::string_view> CborReader::bytes() {
  return string_of(kBytes);
}

std::optional<std::string_view> CborReader::text() {
  return string_of(kText);
}

std::optional<uint64_t> CborReader::map() {
  const auto found = head_of(kMap);
  return found ? std::optional(found->value) : std::nullopt;
}

bool CborReader::skip(int depth) {
  if (depth >= kDepthMax) return false;
  const auto found = head();
  if (!found) return false;
  switch (found->kind) {
    case kBytes:
    case kText:
      if (found->value > rest_.size()) return false;
      rest_.remove_prefix(found->value);
      return true;
    case kList:
    case kMap:
      // Each item takes a byte at least, so that a stated length beyond the end ends soon.
      for (uint64_t left = found->value; left > 0; --left)
        if (!skip(depth + 1) || (found->kind == kMap && !skip(depth + 1))) return false;
      return true;
    case kTag:
      return skip(depth + 1);
    default:
      return true;
  }
}

}  // namespace haechi::trust
