// Agreements: what was agreed with an agency elsewhere before it is told of persons ([link.agreements]): for
// what, under which law, what it is told, how, how that is protected, who pays (kr: 112 Decree 8). A node
// does not start with a host in link.hosts of which nothing is written, and says at each start to the auditor
// what is.
#pragma once

#include <map>
#include <string>

#include "net/reach.h"

namespace haechi::spine {
class Submit;
}

namespace haechi::node {

struct Agreement {
  std::string purpose, basis, scope, method, security, cost;
};
using Agreements = std::map<std::string, Agreement>;  // by host, as link.hosts names it

// One line "\n  SETTING: why" for each host without a whole agreement and each agreement without its host.
std::string not_agreed(const Agreements& agreements, const net::Reach& reach);

// A fact for each, which the auditor finds with who looked at what.
void tell(const Agreements& agreements, spine::Submit& submit);

}  // namespace haechi::node
