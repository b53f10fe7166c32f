#include "base/result.h"

namespace haechi {

const char* code_name(Code code) {
  switch (code) {
    case Code::kInvalid:
      return "invalid";
    case Code::kNotFound:
      return "not_found";
    case Code::kConflict:
      return "conflict";
    case Code::kForbidden:
      return "forbidden";
    case Code::kExhausted:
      return "exhausted";
    case Code::kUnavailable:
      return "unavailable";
    case Code::kUnknownOutcome:
      return "unknown_outcome";
    case Code::kCorrupt:
      return "corrupt";
  }
  return "unnamed";
}

std::string Error::text() const {
  std::string out = code_name(code);
  if (!field.empty()) out += ": " + field;
  if (!reason.empty()) out += ": " + reason;
  return out;
}

}  // namespace haechi
