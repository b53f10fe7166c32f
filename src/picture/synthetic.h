// Whom a watchdog moves to prove that alerts flow (`haechi watchdog`). What concerns such a wearer is shown
// to the watchdog alone, and counted nowhere.
#pragma once

#include <string_view>

#include "picture/picture.h"

namespace haechi::picture {

bool is_synthetic(const Picture& picture, std::string_view person_id);
// Its wearer is.
bool is_synthetic_incident(const Picture& picture, std::string_view incident_id);

}  // namespace haechi::picture
