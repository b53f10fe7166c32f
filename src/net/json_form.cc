#include "net/json_form.h"

#include <boost/json.hpp>
#include <boost/json/basic_parser_impl.hpp>
#include <set>
#include <string>
#include <vector>

namespace haechi::net {
namespace {

namespace json = boost::json;
constexpr size_t kDepthMax = 32;

// Looks at the text without keeping it.
struct Checker {
  static constexpr size_t max_object_size = 100'000;
  static constexpr size_t max_array_size = 1'000'000;
  static constexpr size_t max_key_size = 1'000;
  static constexpr size_t max_string_size = 1 << 20;

  std::vector<std::set<std::string>> names;
  std::string key;
  std::string twice;

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) {
    names.emplace_back();
    return true;
  }
  bool on_object_end(size_t, json::error_code&) {
    names.pop_back();
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(size_t, json::error_code&) { return true; }
  bool on_key_part(json::string_view part, size_t, json::error_code&) {
    key.append(part.data(), part.size());
    return true;
  }
  bool on_key(json::string_view part, size_t, json::error_code& error) {
    key.append(part.data(), part.size());
    if (!names.back().insert(key).second) {
      twice = key;
      error = json::error::extra_data;
      return false;
    }
    key.clear();
    return true;
  }
  bool on_string_part(json::string_view, size_t, json::error_code&) { return true; }
  bool on_string(json::string_view, size_t, json::error_code&) { return true; }
  bool on_number_part(json::string_view, json::error_code&) { return true; }
  bool on_int64(int64_t, json::string_view, json::error_code&) { return true; }
  bool on_uint64(uint64_t, json::string_view, json::error_code&) { return true; }
  bool on_double(double, json::string_view, json::error_code&) { return true; }
  bool on_bool(bool, json::error_code&) { return true; }
  bool on_null(json::error_code&) { return true; }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }
};

}  // namespace

Status check_json_form(std::string_view text) {
  json::parse_options options;
  options.max_depth = kDepthMax;
  json::basic_parser<Checker> parser(options);
  json::error_code error;
  const size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!parser.handler().twice.empty()) return invalid(parser.handler().twice, "appears twice in one object");
  if (error) return invalid("", "not JSON: " + error.message() + " near byte " + std::to_string(read));
  if (read != text.size())
    return invalid("", "not JSON: more text after the end, at byte " + std::to_string(read));
  return {};
}

}  // namespace haechi::net
