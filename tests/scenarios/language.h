// Language: what each statement of a scenario does to the world. README.md beside this file is its grammar.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/scenarios/words.h"
#include "tests/scenarios/world.h"

namespace haechi::scenario {

class Language {
 public:
  // Carries out one statement and returns the news. Throws Mistake for what it does not understand.
  std::vector<std::string> run(const std::string& statement);
  // The whole scenario once more, from its facts: throws Mistake if one byte differs.
  void restart() { world_.restart(); }

 private:
  void statement(Words& words);
  // language.cc: who and what there is
  bool setup(Words& words);
  void register_person(Words& words, v1::Role role);
  void register_agency(Words& words);
  void register_station(Words& words);
  void register_unit(Words& words);
  void register_order(Words& words);
  void condition(Words& words, v1::Order& order);
  void schedule(Words& words, v1::Schedule& schedule);
  void shape(Words& words, v1::Shape& shape);
  Spot spot(Words& words);
  bool spot_follows(const Words& words) const;
  // actions.cc: who does what
  bool act(Actor& actor, Words& words);
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
};

}  // namespace haechi::scenario
