// Reader: takes MQTT's elementary values off the front of a byte string. The first value that is not there or
// not allowed makes it fail; everything read after that is zero or empty.
#pragma once

#include <cstdint>
#include <string_view>

#include "gateway/mqtt_codec.h"

namespace haechi::gateway::mqtt {

class Reader {
 public:
  explicit Reader(std::string_view bytes) : left_(bytes) {}

  uint8_t byte() {
    if (left_.empty()) return static_cast<uint8_t>(fail("packet ends too early"));
    const uint8_t value = static_cast<uint8_t>(left_[0]);
    left_.remove_prefix(1);
    return value;
  }
  uint16_t two_bytes() {
    const uint32_t high = byte();
    return static_cast<uint16_t>(high << 8 | byte());
  }
  uint32_t four_bytes() {
    const uint32_t high = two_bytes();
    return high << 16 | two_bytes();
  }
  // At most four bytes, in as few as possible.
  uint32_t variable() {
    uint32_t value = 0;
    for (int shift = 0; shift < 28; shift += 7) {
      const uint8_t next = byte();
      value |= static_cast<uint32_t>(next & 0x7F) << shift;
      if ((next & 0x80) == 0) {
        if (next == 0 && shift > 0) fail("length is written in more bytes than it needs");
        return value;
      }
    }
    return fail("length is longer than four bytes");
  }
  std::string_view take(size_t size) {
    if (size > left_.size()) {
      fail("packet ends too early");
      return {};
    }
    const std::string_view taken = left_.substr(0, size);
    left_.remove_prefix(size);
    return taken;
  }
  std::string_view binary() { return take(two_bytes()); }
  std::string_view text() {
    const std::string_view taken = binary();
    if (!valid_text(taken)) {
      fail("text is not valid UTF-8");
      return {};
    }
    return taken;
  }
  std::string_view rest() { return take(left_.size()); }
  bool empty() const { return left_.empty(); }
  bool failed() const { return error_.text[0] != '\0'; }
  const Malformed& error() const { return error_; }

  // Keeps the first failure only. Returns 0.
  uint32_t fail(const char* text, uint8_t code = reason::kMalformed) {
    if (!failed()) error_ = {code, text};
    left_ = {};
    return 0;
  }

 private:
  std::string_view left_;
  Malformed error_;
};

}  // namespace haechi::gateway::mqtt
