// Builds the fact that says who asked for what and what was answered. It must be durable before the answer
// leaves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "trust/decide.h"

namespace haechi::v1 {
class Fact;
}

namespace haechi::trust {

// An AccessDecided fact. `shown_ids` names the persons (or objects) an answer about several of them holds; it
// is empty for a single subject.
std::unique_ptr<v1::Fact> access_decided(const Viewer& viewer, Action action, const Subject& subject,
                                         Purpose purpose, const Decision& decision,
                                         const std::vector<std::string>& shown_ids = {});

}  // namespace haechi::trust
