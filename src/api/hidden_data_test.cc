#include "api/hidden_data.h"

#include <gtest/gtest.h>

namespace haechi::api {
namespace {

using namespace std::string_literals;

std::string be(uint64_t value, int bytes) {
  std::string out;
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
  return out;
}

// --- JPEG
std::string segment(int marker, const std::string& body) {
  return "\xFF" + std::string(1, static_cast<char>(marker)) + be(body.size() + 2, 2) + body;
}
// An Exif segment: which side is up, and a place.
std::string exif(int side, bool little = false) {
  const auto put = [little](uint64_t value, int bytes) {
    std::string out = be(value, bytes);
    return little ? std::string(out.rbegin(), out.rend()) : out;
  };
  return "Exif\0\0"s + (little ? "II" : "MM") + put(42, 2) + put(8, 4) + put(2, 2) + put(0x010F, 2) +
         put(2, 2) + put(4, 4) + "Cam\0"s + put(0x0112, 2) + put(3, 2) + put(1, 4) +
         put(static_cast<uint64_t>(side), 2) + put(0, 2) + put(0, 4) + "GPS 37.6123 127.2345";
}
const std::string kJfif = segment(0xE0, "JFIF\0\1\1\0\0\1\0\1\0\0"s);
const std::string kColours = segment(0xE2, "ICC_PROFILE\0\1\1colours"s);
const std::string kFrame = segment(0xC0, "\x08\0\1\0\1\3"s + std::string(9, '\1'));
const std::string kScan = segment(0xDA, "\3123"s) + "coded\xFF\0data\xFF\xD0more"s;
const std::string kEnd = "\xFF\xD9";

std::string jpeg(const std::string& content) {
  return without_hidden_data(content, "image/jpeg");
}

TEST(HiddenData, OfAJpegGoesAndThePictureStays) {
  const std::string shown = kFrame + kScan + segment(0xC4, "table") + kScan + kEnd;
  const std::string all = "\xFF\xD8" + kJfif + segment(0xE1, exif(1)) +
                          segment(0xE1, "http://ns.adobe.com/xap/1.0/\0<x>her street</x>"s) +
                          segment(0xED, "Photoshop 3.0\0caption"s) + segment(0xFE, "a comment") +
                          segment(0xE5, "maker") + kColours + shown + "a second file behind the end";
  const std::string left = jpeg(all);
  for (const char* hidden : {"GPS", "Cam", "her street", "caption", "comment", "maker", "second file"})
    EXPECT_EQ(left.find(hidden), std::string::npos) << hidden;
  EXPECT_NE(left.find(kJfif), std::string::npos);
  EXPECT_NE(left.find(kColours), std::string::npos);
  EXPECT_TRUE(left.ends_with(shown));
  EXPECT_EQ(jpeg(left), left) << "there is nothing more to take";
}

TEST(HiddenData, OfAJpegLeavesWhichSideIsUp) {
  for (const bool little : {false, true})
    for (int side = 1; side <= 8; ++side) {
      const std::string left = jpeg("\xFF\xD8" + segment(0xE1, exif(side, little)) + kFrame + kScan + kEnd);
      EXPECT_EQ(left.find("GPS"), std::string::npos);
      EXPECT_EQ(left.substr(0, 38),
                "\xFF\xD8" + segment(0xE1, "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"s +
                                               static_cast<char>(side) + "\0\0\0\0\0\0"s));
    }
  EXPECT_EQ(jpeg("\xFF\xD8" + segment(0xE1, exif(9)) + kEnd), "\xFF\xD8" + kEnd) << "no such side";
}

// --- PNG
std::string chunk(const std::string& name, const std::string& body) {
  return be(body.size(), 4) + name + body + "crc.";
}

TEST(HiddenData, OfAPngGoesAndThePictureStays) {
  const std::string head = "\x89PNG\r\n\x1A\n" + chunk("IHDR", std::string(13, '\1'));
  const std::string shown = chunk("tRNS", "t") + chunk("IDAT", "data") + chunk("IEND", "");
  const std::string all = head + chunk("tEXt", "Author\0a name"s) + chunk("eXIf", exif(1)) +
                          chunk("tIME", "1234567") + chunk("iTXt", "XML:com.adobe.xmp") + shown + "behind";
  EXPECT_EQ(without_hidden_data(all, "image/png"), head + shown);
}

// --- ISO media
std::string box(const std::string& name, const std::string& body) {
  return be(body.size() + 8, 4) + name + body;
}

TEST(HiddenData, OfARecordingGoesAndNothingMoves) {
  const std::string frames = box("mdat", "frames");
  const auto movie = [](const std::string& hidden) {
    return box("moov", box("mvhd", "head") + box("udta", hidden) +
                           box("trak", box("tkhd", "t") + box("meta", hidden)));
  };
  const std::string place = "\xA9xyz+37.6123+127.2345/";
  const std::string all = box("ftyp", "M4A ") + movie(place) + box("uuid", place) + frames;
  const std::string left = without_hidden_data(all, "audio/mp4");
  EXPECT_EQ(left.size(), all.size());
  EXPECT_EQ(left.find("37.6123"), std::string::npos);
  EXPECT_EQ(left.find(frames), all.find(frames));
  EXPECT_NE(left.find(box("mvhd", "head")), std::string::npos);
  EXPECT_EQ(left.find("udta"), std::string::npos);
  EXPECT_EQ(without_hidden_data(left, "video/mp4"), left);
}

TEST(HiddenData, IsGoneOfWhateverIsCutOrDamagedToo) {
  const std::string place = "37.6123 127.2345";
  const std::string files[][2] = {
      {"image/jpeg", "\xFF\xD8" + kJfif + segment(0xE1, exif(6) + place) + kFrame + kScan + kEnd},
      {"image/png",
       "\x89PNG\r\n\x1A\n" + chunk("IHDR", std::string(13, '\1')) + chunk("tEXt", place) + chunk("IEND", "")},
      {"video/mp4", box("ftyp", "isom") + box("moov", box("udta", place)) + box("mdat", "frames")}};
  for (const auto& [type, whole] : files) {
    for (size_t size = 8; size <= whole.size(); ++size) {
      const std::string left = without_hidden_data(whole.substr(0, size), type);
      EXPECT_EQ(left.find("37.6123"), std::string::npos) << type << " cut at " << size;
      EXPECT_LE(left.size(), std::max(size, size_t{44})) << type;
    }
    for (size_t at = 8; at < whole.size(); ++at)
      for (const int flip : {0x01, 0x80, 0xFF}) {
        std::string damaged = whole;
        damaged[at] = static_cast<char>(damaged[at] ^ flip);
        (void)without_hidden_data(damaged, type);  // ends, and reads nothing that is not there
      }
  }
  EXPECT_EQ(without_hidden_data("%PDF-1.7 " + place, "application/pdf"), "%PDF-1.7 " + place);
}

}  // namespace
}  // namespace haechi::api
