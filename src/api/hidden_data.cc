#include "api/hidden_data.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>

namespace haechi::api {
namespace {

using namespace std::string_view_literals;

uint64_t number(std::string_view bytes) {
  uint64_t out = 0;
  for (const char byte : bytes) out = out << 8 | static_cast<uint8_t>(byte);
  return out;
}

template <size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// --- JPEG

constexpr char kEndOfImage = '\xD9', kScan = '\xDA', kApp0 = '\xE0', kExif = '\xE1', kApp2 = '\xE2',
               kAdobe = '\xEE';
constexpr std::string_view kExifHead = "Exif\0\0"sv;
constexpr uint64_t kOrientationTag = 0x0112;

bool stands_alone(char marker) {
  return marker == '\x01' || (marker >= '\xD0' && marker <= '\xD7');
}

// Which side is up, 1 to 8, as an Exif segment says; nothing: it does not.
std::optional<uint8_t> orientation_in(std::string_view exif) {
  if (!exif.starts_with(kExifHead)) return std::nullopt;
  const std::string_view tiff = exif.substr(kExifHead.size());
  const bool little = tiff.starts_with("II");
  const auto at = [&](size_t from, size_t bytes) -> uint64_t {
    if (from > tiff.size() || bytes > tiff.size() - from) return 0;
    std::string taken(tiff.substr(from, bytes));
    if (little) std::reverse(taken.begin(), taken.end());
    return number(taken);
  };
  const uint64_t directory = at(4, 4), entries = at(directory, 2);
  for (uint64_t i = 0; i < entries; ++i) {
    const uint64_t entry = directory + 2 + 12 * i;
    if (entry + 12 > tiff.size()) return std::nullopt;
    if (at(entry, 2) != kOrientationTag) continue;
    const uint64_t side = at(entry + 8, 2);
    return side >= 1 && side <= 8 ? std::optional(static_cast<uint8_t>(side)) : std::nullopt;
  }
  return std::nullopt;
}

std::string exif_of(uint8_t orientation) {
  std::string body(kExifHead);
  body += "MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"sv;
  body += static_cast<char>(orientation);
  body += "\0\0\0\0\0\0"sv;
  return "\xFF" + std::string(1, kExif) + '\0' + static_cast<char>(body.size() + 2) + body;
}

// Frames, tables and scans; of what programs write for each other JFIF without its small picture, colours,
// and how colours are coded.
bool is_needed(char marker, std::string_view body) {
  const auto code = static_cast<uint8_t>(marker);
  if ((code >= 0xC0 && code <= 0xCF) || (code >= 0xDA && code <= 0xDF)) return true;
  if (marker == kApp0) return body.starts_with("JFIF\0"sv) && body.size() == 14;
  return (marker == kApp2 && body.starts_with("ICC_PROFILE\0"sv)) || marker == kAdobe;
}

// Where coded data ends that begins at `at`: before the next marker that is none of its own.
size_t end_of_scan(std::string_view in, size_t at) {
  for (; at + 1 < in.size(); ++at)
    if (in[at] == '\xFF' && in[at + 1] != '\0' && in[at + 1] != '\xFF' && !stands_alone(in[at + 1]))
      return at;
  return in.size();
}

std::string of_jpeg(std::string_view in) {
  std::string out(in.substr(0, 2));
  size_t at = 2;
  while (at + 1 < in.size() && in[at] == '\xFF') {
    const char marker = in[at + 1];
    if (marker == '\xFF') {  // fills up
      ++at;
      continue;
    }
    if (marker == kEndOfImage || stands_alone(marker)) {
      out.append(in.substr(at, 2));
      at += 2;
      if (marker == kEndOfImage) return out;
      continue;
    }
    const size_t length = number(in.substr(at + 2, 2));
    if (length < 2 || at + 2 + length > in.size()) return out;
    const std::string_view body = in.substr(at + 4, length - 2);
    if (is_needed(marker, body)) out.append(in.substr(at, 2 + length));
    if (const auto side = marker == kExif ? orientation_in(body) : std::nullopt) out += exif_of(*side);
    at += 2 + length;
    if (marker != kScan) continue;
    const size_t end = end_of_scan(in, at);
    out.append(in.substr(at, end - at));
    at = end;
  }
  return out;
}

// --- PNG

constexpr size_t kPngHead = 8, kChunkFrame = 12;  // length, name, checksum
constexpr std::array kChunks = {"IHDR"sv, "PLTE"sv, "IDAT"sv, "IEND"sv, "tRNS"sv, "gAMA"sv, "cHRM"sv,
                                "sRGB"sv, "sBIT"sv, "pHYs"sv, "acTL"sv, "fcTL"sv, "fdAT"sv};

std::string of_png(std::string_view in) {
  std::string out(in.substr(0, kPngHead));
  size_t at = kPngHead;
  while (at + kChunkFrame <= in.size()) {
    const uint64_t length = number(in.substr(at, 4));
    if (length > in.size() - at - kChunkFrame) return out;
    const std::string_view name = in.substr(at + 4, 4), chunk = in.substr(at, kChunkFrame + length);
    if (is_one_of(kChunks, name)) out.append(chunk);
    at += chunk.size();
    if (name == "IEND") return out;
  }
  return out;
}

// --- ISO media

constexpr std::array kContainers = {"moov"sv, "trak"sv, "mdia"sv, "minf"sv, "moof"sv, "traf"sv};
constexpr std::array kHidden = {"udta"sv, "meta"sv, "uuid"sv, "free"sv, "skip"sv};

// Boxes that hide something become free ones of the same length, full of zeros: what stands behind them is
// found by its distance from the beginning. False: a box is not whole; `at` is where it begins.
bool clear_boxes(std::string& all, size_t& at, size_t end) {
  while (at < end) {
    if (end - at < 8) return false;
    const std::string_view box = std::string_view(all).substr(at, end - at);
    const uint64_t said = number(box.substr(0, 4));
    const size_t head = said == 1 ? 16 : 8;
    const uint64_t size = said == 0 ? box.size() : said == 1 ? number(box.substr(8, 8)) : said;
    if (size < head || size > box.size()) return false;
    const std::string name(box.substr(4, 4));
    if (is_one_of(kHidden, name)) {
      all.replace(at + 4, 4, "free");
      std::fill_n(all.begin() + static_cast<std::ptrdiff_t>(at + head), size - head, '\0');
    } else if (is_one_of(kContainers, name)) {
      size_t inside = at + head;
      if (!clear_boxes(all, inside, at + size)) return false;
    }
    at += size;
  }
  return true;
}

std::string of_iso_media(std::string_view in) {
  std::string out(in);
  size_t at = 0;
  if (!clear_boxes(out, at, out.size())) out.resize(at);
  return out;
}

}  // namespace

std::string without_hidden_data(std::string_view content, std::string_view media_type) {
  if (media_type == "image/jpeg") return of_jpeg(content);
  if (media_type == "image/png") return of_png(content);
  if (media_type == "audio/mp4" || media_type == "video/mp4") return of_iso_media(content);
  return std::string(content);
}

}  // namespace haechi::api
