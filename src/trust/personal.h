// reveal: the only way to read a personal value. It asks the same table as everything else.
#pragma once

#include <string>

#include "base/result.h"
#include "store/personal.h"
#include "trust/viewer.h"

namespace haechi::trust {

using Personal = store::Personal;

// The value in the clear. kForbidden when the viewer's role may see neither records nor petitions, or not for
// this purpose. That this very one may be seen is decided before, with decide(kSeeRecord or kSeePetition).
Result<std::string> reveal(const Viewer& viewer, Purpose purpose, const Personal& value);

}  // namespace haechi::trust
