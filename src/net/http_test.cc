#include "net/http.h"

#include <gtest/gtest.h>

#include "net/client_url.h"
#include "net/reach.h"

namespace haechi::net {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(DecodeForm, KeepsOrderAndDecodesEscapesAndPlus) {
  EXPECT_EQ(decode_form("a=1&b=two%20words&a=x+y"), (Pairs{{"a", "1"}, {"b", "two words"}, {"a", "x y"}}));
}

TEST(DecodeForm, LeavesMalformedEscapesAsTheyAre) {
  EXPECT_EQ(decode_form("a=%4&b=%zz&c=%"), (Pairs{{"a", "%4"}, {"b", "%zz"}, {"c", "%"}}));
}

TEST(DecodeForm, TakesMissingValuesAndEmptyPairs) {
  EXPECT_EQ(decode_form("&&flag&=v&x="), (Pairs{{"flag", ""}, {"", "v"}, {"x", ""}}));
}

TEST(Request, FindsHeadersAndDecodedParameters) {
  Request request;
  request.query = "id=W%2D1&note=a+b&id=second";
  request.headers = {{"x-one", "1"}, {"x-one", "2"}};
  EXPECT_EQ(request.parameter("id"), "W-1");
  EXPECT_EQ(request.parameter("note"), "a b");
  EXPECT_EQ(request.parameter("none"), "");
  EXPECT_EQ(request.header("x-one"), "1");
  EXPECT_EQ(request.header("x-two"), "");
}

TEST(Problem, EscapesWhatWouldBreakItsJson) {
  Response response = problem(400, "bad", "fixes[3].lat", "quote \" back \\ line \n end");
  EXPECT_EQ(response.content_type, "application/problem+json");
  EXPECT_EQ(response.body,
            "{\"type\":\"about:blank\",\"title\":\"Bad Request\",\"status\":400,\"code\":\"bad\","
            "\"field\":\"fixes[3].lat\",\"reason\":\"quote \\\" back \\\\ line \\u000a end\"}");
}

TEST(ParseUrl, TakesHostPortAndTarget) {
  Result<Url> url = parse_url("http://127.0.0.1:8080/a/b?c=d", "http");
  ASSERT_TRUE(url.ok());
  EXPECT_EQ(url->host, "127.0.0.1");
  EXPECT_EQ(url->port, 8080);
  EXPECT_EQ(url->target, "/a/b?c=d");
  Result<Url> six = parse_url("ws://[::1]:9?x", "ws");
  ASSERT_TRUE(six.ok());
  EXPECT_EQ(six->host, "::1");
  EXPECT_EQ(six->port, 9);
  EXPECT_EQ(six->target, "/?x");
  Result<Url> secure = parse_url("https://haechi.example/a", "http");
  ASSERT_TRUE(secure.ok());
  EXPECT_TRUE(secure->secure);
  EXPECT_EQ(secure->port, 443);
  EXPECT_EQ(secure->authority(), "haechi.example");
  EXPECT_EQ(parse_url("https://a:80/", "http")->authority(), "a:80");
  const Result<Url> stream = parse_url("wss://haechi.example/live", "ws");
  ASSERT_TRUE(stream.ok());
  EXPECT_TRUE(stream->secure);
  EXPECT_EQ(stream->port, 443);
  EXPECT_FALSE(parse_url("https://haechi.example/live", "ws").ok());
  EXPECT_FALSE(parse_url("wss://haechi.example/live", "http").ok());
}

TEST(LeavesInPlain, IsTrueOfWhatIsNotEncryptedUnlessItStaysOnThisMachine) {
  for (const char* url :
       {"http://192.0.2.1/", "http://cad.example:80/x", "http://127.0.0.1.evil.example/", "nonsense"})
    EXPECT_TRUE(leaves_in_plain(url)) << url;
  for (const char* url :
       {"https://cad.example/", "http://127.0.0.1:9/", "http://[::1]/", "http://localhost:8/x"})
    EXPECT_FALSE(leaves_in_plain(url)) << url;
}

TEST(Reach, IsThisMachineUntilHostsAreNamed) {
  for (const char* url : {"http://127.0.0.1:9/in", "https://[::1]:1/"})
    EXPECT_TRUE(check_reach({}, url).ok()) << url;
  for (const char* url :
       {"https://cad.example/", "http://169.254.169.254/latest", "http://127.0.0.1.evil.example/",
        "file:///etc/passwd", "http://127.0.0.1@evil.example/"})
    EXPECT_FALSE(check_reach({}, url).ok()) << url;
}

TEST(Reach, IsTheNamedHostsAloneAndOverTlsUnlessTheLineIsPrivate) {
  const Reach named{{"cad.example"}};
  EXPECT_TRUE(check_reach(named, "https://CAD.example:8443/in").ok());
  EXPECT_FALSE(check_reach(named, "http://cad.example/in").ok());
  EXPECT_FALSE(check_reach(named, "https://cad.example.evil.example/in").ok());
  EXPECT_FALSE(check_reach(named, "http://127.0.0.1:5432/").ok())
      << "what else runs on this machine is not named";
  EXPECT_TRUE(check_reach({{"cad.example"}, true}, "http://cad.example/in").ok());
}

TEST(ParseUrl, RefusesWhatItCannotCall) {
  for (const char* text : {"",
                           "ftp://a/",
                           "https://",
                           "http://",
                           "http://:80/",
                           "http://a:0/",
                           "http://a:65536/",
                           "http://a:x/",
                           "http://me:secret@a/",
                           "http://[::1/",
                           "http://[::1]x:80/",
                           "http://a\\b/",
                           "http://a/#b",
                           "http://a%2fb/",
                           "http://[g]/",
                           "http://127.1/",
                           "http://0x7f000001/",
                           "http://2130706433/",
                           "http://a,b/",
                           "http://a/ b",
                           "http://a/\r\nx: y"}) {
    EXPECT_FALSE(parse_url(text, "http").ok()) << text;
  }
}

}  // namespace
}  // namespace haechi::net
