// What a court says: orders, their conditions, schedules and holidays.
#include <cmath>
#include <cstdlib>

#include "tests/scenarios/language.h"

namespace haechi::scenario {
namespace {

constexpr uint32_t kEveryDay = 0x7F, kHoliday = 0x80;
constexpr const char* kDays[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};

uint32_t minute_of_day(const std::string& text) {
  if (text.size() != 5 || text[2] != ':') throw Mistake("expected a time of day, not " + text);
  return static_cast<uint32_t>(std::atoi(text.substr(0, 2).c_str()) * 60 + std::atoi(text.substr(3).c_str()));
}

int day_number(const std::string& name) {
  for (int i = 0; i < 7; ++i)
    if (name == kDays[i]) return i;
  throw Mistake("expected days such as Mon,Tue or Mon..Fri, not " + name);
}

// "Mon,Tue", "Mon..Fri", "holidays".
uint32_t day_bits(const std::string& text) {
  if (text == "holidays") return kHoliday;
  if (const size_t dots = text.find(".."); dots != std::string::npos) {
    uint32_t bits = 0;
    const int last = day_number(text.substr(dots + 2));
    for (int day = day_number(text.substr(0, dots));; day = (day + 1) % 7) {
      bits |= 1u << day;
      if (day == last) return bits;
    }
  }
  uint32_t bits = 0;
  for (size_t at = 0; at <= text.size(); at += 4) bits |= 1u << day_number(text.substr(at, 3));
  return bits;
}

void window(Words& words, uint32_t days, v1::Window& made) {
  const std::string from = words.take("a time of day");
  words.need("to");
  const std::string to = words.take("a time of day");
  made.set_days(days);
  made.set_start_min(minute_of_day(from));
  made.set_end_min(minute_of_day(to));
}

}  // namespace

void Language::register_holidays(Words& words) {
  v1::Fact fact;
  v1::HolidayCalendar& made = *fact.mutable_holiday_calendar_registered();
  made.set_name(words.take("the name of a calendar"));
  while (!words.done()) made.add_dates(words.take("a date"));
  world_.submit(fact);
}

// The same for each of a group: order O binds N1..N3 makes O-N1, O-N2 and O-N3.
void Language::register_order(Words& words) {
  const std::string id = words.take("an order");
  uint32_t version = 0;
  if (words.accept("version")) version = static_cast<uint32_t>(words.number(""));
  words.need("binds");
  const std::vector<std::string> wearers = names_of(words.take("a wearer"));
  const Words terms = words;
  for (const std::string& wearer : wearers) {
    words = terms;
    order_for(wearers.size() == 1 ? id : id + '-' + wearer, wearer, version, words);
  }
}

void Language::order_for(const std::string& id, const std::string& wearer, uint32_t version, Words& words) {
  v1::Order made;
  made.set_id(id);
  const auto before = orders_.find(id);
  made.set_version(version != 0 ? version : before == orders_.end() ? 1 : before->second.version() + 1);
  made.set_kind(words.accept("kind") ? words.take("a kind") : "ST_PROV_3_2");
  made.set_legal_basis("case-" + id);
  made.set_wearer_id(wearer);
  made.set_starts_at_us(world_.now().us);
  if (words.accept("from")) made.set_starts_at_us(world_.moment(words.time()).us);
  if (words.accept("to")) made.set_ends_at_us(world_.moment(words.time()).us);
  made.set_time_zone(words.accept("zone") ? words.take("a time zone") : "Asia/Seoul");
  if (words.accept("judging with")) policy(words, made);
  while (words.accept("-")) {
    v1::Condition& one = *made.add_conditions();
    one.set_id("c-" + std::to_string(made.conditions_size()));
    condition(words, one);
  }
  orders_[id] = made;
  v1::Fact fact;
  *fact.mutable_order_registered() = made;
  world_.submit(fact);
}

void Language::withdraw_order(Words& words) {
  const std::string id = words.take("an order");
  if (!orders_.contains(id)) throw Mistake("there is no order " + id);
  v1::Order& order = orders_.at(id);
  order.set_version(order.version() + 1);
  order.set_withdrawn(true);
  v1::Fact fact;
  *fact.mutable_order_registered() = order;
  world_.submit(fact);
}

void Language::condition(Words& words, v1::Condition& made) {
  if (words.accept("keep away from")) {
    made.mutable_keep_away()->set_protected_id(words.take("a protected person"));
    distances(words, *made.mutable_keep_away());
  } else if (words.accept("stay out of")) {
    v1::Exclusion& out = *made.mutable_exclusion();
    out.set_zone_id(words.take("a zone"));
    if (words.accept("of")) out.set_protected_id(words.take("a protected person"));
    if (words.accept("buffer")) out.set_buffer_mm(static_cast<uint32_t>(words.metres_mm()));
    if (words.accept("police within")) out.set_police_mm(static_cast<uint32_t>(words.metres_mm()));
    schedule(words, *out.mutable_schedule());
  } else if (words.accept("may not meet")) {
    made.mutable_no_contact()->set_person_id(words.take("a person"));
    if (words.accept("within"))
      made.mutable_no_contact()->set_radius_mm(static_cast<uint32_t>(words.metres_mm()));
  } else {
    v1::Inclusion& inside = *made.mutable_inclusion();
    if (words.accept("may not leave")) {
      inside.set_purpose(v1::Inclusion::TRAVEL_AREA);
    } else if (words.accept("lives in")) {
      inside.set_purpose(v1::Inclusion::RESIDENCE);
    } else {
      words.need("stay inside");
    }
    inside.set_zone_id(words.take("a zone"));
    schedule(words, *inside.mutable_schedule());
  }
}

void Language::distances(Words& words, v1::KeepAway& made) {
  while (true) {
    if (words.accept("by")) {
      made.set_ban_mm(static_cast<uint32_t>(words.metres_mm()));
    } else if (words.accept("map within")) {
      made.set_map_mm(static_cast<uint32_t>(words.metres_mm()));
    } else if (words.accept("police within")) {
      made.set_police_mm(static_cast<uint32_t>(words.metres_mm()));
    } else if (words.accept("warn within")) {
      made.set_warn_mm(static_cast<uint32_t>(words.metres_mm()));
    } else if (words.accept("without a view")) {
      made.set_no_view(true);
    } else if (words.accept("warning the wearer")) {
      made.set_warns_wearer(true);
    } else {
      return;
    }
  }
}

void Language::schedule(Words& words, v1::Schedule& made) {
  while (true) {
    if (words.accept("daily")) {
      window(words, kEveryDay, *made.add_windows());
    } else if (words.accept("on")) {
      const uint32_t days = day_bits(words.take("days"));
      window(words, days, *made.add_windows());
    } else {
      break;
    }
  }
  if (words.accept("with holidays of")) made.set_holiday_calendar(words.take("a calendar"));
  while (words.accept("except")) {
    v1::DateException& one = *made.add_exceptions();
    one.set_date(words.take("a date"));
    if (!words.accept("never")) window(words, 0, *one.add_windows());
  }
}

void Language::policy(Words& words, v1::Order& order) {
  v1::JudgementPolicy& made = *order.mutable_policy();
  while (true) {
    if (words.accept("band")) {
      made.set_band_mm(static_cast<uint32_t>(words.metres_mm()));
    } else if (words.accept("confirm")) {
      made.set_confirm_ppm(static_cast<uint32_t>(std::lround(words.number("%") * 10'000)));
    } else if (words.accept("dwell")) {
      made.set_dwell_s(static_cast<uint32_t>(words.number("s")));
    } else if (words.accept("clear hold")) {
      made.set_clear_hold_s(static_cast<uint32_t>(words.number("s")));
    } else if (words.accept("hysteresis")) {
      made.set_hysteresis_mm(static_cast<uint32_t>(words.metres_mm()));
    } else if (words.accept("foresight off")) {
      made.set_foresight_s(0);
    } else if (words.accept("foresight")) {
      made.set_foresight_s(static_cast<uint32_t>(words.number("s")));
    } else if (words.accept("speed at most")) {
      made.set_speed_max_mmps(static_cast<uint32_t>(std::lround(words.speed() * 1000)));
    } else {
      return;
    }
  }
}

}  // namespace haechi::scenario
