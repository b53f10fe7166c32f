#include "api/pixels.h"

#include <algorithm>

namespace haechi::api {
namespace {

constexpr std::string_view kPngHead = "\x89PNG\r\n\x1A\n";
constexpr size_t kPngWidthAt = 16;      // behind the head, and length and name of the first chunk
constexpr size_t kJpegFrameBytes = 10;  // marker, length, precision, height, width, components

uint64_t number(std::string_view bytes) {
  uint64_t out = 0;
  for (const char byte : bytes) out = out << 8 | static_cast<uint8_t>(byte);
  return out;
}

uint64_t pixels_of_png(std::string_view picture) {
  if (picture.size() < kPngWidthAt + 8) return 0;
  return number(picture.substr(kPngWidthAt, 4)) * number(picture.substr(kPngWidthAt + 4, 4));
}

// SOF0 to SOF15 but those that begin something else.
bool begins_frame(uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// Wherever one is found: how a decoder gets to it over damaged segments is its own affair.
uint64_t pixels_of_jpeg(std::string_view picture) {
  uint64_t most = 0;
  for (size_t at = picture.find('\xFF'); at != std::string_view::npos; at = picture.find('\xFF', at + 1)) {
    const std::string_view frame = picture.substr(at, kJpegFrameBytes);
    if (frame.size() < kJpegFrameBytes || !begins_frame(static_cast<uint8_t>(frame[1]))) continue;
    const uint64_t components = number(frame.substr(9, 1));
    if (components < 1 || components > 4 || number(frame.substr(2, 2)) != 8 + 3 * components) continue;
    most = std::max(most, number(frame.substr(5, 2)) * number(frame.substr(7, 2)));
  }
  return most;
}

}  // namespace

uint64_t pixels_of(std::string_view picture) {
  return picture.starts_with(kPngHead) ? pixels_of_png(picture) : pixels_of_jpeg(picture);
}

}  // namespace haechi::api
