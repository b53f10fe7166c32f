// Retention: whose data end by the clock, and the job that asks for it.
//
//   1. What was received under a measure ends when its duty to destroy falls due. A key is of a person, so
//   all such duties
//      of a wearer must be due.
//   2. What is kept of anybody else, a protected person above all, ends the pack's time (row "person_record")
//   after the last
//      order, measure or case that names the person is over; of somebody whom none ever named, after the
//      registration. While one of them lives nothing ends. So a wearer who is protected from another waits
//      for that as well.
//   3. Asked for is what an officer may ask for: a hold or an order in force refuses it. Then it is asked
//   again each day, and
//      stands in endings() as overdue for people to see.
//   4. With the person her devices go out of use, or the next report would be data of hers again.
//
// Days are counted in UTC and one day is added, so nothing ends before the wall clock anywhere says so.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/exchange.h"
#include "base/resting_map.h"
#include "base/time.h"
#include "haechi/v1/law.pb.h"
#include "spine/submit.h"

namespace haechi::v1 {
class ErasureOutcome;
}  // namespace haechi::v1

namespace haechi::node {

class RetentionJob {
 public:
  struct Due {
    std::string measure_id;
    Time due_at;
    std::string reason;
  };
  // An order, a measure or a case that names persons.
  struct Tie {
    std::vector<std::string> protected_ids;  // each once
    std::string wearer_id;
    std::string country;
    Time over_at;  // not known: it lives
  };
  struct Held {
    std::string person_id;
    int kind = 0;  // v1::DeviceKind
  };
  // What it knows from the log; of when it asked last, nothing.
  struct State {
    std::map<std::string, Due> due;              // by duty
    std::map<std::string, std::string> wearers;  // by measure
    std::map<std::string, Tie> ties;             // by kind and id: "case/c-1"
    RestingMap<Time> persons;                    // registered, and since when
    std::set<std::string> erased;                // and not registered since
    RestingMap<Held> devices;                    // in use
  };

  explicit RetentionJob(spine::Submit& submit) : submit_(submit) {}
  // On the spine's thread.
  void on_batch(const spine::Batch& batch);
  State& state() { return state_; }
  static void fold(State& state, const spine::Batch& batch);

  // Whose data end before that moment, the soonest first; as of the last look, at most an hour ago. Any
  // thread.
  std::vector<api::Ending> endings(Time before) const;

 private:
  // Why a person's data are kept, and until when.
  struct Keeping {
    bool lives = false;  // something that names the person is not over
    Time until;
    std::string reason;  // of a duty; empty: the row of the pack of that country
    std::string of;

    void keep(Time end, const std::string& why, const std::string& country = "");
    void keep_from(Time event, const std::string& country);
    void add(const Tie& tie);
    bool over(Time now) const { return !lives && until.known() && until <= now; }
    std::string why() const;
  };
  struct Kept {
    Keeping duties, protection, named;
    void add(const Tie& tie, const std::string& person_id);
    Keeping whole() const;
  };
  struct Pass {
    std::map<std::string, Kept> people;
    std::string person, duty, tie;  // the last that were looked at
  };
  void settled(const v1::ErasureOutcome& outcome);
  void retire_devices();
  void ask_for_duties(Time now);
  void go_on(Time now);
  void publish(Time now);
  void ask(const std::string& person_id, Time now);
  Keeping kept(const std::string& person_id) const;

  spine::Submit& submit_;
  State state_;
  std::map<std::string, Time> ask_again_;  // by person; none: when it is due
  Time next_look_;
  std::optional<Pass> pass_;
  std::set<std::string> due_;  // to be asked for
  mutable std::mutex mutex_;
  std::vector<api::Ending> endings_;
};

}  // namespace haechi::node
