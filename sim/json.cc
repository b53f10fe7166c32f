#include "sim/json.h"

#include <google/protobuf/util/json_util.h>

#include "base/ensure.h"

namespace haechi::sim {

std::string to_json(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  std::string out;
  const auto status = google::protobuf::util::MessageToJsonString(message, &out, options);
  ENSURE(status.ok(), status.ToString());
  return out;
}

Status from_json(const std::string& text, google::protobuf::Message& message) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  message.Clear();
  const auto status = google::protobuf::util::JsonStringToMessage(text, &message, options);
  if (status.ok()) return {};
  return invalid("", "not the JSON of a " + message.GetTypeName() + ": " + status.ToString());
}

}  // namespace haechi::sim
