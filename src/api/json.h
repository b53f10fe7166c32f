// JSON of the interface: canonical proto3 JSON with the field names of the schema. Strict when reading: what
// is not JSON, a name twice, an unknown field, a value of the wrong type are refused, naming the field.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace google::protobuf {
class Message;
}

namespace haechi::api {

// kInvalid with the field when the text is not a message of this type. An empty text is an empty message.
Status read_json(std::string_view text, google::protobuf::Message& message);

// Every field is written, also when it has its default value (code 0 is the most urgent one); 64-bit numbers
// are strings, enums their names.
std::string write_json(const google::protobuf::Message& message);

// Likewise, without fields at their default.
std::string write_said_json(const google::protobuf::Message& message);

// The elements of a JSON array, or the lines of newline-delimited JSON, each as JSON text. kInvalid with
// "[3]" or "line 4" when one is malformed.
Result<std::vector<std::string>> split_array(std::string_view text);
std::vector<std::string> split_lines(std::string_view text);

// The text of a top-level member of an object, as JSON; empty when there is none or the text is no object.
std::string member(std::string_view text, const std::string& name);

// The text without its surrounding blanks.
std::string_view trimmed(std::string_view text);

}  // namespace haechi::api
