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
  std::optional<net::Response> get(std::string_view path, const std::string& method = "GET",
                                   net::Headers headers = {}) {
    net::Request request;
    request.method = method;
    request.headers = std::move(headers);
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
  for (const char* rule :
       {"default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"})
    EXPECT_NE(header(*page, "content-security-policy").find(rule), std::string::npos) << rule;
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
        std::string("assets/"), std::string(".."), std::string("none")}) {
    EXPECT_FALSE(get(path)) << path;
  }
}

TEST_F(StaticFilesTest, ServesNoFileOfAKindThatPagesDoNotHave) {
  write("public/notes.docx", "x");
  write("public/core.1234", "x");
  EXPECT_FALSE(get("/notes.docx"));
  EXPECT_FALSE(get("/core.1234"));
}

TEST_F(StaticFilesTest, UnchangedFileIsNotSentAgainAndWritingIsRefused) {
  net::Request request;
  request.method = "GET";
  request.headers = {{"if-none-match", header(*get("/"), "etag")}};
  EXPECT_EQ(StaticFiles(root_ / "public").answer(request, "/")->status, 304);
  EXPECT_EQ(get("/", "POST")->status, 405);
  EXPECT_FALSE(StaticFiles(root_ / "absent").answer(request, "/"));
}

TEST_F(StaticFilesTest, AnswersOneRangeOfBytes) {
  write("public/map.pmtiles", "0123456789");
  const auto range = [&](const char* asked, net::Headers more = {}) {
    more.emplace_back("range", asked);
    return *get("/map.pmtiles", "GET", more);
  };
  EXPECT_EQ(range("bytes=2-4").status, 206);
  EXPECT_EQ(range("bytes=2-4").body, "234");
  EXPECT_EQ(header(range("bytes=2-4"), "content-range"), "bytes 2-4/10");
  EXPECT_EQ(range("bytes=2-4").content_type, "application/vnd.pmtiles");
  EXPECT_EQ(range("bytes=7-").body, "789");
  EXPECT_EQ(range("bytes=7-99").body, "789");
  EXPECT_EQ(range("bytes=-3").body, "789");
  EXPECT_EQ(range("bytes=-99").body, "0123456789");
  for (const char* beyond : {"bytes=10-", "bytes=99-100", "bytes=-0"}) {
    EXPECT_EQ(range(beyond).status, 416) << beyond;
    EXPECT_EQ(header(range(beyond), "content-range"), "bytes */10");
  }
  for (const char* whole : {"bytes=0-1,4-5", "bytes=5-2", "bytes=x-", "lines=1-2", "bytes=-", "bytes=4"}) {
    EXPECT_EQ(range(whole).status, 200) << whole;
    EXPECT_EQ(range(whole).body.size(), 10u) << whole;
  }
  const std::string tag = header(range("bytes=2-4"), "etag");
  EXPECT_EQ(range("bytes=2-4", {{"if-range", tag}}).status, 206);
  EXPECT_EQ(range("bytes=2-4", {{"if-range", "\"other\""}}).status, 200);
}

TEST_F(StaticFilesTest, SendsALargeMapInRangesOnly) {
  write("public/map.pmtiles", "x");
  fs::resize_file(root_ / "public/map.pmtiles", kFileBytesMax + 10);
  EXPECT_EQ(get("/map.pmtiles")->status, 413);
  const auto end = get("/map.pmtiles", "GET", {{"range", "bytes=33554440-"}});
  EXPECT_EQ(end->status, 206);
  EXPECT_EQ(end->body.size(), 2u);
}

TEST_F(StaticFilesTest, SendsThePackedNeighbourToWhoTakesItUnderATagOfItsOwn) {
  write("public/assets/app-1a2b.js.br", "packed by br");
  write("public/assets/app-1a2b.js.gz", "packed by gzip");
  const auto ask = [&](const char* accepted) {
    return *get("/assets/app-1a2b.js", "GET", {{"accept-encoding", accepted}});
  };
  const net::Response best = ask("gzip, deflate, br");
  EXPECT_EQ(best.body, "packed by br");
  EXPECT_EQ(header(best, "content-encoding"), "br");
  EXPECT_EQ(best.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(ask("gzip").body, "packed by gzip");
  EXPECT_EQ(ask("br;q=0, gzip;q=0.5").body, "packed by gzip");
  const net::Response plain = ask("");
  EXPECT_EQ(plain.body, "1");
  EXPECT_EQ(header(plain, "content-encoding"), "");
  EXPECT_EQ(header(plain, "vary"), "accept-encoding");
  EXPECT_NE(header(plain, "etag"), header(best, "etag"));
  EXPECT_EQ(get("/assets/app-1a2b.js", "GET", {{"accept-encoding", "br"}, {"range", "bytes=0-0"}})->body,
            "1");
}

TEST_F(StaticFilesTest, LeavesOutAPackedNeighbourThatIsOlderThanItsFile) {
  write("public/index.html.br", "of yesterday");
  fs::last_write_time(root_ / "public/index.html.br",
                      fs::last_write_time(root_ / "public/index.html") - std::chrono::hours(24));
  EXPECT_EQ(get("/", "GET", {{"accept-encoding", "br"}})->body, "<p>hello");
}

TEST_F(StaticFilesTest, LeadsAFolderToItsPage) {
  fs::create_directories(root_ / "public/control/assets");
  write("public/control/index.html", "control");
  write("public/control/assets/x-1.css", "a{}");
  const auto answer = get("/control");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 308);
  EXPECT_EQ(header(*answer, "location"), "control/");
  EXPECT_EQ(get("/control/")->body, "control");
  EXPECT_NE(header(*get("/control/assets/x-1.css"), "cache-control").find("immutable"), std::string::npos);
  EXPECT_EQ(header(*get("/control/"), "cache-control"), "no-cache");
}

TEST_F(StaticFilesTest, LetsPagesFetchFromTheMapServersThatWereNamedAndNoOthers) {
  net::Request request;
  request.method = "GET";
  const auto page = StaticFiles(root_ / "public", {"https://tiles.example:8443"}).answer(request, "/");
  const std::string policy = header(*page, "content-security-policy");
  EXPECT_NE(policy.find("connect-src 'self' ws: wss: https://tiles.example:8443;"), std::string::npos)
      << policy;
  EXPECT_NE(policy.find("img-src 'self' data: blob: https://tiles.example:8443;"), std::string::npos);
  EXPECT_EQ(policy.find("unsafe"), std::string::npos) << "nothing inline, neither script nor style";
  EXPECT_NE(policy.find("worker-src 'self';"), std::string::npos);
  EXPECT_NE(header(*page, "permissions-policy").find("geolocation=(self)"), std::string::npos);
  EXPECT_EQ(header(*get("/"), "content-security-policy").find("https:"), std::string::npos);
}

TEST_F(StaticFilesTest, SeesThatAFileChanged) {
  const StaticFiles files(root_ / "public");
  net::Request request;
  request.method = "GET";
  const std::string before = header(*files.answer(request, "/"), "etag");
  write("public/index.html", "<p>other");
  fs::last_write_time(root_ / "public/index.html",
                      fs::last_write_time(root_ / "public/index.html") + std::chrono::seconds(2));
  EXPECT_NE(header(*files.answer(request, "/"), "etag"), before);
}

}  // namespace
}  // namespace haechi::live
