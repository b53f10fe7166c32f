#include "net/json_form.h"

#include <gtest/gtest.h>

#include <string>

namespace haechi::net {
namespace {

TEST(JsonForm, IsThatOfTheStandardAndNoOther) {
  for (const char* good :
       {"{}", "[]", R"({"a":1,"b":{"a":2}})", R"([{"a":1},{"a":1}])", R"("text")", "12.5e3"})
    EXPECT_TRUE(check_json_form(good).ok()) << good;
  for (const char* bad :
       {"", "{", "{'a':1}", "{a:1}", R"({"a":1,})", R"({"a":1} {})", "[1 2]", "nul", "NaN", "// x\n{}"})
    EXPECT_FALSE(check_json_form(bad).ok()) << bad;
}

TEST(JsonForm, HoldsNoNameTwiceHoweverItIsWritten) {
  for (const char* twice :
       {R"({"seq":1,"seq":2})", R"({"x":[{"seq":1,"a":{},"seq":1}]})", R"({"seq":1,"s\u0065q":2})"})
    EXPECT_EQ(check_json_form(twice).error().reason, "appears twice in one object") << twice;
}

TEST(JsonForm, IsNotDeeperThanThirtyTwo) {
  EXPECT_TRUE(check_json_form(std::string(32, '[') + std::string(32, ']')).ok());
  EXPECT_FALSE(check_json_form(std::string(33, '[') + std::string(33, ']')).ok());
}

}  // namespace
}  // namespace haechi::net
