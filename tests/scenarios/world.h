// World: people, devices and units that move and report, a clock that ticks each second, and the engine that
// they report to. Everything is a function of what the scenario says; chance comes from a seed that each name
// gives.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"
#include "geo/place.h"
#include "haechi/v1/fact.pb.h"
#include "law/schedule.h"
#include "picture/picture.h"
#include "spine/engine.h"
#include "spine/report_filter.h"
#include "tests/scenarios/narrator.h"

namespace haechi::scenario {

// What a scenario's author did wrong. Caught where scenarios are run.
struct Mistake : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Spot {
  double east_m = 0, north_m = 0;
};

// A device that is carried: by a wearer, a protected person, a unit.
struct Actor {
  std::string id, device_id;
  int64_t interval_s = 15;
  bool obeys = false;  // reports as often as the engine asks it to
  uint32_t accuracy_mm = 8'000;
  v1::FixSource source = v1::FIX_SOURCE_GNSS;
  std::optional<uint32_t> battery_percent;
  uint64_t seq = 0;
  std::vector<Spot> way{Spot()};  // from its first corner to its last
  Time left_at;                   // when it set out
  double speed_mps = 0;
  double wobble_m = 0;          // how far, one standard deviation each way, a fix is off
  Random wobbles{0};            // his own, so that nobody's fixes depend on how often another reports
  Time next_report_at;          // not known: it does not report by itself
  bool sees_satellites = true;  // false: its reports tell no place
  bool mocked = false;
  std::optional<double> claims_mps;  // the speed that its fixes tell
  std::optional<Spot> network;       // what Wi-Fi or cells say of its place, where they are asked
  v1::FixSource network_source = v1::FIX_SOURCE_CELL;
  uint32_t network_accuracy_mm = 500'000;
  std::map<std::string, int32_t> hears;  // dBm, by device
  Duration clock_ahead;
  bool offline = false;  // its reports are kept, and sent when there is a network again
  std::vector<v1::Report> unsent;
  v1::Report last;

  Spot at(Time now) const;
};

inline constexpr Duration kLongest = Duration::seconds(40 * 86'400);

class World {
 public:
  // Entries are numbered from there; time goes on by `longest` at once at most, for each second is a tick.
  explicit World(uint64_t first_no = 1, Duration longest = kLongest);

  // First of all: the clock, and the zone of every time that is written or read.
  void begin(const std::string& local, const std::string& zone);
  void set_origin(double lat, double lng);
  // Time goes on to that moment: ticks, and the reports of whoever reports by himself.
  void run_until(Time moment);
  Time now() const { return now_; }
  // "2026-03-14 08:00:00", or "08:00" of the same day; the earlier of two such moments that is not past.
  Time moment(const std::string& local) const;
  std::string local(Time at) const;  // "2026-03-14 08:00:00"

  geo::Place place(Spot spot) const;
  Actor& actor(const std::string& id);
  Actor& add_actor(Actor made);
  bool knows(const std::string& id) const { return actors_.contains(id); }
  // Two actors carry each other's device from now on.
  void swap_devices(Actor& one, Actor& other);

  // Facts are refused here, as they would be before they are logged.
  void submit(const v1::Fact& fact);
  v1::Report report_of(Actor& actor, std::optional<Spot> where, Time fixed_at);
  void send(Actor& actor, const v1::Report& report);
  void find_network(Actor& actor);
  // Engine and picture are built anew from the facts so far, saved and loaded in their midst all the time.
  // Throws Mistake if the one says, or the other holds, one byte differently.
  void restart();
  template <typename Each>
  void each_fact(Each each) const {
    for (const Kept& kept : kept_) each(kept.stamped_at, kept.fact);
  }

  Narrator& narrator() { return narrator_; }
  const Narrator& narrator() const { return narrator_; }
  // What was said since the last call, each line with its local time.
  std::vector<std::string> take_news();
  void say(const std::vector<std::string>& lines);

 private:
  struct Kept {
    Time stamped_at;
    v1::Fact fact;
    std::string effects;
  };

  void step(const v1::Fact& fact, Time stamp);
  void save_and_load(size_t entry_no);
  void obey(const v1::DeviceCommand& command);
  void submit_report(const v1::Report& report);
  void report_due(Time moment);

  std::unique_ptr<spine::Engine> engine_;
  spine::ReportFilter filter_;
  const uint64_t first_no_;
  const Duration longest_;
  picture::Picture picture_;
  Narrator narrator_;
  std::string zone_;
  std::map<std::string, law::LocalRules> rules_;
  geo::Place origin_{377'000'000, 1'272'000'000};
  Time now_, last_stamp_;
  std::vector<Kept> kept_;
  std::map<std::string, Actor> actors_;
  std::vector<std::string> actor_order_;
  std::vector<std::string> news_;
  std::string news_day_;
};

}  // namespace haechi::scenario
