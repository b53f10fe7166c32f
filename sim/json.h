// Canonical proto3 JSON as an actor of a world writes and reads it.
#pragma once

#include <string>

#include "base/result.h"

namespace google::protobuf {
class Message;
}

namespace haechi::sim {

std::string to_json(const google::protobuf::Message& message);
// Unknown fields are passed over: a newer server may say more.
Status from_json(const std::string& text, google::protobuf::Message& message);

}  // namespace haechi::sim
