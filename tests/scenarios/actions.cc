// What people, devices, units and agencies do once the scenario runs.
#include <cctype>

#include "law/shapes.h"
#include "tests/scenarios/language.h"

namespace haechi::scenario {
namespace {

struct EventWords {
  const char* words;
  v1::DeviceEvent event;
};
constexpr EventWords kEvents[] = {
    {"strap cut", v1::DEVICE_EVENT_STRAP_CUT},     {"strap closed", v1::DEVICE_EVENT_STRAP_CLOSED},
    {"case opened", v1::DEVICE_EVENT_CASE_OPENED}, {"jammed", v1::DEVICE_EVENT_JAMMED},
    {"power off", v1::DEVICE_EVENT_POWER_OFF},     {"low battery", v1::DEVICE_EVENT_LOW_BATTERY},
    {"unpaired", v1::DEVICE_EVENT_UNPAIRED},       {"a fall", v1::DEVICE_EVENT_FALL},
};

struct StatusWords {
  const char* words;
  v1::UnitStatus status;
};
constexpr StatusWords kStatuses[] = {
    {"acknowledged", v1::UNIT_STATUS_ACKNOWLEDGED},
    {"en route", v1::UNIT_STATUS_EN_ROUTE},
    {"on scene", v1::UNIT_STATUS_ON_SCENE},
    {"transporting", v1::UNIT_STATUS_TRANSPORTING},
    {"cleared", v1::UNIT_STATUS_CLEARED},
    {"available", v1::UNIT_STATUS_AVAILABLE},
    {"out of service", v1::UNIT_STATUS_OUT_OF_SERVICE},
};

struct SourceWords {
  const char* words;
  v1::FixSource source;
};
constexpr SourceWords kSources[] = {
    {"satellite", v1::FIX_SOURCE_GNSS},
    {"wifi", v1::FIX_SOURCE_WIFI},
    {"cell", v1::FIX_SOURCE_CELL},
    {"beacon", v1::FIX_SOURCE_BEACON},
};

bool accept_source(Words& words, v1::FixSource& source) {
  for (const SourceWords& one : kSources)
    if (words.accept(std::string("by ") + one.words)) {
      source = one.source;
      return true;
    }
  return false;
}

v1::Target target(Words& words) {
  if (words.accept("wearer")) return v1::TARGET_WEARER;
  words.need("protected");
  return v1::TARGET_PROTECTED_PERSON;
}

}  // namespace

std::string Language::known(const std::string& short_name) const {
  const std::string id = const_cast<World&>(world_).narrator().id_of(short_name);
  if (id.empty()) throw Mistake("nothing is called " + short_name + " yet");
  return id;
}

void Language::options(Actor& actor, Words& words) {
  while (true) {
    if (words.accept("accuracy")) {
      actor.accuracy_mm = static_cast<uint32_t>(words.metres_mm());
    } else if (words.accept("by mock")) {
      actor.mocked = true;
    } else if (accept_source(words, actor.source)) {
      actor.mocked = false;
    } else if (words.accept("every")) {
      actor.interval_s = static_cast<int64_t>(words.number("s"));
    } else if (words.accept("claiming")) {
      actor.claims_mps = words.speed();
    } else if (words.accept("wobbling")) {
      actor.wobble_m = words.metres();
    } else if (words.accept("the network says nothing")) {
      actor.network.reset();
    } else if (words.accept("the network says")) {
      actor.network = spot(words);
      accept_source(words, actor.network_source);
      if (words.accept("give or take")) actor.network_accuracy_mm = static_cast<uint32_t>(words.metres_mm());
    } else {
      return;
    }
  }
}

// Now, from wherever the actor is.
void Language::report_now(Actor& actor) {
  world_.send(actor, world_.report_of(actor, actor.at(world_.now()), world_.now()));
}

bool Language::act(Actor& actor, Words& words) {
  return move(actor, words) || use_radio(actor, words) || tell(actor, words);
}

// Whoever reports by himself reports at once.
bool Language::move(Actor& actor, Words& words) {
  const Time now = world_.now();
  const auto settle_at = [&](Spot spot) {
    actor.way = {spot};
    actor.left_at = now;
    actor.speed_mps = 0;
  };
  if (words.accept("is at")) {
    settle_at(spot(words));
    options(actor, words);
    report_now(actor);
    return true;
  }
  if (words.accept("stays")) {
    settle_at(words.accept("at") ? spot(words) : actor.at(now));
  } else if (words.accept("goes")) {
    settle_at(words.accept("from") ? spot(words) : actor.at(now));
    words.need("to");
    do actor.way.push_back(spot(words));
    while (words.accept("then"));
    words.need("at");
    actor.speed_mps = words.speed();
  } else {
    return false;
  }
  options(actor, words);
  actor.next_report_at = now + Duration::seconds(actor.interval_s);
  report_now(actor);
  return true;
}

// What the device can hear, and whether it is heard.
bool Language::use_radio(Actor& actor, Words& words) {
  if (words.accept("falls silent") || words.accept("fall silent")) {
    actor.next_report_at = Time{};
  } else if (words.accept("speaks again") || words.accept("speak again")) {
    actor.next_report_at = world_.now() + Duration::seconds(actor.interval_s);
    report_now(actor);
  } else if (words.accept("loses the network") || words.accept("lose the network")) {
    actor.offline = true;
  } else if (words.accept("finds the network") || words.accept("find the network")) {
    world_.find_network(actor);
  } else if (words.accept("sees no satellites")) {
    actor.sees_satellites = false;
  } else if (words.accept("sees satellites")) {
    actor.sees_satellites = true;
  } else if (words.accept("hears nobody")) {
    actor.hears.clear();
  } else if (words.accept("hears")) {
    const std::string name = words.take("a device or a person");
    words.need("at");
    actor.hears[world_.knows(name) ? world_.actor(name).device_id : name] =
        static_cast<int32_t>(words.number("dBm"));
    report_now(actor);
  } else if (words.accept("has a clock")) {
    const double hours = words.number("h");
    actor.clock_ahead = Duration::seconds(static_cast<int64_t>(hours * 3600));
    if (words.accept("behind")) {
      actor.clock_ahead = actor.clock_ahead * -1;
    } else {
      words.need("ahead");
    }
  } else if (words.peek() == "and" && words.peek(2) == "swap") {
    words.need("and");
    Actor& other = world_.actor(words.take("a name"));
    words.need("swap devices");
    world_.swap_devices(actor, other);
  } else {
    return false;
  }
  return true;
}

bool Language::tell(Actor& actor, Words& words) {
  if (words.accept("was at")) {
    const Spot where = spot(words);
    words.need("at");
    const Time fixed_at = world_.moment(words.time());
    options(actor, words);
    v1::Report report = world_.report_of(actor, where, fixed_at);
    report.set_stored(true);
    report.set_sent_at_us(fixed_at.us);
    world_.send(actor, report);
  } else if (words.accept("repeats")) {
    world_.send(actor, actor.last);
  } else if (words.accept("retells")) {
    v1::Report report = actor.last;
    const geo::Place where = world_.place(spot(words));
    law::set_place(where, *report.mutable_fix()->mutable_place());
    world_.send(actor, report);
  } else if (words.accept("has battery")) {
    actor.battery_percent = static_cast<uint32_t>(words.number("%"));
  } else if (words.accept("presses SOS")) {
    report_event(actor, v1::DEVICE_EVENT_SOS, words);
  } else if (words.accept("presses")) {
    v1::Fact fact;
    v1::UnitStatusChanged& changed = *fact.mutable_unit_status_changed();
    changed.set_unit_id(actor.id);
    for (const StatusWords& one : kStatuses)
      if (changed.status() == v1::UNIT_STATUS_UNSPECIFIED && words.accept(one.words))
        changed.set_status(one.status);
    if (changed.status() == v1::UNIT_STATUS_UNSPECIFIED) return false;
    world_.submit(fact);
  } else if (words.accept("reports")) {
    for (const EventWords& one : kEvents)
      if (words.accept(one.words)) {
        report_event(actor, one.event, words);
        return true;
      }
    return false;
  } else {
    return false;
  }
  return true;
}

void Language::report_event(Actor& actor, v1::DeviceEvent event, Words& words) {
  const bool placed = actor.left_at.known() && !words.accept("without a place");
  const Time now = world_.now();
  v1::Report report =
      world_.report_of(actor, placed ? std::optional<Spot>(actor.at(now)) : std::nullopt, now);
  report.add_events(event);
  world_.send(actor, report);
}

void Language::fact_of_handling(const std::string& who, const std::string& alert, v1::Handling handling,
                                const std::string& reason, Time until) {
  v1::Fact fact;
  v1::AlertHandled& made = *fact.mutable_alert_handled();
  made.set_alert_id(known(alert));
  made.set_handling(handling);
  made.set_by(who);
  made.set_reason_code(reason);
  made.set_until_us(until.us);
  world_.submit(fact);
}

bool Language::handle_alert(const std::string& who, Words& words) {
  if (words.accept("takes everything")) {
    for (const std::string& alert : world_.narrator().new_alerts()) {
      fact_of_handling(who, alert, v1::HANDLING_ACKNOWLEDGE);
      fact_of_handling(who, alert, v1::HANDLING_ACT);
    }
    return true;
  }
  v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
  const std::string& what = words.peek(1);
  const bool numbered =
      what.size() > 1 && what[0] == 'A' && std::isdigit(static_cast<unsigned char>(what[1])) != 0;
  if (!numbered && !v1::AlertKind_Parse("ALERT_KIND_" + what, &kind)) return false;
  const std::string verb = words.take("a verb");
  const std::string alert = words.take("an alert");
  if (verb == "acknowledges") {
    fact_of_handling(who, alert, v1::HANDLING_ACKNOWLEDGE);
  } else if (verb == "takes") {
    fact_of_handling(who, alert, v1::HANDLING_ACKNOWLEDGE);
    fact_of_handling(who, alert, v1::HANDLING_ACT);
  } else if (verb == "resolves") {
    words.need("as");
    fact_of_handling(who, alert, v1::HANDLING_RESOLVE, words.take("an outcome"));
  } else if (verb == "shelves") {
    words.need("until");
    const Time until = world_.moment(words.time());
    words.need("as");
    fact_of_handling(who, alert, v1::HANDLING_SHELVE, words.take("a reason"), until);
  } else if (verb == "closes") {
    fact_of_handling(who, alert, v1::HANDLING_CLOSE);
  } else {
    return false;
  }
  return true;
}

bool Language::run_call(const std::string& who, Words& words) {
  v1::Fact fact;
  if (words.accept("sends")) {
    const std::string unit = words.take("a unit");
    words.need("to");
    v1::UnitAssignedByHand& made = *fact.mutable_unit_assigned_by_hand();
    made.set_unit_id(unit);
    made.set_target(target(words));
    words.need("of");
    made.set_call_id(known(words.take("a call")));
    made.set_by(who);
  } else if (words.peek() == "closes" && words.peek(1)[0] == 'C') {
    words.take("closes");
    v1::CallClosedByHand& made = *fact.mutable_call_closed_by_hand();
    made.set_call_id(known(words.take("a call")));
    words.need("as");
    made.set_disposition(words.take("a disposition"));
    made.set_by(who);
  } else {
    return false;
  }
  world_.submit(fact);
  return true;
}

// What an outside desk says. By telephone: what a person was told and typed in.
bool Language::answer_hand_off(const std::string& agency, Words& words) {
  const std::string verb = words.take("a verb");
  const std::string hand_off = words.take("a hand-off");
  if (hand_off.size() < 2 || hand_off[0] != 'H') return false;
  const std::string id = known(hand_off);
  v1::Fact fact;
  v1::HandOffMessage& message = *fact.mutable_hand_off_answered()->mutable_message();
  message.set_hand_off_id(id);
  message.set_incident_id(world_.narrator().sent(id)->back().incident_id());
  message.set_from_agency_id(agency);
  message.set_to_agency_id("monitoring");
  message.set_sent_at_us(world_.now().us);
  const auto stamp = [&] {
    message.set_seq(++answers_[id]);
    message.set_id(id + "-answer-" + std::to_string(message.seq()));
  };
  if (verb == "acknowledges") {
    for (const v1::HandOffMessage& sent : *world_.narrator().sent(id)) {
      stamp();
      message.mutable_ack()->set_message_id(sent.id());
      world_.submit(fact);
    }
    return true;
  }
  stamp();
  if (verb == "accepts") {
    words.need("as");
    message.mutable_accepted()->set_event_no(words.take("an event number"));
  } else if (verb == "refuses") {
    message.mutable_rejected()->set_reason(v1::REJECT_REASON_OTHER);
    message.mutable_rejected()->set_text("refused");
    message.mutable_rejected()->set_retryable(words.accept("for now"));
  } else if (verb == "assigns") {
    v1::HandOffMessage::UnitProgress& progress = *message.mutable_unit_progress();
    progress.set_unit_id(words.take("a unit"));
    progress.set_status(v1::UNIT_STATUS_ASSIGNED);
    words.need("to");
    progress.set_target(target(words));
    if (words.accept("in")) progress.set_eta_s(static_cast<uint32_t>(words.number("s")));
  } else if (verb == "ends") {
    words.need("as");
    message.mutable_closed()->set_disposition(words.take("a disposition"));
  } else {
    return false;
  }
  fact.mutable_hand_off_answered()->set_by_human(words.accept("by telephone"));
  world_.submit(fact);
  return true;
}

}  // namespace haechi::scenario
