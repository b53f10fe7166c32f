#include "live/static_files.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <fstream>

namespace haechi::live {
namespace {

namespace fs = std::filesystem;

class StaticFilesTest : public ::testing::Test {
 protected:
  StaticFilesTest() {
    char pattern[] = "/tmp/haechi-static-XXXXXX";
    root_ = ::mkdtemp(pattern);
    fs::create_directories(root_ / "public/assets");
    write("secret.txt", "secret");
    write("public/index.html", "<p>hello");
    write("public/.hidden", "hidden");
    write("public/assets/app-1a2b.js", "1");
    fs::create_symlink(root_ / "secret.txt", root_ / "public/link.txt");
  }
  ~StaticFilesTest() override { fs::remove_all(root_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(root_ / name) << text; }
  std::optional<net::Response> get(std::string_view path, const std::string& method = "GET") {
    net::Request request;
    request.method = method;
    return StaticFiles(root_ / "public").answer(request, path);
  }
  static std::string header(const net::Response& response, std::string_view name) {
    for (const auto& [key, value] : response.headers) {
      if (key == name) return value;
    }
    return {};
  }
  fs::path root_;
};

TEST_F(StaticFilesTest, ServesTheIndexWithAPolicyThatAllowsOnlyOurOwnScripts) {
  const auto page = get("/");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->body, "<p>hello");
  EXPECT_EQ(page->content_type, "text/html; charset=utf-8");
  EXPECT_EQ(header(*page, "cache-control"), "no-cache");
  EXPECT_NE(header(*page, "content-security-policy").find("default-src 'self'"), std::string::npos);
}

TEST_F(StaticFilesTest, NamedByDigestIsCachedForAYear) {
  const auto script = get("/assets/app-1a2b.js");
  ASSERT_TRUE(script);
  EXPECT_NE(header(*script, "cache-control").find("immutable"), std::string::npos);
  EXPECT_EQ(script->content_type, "text/javascript; charset=utf-8");
}

TEST_F(StaticFilesTest, NeverLeavesItsFolder) {
  for (const std::string& path :
       {std::string("../secret.txt"), std::string("/../secret.txt"), std::string("assets/../../secret.txt"),
        std::string("..\\secret.txt"), std::string("link.txt"), std::string(".hidden"),
        std::string("//etc/passwd"), std::string("index.html\0.txt", 15), std::string("assets"),
        std::string("none")}) {
    EXPECT_FALSE(get(path)) << path;
  }
}

TEST_F(StaticFilesTest, UnchangedFileIsNotSentAgainAndWritingIsRefused) {
  net::Request request;
  request.method = "GET";
  request.headers = {{"if-none-match", header(*get("/"), "etag")}};
  EXPECT_EQ(StaticFiles(root_ / "public").answer(request, "/")->status, 304);
  EXPECT_EQ(get("/", "POST")->status, 405);
  EXPECT_FALSE(StaticFiles(root_ / "absent").answer(request, "/"));
}

}  // namespace
}  // namespace haechi::live
