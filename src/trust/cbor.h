// CborReader: the part of CBOR (RFC 8949) that WebAuthn's canonical form uses: numbers, byte and text
// strings, lists and maps of stated length. Reads in place and keeps nothing; whatever is malformed, of
// another kind or ends early is nothing, and reading goes no deeper than kDepthMax. What stands there is
// hostile.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace haechi::trust {

class CborReader {
 public:
  static constexpr int kDepthMax = 8;

  explicit CborReader(std::string_view bytes) : rest_(bytes) {}

  // Each reads the next item. Nothing: it is not of that kind; reading does not go on.
  std::optional<int64_t> number();
  std::optional<std::string_view> bytes();
  std::optional<std::string_view> text();
  std::optional<uint64_t> map();  // how many pairs follow
  // Passes over one item, whatever it is.
  bool skip(int depth = 0);
  // What has not been read.
  std::string_view rest() const { return rest_; }

 private:
  struct Head {
    uint8_t kind = 0;
    uint64_t value = 0;
  };
  std::optional<Head> head();
  std::optional<Head> head_of(uint8_t kind);
  std::optional<std::string_view> string_of(uint8_t kind);

  std::string_view rest_;
};

}  // namespace haechi::trust
