#include "tests/scenarios/language.h"

#include <cmath>
#include <cstdlib>

#include "law/shapes.h"

namespace haechi::scenario {
namespace {

constexpr int kCornersMin = 3;
constexpr size_t kGroupMax = 200;

}  // namespace

const Language::Statement Language::kStatements[] = {
    {"start", &Language::begin},
    {"until", &Language::pass_time},
    {"restart", &Language::replay},
    {"open alerts", &Language::list_open},
    {"must", &Language::promise},
    {"news of alerts only", &Language::hear_only_alerts},
    {"origin", &Language::set_origin},
    {"place", &Language::name_place},
    {"map", &Language::draw_map},
    {"wearer", &Language::register_wearer},
    {"protected", &Language::register_protected},
    {"phone", &Language::register_phone},
    {"watch", &Language::register_watch},
    {"beacon", &Language::register_beacon},
    {"agency", &Language::register_agency},
    {"station", &Language::register_station},
    {"unit", &Language::register_unit},
    {"zone", &Language::register_zone},
    {"holidays", &Language::register_holidays},
    {"order", &Language::register_order},
    {"withdraw", &Language::withdraw_order},
};

std::vector<std::string> names_of(const std::string& text) {
  const size_t dots = text.find("..");
  if (dots == std::string::npos) return {text};
  const std::string first = text.substr(0, dots), last = text.substr(dots + 2);
  const size_t digits = first.find_first_of("0123456789");
  if (digits == std::string::npos || last.compare(0, digits, first, 0, digits) != 0)
    throw Mistake("expected names such as N1..N20, not " + text);
  const int from = std::atoi(first.c_str() + digits), to = std::atoi(last.c_str() + digits);
  std::vector<std::string> names;
  for (int i = from; i <= to && names.size() < kGroupMax; ++i)
    names.push_back(first.substr(0, digits) + std::to_string(i));
  if (names.empty()) throw Mistake("nobody is in " + text);
  return names;
}

std::vector<std::string> Language::run(const std::string& text) {
  Words words(text);
  if (words.accept("at")) world_.run_until(world_.moment(words.time()));
  if (known_statement(words)) {
    words.end();
    return world_.take_news();
  }
  const std::string who = words.take("a statement");
  if (world_.knows(names_of(who).front())) {
    const Words each = words;
    for (const std::string& one : names_of(who)) {
      words = each;
      if (!act(world_.actor(one), words)) throw Mistake(one + " does what? " + words.peek());
    }
  } else if (!handle_alert(who, words) && !run_call(who, words) && !answer_hand_off(who, words)) {
    throw Mistake("not a statement: " + who + ' ' + words.peek());
  }
  words.end();
  return world_.take_news();
}

bool Language::known_statement(Words& words) {
  if (words.peek(1) == "wearers") {
    register_wearers(words);
    return true;
  }
  for (const Statement& one : kStatements)
    if (words.accept(one.phrase)) {
      (this->*one.run)(words);
      return true;
    }
  return false;
}

std::vector<Outcome> Language::outcomes() const {
  std::vector<Outcome> out;
  for (const Promise& one : promises_) out.push_back(outcome_of(one, world_));
  return out;
}

void Language::begin(Words& words) {
  const std::string when = words.time();
  world_.begin(when, words.take("a time zone"));
}

void Language::pass_time(Words& words) {
  world_.run_until(world_.moment(words.time()));
}

void Language::list_open(Words&) {
  std::vector<std::string> lines = world_.narrator().open_alerts();
  if (lines.empty()) lines.push_back("no alert is open");
  world_.say(lines);
}

void Language::set_origin(Words& words) {
  const double lat = words.number("north");
  world_.set_origin(lat, words.number("east"));
}

void Language::name_place(Words& words) {
  const std::string name = words.take("a name");
  words.need("at");
  places_[name] = spot(words);
}

// Rows between bars, north at the top. A letter or digit is a place of that name, + is the origin (without
// one: the middle of the drawing), everything else is scenery.
void Language::draw_map(Words& words) {
  const double cell_m = words.metres();
  words.need("a cell");
  std::vector<std::string> rows;
  while (words.accept("|")) {
    std::string row;
    while (!words.done() && words.peek() != "|") row += words.take("a row");
    if (!row.empty()) rows.push_back(row);
  }
  if (rows.empty()) throw Mistake("a map is drawn in rows such as | . . a . |");
  double middle_row = static_cast<double>(rows.size() - 1) / 2;
  double middle_column = static_cast<double>(rows[0].size() - 1) / 2;
  for (size_t r = 0; r < rows.size(); ++r)
    if (const size_t c = rows[r].find('+'); c != std::string::npos) {
      middle_row = static_cast<double>(r);
      middle_column = static_cast<double>(c);
    }
  std::map<std::string, Spot> drawn;
  for (size_t r = 0; r < rows.size(); ++r)
    for (size_t c = 0; c < rows[r].size(); ++c) {
      const std::string name(1, rows[r][c]);
      if (std::isalnum(static_cast<unsigned char>(rows[r][c])) == 0) continue;
      if (drawn.contains(name)) throw Mistake("the map shows " + name + " twice");
      drawn[name] = {(static_cast<double>(c) - middle_column) * cell_m,
                     (middle_row - static_cast<double>(r)) * cell_m};
    }
  for (const auto& [name, where] : drawn) places_[name] = where;
}

void Language::add_person(const std::string& id, v1::Role role) {
  v1::Fact fact;
  fact.mutable_person_registered()->set_id(id);
  fact.mutable_person_registered()->set_role(role);
  world_.submit(fact);
  if (role != v1::ROLE_PROTECTED_PERSON) return;
  // She has read the penalty notice and agreed: without that she is shown nothing.
  v1::Fact notice, consent;
  notice.mutable_case_fact()->mutable_notice_given()->set_protected_id(id);
  notice.mutable_case_fact()->mutable_notice_given()->set_notice_code("kr-em-36-4.1");
  consent.mutable_case_fact()->mutable_consent_recorded()->set_protected_id(id);
  consent.mutable_case_fact()->mutable_consent_recorded()->set_given(true);
  world_.submit(notice);
  world_.submit(consent);
}

Actor& Language::add_device(Actor actor, v1::DeviceKind kind, const std::string& holder,
                            const std::string& carrier) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id(actor.device_id);
  device.set_kind(kind);
  device.set_person_id(holder);
  device.set_interval_s(static_cast<uint32_t>(actor.interval_s));
  device.set_carrier(carrier);
  world_.submit(fact);
  return world_.add_actor(std::move(actor));
}

