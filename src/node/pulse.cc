#include "node/pulse.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace haechi::node {
namespace {

constexpr Duration kPeriod = Duration::seconds(1);

// Of a clock that nobody can set.
int64_t running_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

Pulse::Beat& Pulse::begin(const std::string& name) {
  Beat& beat = beats_.emplace_back();
  beat.name = name;
  beat.at_us = running_us();
  return beat;
}

void Pulse::watch(const std::string& name, net::Loop& loop) {
  loop.every(kPeriod, [&beat = begin(name)] { beat.at_us = running_us(); });
}

void Pulse::watch(const std::string& name, Counter counter, net::Loop& by) {
  by.every(kPeriod, [&beat = begin(name), counter = std::move(counter)] {
    if (std::exchange(beat.seen, counter()) != beat.seen) beat.at_us = running_us();
  });
}

void Pulse::watch(const std::string& name, std::function<bool()> stands_still) {
  begin(name).stands_still = std::move(stands_still);
}

bool Pulse::is_still(const Beat& beat) {
  return beat.stands_still ? beat.stands_still() : running_us() - beat.at_us > kStillAfter.us;
}

bool Pulse::is_still(std::string_view name) const {
  return std::any_of(beats_.begin(), beats_.end(),
                     [&](const Beat& beat) { return beat.name == name && is_still(beat); });
}

std::string Pulse::still() const {
  std::string out;
  for (const Beat& beat : beats_)
    if (is_still(beat)) out += (out.empty() ? "" : ", ") + beat.name;
  return out;
}

std::pair<int, std::string> Pulse::readiness(bool replayed) const {
  if (!replayed) return {503, "replaying\n"};
  const std::string names = still();
  if (names.empty()) return {200, "ready\n"};
  return {503, "standing still: " + names + "\n"};
}

void Pulse::count(Metrics& metrics) const {
  for (const Beat& beat : beats_) {
    if (beat.stands_still) continue;
    metrics.add({"haechi_thread_beat_age_seconds",
                 "Since the thread last showed that it does not stand still.",
                 {{"thread", beat.name}},
                 false,
                 [&beat] { return static_cast<double>(running_us() - beat.at_us) / 1e6; }});
  }
}

}  // namespace haechi::node
