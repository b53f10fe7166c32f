// CspReports: browsers tell here when a page tried what its Content-Security-Policy forbids. Each report is
// counted by the directive that it names, and nothing else of it is kept: it holds addresses of pages, and
// anybody can send one.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string_view>

#include "net/http.h"
#include "node/metrics.h"

namespace haechi::node {

inline constexpr std::string_view kCspReportsPath = "/csp-reports";

class CspReports {
 public:
  // 204; 405 for another method, 413 for more than a report can be. One thread at a time.
  net::Response take(const net::Request& request);
  void count(Metrics& metrics) const;

  static constexpr std::array kDirectives = {"default-src", "script-src",  "style-src",       "connect-src",
                                             "img-src",     "worker-src",  "manifest-src",    "object-src",
                                             "base-uri",    "form-action", "frame-ancestors", "other"};

 private:
  std::array<std::atomic<uint64_t>, kDirectives.size()> counted_{};
};

}  // namespace haechi::node
