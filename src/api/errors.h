// From our codes to HTTP, in one table.
#pragma once

#include "base/result.h"
#include "net/http.h"

namespace haechi::api {

int status_of(Code code);
// A problem document; for kExhausted and kUnavailable with Retry-After.
net::Response problem_of(const Error& error);

}  // namespace haechi::api
