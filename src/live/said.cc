#include "live/said.h"

#include <boost/json.hpp>

namespace haechi::live {

Result<Said> read_said(std::string_view message) {
  boost::system::error_code error;
  const boost::json::value document = boost::json::parse({message.data(), message.size()}, error);
  if (error || !document.is_object()) return invalid("", "not a JSON object");
  const boost::json::value* shown = document.as_object().if_contains("shown");
  if (shown == nullptr || !shown->is_object()) return invalid("", "unknown message");
  const auto text = [what = &shown->as_object()](const char* name) -> std::string {
    const boost::json::value* value = what->if_contains(name);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
  };
  return Said{text("alert_id"), text("call_id")};
}

}  // namespace haechi::live
