#include "node/csp_reports.h"

#include <boost/json.hpp>

namespace haechi::node {
namespace {

namespace json = boost::json;

constexpr size_t kReportBytesMax = 16'384;

// As report-uri sends it: {"csp-report":{"effective-directive":"script-src-elem"}}; empty: it names none.
std::string directive_of(const std::string& report) {
  json::error_code error;
  const json::value told = json::parse(report, error);
  if (error || !told.is_object()) return {};
  const json::value* said = told.get_object().if_contains("csp-report");
  if (said == nullptr || !said->is_object()) return {};
  for (const char* name : {"effective-directive", "violated-directive"})
    if (const json::value* found = said->get_object().if_contains(name);
        found != nullptr && found->is_string())
      return std::string(found->get_string());
  return {};
}

size_t index_of(std::string_view directive) {
  constexpr auto& kAll = CspReports::kDirectives;
  for (size_t i = 0; i + 1 < kAll.size(); ++i)
    // "script-src-elem" is of script-src, "img-src 'self'" of img-src.
    if (directive.starts_with(kAll[i])) return i;
  return kAll.size() - 1;
}

}  // namespace

net::Response CspReports::take(const net::Request& request) {
  if (request.method != "POST") return net::problem(405, "method_not_allowed", "", "reports are posted");
  if (request.body.size() > kReportBytesMax)
    return net::problem(413, "too_large", "body", "is longer than any report");
  ++counted_[index_of(directive_of(request.body))];
  return net::Response{204, "", "", {}};
}

void CspReports::count(Metrics& metrics) const {
  for (size_t i = 0; i < kDirectives.size(); ++i)
    metrics.add({"haechi_csp_reports_total",
                 "What browsers say that a page tried and its policy forbids.",
                 {{"directive", kDirectives[i]}},
                 true,
                 [&one = counted_[i]] { return static_cast<double>(one.load()); }});
}

}  // namespace haechi::node
