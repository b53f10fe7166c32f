#include "node/surface_hosts.h"

#include <gtest/gtest.h>

namespace haechi::node {
namespace {

const SurfaceHosts kHosts({{"me", "me.example"}, {"court", "court.example"}});

net::Request get(const std::string& host, const std::string& path) {
  net::Request request;
  request.method = "GET";
  request.path = path;
  request.headers = {{"host", host}};
  return request;
}

// 0: it is answered as if there were no hosts.
int status(const std::string& host, const std::string& path, const std::string& surface = "",
           const std::string& query = "") {
  net::Request request = get(host, path);
  request.query = query;
  if (!surface.empty()) request.headers.emplace_back("haechi-surface", surface);
  const auto instead = kHosts.instead(request);
  return instead ? instead->status : 0;
}

TEST(SurfaceHosts, AnswerASurfaceAtItsHostAlone) {
  for (const char* host : {"me.example", "ME.example:8443"}) {
    EXPECT_EQ(status(host, "/me/"), 0) << host;
    EXPECT_EQ(status(host, "/api/v1/me/cases", "me"), 0) << host;
    EXPECT_EQ(status(host, "/live", "", "surface=me"), 0) << host;
  }
  for (const char* host : {"haechi.example", "court.example", ""}) {
    EXPECT_EQ(status(host, "/me/"), 421) << host;
    EXPECT_EQ(status(host, "/me/assets/app.js"), 421) << host;
    EXPECT_EQ(status(host, "/api/v1/session", "me"), 421) << host;
    EXPECT_EQ(status(host, "/live", "", "surface=me"), 421) << host;
  }
}

TEST(SurfaceHosts, AnswerNothingElseThere) {
  for (const char* path : {"/control/", "/court/", "/account/", "/metrics", "/openapi.json",
                           "/evidence/v1/checkpoint", "/link/v1/answers", "/index.html", "/live"})
    EXPECT_EQ(status("me.example", path), 421) << path;
  EXPECT_EQ(status("me.example", "/api/v1/alerts", "control"), 421);
  EXPECT_EQ(status("me.example", "/live", "", "surface=control"), 421);
  EXPECT_EQ(status("me.example", "/api/v1/alerts"), 0) << "no cookie counts without the name of its surface";
  EXPECT_EQ(status("me.example", "/config/map.json"), 0);
  EXPECT_EQ(status("me.example", "/map/world.pmtiles"), 0);
}

TEST(SurfaceHosts, LeaveTheOthersTogether) {
  for (const char* path : {"/", "/control/", "/account/", "/metrics", "/openapi.json"})
    EXPECT_EQ(status("haechi.example", path), 0) << path;
  EXPECT_EQ(status("haechi.example", "/live", "", "surface=control"), 0);
}

TEST(SurfaceHosts, LeadFromTheBareHostToTheSurface) {
  const auto instead = kHosts.instead(get("me.example", "/"));
  ASSERT_TRUE(instead);
  EXPECT_EQ(instead->status, 308);
  EXPECT_EQ(instead->headers, (net::Headers{{"location", "/me/"}}));
}

TEST(SurfaceHosts, ChangeNothingWhereThereAreNone) {
  EXPECT_FALSE(SurfaceHosts({}).instead(get("haechi.example", "/me/")));
}

}  // namespace
}  // namespace haechi::node
