#include "api/errors.h"

namespace haechi::api {

int status_of(Code code) {
  switch (code) {
    case Code::kInvalid:
      return 400;
    case Code::kNotFound:
      return 404;
    case Code::kConflict:
      return 409;
    case Code::kForbidden:
      return 403;
    case Code::kExhausted:
      return 503;
    case Code::kUnavailable:
      return 503;
    case Code::kUnknownOutcome:
      return 504;
    case Code::kCorrupt:
      return 500;
  }
  ENSURE(false, static_cast<int>(code));
}

net::Response problem_of(const Error& error) {
  net::Response response =
      net::problem(status_of(error.code), code_name(error.code), error.field, error.reason);
  if (response.status == 503) response.headers.emplace_back("retry-after", "1");
  return response;
}

}  // namespace haechi::api
