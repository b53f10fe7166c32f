// The form of JSON that every door takes, whoever reads it afterwards: strictly RFC 8259, at most 32 deep,
// and no name twice in one object. Readers differ in what they make of anything else: protobuf's takes the
// last of two names and forgives commas and quotes, boost's takes the last as well, others take the first.
#pragma once

#include <string_view>

#include "base/result.h"

namespace haechi::net {

// kInvalid: the name that appears twice, or where it is no JSON.
Status check_json_form(std::string_view text);

}  // namespace haechi::net
