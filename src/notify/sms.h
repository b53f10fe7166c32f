// Text messages: what the gateway is sent, and what it says afterwards.
#pragma once

#include <optional>
#include <string>

#include "base/result.h"
#include "haechi/v1/case.pb.h"

namespace haechi::notify {

inline constexpr const char* kSmsTemplate = R"({"to":"{to}","text":"{text}","id":"{id}"})";

// Without spaces, dots, brackets and hyphens; nullopt when what is left is no telephone number of 3 to 15
// digits.
std::optional<std::string> dialled(const std::string& phone);

// Is it JSON with {to} and {text} inside of strings? An error names no field.
Status check_sms_template(const std::string& body);
std::string fill_sms(const std::string& body, const std::string& to, const std::string& text,
                     const std::string& id);

// A receipt (v1::SmsReceipt) of the gateway of that channel, as the report that it is. kInvalid names the
// field.
Result<v1::NotificationReported> read_receipt(const std::string& json, v1::NotificationChannel channel);

}  // namespace haechi::notify
