#include "notify/sms.h"

#include <google/protobuf/util/json_util.h>

#include <boost/json.hpp>

#include "haechi/v1/case_api.pb.h"
#include "net/json_form.h"

namespace haechi::notify {
namespace {

constexpr size_t kDigitsMin = 3, kDigitsMax = 15, kIdMax = 128;

// As it stands inside of a JSON string.
std::string escaped(const std::string& text) {
  const std::string quoted = boost::json::serialize(boost::json::string(text));
  return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::optional<std::string> dialled(const std::string& phone) {
  std::string out;
  for (const char c : phone) {
    if (std::string_view(" .()-").find(c) != std::string_view::npos) continue;
    if ((c < '0' || c > '9') && !(c == '+' && out.empty())) return std::nullopt;
    out += c;
  }
  const size_t digits = out.size() - (out.starts_with('+') ? 1 : 0);
  if (digits < kDigitsMin || digits > kDigitsMax) return std::nullopt;
  return out;
}

Status check_sms_template(const std::string& body) {
  for (const char* place : {"{to}", "{text}"})
    if (body.find(place) == std::string::npos) return invalid("", std::string("must hold ") + place);
  // If a quote could end a string there, the place is not inside of one.
  boost::json::error_code failed;
  boost::json::parse(fill_sms(body, "\"", "\"", "\""), failed);
  if (failed) return invalid("", "must be JSON with {to}, {text} and {id} inside of strings");
  return {};
}

std::string fill_sms(const std::string& body, const std::string& to, const std::string& text,
                     const std::string& id) {
  std::string out;
  for (size_t at = 0; at < body.size();) {
    const std::string_view rest = std::string_view(body).substr(at);
    const auto put = [&](std::string_view place, const std::string& value) {
      if (!rest.starts_with(place)) return false;
      out += escaped(value);
      at += place.size();
      return true;
    };
    if (put("{to}", to) || put("{text}", text) || put("{id}", id)) continue;
    out += body[at++];
  }
  return out;
}

Result<v1::NotificationReported> read_receipt(const std::string& json, v1::NotificationChannel channel) {
  v1::SmsReceipt receipt;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  if (!net::check_json_form(json).ok() ||
      !google::protobuf::util::JsonStringToMessage(json, &receipt, options).ok())
    return invalid("", "is not a receipt");
  if (receipt.id().empty() || receipt.id().size() > kIdMax)
    return invalid("id", "must be that of a notification");
  if (receipt.state() != v1::NOTIFICATION_STATE_DELIVERED && receipt.state() != v1::NOTIFICATION_STATE_FAILED)
    return invalid("state", "must be NOTIFICATION_STATE_DELIVERED or NOTIFICATION_STATE_FAILED");
  v1::NotificationReported reported;
  reported.set_notification_id(receipt.id());
  reported.set_state(receipt.state());
  reported.set_channel(channel);
  if (receipt.state() == v1::NOTIFICATION_STATE_FAILED) reported.set_reason("not_delivered");
  return reported;
}

}  // namespace haechi::notify
