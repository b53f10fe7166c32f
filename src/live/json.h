// Protocol Buffers messages as canonical proto3 JSON, with the field names of the .proto files.
//
// 64-bit integers are strings, enum values their names, bytes base64, unset fields absent: what any proto3
// JSON reader takes. Written directly from reflection because the library's own way costs ten times as much.
#pragma once

#include <string>
#include <string_view>

namespace google::protobuf {
class Message;
}

namespace haechi::live {

void append_json(std::string& out, const google::protobuf::Message& message);
std::string json(const google::protobuf::Message& message);
// A JSON string with its quotes. Bytes that are no UTF-8 do not occur: protobuf refuses them when parsing.
void append_json_string(std::string& out, std::string_view text);

}  // namespace haechi::live
