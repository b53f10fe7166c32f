// Narrator: effects in, one short sentence each out, for what a person would call news. Every object gets a
// short name when it first appears: alerts A1, A2, ..; incidents I1; hand-offs H1; calls C1; views V1.
//
// An effect that repeats what was already said (a position update, a new estimate of arrival) is no news.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::scenario {

class Narrator {
 public:
  // From now on news is only what rings, what clears, what is unknown, and what a protected person is told.
  void only_alerts() { only_alerts_ = true; }
  // The news of one entry, in the order of its effects.
  std::vector<std::string> tell(const std::vector<std::shared_ptr<const v1::Effect>>& effects);
  // Every alert whose condition is not clear, in the order in which they rang.
  std::vector<std::string> open_alerts() const;
  // Every alert as it is now, in the order in which they rang.
  std::vector<v1::Alert> alerts() const;
  // When each protected person was told of anything.
  const std::vector<std::pair<Time, std::string>>& told() const { return notices_; }
  // Short names of those that nobody has taken.
  std::vector<std::string> new_alerts() const;

  // From a short name to the engine's own, or from a kind of alert to the latest of it; empty if nothing is
  // called that.
  std::string id_of(const std::string& short_name) const;
  // The last message sent for a hand-off, by the hand-off's own id; null if there is none.
  const std::vector<v1::HandOffMessage>* sent(const std::string& hand_off_id) const;

 private:
  std::string tell_one(const v1::Effect& effect);
  std::string raised(const v1::Alert& alert);
  std::string updated(const v1::Alert& alert);
  std::string cleared(const v1::Alert& alert);
  std::string sent_message(const v1::HandOffMessage& message);
  std::string hand_off(const v1::HandOff& now);
  std::string call_opened(const v1::Call& call);
  std::string call_updated(const v1::Call& call);
  std::string unit(const v1::UnitState& state);
  std::string view(const v1::View& view);
  std::string alarm(const v1::Alarm& alarm);
  std::string notice(const v1::ProtectedNotice& notice, Time at);
  // The short name of an engine id; made on first sight.
  std::string name(char prefix, const std::string& id);

  bool only_alerts_ = false;
  std::map<char, int> count_;
  std::map<std::string, std::string> short_names_;  // by id
  std::map<std::string, std::string> ids_;          // by short name
  std::vector<std::string> alert_order_;
  std::map<std::string, v1::Alert> alerts_;
  std::map<std::string, v1::HandOff> hand_offs_;
  std::map<std::string, std::string> told_;  // hand-off: the last alarm told
  std::map<std::string, std::vector<v1::HandOffMessage>> sent_;
  std::map<std::string, v1::Call> calls_;
  std::map<std::string, v1::UnitState> units_;
  std::map<std::string, v1::View> views_;
  std::vector<std::pair<Time, std::string>> notices_;
};

}  // namespace haechi::scenario
