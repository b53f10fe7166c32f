#include "tests/scenarios/language.h"

#include <cstdlib>

#include "law/shapes.h"

namespace haechi::scenario {
namespace {

constexpr int kCornersMin = 3;

uint32_t minute_of_day(const std::string& text) {
  if (text.size() != 5 || text[2] != ':') throw Mistake("expected a time of day, not " + text);
  return static_cast<uint32_t>(std::atoi(text.substr(0, 2).c_str()) * 60 + std::atoi(text.substr(3).c_str()));
}

uint32_t day_bits(const std::string& text) {
  const char* names[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
  uint32_t bits = 0;
  for (int i = 0; i < 7; ++i)
    if (text.find(names[i]) != std::string::npos) bits |= 1u << i;
  if (bits == 0) throw Mistake("expected days such as Mon,Tue, not " + text);
  return bits;
}

void window(const std::string& from, const std::string& to, uint32_t days, v1::Window& made) {
  made.set_days(days);
  made.set_start_min(minute_of_day(from));
  made.set_end_min(minute_of_day(to));
}

}  // namespace

std::vector<std::string> Language::run(const std::string& text) {
  Words words(text);
  if (words.accept("at")) world_.run_until(world_.moment(words.time()));
  statement(words);
  words.end();
  return world_.take_news();
}

void Language::statement(Words& words) {
  if (words.accept("until")) return world_.run_until(world_.moment(words.time()));
  if (words.accept("restart")) return world_.restart();
  if (words.accept("open alerts")) {
    std::vector<std::string> lines = world_.narrator().open_alerts();
    if (lines.empty()) lines.push_back("no alert is open");
    return world_.say(lines);
  }
  if (setup(words)) return;
  const std::string who = words.take("a statement");
  if (world_.knows(who)) {
    if (!act(world_.actor(who), words)) throw Mistake(who + " does what? " + words.peek());
  } else if (!handle_alert(who, words) && !run_call(who, words) && !answer_hand_off(who, words)) {
    throw Mistake("not a statement: " + who + ' ' + words.peek());
  }
}

bool Language::setup(Words& words) {
  if (words.accept("start")) {
    const std::string when = words.time();
    world_.begin(when, words.take("a time zone"));
  } else if (words.accept("origin")) {
    const double lat = words.number("north");
    world_.set_origin(lat, words.number("east"));
  } else if (words.accept("place")) {
    const std::string name = words.take("a name");
    words.need("at");
    places_[name] = spot(words);
  } else if (words.accept("wearer")) {
    register_person(words, v1::ROLE_WEARER);
  } else if (words.accept("protected")) {
    register_person(words, v1::ROLE_PROTECTED_PERSON);
  } else if (words.accept("agency")) {
    register_agency(words);
  } else if (words.accept("station")) {
    register_station(words);
  } else if (words.accept("unit")) {
    register_unit(words);
  } else if (words.accept("zone")) {
    v1::Fact fact;
    fact.mutable_zone_registered()->set_id(words.take("a zone"));
    shape(words, *fact.mutable_zone_registered()->mutable_shape());
    world_.submit(fact);
  } else if (words.accept("order")) {
    register_order(words);
  } else if (words.accept("withdraw")) {
    v1::Order& order = orders_.at(words.take("an order"));
    order.set_version(order.version() + 1);
    order.set_withdrawn(true);
    v1::Fact fact;
    *fact.mutable_order_registered() = order;
    world_.submit(fact);
  } else {
    return false;
  }
  return true;
}

void Language::register_person(Words& words, v1::Role role) {
  Actor actor;
  actor.id = words.take("a name");
  actor.device_id = "of-" + actor.id;
  if (words.accept("every")) actor.interval_s = static_cast<int64_t>(words.number("s"));
  v1::Fact fact;
  fact.mutable_person_registered()->set_id(actor.id);
  fact.mutable_person_registered()->set_role(role);
  world_.submit(fact);
  v1::Fact device;
  device.mutable_device_registered()->set_id(actor.device_id);
  device.mutable_device_registered()->set_kind(role == v1::ROLE_WEARER ? v1::DEVICE_KIND_ANKLE
                                                                       : v1::DEVICE_KIND_PHONE);
  device.mutable_device_registered()->set_person_id(actor.id);
  device.mutable_device_registered()->set_interval_s(static_cast<uint32_t>(actor.interval_s));
  world_.submit(device);
  world_.add_actor(std::move(actor));
}

void Language::register_agency(Words& words) {
  v1::Fact fact;
  fact.mutable_agency_registered()->set_id(words.take("an agency"));
  const bool outside = words.accept("with its own CAD");
  fact.mutable_agency_registered()->set_desk(outside ? v1::DESK_CONNECTOR : v1::DESK_BUILT_IN);
  world_.submit(fact);
}

void Language::register_station(Words& words) {
  v1::Fact fact;
  v1::Jurisdiction& made = *fact.mutable_jurisdiction_registered();
  made.set_id(words.take("a station"));
  words.need("of");
  made.set_agency_id(words.take("an agency"));
  while (words.accept("informs")) made.add_informed_agency_ids(words.take("an agency"));
  words.need("covers");
  shape(words, *made.mutable_shape());
  world_.submit(fact);
}

void Language::register_unit(Words& words) {
  Actor actor;
  actor.id = words.take("a unit");
  actor.device_id = "of-" + actor.id;
  v1::Fact fact;
  fact.mutable_unit_registered()->set_id(actor.id);
  words.need("of");
  fact.mutable_unit_registered()->set_agency_id(words.take("an agency"));
  words.need("at");
  const Spot where = spot(words);
  v1::Fact device;
  device.mutable_device_registered()->set_id(actor.device_id);
  device.mutable_device_registered()->set_kind(v1::DEVICE_KIND_VEHICLE);
  device.mutable_device_registered()->set_unit_id(actor.id);
  world_.submit(device);
  actor.from = actor.to = where;
  actor.left_at = world_.now();
  Actor& kept = world_.add_actor(std::move(actor));
  world_.submit(fact);
  world_.send(kept, world_.report_of(kept, where, world_.now()));
}

void Language::register_order(Words& words) {
  v1::Order made;
  made.set_id(words.take("an order"));
  const auto before = orders_.find(made.id());
  made.set_version(before == orders_.end() ? 1 : before->second.version() + 1);
  if (words.accept("version")) made.set_version(static_cast<uint32_t>(words.number("")));
  made.set_kind("ST_PROV_3_2");
  made.set_legal_basis("case-" + made.id());
  words.need("binds");
  made.set_wearer_id(words.take("a wearer"));
  if (words.accept("kind")) made.set_kind(words.take("a kind"));
  made.set_starts_at_us(world_.now().us);
  if (words.accept("from")) made.set_starts_at_us(world_.moment(words.time()).us);
  if (words.accept("to")) made.set_ends_at_us(world_.moment(words.time()).us);
  if (words.accept("zone")) {
    made.set_time_zone(words.take("a time zone"));
  } else {
    made.set_time_zone("Asia/Seoul");
  }
  while (words.accept("-")) {
    v1::Condition& one = *made.add_conditions();
    one.set_id("c-" + std::to_string(made.conditions_size()));
    condition(words, made);
  }
  orders_[made.id()] = made;
  v1::Fact fact;
  *fact.mutable_order_registered() = made;
  world_.submit(fact);
}

void Language::condition(Words& words, v1::Order& order) {
  v1::Condition& made = *order.mutable_conditions(order.conditions_size() - 1);
  if (words.accept("keep away from")) {
    v1::KeepAway& keep = *made.mutable_keep_away();
    keep.set_protected_id(words.take("a protected person"));
    for (bool more = true; more;) {
      if (words.accept("by")) {
        keep.set_ban_mm(static_cast<uint32_t>(words.metres_mm()));
      } else if (words.accept("map within")) {
        keep.set_map_mm(static_cast<uint32_t>(words.metres_mm()));
      } else if (words.accept("police within")) {
        keep.set_police_mm(static_cast<uint32_t>(words.metres_mm()));
      } else if (words.accept("warn within")) {
        keep.set_warn_mm(static_cast<uint32_t>(words.metres_mm()));
      } else if (words.accept("without a view")) {
        keep.set_no_view(true);
      } else if (words.accept("warning the wearer")) {
        keep.set_warns_wearer(true);
      } else {
        more = false;
      }
    }
  } else if (words.accept("stay out of")) {
    v1::Exclusion& out = *made.mutable_exclusion();
    out.set_zone_id(words.take("a zone"));
    if (words.accept("of")) out.set_protected_id(words.take("a protected person"));
    if (words.accept("buffer")) out.set_buffer_mm(static_cast<uint32_t>(words.metres_mm()));
    if (words.accept("police within")) out.set_police_mm(static_cast<uint32_t>(words.metres_mm()));
    schedule(words, *out.mutable_schedule());
  } else {
    words.need("stay inside");
    made.mutable_inclusion()->set_zone_id(words.take("a zone"));
    schedule(words, *made.mutable_inclusion()->mutable_schedule());
  }
}

void Language::schedule(Words& words, v1::Schedule& made) {
  constexpr uint32_t kEveryDay = 0x7F;
  while (true) {
    const bool daily = words.accept("daily");
    if (!daily && !words.accept("on")) break;
    const uint32_t days = daily ? kEveryDay : day_bits(words.take("days"));
    const std::string from = words.take("a time of day");
    words.need("to");
    window(from, words.take("a time of day"), days, *made.add_windows());
  }
  while (words.accept("except")) {
    v1::DateException& one = *made.add_exceptions();
    one.set_date(words.take("a date"));
    if (words.accept("never")) continue;
    const std::string from = words.take("a time of day");
    words.need("to");
    window(from, words.take("a time of day"), 0, *one.add_windows());
  }
}

void Language::shape(Words& words, v1::Shape& shape) {
  if (words.accept("circle")) {
    shape.mutable_circle()->set_radius_mm(static_cast<uint32_t>(words.metres_mm()));
    words.need("around");
    law::set_place(world_.place(spot(words)), *shape.mutable_circle()->mutable_centre());
    return;
  }
  words.need("polygon");
  const auto ring = [&](v1::Ring& made) {
    while (spot_follows(words)) {
      law::set_place(world_.place(spot(words)), *made.add_corners());
      if (!words.accept(";")) break;
    }
    if (made.corners_size() < kCornersMin) throw Mistake("a polygon has at least three corners");
  };
  ring(*shape.mutable_polygon()->mutable_outer());
  while (words.accept("hole")) ring(*shape.mutable_polygon()->add_holes());
}

bool Language::spot_follows(const Words& words) const {
  if (places_.contains(words.peek())) return true;
  const std::string& direction = words.peek(2);
  return (words.peek(1) == "m" || words.peek(1) == "km") &&
         (direction == "east" || direction == "west" || direction == "north" || direction == "south");
}

Spot Language::spot(Words& words) {
  Spot made;
  if (!spot_follows(words)) throw Mistake("expected a place, not " + words.peek());
  if (const auto named = places_.find(words.peek()); named != places_.end()) {
    made = named->second;
    words.take("a place");
  }
  while (!places_.contains(words.peek()) && spot_follows(words)) {
    const double metres = words.metres();
    if (words.accept("east")) {
      made.east_m += metres;
    } else if (words.accept("west")) {
      made.east_m -= metres;
    } else if (words.accept("north")) {
      made.north_m += metres;
    } else {
      words.need("south");
      made.north_m -= metres;
    }
  }
  return made;
}

}  // namespace haechi::scenario
