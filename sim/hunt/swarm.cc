#include "hunt/swarm.h"

#include <utility>

namespace haechi::hunt {
namespace {

template <typename S>
auto kinds(S& swarm) {
  using Kind = std::pair<decltype(&swarm.kills), const char*>;
  return std::vector<Kind>{
      {&swarm.kills, "kills"},
      {&swarm.power_cuts, "power cuts"},
      {&swarm.kills_while_writing, "kills while writing"},
      {&swarm.kills_at_alerts, "kills at alerts"},
      {&swarm.disk_errors, "disk errors"},
      {&swarm.disk_full, "disk full"},
      {&swarm.disk_slow, "disk slow"},
      {&swarm.disk_rots, "disk rots"},
      {&swarm.letters_lost, "letters lost"},
      {&swarm.letters_twice, "letters twice"},
      {&swarm.lines_reset, "lines reset"},
      {&swarm.devices_cut_off, "devices cut off"},
      {&swarm.wire_slow, "wire slow"},
      {&swarm.devices_drain, "devices drain"},
      {&swarm.devices_reboot, "devices reboot"},
      {&swarm.devices_repeat, "devices repeat"},
      {&swarm.devices_newest_first, "newest first"},
      {&swarm.devices_lie, "devices lie"},
      {&swarm.clocks_wrong, "clocks wrong"},
      {&swarm.agency_refuses, "agency refuses"},
      {&swarm.agency_deaf, "agency deaf"},
      {&swarm.agency_fails, "agency fails"},
      {&swarm.agency_lies, "agency lies"},
      {&swarm.overload, "overload"},
      {&swarm.stops, "stops"},
      {&swarm.snapshots, "snapshots"},
      {&swarm.snapshots_spoilt, "snapshots spoilt"},
      {&swarm.devices_post, "devices post"},
      {&swarm.push_fails, "push fails"},
      {&swarm.texts_fail, "texts fail"},
      {&swarm.clock_set, "clock set"},
      {&swarm.clock_drifts, "clock drifts"},
  };
}

}  // namespace

Swarm::Swarm(uint64_t seed) {
  Random random(seed);
  for (const auto& [kind, name] : kinds(*this)) *kind = random.chance(0.5);
  // While the clock is ahead much is excused: that is for fewer seeds.
  clock_set = clock_set && random.chance(0.5);
}

std::string Swarm::names() const {
  std::string out;
  for (const auto& [kind, name] : kinds(*this))
    if (*kind) out += (out.empty() ? "" : ", ") + std::string(name);
  return out.empty() ? "none" : out;
}

DeviceCharacter Swarm::character(Random& random) const {
  DeviceCharacter out;
  out.newest_first = devices_newest_first && random.chance(0.3);
  if (devices_repeat) out.sends_again = out.replays = 0.05;
  if (devices_reboot) out.reboots_per_hour = 4;
  out.lies = devices_lie && random.chance(0.2);
  if (clocks_wrong && random.chance(0.2)) out.clock_off = Duration::seconds(random.between(-7'200, 7'200));
  out.posts = devices_post && random.chance(0.4);
  return out;
}

}  // namespace haechi::hunt
