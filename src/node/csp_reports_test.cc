#include "node/csp_reports.h"

#include <gtest/gtest.h>

namespace haechi::node {
namespace {

struct CspReportsTest : testing::Test {
  CspReportsTest() { reports.count(metrics); }
  int post(const std::string& body) {
    net::Request request;
    request.method = "POST";
    request.body = body;
    return reports.take(request).status;
  }
  bool counted(const std::string& directive, int times) const {
    return metrics.text().find("haechi_csp_reports_total{directive=\"" + directive + "\"} " +
                               std::to_string(times) + "\n") != std::string::npos;
  }

  CspReports reports;
  Metrics metrics;
};

TEST_F(CspReportsTest, AreCountedByDirective) {
  EXPECT_EQ(
      post(R"({"csp-report":{"document-uri":"https://h/me/","effective-directive":"script-src-elem"}})"),
      204);
  EXPECT_EQ(post(R"({"csp-report":{"effective-directive":"script-src"}})"), 204);
  EXPECT_EQ(post(R"({"csp-report":{"effective-directive":"connect-src"}})"), 204);
  EXPECT_EQ(post(R"({"csp-report":{"violated-directive":"img-src 'self'"}})"), 204);
  EXPECT_TRUE(counted("script-src", 2)) << metrics.text();
  EXPECT_TRUE(counted("connect-src", 1));
  EXPECT_TRUE(counted("img-src", 1));
  EXPECT_TRUE(counted("other", 0));
}

TEST_F(CspReportsTest, WhateverElseIsSentMakesNoLabelOfItsOwn) {
  for (const std::string& body :
       {std::string(), std::string("x"), std::string("[]"), std::string("null"), std::string("{}"),
        std::string(R"({"csp-report":7})"), std::string(2'000, '['),
        std::string(R"({"csp-report":{"effective-directive":"a\"} 1"}})")})
    EXPECT_EQ(post(body), 204) << body;
  EXPECT_TRUE(counted("other", 8)) << metrics.text();
  EXPECT_EQ(metrics.text().find("a\\\""), std::string::npos);
  EXPECT_EQ(post(std::string(20'000, ' ')), 413);
  net::Request look;
  look.method = "GET";
  EXPECT_EQ(reports.take(look).status, 405);
}

}  // namespace
}  // namespace haechi::node
