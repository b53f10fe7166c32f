#include "tests/scenarios/world.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/saved.h"
#include "law/shapes.h"

namespace haechi::scenario {
namespace {

constexpr int64_t kSecond = 1'000'000;
constexpr size_t kSavedEvery = 97;  // entries

v1::TimeZone zone_rules(const std::string& name) {
  v1::TimeZone zone;
  zone.set_name(name);
  const auto add = [&](int64_t from_s, int hours) {
    auto* transition = zone.add_transitions();
    transition->set_from_s(from_s);
    transition->set_offset_s(hours * 3600);
  };
  if (name == "Asia/Seoul") {
    add(INT64_MIN, 9);
  } else if (name == "Europe/Madrid") {
    add(INT64_MIN, 1);
    add(parse_iso8601("2026-03-29T01:00:00Z")->us / kSecond, 2);
    add(parse_iso8601("2026-10-25T01:00:00Z")->us / kSecond, 1);
  } else {
    throw Mistake("time zones are Asia/Seoul and Europe/Madrid, not " + name);
  }
  return zone;
}

Time next_second(Time at) {
  return Time{(at.us / kSecond + 1) * kSecond};
}

}  // namespace

Spot Actor::at(Time now) const {
  double left = speed_mps * static_cast<double>((now - left_at).us) / 1e6;
  for (size_t i = 1; speed_mps > 0 && i < way.size(); ++i) {
    const Spot from = way[i - 1], to = way[i];
    const double dx = to.east_m - from.east_m, dy = to.north_m - from.north_m;
    const double length = std::hypot(dx, dy);
    if (left < length) return {from.east_m + dx * left / length, from.north_m + dy * left / length};
    left -= length;
  }
  return way.back();
}

World::World(uint64_t first_no, Duration longest)
    : engine_(std::make_unique<spine::Engine>(0, first_no - 1)), first_no_(first_no), longest_(longest) {}

void World::begin(const std::string& local, const std::string& zone) {
  if (now_.known()) throw Mistake("the scenario has begun already");
  zone_ = zone;
  std::vector<v1::TimeZone> zones;
  for (const char* name : {"Asia/Seoul", "Europe/Madrid"}) {
    zones.push_back(zone_rules(name));
    rules_[name] = *law::LocalRules::from(zones.back());
  }
  zone_rules(zone);
  now_ = Time{1};
  now_ = moment(local);
  for (const v1::TimeZone& one : zones) {
    v1::Fact fact;
    *fact.mutable_time_zone_registered() = one;
    submit(fact);
  }
}

void World::set_origin(double lat, double lng) {
  const Result<geo::Place> place = geo::place_from_degrees(lat, lng);
  if (!place.ok()) throw Mistake(place.error().text());
  origin_ = *place;
}

std::string World::local(Time at) const {
  if (!now_.known()) throw Mistake("a scenario begins with: start DATE TIME ZONE");
  const int64_t offset_s = rules_.at(zone_).offset_s(at.us / kSecond);
  std::string text = iso8601(at + Duration::seconds(offset_s)).substr(0, 19);
  text[10] = ' ';
  return text;
}

Time World::moment(const std::string& text) const {
  if (!now_.known()) throw Mistake("a scenario begins with: start DATE TIME ZONE");
  std::string full = text.size() > 8 ? text : local(now_).substr(0, 11) + text;
  if (full.size() == 16) full += ":00";
  const Result<Time> wall = parse_iso8601(full + "Z");
  if (full.size() != 19 || !wall.ok()) throw Mistake("not a time: " + text);
  std::optional<Time> best;
  for (const auto& transition : rules_.at(zone_).transitions()) {
    const Time candidate = *wall - Duration::seconds(transition.offset_s);
    if (local(candidate) != full) continue;
    const bool past = candidate < now_;
    if (!best || (*best < now_ && !past) || (past == (*best < now_) && candidate < *best)) best = candidate;
  }
  if (!best) throw Mistake("there is no such time in " + zone_ + ": " + text);
  return *best;
}

geo::Place World::place(Spot spot) const {
  return geo::moved(origin_, {std::llround(spot.east_m * 1000), std::llround(spot.north_m * 1000)});
}

Actor& World::actor(const std::string& id) {
  const auto found = actors_.find(id);
  if (found == actors_.end()) throw Mistake("nobody is called " + id);
  return found->second;
}

Actor& World::add_actor(Actor made) {
  const std::string id = made.id;
  if (!actors_.contains(id)) actor_order_.push_back(id);
  uint64_t seed = 20'260'314;
  for (const char c : id) seed = seed * 131 + static_cast<unsigned char>(c);
  made.wobbles = Random(seed);
  return actors_[id] = std::move(made);
}

void World::submit(const v1::Fact& fact) {
  if (!now_.known()) throw Mistake("a scenario begins with: start DATE TIME ZONE");
  const Status valid = law::check(fact);
  if (!valid.ok()) throw Mistake("refused: " + valid.error().text());
  step(fact, std::max(now_, last_stamp_ + Duration{1}));
}

void World::step(const v1::Fact& fact, Time stamp) {
  last_stamp_ = stamp;
  kept_.push_back({stamp, fact, ""});
  const uint64_t no = first_no_ + kept_.size() - 1;
  const auto effects = engine_->step({no, stamp, fact});
  for (const auto& effect : effects) kept_.back().effects += effect->SerializeAsString();
  picture_.fold(no, stamp, fact, effects);
  say(narrator_.tell(effects));
  for (const auto& effect : effects)
    if (effect->has_command_device()) obey(effect->command_device());
}

void World::obey(const v1::DeviceCommand& command) {
  if (command.interval_s() == 0) return;
  for (auto& [id, actor] : actors_) {
    if (actor.device_id != command.device_id() || !actor.obeys || actor.offline) continue;
    actor.interval_s = command.interval_s();
    const Time soon = now_ + Duration::seconds(actor.interval_s);
    if (actor.next_report_at.known()) actor.next_report_at = std::min(actor.next_report_at, soon);
  }
}

void World::restart() {
  const std::string held = saved(*std::exchange(engine_, std::make_unique<spine::Engine>(0, first_no_ - 1)));
  const std::string shown = saved(std::exchange(picture_, {}));
  for (size_t i = 0; i < kept_.size(); ++i) {
    std::string again;
    const auto effects = engine_->step({first_no_ + i, kept_[i].stamped_at, kept_[i].fact});
    for (const auto& effect : effects) again += effect->SerializeAsString();
    picture_.fold(first_no_ + i, kept_[i].stamped_at, kept_[i].fact, effects);
    if (again != kept_[i].effects)
      throw Mistake("a replay says something else at entry " + std::to_string(i + 1));
    if (i % kSavedEvery == 0) save_and_load(i + 1);
  }
  if (saved(*engine_) != held) throw Mistake("a replay leaves another state");
  if (saved(picture_) != shown) throw Mistake("a picture that was taken up shows something else");
}

void World::save_and_load(size_t entry_no) {
  const std::string held = saved(*std::exchange(engine_, std::make_unique<spine::Engine>(0, first_no_ - 1)));
  Reader in(held);
  engine_->load(in);
  if (!in.done() || saved(*engine_) != held)
    throw Mistake("what was saved is not what is loaded after entry " + std::to_string(entry_no));
  const std::string shown = saved(std::exchange(picture_, {}));
  if (!take_saved(shown, picture_).ok() || saved(picture_) != shown)
    throw Mistake("the picture that was saved is not the one taken up after entry " +
                  std::to_string(entry_no));
}

void World::run_until(Time moment) {
  if (moment < now_) throw Mistake("time does not go back: it is " + local(now_));
  if (longest_ < moment - now_) throw Mistake("that is too long to wait: it is " + local(now_));
  v1::Fact tick;
  tick.mutable_clock_ticked();
  for (Time second = next_second(now_); second <= moment; second = next_second(second)) {
    now_ = second;
    step(tick, std::max(second, last_stamp_ + Duration{1}));
    report_due(second);
  }
  now_ = moment;
}

void World::report_due(Time moment) {
  for (const std::string& id : actor_order_) {
    Actor& actor = actors_.at(id);
    if (!actor.next_report_at.known() || actor.next_report_at > moment) continue;
    actor.next_report_at = moment + Duration::seconds(actor.interval_s);
    send(actor, report_of(actor, actor.at(moment), moment));
  }
}

v1::Report World::report_of(Actor& actor, std::optional<Spot> where, Time fixed_at) {
  v1::Report report;
  report.set_device_id(actor.device_id);
  report.set_epoch(1);
  report.set_seq(++actor.seq);
  report.set_sent_at_us((now_ + actor.clock_ahead).us);
  if (actor.battery_percent) report.set_battery_percent(*actor.battery_percent);
  for (const auto& [device, dbm] : actor.hears) {
    v1::Contact& contact = *report.add_contacts();
    contact.set_device_id(device);
    contact.set_rssi_dbm(dbm);
  }
  const Time told_at = fixed_at + actor.clock_ahead;
  if (actor.network) {
    v1::Fix& fix = *report.mutable_network_fix();
    law::set_place(place(*actor.network), *fix.mutable_place());
    fix.set_fixed_at_us(told_at.us);
    fix.set_accuracy_mm(actor.network_accuracy_mm);
    fix.set_source(actor.network_source);
  }
  if (!where || !actor.sees_satellites) return report;
  if (actor.wobble_m > 0) {
    where->east_m += actor.wobbles.normal() * actor.wobble_m;
    where->north_m += actor.wobbles.normal() * actor.wobble_m;
  }
  law::set_place(place(*where), *report.mutable_fix()->mutable_place());
  report.mutable_fix()->set_fixed_at_us(told_at.us);
  report.mutable_fix()->set_accuracy_mm(actor.accuracy_mm);
  report.mutable_fix()->set_source(actor.source);
  report.mutable_fix()->set_mocked(actor.mocked);
  if (actor.claims_mps)
    report.mutable_fix()->set_speed_mmps(static_cast<uint32_t>(std::llround(*actor.claims_mps * 1000)));
  return report;
}

void World::send(Actor& actor, const v1::Report& report) {
  actor.last = report;
  if (actor.offline) {
    actor.unsent.push_back(report);
    actor.unsent.back().set_stored(true);
  } else {
    submit_report(report);
  }
}

void World::find_network(Actor& actor) {
  actor.offline = false;
  std::vector<v1::Report> unsent;
  unsent.swap(actor.unsent);
  for (const v1::Report& report : unsent) submit_report(report);
}

void World::swap_devices(Actor& one, Actor& other) {
  std::swap(one.device_id, other.device_id);
  std::swap(one.seq, other.seq);
  std::swap(one.interval_s, other.interval_s);
  std::swap(one.next_report_at, other.next_report_at);
}

void World::submit_report(const v1::Report& report) {
  v1::Fact fact;
  *fact.mutable_report_received()->mutable_report() = report;
  fact.mutable_report_received()->set_received_at_us(now_.us);
  fact.mutable_report_received()->set_protocol("mqtt");
  // What the spine would drop is told all the same: the engine itself has to bear it.
  fact.mutable_report_received()->set_conflicting(filter_.admit(report) ==
                                                  spine::ReportFilter::Verdict::kConflicting);
  submit(fact);
}

void World::say(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    const std::string at = local(now_);
    if (news_day_.empty()) news_day_ = at.substr(0, 10);
    const bool same_day = at.substr(0, 10) == news_day_;
    news_day_ = at.substr(0, 10);
    news_.push_back((same_day ? at.substr(11) : at) + ' ' + line);
  }
}

std::vector<std::string> World::take_news() {
  std::vector<std::string> out;
  out.swap(news_);
  return out;
}

}  // namespace haechi::scenario
