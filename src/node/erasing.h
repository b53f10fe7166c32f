// What the engine settled about erasure, carried out; and the job that asks for it when the country's pack
// says so.
#pragma once

#include <map>
#include <string>

#include "node/config.h"
#include "spine/submit.h"
#include "store/records.h"
#include "vault/key_ring.h"

namespace haechi::v1 {
class ErasureOutcome;
}

namespace haechi::node {

vault::RingPlace ring_place(const Config& config);

// Destroys the keys that the batch's entries say are to go, after the records of those persons, in the order
// of the entries; what was carried out before is not repeated. A crash in between is made good by the replay.
// Errors: the first that a file gave; the others were tried all the same.
Status erase_settled(const spine::Batch& batch, vault::KeyRing& ring, store::Records& records);

// Retention as the pack has it: the duty to destroy what was received under a measure falls due, and with a
// clock tick the person is asked to be erased, unless what was received under another measure is to be kept
// longer: a key is of a person. Done, the duty is done; refused (a hold, another order in force), it stays
// open and overdue for people to see, and is asked for again each day. On the spine's thread.
class RetentionJob {
 public:
  struct Due {
    std::string measure_id;
    Time due_at;
    std::string reason;
  };
  // What it knows from the log; of when it asked last, nothing.
  struct State {
    std::map<std::string, Due> due;              // by duty
    std::map<std::string, std::string> wearers;  // by measure
  };
  explicit RetentionJob(spine::Submit& submit) : submit_(submit) {}
  void on_batch(const spine::Batch& batch);
  State& state() { return state_; }
  static void fold(State& state, const spine::Batch& batch);

 private:
  void settled(const v1::ErasureOutcome& outcome);
  bool all_due(const std::string& person_id, Time now) const;
  void ask(const std::string& duty_id, const Due& due, Time now);

  static constexpr Duration kAskAgain = Duration::seconds(86'400);
  spine::Submit& submit_;
  State state_;
  std::map<std::string, Time> ask_again_;  // by duty; none: when it is due
};

}  // namespace haechi::node
