// One reader decides about addresses (net/client_url.h), another calls them (libcurl): of whatever the first
// takes, the second calls the host and port that were decided about.
#include <curl/curl.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "net/client_url.h"

namespace haechi::notify {
namespace {

// "host port" as libcurl calls it; nothing: it calls nobody.
std::optional<std::string> called(const std::string& text) {
  CURLU* url = curl_url();
  std::optional<std::string> out;
  char *host = nullptr, *port = nullptr;
  if (curl_url_set(url, CURLUPART_URL, text.c_str(), CURLU_NON_SUPPORT_SCHEME) == CURLUE_OK &&
      curl_url_get(url, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
      curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK) {
    std::string name = host;
    if (name.starts_with('[')) name = name.substr(1, name.size() - 2);
    out = name + " " + port;
  }
  curl_free(host);
  curl_free(port);
  curl_url_cleanup(url);
  return out;
}

std::optional<std::string> decided(const std::string& text) {
  const auto url = net::parse_url(text, "http");
  return url.ok() ? std::optional(url->host + " " + std::to_string(url->port)) : std::nullopt;
}

const std::vector<std::string> kHosts = {"a.example",
                                         "127.0.0.1",
                                         "[::1]",
                                         "A.Example",
                                         "a.example.",
                                         "a",
                                         "0x7f.1",
                                         "2130706433",
                                         "127.1",
                                         "[::ffff:127.0.0.1]",
                                         "a%2eexample",
                                         "a.example\\.b.example",
                                         "a.example#.b.example",
                                         "a.example?.b.example",
                                         "me@a.example",
                                         "a@b@c",
                                         "a.example:80@b",
                                         "a.example:80:90",
                                         "[::1]a",
                                         "[::1",
                                         "::1",
                                         "a,b",
                                         "a;b",
                                         "a'b",
                                         "a\"b",
                                         "a<b",
                                         "a|b",
                                         "a^b",
                                         "a`b",
                                         "a{b",
                                         "\xea\xb0\x80.example",
                                         "",
                                         ".",
                                         "..",
                                         "a..b",
                                         "xn--9t4b11yi5a.example",
                                         "a_b.example",
                                         "-a",
                                         "a!b",
                                         "a$b",
                                         "a&b",
                                         "a(b",
                                         "a*b",
                                         "a=b",
                                         "a~b"};
const std::vector<std::string> kSchemes = {"https://",  "http://", "HTTPS://", "https:/",   "https:",
                                           "https:///", "//",      "ftp://",   " https://", "https:\\\\"};
const std::vector<std::string> kPorts = {"",       ":",    ":80",  ":443", ":0", ":65535",
                                         ":65536", ":080", ":+80", ":8 0", ":8a"};
const std::vector<std::string> kRests = {"",    "/",           "/a?b=c", "?a",  "#a",  "/a#b",
                                         "/..", "/@b.example", "/\\b",   "\t/", "/%00"};

TEST(Addresses, MeanTheSameToWhoDecidesAboutThemAndToWhoCallsThem) {
  size_t taken = 0, refused = 0;
  for (const std::string& scheme : kSchemes)
    for (const std::string& host : kHosts)
      for (const std::string& port : kPorts)
        for (const std::string& rest : kRests) {
          const std::string text = scheme + host + port + rest;
          const auto said = decided(text), meant = called(text);
          ++(said ? taken : refused);
          EXPECT_TRUE(!said || !meant || *said == *meant) << text << ": " << *said << ", " << *meant;
        }
  EXPECT_GT(taken, 400u);
  EXPECT_GT(refused, 10'000u);
}

}  // namespace
}  // namespace haechi::notify
