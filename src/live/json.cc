#include "live/json.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cmath>
#include <cstdio>
#include <vector>

#include "base/base64.h"

namespace haechi::live {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

void append_quoted_number(std::string& out, const std::string& digits) {
  out += '"';
  out += digits;
  out += '"';
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", value);
  out += text;
}

// `index` < 0: the field is singular.
void append_value(std::string& out, const Message& message, const Reflection& reflection,
                  const FieldDescriptor* field, int index) {
  const auto get = [&](auto single, auto repeated) {
    return index < 0 ? (reflection.*single)(message, field) : (reflection.*repeated)(message, field, index);
  };
  using R = Reflection;
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      out += std::to_string(get(&R::GetInt32, &R::GetRepeatedInt32));
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      out += std::to_string(get(&R::GetUInt32, &R::GetRepeatedUInt32));
      break;
    case FieldDescriptor::CPPTYPE_INT64:
      append_quoted_number(out, std::to_string(get(&R::GetInt64, &R::GetRepeatedInt64)));
      break;
    case FieldDescriptor::CPPTYPE_UINT64:
      append_quoted_number(out, std::to_string(get(&R::GetUInt64, &R::GetRepeatedUInt64)));
      break;
    case FieldDescriptor::CPPTYPE_DOUBLE:
      append_double(out, get(&R::GetDouble, &R::GetRepeatedDouble));
      break;
    case FieldDescriptor::CPPTYPE_FLOAT:
      append_double(out, static_cast<double>(get(&R::GetFloat, &R::GetRepeatedFloat)));
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      out += get(&R::GetBool, &R::GetRepeatedBool) ? "true" : "false";
      break;
    case FieldDescriptor::CPPTYPE_ENUM: {
      const int number = get(&R::GetEnumValue, &R::GetRepeatedEnumValue);
      const auto* value = field->enum_type()->FindValueByNumber(number);
      if (value == nullptr) {
        out += std::to_string(number);
      } else {
        append_json_string(out, value->name());
      }
      break;
    }
    case FieldDescriptor::CPPTYPE_STRING: {
      std::string scratch;
      const std::string& text = index < 0
                                    ? reflection.GetStringReference(message, field, &scratch)
                                    : reflection.GetRepeatedStringReference(message, field, index, &scratch);
      if (field->type() == FieldDescriptor::TYPE_BYTES) {
        out += '"' + base64(text) + '"';
      } else {
        append_json_string(out, text);
      }
      break;
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      append_json(out, index < 0 ? reflection.GetMessage(message, field)
                                 : reflection.GetRepeatedMessage(message, field, index));
      break;
  }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      std::snprintf(escape, sizeof escape, "\\u%04x", static_cast<unsigned char>(c));
      out += escape;
    } else {
      out += c;
    }
  }
  out += '"';
}

void append_json(std::string& out, const Message& message) {
  const Reflection& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  out += '{';
  bool first = true;
  for (const FieldDescriptor* field : fields) {
    if (!first) out += ',';
    first = false;
    append_json_string(out, field->name());
    out += ':';
    if (!field->is_repeated()) {
      append_value(out, message, reflection, field, -1);
      continue;
    }
    out += '[';
    const int size = reflection.FieldSize(message, field);
    for (int i = 0; i < size; ++i) {
      if (i > 0) out += ',';
      append_value(out, message, reflection, field, i);
    }
    out += ']';
  }
  out += '}';
}

std::string json(const Message& message) {
  std::string out;
  append_json(out, message);
  return out;
}

}  // namespace haechi::live
