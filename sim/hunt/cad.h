// Cad: the outside agency's own system. It takes hand-offs over the Wire, works on its calls, answers, and
// closes them. Told to, it refuses, is deaf, or answers nonsense.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>

#include "base/random.h"
#include "haechi/v1/dispatch.pb.h"
#include "hunt/wire.h"

namespace haechi::hunt {

class Cad {
 public:
  enum class Mood { kWorks, kRefuses, kDeaf, kFails, kLies };
  static const char* name(Mood mood);

  // `told` hears of every alarm that it read, once per message, taken up or refused.
  Cad(Schedule& schedule, Wire& wire, uint64_t seed, std::function<void(const v1::HandOffMessage&)> told);

  Mood mood = Mood::kWorks;

  struct Call {
    std::string incident_id, event_no;
    bool informative = false;
    bool closed = false;
    uint64_t answers = 0;  // sent so far: the sequence of the next
    std::set<std::string> heard;
  };
  const std::map<std::string, Call>& calls() const { return calls_; }  // by hand-off
  size_t unsent() const { return outbox_.size(); }

 private:
  void serve(const net::Request& request, const net::Respond& respond);
  void take(const v1::HandOffMessage& message);
  void take_alarm(const std::string& hand_off_id, const v1::HandOffMessage& message);
  void work_on(const std::string& hand_off_id);
  v1::HandOffMessage answer(const std::string& hand_off_id);
  void post(v1::HandOffMessage message);
  void post_first();

  Schedule& schedule_;
  Wire& wire_;
  Random random_;
  const std::function<void(const v1::HandOffMessage&)> told_;
  std::map<std::string, Call> calls_;
  std::deque<v1::HandOffMessage> outbox_;
  bool posting_ = false;
};

}  // namespace haechi::hunt
