#include "node/outgoing.h"

#include <spdlog/spdlog.h>

#include <string>
#include <vector>

#include "net/client_url.h"

namespace haechi::node {
namespace {

void add_address(std::vector<std::string>& into, const std::string& host) {
  if (net::is_ip(host)) into.push_back(host);
}

void add_address_of(std::vector<std::string>& into, const std::string& url) {
  if (const auto read = net::parse_url(url, "http"); read.ok()) add_address(into, read->host);
}

// A name may lead elsewhere tomorrow; an address is what it is.
std::vector<std::string> addresses_written(const Config& config) {
  std::vector<std::string> out;
  if (config.agencies.hosts.empty()) out = {"127.0.0.1", "::1"};  // where agencies are then
  for (const std::string& host : config.agencies.hosts) add_address(out, host);
  for (const std::string& mirror : config.mirrors) add_address_of(out, mirror);
  for (const std::string& line : config.witnesses) add_address_of(out, line.substr(line.rfind(' ') + 1));
  for (const ProviderConfig& one : config.providers) add_address_of(out, one.settings.issuer);
  for (const std::string& service : config.notify.push.services) add_address_of(out, service);
  add_address_of(out, config.notify.sms.url);
  add_address_of(out, config.notify.voice.url);
  if (!config.notify.email.server.empty()) add_address_of(out, "http://" + config.notify.email.server);
  return out;
}

}  // namespace

Result<std::shared_ptr<net::Outgoing>> open_outgoing(const Config& config) {
  std::vector<std::string> inside = config.inside;
  for (std::string& one : addresses_written(config)) inside.push_back(std::move(one));
  if (!config.demo_keys_file.empty()) inside.insert(inside.end(), {"127.0.0.0/8", "::1/128"});
  auto out = net::Outgoing::create(inside, [](const std::string& line) {
    spdlog::error("not called: {}, which outgoing.inside does not name", line);
  });
  if (!out.ok()) return invalid("outgoing.inside", out.error().reason);
  return out;
}

void count(const std::shared_ptr<net::Outgoing>& outgoing, Metrics& metrics) {
  metrics.add({"haechi_outgoing_refused_total",
               "Connections not made, because the host led to an address that it may not lead to.",
               {},
               true,
               [outgoing] { return static_cast<double>(outgoing->refused()); }});
}

}  // namespace haechi::node
