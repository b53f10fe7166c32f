// What must hold whatever happens: random worlds, checked from the outside, by their effects alone.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <tuple>

#include "base/random.h"
#include "monitor/test_world.h"

namespace haechi::monitor {
namespace {

std::string pick(Random& random, const char* prefix, uint64_t n) {
  return prefix + std::to_string(random.below(n) + 1);
}

geo::Place somewhere(Random& random) {
  return at_m(static_cast<double>(random.between(-1'500, 1'500)),
              static_cast<double>(random.between(-300, 300)));
}

void random_order(Random& random, World& world, const Time start) {
  v1::Order order = world.order(pick(random, "o-", 4), pick(random, "w-", 3));
  order.set_version(static_cast<uint32_t>(random.below(30) + 1));
  order.set_starts_at_us((start + Duration::seconds(random.between(0, 1'500))).us);
  if (random.chance(0.5)) order.set_ends_at_us(order.starts_at_us() + random.between(1, 900) * 1'000'000);
  order.set_withdrawn(random.chance(0.1));
  for (uint64_t i = 0; i < random.below(4); ++i) {
    v1::Condition& condition = *order.add_conditions();
    condition.set_id("c-" + std::to_string(i));
    if (random.chance(0.6)) {
      condition.mutable_keep_away()->set_protected_id(pick(random, "p-", 2));
      condition.mutable_keep_away()->set_no_view(random.chance(0.2));
    } else if (random.chance(0.5)) {
      condition.mutable_exclusion()->set_zone_id(pick(random, "z-", 3));
      condition.mutable_exclusion()->set_buffer_mm(random.chance(0.5) ? 100'000 : 0);
    } else {
      condition.mutable_inclusion()->set_zone_id(pick(random, "z-", 3));
      v1::Window& window = *condition.mutable_inclusion()->mutable_schedule()->add_windows();
      window.set_days(127);
      window.set_start_min(static_cast<uint32_t>(480 + random.below(20)));
      window.set_end_min(static_cast<uint32_t>(500 + random.below(20)));
    }
  }
  world.submit_order(order);
}

void random_report(Random& random, World& world) {
  const std::string who = random.chance(0.6) ? pick(random, "w-", 3) : pick(random, "p-", 2);
  const int64_t age_s = random.chance(0.1) ? random.between(-20, 200) : random.between(0, 2);
  world.report(who, somewhere(random), [&](v1::Report& report) {
    report.mutable_fix()->set_fixed_at_us((world.now() - Duration::seconds(age_s)).us);
    report.mutable_fix()->set_accuracy_mm(static_cast<uint32_t>(random.below(60'000)));
    if (random.chance(0.1)) report.add_events(static_cast<v1::DeviceEvent>(random.between(1, 9)));
    if (random.chance(0.2)) report.set_battery_percent(static_cast<uint32_t>(random.below(101)));
    if (random.chance(0.05)) report.clear_fix();
  });
}

void random_handling(Random& random, World& world) {
  const auto raised = world.raised();
  if (raised.empty()) return;
  world.handle(raised[random.below(raised.size())].id(), static_cast<v1::Handling>(random.between(0, 6)),
               random.chance(0.5) ? "kim" : "lee", "DRILL", (world.now() + Duration::seconds(60)).us);
}

std::unique_ptr<World> random_world(uint64_t seed) {
  Random random(seed);
  auto world = std::make_unique<World>();
  const Time start = world->now();
  world->seoul_time();
  world->jurisdiction("j-1", "station-1", -50'000, 200);
  world->jurisdiction("j-2", "station-2", 200, 50'000);
  for (const char* id : {"w-1", "w-2", "w-3"}) world->wearer(id);
  for (const char* id : {"p-1", "p-2"}) world->protected_person(id);
  for (int i = 0; i < 1'200; ++i) {
    const uint64_t what = random.below(100);
    if (what < 60) {
      random_report(random, *world);
    } else if (what < 85) {
      world->pass(random.between(1, random.chance(0.05) ? 400 : 5));
    } else if (what < 89) {
      random_order(random, *world, start);
    } else if (what < 92) {
      world->circle(pick(random, "z-", 3), somewhere(random),
                    static_cast<uint32_t>(random.between(50, 900)) * 1000);
    } else if (what < 93) {
      v1::Fact fact;
      fact.mutable_zone_registered()->set_id(pick(random, "z-", 3));
      fact.mutable_zone_registered()->set_removed(true);
      world->submit(fact);
    } else if (what < 98) {
      random_handling(random, *world);
    } else if (what < 99) {
      world->close_calls();
    } else {
      v1::Fact fact;
      fact.mutable_person_registered()->set_id(random.chance(0.5) ? pick(random, "w-", 3)
                                                                  : pick(random, "p-", 2));
      fact.mutable_person_registered()->set_role(
          fact.person_registered().id()[0] == 'w' ? v1::ROLE_WEARER : v1::ROLE_PROTECTED_PERSON);
      fact.mutable_person_registered()->set_removed(random.chance(0.5));
      world->submit(fact);
    }
  }
  return world;
}

void check_alerts(const World& world) {
  using Key = std::tuple<std::string, std::string, std::string, uint32_t, std::string, int, int>;
  std::map<Key, std::string> open;
  std::set<std::string> cleared;
  for (const v1::Effect& effect : world.effects()) {
    for (const v1::Alert* alert : {&effect.raise_alert(), &effect.update_alert(), &effect.clear_alert()})
      if (!alert->id().empty()) {
        ASSERT_FALSE(cleared.contains(alert->id()) && effect.has_raise_alert());
      }
    if (effect.has_raise_alert()) {
      const v1::Alert& alert = effect.raise_alert();
      const Key key{
          alert.wearer_id(),    alert.kind() == v1::ALERT_KIND_SOS ? alert.protected_id() : alert.device_id(),
          alert.order_id(),     alert.order_version(),
          alert.condition_id(), alert.kind(),
          alert.suspicion()};
      if (alert.kind() != v1::ALERT_KIND_PROTECTED_SILENCE) {
        ASSERT_TRUE(open.emplace(key, alert.id()).second)
            << "two open alerts of one rule: " << alert.DebugString();
      }
    }
    if (effect.has_clear_alert()) {
      ASSERT_TRUE(cleared.insert(effect.clear_alert().id()).second) << "cleared twice";
      ASSERT_FALSE(effect.clear_alert().clear_reason().empty());
      std::erase_if(open, [&](const auto& one) { return one.second == effect.clear_alert().id(); });
    }
  }
}

void check_views_and_incidents(const World& world) {
  std::set<std::string> views;
  std::map<std::string, std::string> incidents;  // open, by wearer (or the incident itself, without one)
  for (const v1::Effect& effect : world.effects()) {
    if (effect.has_open_view()) {
      ASSERT_TRUE(views.insert(effect.open_view().id()).second);
    }
    if (effect.has_update_view()) {
      ASSERT_TRUE(views.contains(effect.update_view().id()));
    }
    if (effect.has_close_view()) {
      ASSERT_EQ(views.erase(effect.close_view().view_id()), 1u);
    }
    for (const v1::View* view : {&effect.open_view(), &effect.update_view()})
      if (view->has_place()) {
        ASSERT_LE(view->distance_m(), 600u);
      }
    if (effect.has_open_incident()) {
      const v1::Incident& opened = effect.open_incident();
      const std::string key = opened.wearer_id().empty() ? opened.protected_ids(0) + "!" : opened.wearer_id();
      ASSERT_TRUE(incidents.emplace(key, opened.id()).second) << "two open incidents of one wearer";
    }
    if (effect.has_close_incident())
      std::erase_if(incidents, [&](const auto& one) { return one.second == effect.close_incident().id(); });
  }
}

TEST(Promises, HoldInRandomWorldsAndReplaysAgree) {
  size_t alerts = 0;
  for (uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    const auto world = random_world(seed);
    check_alerts(*world);
    check_views_and_incidents(*world);
    alerts += world->raised().size();
    if (seed % 8 == 0) {
      ASSERT_EQ(world->bytes(), random_world(seed)->bytes());
    }
    if (HasFatalFailure()) return;
  }
  EXPECT_GT(alerts, 400u) << "worlds in which nothing happens prove nothing";
}

}  // namespace
}  // namespace haechi::monitor
