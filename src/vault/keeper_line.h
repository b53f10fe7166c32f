// KeeperLine: one end of a line between whoever asks and the keeper. Messages go to and fro, one at a time:
//
//   message = bytes that follow[4] | them
//
// A question is kind[1] | what it needs, an answer what the question calls for, both as base/archive.h has
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace haechi::vault {

enum class Ask : uint8_t {
  kOpenRing,
  kKeyOf,
  kHasOlder,
  kDestroy,
  kUnderHouse,
  kChangeMaster,
  kSealParts,
  kSealTexts,
  kOpenBoxes,
  kDeviceMac,
  kDeviceKey,
  kCoarse
};

class KeeperLine {
 public:
  static constexpr size_t kMessageBytesMax = size_t{1} << 28;

  explicit KeeperLine(int socket) : socket_(socket) {}  // which is its own from now on
  ~KeeperLine();
  KeeperLine(const KeeperLine&) = delete;

  // False: the other end is closed.
  bool send(std::string_view message);
  // Good until the next call. Nothing: the other end is closed, or sends what is no message.
  std::optional<std::string_view> receive();

 private:
  // False likewise. At least `wanted` bytes are there when it is true.
  bool fill(size_t wanted);

  const int socket_;
  std::string bytes_;
  size_t filled_ = 0;
};

}  // namespace haechi::vault
