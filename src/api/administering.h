// What is asked of an administrator beside session and factors: where, on which device, and whether something
// is unusual about it. Asked at each request.
#pragma once

#include <optional>
#include <string>

#include "api/api.h"
#include "api/routes.h"

namespace haechi::api::administering {

struct Refusal {
  int status = 403;
  std::string code, reason;
  bool ends_session = false;
};

// Why whoever asks is not answered; nothing: he is, or is no administrator. `key` as it was presented.
std::optional<Refusal> refusal(const Exchange& exchange, const Route& route, const std::string& key,
                               const ApiOptions& options);

// What is unusual about a change of accounts or keys at this moment, so that a second administrator has to
// approve it; empty: nothing.
std::string unusual(const Exchange& exchange);

}  // namespace haechi::api::administering
