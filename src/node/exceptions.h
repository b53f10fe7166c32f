// Exceptions: what a node does less safely than it could. A node that is no demonstration starts with one
// only when [server] accept names it, and then says so in its log, at /metrics and to the auditor.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/config.h"
#include "node/metrics.h"

namespace haechi::spine {
class Submit;
}

namespace haechi::node {

struct Exception {
  std::string_view name;   // as [server] accept names it
  std::string_view means;  // "passwords known from breaches are taken"
  std::string at_fault;    // the settings that would mend it, "tls.key, keys.master"
};

// Those that this configuration makes, accepted or not, in an order that does not change; none of a
// demonstration. Looks at files: at the list of breached passwords and who signed the certificate.
std::vector<Exception> exceptions_of(const Config& config);

// One line "\n  SETTING: why" for each that is not accepted and for each name in `accept` that is none.
std::string not_accepted(const Config& config);

// At each start: a line for each, and a fact that the auditor sees with who looked at what.
void tell(const std::vector<Exception>& exceptions, spine::Submit& submit);
void count(const std::vector<Exception>& exceptions, Metrics& metrics);

}  // namespace haechi::node
