// Language: what each statement of a scenario does to the world. README.md beside this file is its grammar.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/scenarios/promises.h"
#include "tests/scenarios/words.h"
#include "tests/scenarios/world.h"

namespace haechi::scenario {

class Language {
 public:
  explicit Language(uint64_t first_no = 1, Duration longest = kLongest) : world_(first_no, longest) {}
  // Carries out one statement and returns the news. Throws Mistake for what it does not understand.
  std::vector<std::string> run(const std::string& statement);
  // The whole scenario once more, from its facts: throws Mistake if one byte differs.
  void restart() { world_.restart(); }
  const World& world() const { return world_; }
  // Of each promise, in the order in which they were made. Throws Mistake where the scenario ends too early.
  std::vector<Outcome> outcomes() const;

 private:
  struct Statement {
    const char* phrase;
    void (Language::*run)(Words& words);
  };
  static const Statement kStatements[];

  bool known_statement(Words& words);
  // language.cc: the clock, who and what there is
  void begin(Words& words);
  void pass_time(Words& words);
  void replay(Words&) { world_.restart(); }
  void list_open(Words& words);
  void hear_only_alerts(Words&) { world_.narrator().only_alerts(); }
  void promise(Words& words) { promises_.push_back(read_promise(words, world_)); }
  void set_origin(Words& words);
  void name_place(Words& words);
  void draw_map(Words& words);
  void register_wearer(Words& words) { register_person(words, v1::ROLE_WEARER); }
  void register_protected(Words& words) { register_person(words, v1::ROLE_PROTECTED_PERSON); }
  void register_person(Words& words, v1::Role role);
  void register_wearers(Words& words);
  void register_phone(Words& words) { register_device(words, v1::DEVICE_KIND_PHONE); }
  void register_watch(Words& words) { register_device(words, v1::DEVICE_KIND_WATCH); }
  void register_device(Words& words, v1::DeviceKind kind);
  void register_beacon(Words& words);
  void register_agency(Words& words);
  void register_station(Words& words);
  void register_unit(Words& words);
  void register_zone(Words& words);
  void add_person(const std::string& id, v1::Role role);
  Actor& add_device(Actor actor, v1::DeviceKind kind, const std::string& holder, const std::string& carrier);
  void device_options(Actor& actor, std::string& carrier, Words& words);
  void shape(Words& words, v1::Shape& shape);
  Spot spot(Words& words);
  bool spot_follows(const Words& words) const;
  // orders.cc: what a court says
  void register_order(Words& words);
  void withdraw_order(Words& words);
  void register_holidays(Words& words);
  void order_for(const std::string& id, const std::string& wearer, uint32_t version, Words& words);
  void condition(Words& words, v1::Condition& made);
  void distances(Words& words, v1::KeepAway& made);
  void schedule(Words& words, v1::Schedule& schedule);
  void policy(Words& words, v1::Order& order);
  // actions.cc: who does what
  bool act(Actor& actor, Words& words);
  bool move(Actor& actor, Words& words);
  bool use_radio(Actor& actor, Words& words);
  bool tell(Actor& actor, Words& words);
  void report_now(Actor& actor);
  void options(Actor& actor, Words& words);
  void report_event(Actor& actor, v1::DeviceEvent event, Words& words);
  bool handle_alert(const std::string& who, Words& words);
  bool run_call(const std::string& who, Words& words);
  bool answer_hand_off(const std::string& agency, Words& words);
  void fact_of_handling(const std::string& who, const std::string& alert, v1::Handling handling,
                        const std::string& reason = "", Time until = {});
  std::string known(const std::string& short_name) const;

  World world_;
  std::map<std::string, Spot> places_{{"origin", {}}};
  std::map<std::string, v1::Order> orders_;
  std::map<std::string, uint64_t> answers_;  // by hand-off
  std::vector<Promise> promises_;
};

// "N1..N20": those twenty names; any other word: itself.
std::vector<std::string> names_of(const std::string& text);

}  // namespace haechi::scenario
