// Golden logs: stories as an earlier version logged them, in tests/golden/engine/<story>/log, and the digest
// of the effects that they had, in `effects` beside it. What was logged must decode for ever and mean what it
// meant: a changed digest is a decision, which whoever reviews the change sees.
#pragma once

#include <filesystem>

#include "tests/scenarios/world.h"

namespace haechi::scenario {

// Writes the world's facts as a log, where there is none of that story yet. HAECHI_GOLDEN=1 with one story
// makes one more.
void keep_golden(const World& world, const std::filesystem::path& story);

}  // namespace haechi::scenario
