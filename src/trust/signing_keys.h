// SigningKeys: how the rooms that make or check signatures of devices come by the key. The rooms that ask
// never see the key ring from whose root it is derived.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace haechi::trust {

// The 32 bytes with which that device signs in that generation (1 or more); the same each time.
using SigningKeys = std::function<Result<std::string>(const std::string& device_id, uint32_t generation)>;

}  // namespace haechi::trust