void Language::device_options(Actor& actor, std::string& carrier, Words& words) {
  while (true) {
    if (words.accept("every")) {
      actor.interval_s = static_cast<int64_t>(words.number("s"));
    } else if (words.accept("on carrier")) {
      carrier = words.take("a carrier");
    } else if (words.accept("obeying")) {
      actor.obeys = true;
    } else {
      return;
    }
  }
}

void Language::register_person(Words& words, v1::Role role) {
  Actor actor;
  std::string carrier;
  actor.id = words.take("a name");
  actor.device_id = "of-" + actor.id;
  device_options(actor, carrier, words);
  const std::string holder = actor.id;
  add_person(holder, role);
  add_device(std::move(actor), role == v1::ROLE_WEARER ? v1::DEVICE_KIND_ANKLE : v1::DEVICE_KIND_PHONE,
             holder, carrier);
}

// Many at once, scattered evenly, who report by themselves from now on, each at a second of his own.
void Language::register_wearers(Words& words) {
  constexpr double kGoldenAngle = 2.399963;
  const size_t count = static_cast<size_t>(words.number("wearers"));
  const std::vector<std::string> names = names_of(words.take("names"));
  if (names.size() != count) throw Mistake("those are " + std::to_string(names.size()) + " names");
  Actor pattern;
  std::string carrier;
  device_options(pattern, carrier, words);
  words.need("within");
  const double radius_m = words.metres();
  words.need("of");
  const Spot centre = spot(words);
  for (size_t i = 0; i < count; ++i) {
    Actor one = pattern;
    one.id = names[i];
    one.device_id = "of-" + one.id;
    const double out_m = radius_m * std::sqrt((static_cast<double>(i) + 0.5) / static_cast<double>(count));
    const double angle = static_cast<double>(i) * kGoldenAngle;
    one.way = {{centre.east_m + out_m * std::cos(angle), centre.north_m + out_m * std::sin(angle)}};
    one.left_at = world_.now();
    one.next_report_at = world_.now() + Duration::seconds(1 + static_cast<int64_t>(i) % one.interval_s);
    add_person(one.id, v1::ROLE_WEARER);
    add_device(std::move(one), v1::DEVICE_KIND_ANKLE, names[i], carrier);
  }
}

// One more device of a person, which goes and reports by its own name.
void Language::register_device(Words& words, v1::DeviceKind kind) {
  Actor actor;
  std::string carrier;
  actor.id = words.take("a name");
  actor.device_id = actor.id;
  words.need("of");
  const std::string holder = words.take("a person");
  device_options(actor, carrier, words);
  add_device(std::move(actor), kind, holder, carrier);
}

void Language::register_beacon(Words& words) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id(words.take("a name"));
  device.set_kind(v1::DEVICE_KIND_HOME_BEACON);
  words.need("in");
  device.set_zone_id(words.take("a zone"));
  words.need("of");
  device.set_person_id(words.take("a person"));
  world_.submit(fact);
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
  actor.way = {where};
  actor.left_at = world_.now();
  Actor& kept = world_.add_actor(std::move(actor));
  world_.submit(fact);
  world_.send(kept, world_.report_of(kept, where, world_.now()));
}

void Language::register_zone(Words& words) {
  v1::Fact fact;
  fact.mutable_zone_registered()->set_id(words.take("a zone"));
  shape(words, *fact.mutable_zone_registered()->mutable_shape());
  world_.submit(fact);
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
