#include "node/agreements.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "haechi/v1/fact.pb.h"
#include "spine/submit.h"
#include "trust/audit.h"

namespace haechi::node {
namespace {

using Part = std::pair<std::string_view, std::string>;

std::array<Part, 6> parts_of(const Agreement& one) {
  return {{{"purpose", one.purpose},
           {"basis", one.basis},
           {"scope", one.scope},
           {"method", one.method},
           {"security", one.security},
           {"cost", one.cost}}};
}

}  // namespace

std::string not_agreed(const Agreements& agreements, const net::Reach& reach) {
  std::string out;
  for (const std::string& host : reach.hosts) {
    const auto found = agreements.find(host);
    std::string open;
    for (const auto& [name, said] : parts_of(found == agreements.end() ? Agreement() : found->second))
      if (said.empty()) (open += open.empty() ? "" : ", ") += name;
    if (!open.empty())
      out +=
          "\n  link.agreements.\"" + host + "\": agencies there would be told of persons; write down " + open;
  }
  for (const auto& [host, one] : agreements)
    if (std::find(reach.hosts.begin(), reach.hosts.end(), host) == reach.hosts.end())
      out += "\n  link.agreements.\"" + host + "\": link.hosts does not name this host";
  return out;
}

void tell(const Agreements& agreements, spine::Submit& submit) {
  for (const auto& [host, one] : agreements) {
    std::string reason = host;
    for (const auto& [name, said] : parts_of(one)) ((reason += "; ") += name) += ": " + said;
    submit.submit(trust::account_event({.account = "haechi"}, "start_with_agreement", "", true, reason), {});
  }
}

}  // namespace haechi::node
