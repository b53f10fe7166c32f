// The watchdog: a process of its own that proves, round after round and through the public interfaces alone,
// that alerts flow: its synthetic wearer walks into its zone and out again. docs/watchdog.md.
//
// 1. A round is good when every hop of it happened within the bound, and a hop is one of kHops.
// 2. What is wrong is told on the watchdog's own ways (watchdog_alarm.h) as soon as a half of a round has
// failed.
// 3. Its agency takes hand-offs about its own wearer alone.
#pragma once

#include <string>

#include "tools/watchdog_settings.h"

namespace haechi::tools {

// Rounds until SIGINT or SIGTERM; or one (`once`): 0 when it was good, else 1. Prints "watchdog listens on
// ADDRESS:PORT" first, and a line for each round of `once`.
int run_watchdog(const WatchdogSettings& settings, bool once);

// Registers what the watchdog needs, with the registrar's key in that file: its agency, area, zone, wearer,
// device and order. Refuses a place that somebody else answers for. May be run again. The exit code.
int set_up_watchdog(const WatchdogSettings& settings, const std::string& registrar_key_file);

}  // namespace haechi::tools
