// Metrics: what the node counts, in Prometheus' text form at /metrics.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "net/http.h"
#include "node/config.h"

namespace haechi::node {

// One number: "haechi_spine_entries_total", its help sentence, labels, whether it only grows, and how to read
// it now.
struct Metric {
  using Labels = std::vector<std::pair<std::string, std::string>>;
  std::string name;
  std::string help;
  Labels labels;
  bool counter = true;
  std::function<double()> read;
};

class Metrics {
 public:
  void add(Metric metric) { metrics_.push_back(std::move(metric)); }
  // Numbers whose labels are known only when asked: refusals by reason.
  void add_source(std::function<std::vector<Metric>()> source) { sources_.push_back(std::move(source)); }
  // Any thread, as far as the readers given allow it.
  std::string text() const;

 private:
  std::vector<Metric> metrics_;
  std::vector<std::function<std::vector<Metric>()>> sources_;
};

// May who asks read them? They tell how many are monitored, how busy a night is, and what is broken: this
// machine may, and who shows the configured token.
bool may_measure(const Config& config, const net::Request& request);

// Does the kernel know of anything (NTP, PTP) that keeps the machine's clock?
bool clock_is_kept();

}  // namespace haechi::node
