#include "bench/judge/contest.h"

#include <algorithm>
#include <map>

namespace haechi::judge {

Outcome hold(const World& world, const Course& course, std::ostream* facts) {
  Device his(world, course.cell, false);
  std::optional<Device> hers;
  if (world.pair()) hers.emplace(world, course.cell, true);
  NaiveJudge naive(world);
  EngineJudge engine(world, course.cell, course.warns_wearer, course.weighing, facts);
  std::map<int64_t, std::vector<Delivery>> on_the_way;
  std::vector<Delivery> leaving;
  for (int64_t s = world.begins_s; s < world.ends_s; ++s) {
    engine.tick(s);
    if (const auto arriving = on_the_way.find(s); arriving != on_the_way.end()) {
      // What arrives in one second comes as one batch, in no order.
      std::sort(arriving->second.begin(), arriving->second.end(),
                [](const Delivery& a, const Delivery& b) { return a.order < b.order; });
      for (const Delivery& one : arriving->second) {
        naive.deliver(one, static_cast<double>(s));
        engine.deliver(one, s);
      }
      on_the_way.erase(arriving);
    }
    for (const EngineJudge::Command& command : engine.take_commands()) {
      if (!course.obey) continue;
      if (!command.hers) his.report_every(command.interval_s, s);
      if (command.hers && hers) hers->report_every(command.interval_s, s);
    }
    leaving.clear();
    his.tick(s, leaving);
    if (hers) hers->tick(s, leaving);
    for (const Delivery& one : leaving) on_the_way[one.at_s].push_back(one);
  }
  return {naive.alerts(), engine.alerts(), his.fixes(), hers ? hers->fixes() : 0};
}

}  // namespace haechi::judge
