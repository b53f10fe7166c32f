#include "trust/totp.h"

#include <gtest/gtest.h>

namespace haechi::trust {
namespace {

constexpr std::string_view kSecret = "12345678901234567890";

constexpr Time at(int64_t seconds) {
  return Time{} + Duration::seconds(seconds);
}

TEST(Base32, WritesTheExamplesOfRfc4648AndReadsThemBack) {
  for (const auto& [bytes, text] :
       {std::pair("", ""), std::pair("f", "MY"), std::pair("fo", "MZXQ"), std::pair("foo", "MZXW6"),
        std::pair("foob", "MZXW6YQ"), std::pair("fooba", "MZXW6YTB"), std::pair("foobar", "MZXW6YTBOI")}) {
    EXPECT_EQ(base32(bytes), text);
    EXPECT_EQ(decode_base32(text), bytes);
  }
  EXPECT_FALSE(decode_base32("MZXW6===").has_value());
  EXPECT_FALSE(decode_base32("mzxw6").has_value());
  EXPECT_FALSE(decode_base32("M1").has_value());
}

// RFC 6238, appendix B: of its eight digits the last six.
TEST(Totp, GivesTheCodesOfRfc6238) {
  for (const auto& [seconds, code] :
       {std::pair(59LL, "287082"), std::pair(1'111'111'109LL, "081804"), std::pair(1'111'111'111LL, "050471"),
        std::pair(1'234'567'890LL, "005924"), std::pair(2'000'000'000LL, "279037"),
        std::pair(20'000'000'000LL, "353130")}) {
    EXPECT_EQ(totp_code(kSecret, totp_step_at(at(seconds))), code);
  }
}

TEST(Totp, TakesACodeForTheThirtySecondsInWhichItIsShown) {
  const Time shown = at(1'000'000'020);
  const Time gone = shown + Duration::seconds(30);
  const std::string code = totp_code(kSecret, totp_step_at(shown));
  EXPECT_EQ(totp_step_of(kSecret, code, shown, 0), totp_step_at(shown));
  EXPECT_EQ(totp_step_of(kSecret, code, gone - Duration{1}, 0), totp_step_at(shown));
  EXPECT_FALSE(totp_step_of(kSecret, code, gone, 0).has_value());
  EXPECT_FALSE(totp_step_of(kSecret, code, shown - Duration{1}, 0).has_value());
}

TEST(Totp, TellsHowFarTheClockIsOffThatShowedACode) {
  const Time now = at(1'000'000'015);
  const int64_t step = totp_step_at(now);
  EXPECT_EQ(totp_seconds_off(kSecret, totp_code(kSecret, step - 1), now), -30);
  EXPECT_EQ(totp_seconds_off(kSecret, totp_code(kSecret, step + 20), now), 600);
  EXPECT_FALSE(totp_seconds_off(kSecret, totp_code(kSecret, step + 21), now).has_value());
  EXPECT_FALSE(totp_seconds_off(kSecret, "", now).has_value());
}

TEST(Totp, TakesNoCodeOfAStepThatWasTakenNorOfAnEarlierOne) {
  const Time now = at(1'000'000'015);
  const int64_t step = totp_step_at(now);
  EXPECT_FALSE(totp_step_of(kSecret, totp_code(kSecret, step), now, step).has_value());
  EXPECT_FALSE(totp_step_of(kSecret, totp_code(kSecret, step), now, step + 1).has_value());
  EXPECT_EQ(totp_step_of(kSecret, totp_code(kSecret, step), now, step - 1), step);
}

TEST(Totp, TakesNothingThatIsNotSixDigits) {
  const Time now = at(1'000'000'015);
  const std::string code = totp_code(kSecret, totp_step_at(now));
  for (const std::string& wrong : {std::string(), code.substr(1), code + "0", " " + code})
    EXPECT_FALSE(totp_step_of(kSecret, wrong, now, 0).has_value()) << wrong;
}

}  // namespace
}  // namespace haechi::trust
