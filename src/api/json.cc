#include "api/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/util/json_util.h>

#include <boost/json.hpp>

#include "net/json_form.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
Result<json::value> parse(std::string_view text) {
  TRY_STATUS(net::check_json_form(text));
  json::error_code error;
  json::value value = json::parse(json::string_view(text.data(), text.size()), error);
  if (error) return invalid("", "not JSON: " + error.message());
  return value;
}

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;

bool fits_single(const FieldDescriptor& field, const json::value& value) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_BOOL:
      return value.is_bool();
    case FieldDescriptor::CPPTYPE_STRING:
      return value.is_string();
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return value.is_object();
    case FieldDescriptor::CPPTYPE_ENUM:
      return value.is_string() &&
             field.enum_type()->FindValueByName(std::string(value.get_string())) != nullptr;
    default:
      return value.is_number() || value.is_string();  // 64-bit numbers come as text
  }
}

Status check_message(const Descriptor& type, const json::object& object, const std::string& path);

Status check_single(const FieldDescriptor& field, const json::value& value, const std::string& path) {
  if (!fits_single(field, value)) return invalid(path, "has a value of the wrong type");
  if (field.message_type() == nullptr) return {};
  return check_message(*field.message_type(), value.get_object(), path);
}

// protobuf's own reader takes "yes" for true, and does not always say which field it stumbled over.
Status check_message(const Descriptor& type, const json::object& object, const std::string& path) {
  for (const auto& member : object) {
    const std::string name(member.key());
    const std::string where = path.empty() ? name : path + "." + name;
    const FieldDescriptor* field = type.FindFieldByName(name);
    if (field == nullptr) field = type.FindFieldByCamelcaseName(name);
    if (field == nullptr) return invalid(where, "no such field");
    if (member.value().is_null()) continue;  // as if it were left out
    if (!field->is_repeated()) {
      TRY_STATUS(check_single(*field, member.value(), where));
      continue;
    }
    if (!member.value().is_array()) return invalid(where, "must be an array");
    size_t index = 0;
    for (const json::value& element : member.value().get_array()) {
      TRY_STATUS(check_single(*field, element, where + "[" + std::to_string(index++) + "]"));
    }
  }
  return {};
}

// "(zone.shape): invalid value ..." gives the field; the value is not repeated, it may be personal.
Error from_protobuf(const google::protobuf::util::Status& status) {
  const std::string text(status.message().data(), status.message().size());
  const size_t end = text.empty() || text[0] != '(' ? std::string::npos : text.find(')');
  return invalid(end == std::string::npos ? "" : text.substr(1, end - 1), "has a value out of range");
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const size_t start = text.find_first_not_of(kBlank);
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(kBlank) - start + 1);
}

Status read_json(std::string_view text, google::protobuf::Message& message) {
  message.Clear();
  text = trimmed(text);
  if (text.empty()) return {};
  if (text.front() != '{') return invalid("", "must be a JSON object");
  TRY(const json::value value, parse(text));
  TRY_STATUS(check_message(*message.GetDescriptor(), value.get_object(), ""));
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  const auto status =
      google::protobuf::util::JsonStringToMessage({text.data(), text.size()}, &message, options);
  if (!status.ok()) return from_protobuf(status);
  return {};
}

namespace {

std::string written(const google::protobuf::Message& message, bool with_defaults) {
  google::protobuf::util::JsonPrintOptions options;
  options.always_print_primitive_fields = with_defaults;
  options.preserve_proto_field_names = true;
  std::string out;
  const auto status = google::protobuf::util::MessageToJsonString(message, &out, options);
  ENSURE(status.ok(), message.GetTypeName());
  return out;
}

}  // namespace

std::string write_json(const google::protobuf::Message& message) {
  return written(message, true);
}

std::string write_said_json(const google::protobuf::Message& message) {
  return written(message, false);
}

Result<std::vector<std::string>> split_array(std::string_view text) {
  TRY(const json::value value, parse(trimmed(text)));
  if (!value.is_array()) return invalid("", "must be a JSON array");
  std::vector<std::string> out;
  for (const json::value& element : value.get_array()) out.push_back(json::serialize(element));
  return out;
}

std::vector<std::string> split_lines(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    const std::string_view line = trimmed(text.substr(0, end));
    if (!line.empty()) out.emplace_back(line);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return out;
}

std::string member(std::string_view text, const std::string& name) {
  const Result<json::value> value = parse(trimmed(text));
  if (!value.ok() || !value->is_object()) return {};
  const json::value* found = value->get_object().if_contains(name);
  return found == nullptr ? std::string() : json::serialize(*found);
}

}  // namespace haechi::api
