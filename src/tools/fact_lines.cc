#include "tools/fact_lines.h"

#include <algorithm>
#include <boost/json.hpp>

#include "api/json.h"
#include "gateway/verify.h"
#include "law/shapes.h"
#include "node/time_zones.h"

namespace haechi::tools {
namespace {

namespace json = boost::json;

Result<Time> stamp_of(const json::object& line, const v1::Fact& fact) {
  if (const json::value* at = line.if_contains("at_us")) {
    int64_t us = 0;
    if (at->is_int64()) us = at->get_int64();
    if (at->is_string()) us = std::strtoll(at->get_string().c_str(), nullptr, 10);
    if (us <= 0) return invalid("at_us", "must be Unix microseconds");
    return Time{us};
  }
  if (const json::value* at = line.if_contains("at")) {
    if (!at->is_string()) return invalid("at", "must be an ISO 8601 time");
    const Result<Time> time = parse_iso8601(std::string(at->get_string()));
    if (!time.ok()) return invalid("at", time.error().reason);
    return *time;
  }
  if (fact.report_received().received_at_us() > 0) return Time{fact.report_received().received_at_us()};
  return invalid("at_us", "is missing: Unix microseconds, or \"at\" with an ISO 8601 time");
}

Result<v1::Fact> fact_of(const json::object& line) {
  json::object flat;
  const json::value* fact = line.if_contains("fact");
  if (fact == nullptr) {
    for (const auto& [key, value] : line)
      if (key != "at_us" && key != "at" && key != "entry_no") flat[key] = value;
  } else {
    if (!fact->is_object()) return invalid("fact", "must be an object");
    flat = fact->get_object();
  }
  v1::Fact made;
  TRY_STATUS(api::read_json(json::serialize(flat), made));
  if (made.kind_case() == v1::Fact::KIND_NOT_SET) return invalid("fact", "must be of some kind");
  return made;
}

}  // namespace

Result<std::vector<StampedFact>> FactLines::read(const std::string& line) {
  std::vector<StampedFact> out;
  if (line.find_first_not_of(" \t\r") == std::string::npos) return out;
  boost::system::error_code error;
  const json::value value = json::parse(line, error);
  if (error) return invalid("", "is not JSON: " + error.message());
  if (!value.is_object()) return invalid("", "must be a JSON object");
  if (value.get_object().contains("effect")) return out;
  StampedFact stamped;
  TRY(stamped.fact, fact_of(value.get_object()));
  TRY(stamped.at, stamp_of(value.get_object(), stamped.fact));
  return take(std::move(stamped));
}

Result<std::vector<StampedFact>> FactLines::take(StampedFact stamped) {
  std::vector<StampedFact> out;
  const Time said = stamped.at;
  if (said < said_at_) return invalid("at_us", "is before that of an earlier line");
  stamped.at = std::max(stamped.at, last_at_ + Duration{1});
  TRY_STATUS(admit(stamped, out));
  said_at_ = said;
  if (!out.empty()) last_at_ = out.back().at;
  return out;
}

Status FactLines::admit(StampedFact& stamped, std::vector<StampedFact>& out) {
  v1::Fact& fact = stamped.fact;
  if (fact.has_report_received()) {
    TRY_STATUS(admit_report(*fact.mutable_report_received(), stamped.at));
    const spine::ReportFilter::Verdict verdict = filter_.admit(fact.report_received().report());
    if (verdict == spine::ReportFilter::Verdict::kDuplicate) return {};
    if (verdict == spine::ReportFilter::Verdict::kConflicting)
      fact.mutable_report_received()->set_conflicting(true);
    out.push_back(std::move(stamped));
    return {};
  }
  if (fact.has_order_registered()) {
    v1::Order& order = *fact.mutable_order_registered();
    if (order.version() == 0) order.set_version(versions_[order.id()] + 1);
  }
  TRY_STATUS(law::check(fact));
  TRY_STATUS(references_.check(fact));
  if (Time{fact.violation_taken_over().happened_at_us()} > stamped.at)
    return invalid("happened_at_us", "is after it was taken over");
  if (references_.repeats(fact)) return {};
  if (fact.has_order_registered()) {
    const v1::Order& order = fact.order_registered();
    if (!order.time_zone().empty() && order.time_zone() != "UTC" &&
        !time_zones_.contains(order.time_zone())) {
      TRY(v1::Fact zone, time_zone_of(order));
      time_zones_.insert(order.time_zone());
      out.push_back({stamped.at, std::move(zone)});
      stamped.at = stamped.at + Duration{1};
    }
    versions_[order.id()] = std::max(versions_[order.id()], order.version());
  }
  if (fact.has_time_zone_registered()) time_zones_.insert(fact.time_zone_registered().name());
  references_.add(fact);
  devices_.apply(fact);
  out.push_back(std::move(stamped));
  return {};
}

Status FactLines::admit_report(v1::ReportReceived& received, Time at) {
  const gateway::Admission admission =
      gateway::admit(*received.mutable_report(), at, devices_, received.protocol());
  if (!admission.rejection) return {};
  return invalid("report_received.report." + admission.rejection->field,
                 admission.rejection->code + ": " + admission.rejection->reason);
}

Result<v1::Fact> FactLines::time_zone_of(const v1::Order& order) const {
  Result<v1::TimeZone> zone = node::read_time_zone(order.time_zone());
  if (!zone.ok()) return invalid("time_zone", "must be the name of an IANA time zone, such as Asia/Seoul");
  v1::Fact fact;
  *fact.mutable_time_zone_registered() = *std::move(zone);
  return fact;
}

}  // namespace haechi::tools
