// What somebody says on /live: that a human was shown an alert, or the alerts of a call.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace haechi::live {

// {"shown": {"alert_id": …}} or {"shown": {"call_id": …}}; what it does not name is empty.
struct Said {
  std::string alert_id, call_id;
};

// kInvalid, with a sentence for whoever said it: no JSON object, or none of these messages.
Result<Said> read_said(std::string_view message);

}  // namespace haechi::live
