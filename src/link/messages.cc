#include "link/messages.h"

#include <google/protobuf/util/json_util.h>

#include <boost/json.hpp>

#include "base/ensure.h"
#include "net/json_form.h"

namespace haechi::link {
namespace {

constexpr size_t kMessagesMax = 100;
constexpr size_t kIdBytesMax = 128;

std::string member(size_t index, const char* name) {
  return "[" + std::to_string(index) + "]." + name;
}

bool is_answer(const v1::HandOffMessage& message) {
  switch (message.body_case()) {
    case v1::HandOffMessage::kAck:
    case v1::HandOffMessage::kAccepted:
    case v1::HandOffMessage::kRejected:
    case v1::HandOffMessage::kUnitProgress:
    case v1::HandOffMessage::kClosed:
    case v1::HandOffMessage::kCancelAnswer:
    case v1::HandOffMessage::kHeartbeat:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::string to_json(const v1::HandOffMessage& message) {
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json);
  ENSURE(status.ok(), message.id());
  return json;
}

Result<std::vector<v1::HandOffMessage>> read_messages(std::string_view json) {
  std::vector<v1::HandOffMessage> messages;
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) return messages;
  if (const Status form = net::check_json_form(json); !form.ok()) return invalid("body", form.error().text());
  boost::json::error_code failed;
  const boost::json::value value = boost::json::parse({json.data(), json.size()}, failed);
  if (failed) return invalid("body", "is not JSON");
  const bool single = value.is_object();
  if (!single && !value.is_array()) return invalid("body", "is neither a message nor an array of messages");
  const size_t count = single ? 1 : value.get_array().size();
  if (count > kMessagesMax) return invalid("body", "holds more than 100 messages");
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  for (size_t i = 0; i < count; ++i) {
    const std::string text = boost::json::serialize(single ? value : value.get_array()[i]);
    const auto status = google::protobuf::util::JsonStringToMessage(text, &messages.emplace_back(), options);
    if (!status.ok()) return invalid("[" + std::to_string(i) + "]", "is not a hand-off message");
  }
  return messages;
}

Status check_answers(const std::vector<v1::HandOffMessage>& messages, const std::string& agency_id) {
  for (size_t i = 0; i < messages.size(); ++i) {
    const v1::HandOffMessage& message = messages[i];
    if (message.from_agency_id() != agency_id)
      return Error{Code::kForbidden, member(i, "fromAgencyId"), "is not the agency that signed"};
    if (!is_answer(message)) return invalid(member(i, "body"), "is not something a responding agency says");
    if (message.id().empty() || message.id().size() > kIdBytesMax)
      return invalid(member(i, "id"), "must have 1 to 128 bytes");
    if (message.hand_off_id().size() > kIdBytesMax ||
        (message.hand_off_id().empty() && !message.has_heartbeat()))
      return invalid(member(i, "handOffId"), "must have 1 to 128 bytes");
  }
  return {};
}

}  // namespace haechi::link
