// Calls: what the gateway of telephone calls is sent. Its receipts are those of text messages (sms.h).
#pragma once

#include <string>

#include "base/result.h"

namespace haechi::notify {

inline constexpr const char* kCallTemplate =
    R"({"to":"{to}","text":"{text}","language":"{language}","id":"{id}"})";

struct Call {
  std::string to;        // as dialled() gives it
  std::string text;      // to be spoken
  std::string language;  // "ko" or "en"
  std::string id;
};

// Does it hold {to}, and is it JSON (or a form) when all is filled in? An error names no field.
Status check_call_template(const std::string& body, bool form);
std::string fill_call(const std::string& body, bool form, const Call& call);

}  // namespace haechi::notify
