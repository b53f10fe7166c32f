#include "notify/voice.h"

#include <boost/json.hpp>
#include <string_view>
#include <utility>

namespace haechi::notify {
namespace {

// As it stands inside of a JSON string.
std::string in_json(const std::string& text) {
  const std::string quoted = boost::json::serialize(boost::json::string(text));
  return quoted.substr(1, quoted.size() - 2);
}

// As it stands in application/x-www-form-urlencoded.
std::string in_form(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       std::string_view("-._*").find(c) != std::string_view::npos;
    if (plain)
      out += c;
    else
      ((out += '%') += kDigits[byte >> 4]) += kDigits[byte & 15];
  }
  return out;
}

}  // namespace

Status check_call_template(const std::string& body, bool form) {
  if (body.find("{to}") == std::string::npos) return invalid("", "must hold {to}");
  if (form) {
    for (const char c : body)
      if (c <= 0x20 || c >= 0x7f) return invalid("", "must be a form like to={to}&say={text}");
    return {};
  }
  // If a quote could end a string there, the place is not inside of one.
  boost::json::error_code failed;
  boost::json::parse(fill_call(body, false, {"\"", "\"", "\"", "\""}), failed);
  if (failed) return invalid("", "must be JSON with {to}, {text}, {language} and {id} inside of strings");
  return {};
}

std::string fill_call(const std::string& body, bool form, const Call& call) {
  const std::pair<std::string_view, const std::string&> places[] = {
      {"{to}", call.to}, {"{text}", call.text}, {"{language}", call.language}, {"{id}", call.id}};
  std::string out;
  for (size_t at = 0; at < body.size();) {
    const std::string_view rest = std::string_view(body).substr(at);
    size_t taken = 0;
    for (const auto& [place, value] : places) {
      if (taken != 0 || !rest.starts_with(place)) continue;
      out += form ? in_form(value) : in_json(value);
      taken = place.size();
    }
    if (taken == 0) out += body[at];
    at += taken == 0 ? 1 : taken;
  }
  return out;
}

}  // namespace haechi::notify
