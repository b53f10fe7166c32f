#include "api/asked.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace haechi::api {
namespace {

// The media type without its parameters, in lower case.
std::string media_type(std::string_view header) {
  std::string out(trimmed(header.substr(0, header.find(';'))));
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace

bool takes(const Route& route, const net::Request& request) {
  if (route.request == nullptr) return true;
  const std::string type = media_type(request.header("content-type"));
  if (type.empty() && request.body.empty()) return true;  // a POST without a body
  if (type == "application/json") return true;
  const std::string_view path = route.path;
  if (path == "/api/v1/zones/{id}") return type == "application/geo+json";
  return path == "/api/v1/facts" && type == "application/x-ndjson";
}

Status check_query(const Route& route, const net::Request& request) {
  std::set<std::string> given;
  for (const auto& [name, value] : net::decode_form(request.query)) {
    if (std::find(route.parameters.begin(), route.parameters.end(), std::string_view(name)) ==
        route.parameters.end())
      return invalid("query", "is no parameter of this path: " + name.substr(0, 40));
    if (!given.insert(name).second && name != route.repeated) return invalid(name, "is given twice");
  }
  return {};
}

}  // namespace haechi::api
