#include "node/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/timex.h>

#include <map>

#include "base/digest.h"
#include "base/hex.h"
#include "trust/keys.h"

namespace haechi::node {
namespace {

void collect(const Metric& metric, std::map<std::string, prometheus::MetricFamily>& families) {
  prometheus::MetricFamily& family = families[metric.name];
  family.name = metric.name;
  family.help = metric.help;
  family.type = metric.counter ? prometheus::MetricType::Counter : prometheus::MetricType::Gauge;
  prometheus::ClientMetric& value = family.metric.emplace_back();
  for (const auto& [name, text] : metric.labels) value.label.push_back({name, text});
  if (metric.counter) {
    value.counter.value = metric.read();
  } else {
    value.gauge.value = metric.read();
  }
}

}  // namespace

std::string Metrics::text() const {
  std::map<std::string, prometheus::MetricFamily> families;
  for (const Metric& metric : metrics_) collect(metric, families);
  for (const auto& source : sources_)
    for (const Metric& metric : source()) collect(metric, families);
  std::vector<prometheus::MetricFamily> all;
  for (auto& [name, family] : families) all.push_back(std::move(family));
  return prometheus::TextSerializer().Serialize(all);
}

bool may_measure(const Config& config, const net::Request& request) {
  if (is_loopback(request.peer)) return true;
  const Digest shown = sha256(trust::bearer_key(request.header("authorization")));
  const std::string known = decode_hex(config.metrics_token_sha256).value_or("");
  return !known.empty() && equal_secret(view(shown), known);
}

bool clock_is_kept() {
  timex state{};
  return ::adjtimex(&state) >= 0 && (state.status & STA_UNSYNC) == 0;
}

}  // namespace haechi::node
