// The rules of an IANA zone, read from the system's database, as the fact that the engine will judge by.
#pragma once

#include <string>

#include "base/result.h"

namespace haechi::v1 {
class TimeZone;
}

namespace haechi::node {

// Every change of offset from 1970 to 2100. kNotFound if the system does not know the name.
Result<v1::TimeZone> read_time_zone(const std::string& name);

}  // namespace haechi::node
