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

// ?from_us= &to_us=, both or none.
Result<Plan> of_petition(const Exchange& exchange);
// ... &protected_id=, needed where the case protects several.
Result<Plan> of_case(const Exchange& exchange);

}  // namespace bundles
}  // namespace haechi::api
