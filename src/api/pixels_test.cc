#include "api/pixels.h"

#include <gtest/gtest.h>

#include <string>

namespace haechi::api {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) out += static_cast<char>(value);
  return out;
}

// As far as the size: head, chunk IHDR.
std::string png(int width_high, int width, int height_high, int height) {
  return "\x89PNG\r\n\x1A\n" + bytes({0, 0, 0, 13}) + "IHDR" +
         bytes({0, 0, width_high, width, 0, 0, height_high, height});
}
// A frame of three components: marker, length 17, precision, height, width.
std::string frame(int marker, int height_high, int height, int width_high, int width) {
  return bytes({0xFF, marker, 0, 17, 8, height_high, height, width_high, width, 3}) + std::string(9, '\0');
}

TEST(Pixels, AreWhatAPngSaysFirst) {
  EXPECT_EQ(pixels_of(png(0x0F, 0xA0, 0x0B, 0xB8)), 4'000u * 3'000u);
  EXPECT_EQ(pixels_of(png(0xFF, 0xFF, 0xFF, 0xFF)), 65'535u * 65'535u);
  EXPECT_EQ(pixels_of(png(1, 1, 1, 1).substr(0, 20)), 0u) << "it ends before";
}

TEST(Pixels, AreThoseOfTheLargestFrameOfAJpeg) {
  const std::string head = bytes({0xFF, 0xD8, 0xFF, 0xE0, 0, 16}) + "JFIF" + std::string(10, '\0');
  EXPECT_EQ(pixels_of(head + frame(0xC0, 0, 120, 0, 160) + frame(0xC2, 0x0B, 0xB8, 0x0F, 0xA0)),
            4'000u * 3'000u)
      << "a thumbnail before the picture, which is progressive";
  EXPECT_EQ(pixels_of(head + "\xFF\xFF\xFF" + frame(0xC1, 0, 10, 0, 10)), 100u)
      << "filled up before its marker";
  EXPECT_EQ(pixels_of(head + frame(0xC4, 0xFF, 0xFF, 0xFF, 0xFF)), 0u) << "a table is no frame";
  EXPECT_EQ(pixels_of(head), 0u);
  EXPECT_EQ(pixels_of(head + "\xFF\xC0"), 0u) << "it ends before";
}

}  // namespace
}  // namespace haechi::api
