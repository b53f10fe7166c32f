// Bundles: what the log holds about two people, as one signed file that a court checks without us
// (docs/evidence.md). It is made elsewhere, from the log itself; here is who may have it.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "api/exchange.h"

namespace haechi::api {

struct BundleQuery {
  std::string wearer_id;
  std::set<std::string> worn_as;  // every id he goes by, that one among them
  std::string protected_id;
  Time from, to;  // from <= t < to; to unknown: the end
};

class Bundles {
 public:
  using Done = std::function<void(Result<std::string>)>;  // any thread; the file
  virtual ~Bundles() = default;
  // Never blocks. False: another one is being made, and nobody stands in line. Once it stops, nobody is
  // answered.
  virtual bool begin(BundleQuery query, Done done) = 0;
};

namespace bundles {

// Whoever takes data out says why: it stands in the record of the access.
Status check_why(const std::string& why);

// By an officer alone it is half taken; a court has before it what somebody else brought.
Result<std::optional<std::string>> second(const Exchange& exchange);
// That a screen makes a table of the newest places that it shows.
Result<Plan> table(const Exchange& exchange);

Result<Plan> of_petition(const Exchange& exchange);
Result<Plan> of_case(const Exchange& exchange);

}  // namespace bundles
}  // namespace haechi::api
