// Hand-off messages as canonical proto3 JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "haechi/v1/dispatch.pb.h"

namespace haechi::link {

std::string to_json(const v1::HandOffMessage& message);

// Reads one message or an array of up to 100. Unknown members are ignored, so that a newer CAD can talk to
// us. kInvalid with the field at fault ("[2].handOffId") otherwise. Nothing at all (no bytes) is no message.
Result<std::vector<v1::HandOffMessage>> read_messages(std::string_view json);

// Whether a responding agency may say that: its own name on it, ids present, and an answer's body.
// kForbidden for another agency's name, kInvalid for the rest.
Status check_answers(const std::vector<v1::HandOffMessage>& messages, const std::string& agency_id);

}  // namespace haechi::link
