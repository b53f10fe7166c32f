#include "trust/cookie.h"

#include <gtest/gtest.h>

namespace haechi::trust {
namespace {

TEST(Surface, IsKnownByItsNameAndNothingElse) {
  for (const Surface surface : kSurfaces) EXPECT_EQ(parse_surface(surface_name(surface)), surface);
  EXPECT_EQ(parse_surface("me"), Surface::kMe);
  for (const char* name : {"", "Control", "control ", "api", "haechi_me"}) {
    EXPECT_FALSE(parse_surface(name).has_value()) << name;
  }
}

TEST(Cookie, GivesTheKeyOfItsOwnSurface) {
  const std::string_view cookies = "theme=dark; haechi_control=key-1;haechi_me= key-2 ; haechi_field=";
  EXPECT_EQ(cookie_key(cookies, Surface::kControl, false), "key-1");
  EXPECT_EQ(cookie_key(cookies, Surface::kMe, false), "key-2");
  EXPECT_EQ(cookie_key(cookies, Surface::kField, false), "");
  EXPECT_EQ(cookie_key(cookies, Surface::kDispatch, false), "");
  EXPECT_EQ(cookie_key("haechi_me=a=b", Surface::kMe, false), "a=b");
}

TEST(Cookie, CountsOverTlsUnderTheNameAloneThatNobodyElseCanSet) {
  const std::string_view cookies = "haechi_me=planted; __Host-haechi_me=mine";
  EXPECT_EQ(cookie_key(cookies, Surface::kMe, true), "mine");
  EXPECT_EQ(cookie_key("haechi_me=planted", Surface::kMe, true), "");
  EXPECT_EQ(cookie_key("__Host-haechi_me=mine", Surface::kMe, false), "");
}

TEST(Cookie, IsNotFoundInsideOtherNamesOrValues) {
  for (const char* cookies :
       {"", ";", "=", "haechi_me", "x_haechi_me=k", "haechi_me2=k", "Haechi_Me=k", "a=haechi_me=k"}) {
    EXPECT_EQ(cookie_key(cookies, Surface::kMe, false), "") << cookies;
  }
}

TEST(Cookie, IsNoneWhenTwoOfTheNameDiffer) {
  EXPECT_EQ(cookie_key("haechi_me=planted; haechi_me=mine", Surface::kMe, false), "");
  EXPECT_EQ(cookie_key("haechi_me=mine; haechi_me=mine", Surface::kMe, false), "mine");
}

TEST(Origin, IsTheSameWhenItNamesTheHost) {
  EXPECT_TRUE(same_origin("http://127.0.0.1:8080", "127.0.0.1:8080"));
  EXPECT_TRUE(same_origin("https://Haechi.example", "haechi.EXAMPLE"));
  EXPECT_TRUE(same_origin("https://haechi.example", "haechi.example:443"));
  EXPECT_TRUE(same_origin("http://haechi.example:80", "haechi.example"));
  EXPECT_TRUE(same_origin("http://[::1]:8080", "[::1]:8080"));
}

TEST(Origin, IsAnotherInEveryOtherCase) {
  EXPECT_FALSE(same_origin("https://evil.example", "haechi.example"));
  EXPECT_FALSE(same_origin("https://haechi.example.evil.example", "haechi.example"));
  EXPECT_FALSE(same_origin("https://evil.haechi.example", "haechi.example"));
  EXPECT_FALSE(same_origin("http://127.0.0.1:8081", "127.0.0.1:8080"));
  EXPECT_FALSE(same_origin("http://haechi.example:443", "haechi.example"));
  for (const char* origin : {"", "null", "haechi.example", "file://haechi.example", "https://"}) {
    EXPECT_FALSE(same_origin(origin, "haechi.example")) << origin;
    EXPECT_FALSE(same_origin(origin, "")) << origin;
  }
}

}  // namespace
}  // namespace haechi::trust
