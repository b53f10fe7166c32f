// Reading JSON that somebody hostile may have written: an object, and what stands in it as text.
#pragma once

#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace haechi::trust {

inline std::optional<boost::json::object> read_object(std::string_view text) {
  boost::json::error_code error;
  boost::json::value parsed = boost::json::parse({text.data(), text.size()}, error);
  if (error || !parsed.is_object()) return std::nullopt;
  return std::move(parsed.get_object());
}

// Empty: there is no such member, or it is no text.
inline std::string text_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

}  // namespace haechi::trust
