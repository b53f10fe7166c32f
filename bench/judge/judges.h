// The two who judge: ours, which is the whole engine with facts going in and effects coming out, and the
// naive one, which asks of the two latest places whether one is in a circle around the other.
#pragma once

#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "bench/judge/device.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/engine.h"

namespace haechi::judge {

// From when until when an alert stood, in seconds; a warning comes before the violation it warns of.
struct Alert {
  double opened_s = 0;
  std::optional<double> cleared_s;
  bool warning = false;
  std::optional<double> called_s;  // since when the responding agency was told of it: code 2 or graver
};

// What the order states of how doubt is weighed; nothing: the defaults.
struct Weighing {
  std::optional<uint32_t> band_mm, confirm_ppm;
};

// Nearer than the border by the latest places: an alert. Further: none. Older fixes than the latest are
// passed over, as geofence servers do.
class NaiveJudge {
 public:
  explicit NaiveJudge(const World& world) : world_(world) {}
  void deliver(const Delivery& delivery, double now_s);
  const std::vector<Alert>& alerts() const { return alerts_; }

 private:
  struct Last {
    bool known = false;
    int64_t fixed_s = 0;
    Point place;
  };
  const World& world_;
  Last his_, hers_;
  bool inside_ = false;
  std::vector<Alert> alerts_;
};

class EngineJudge {
 public:
  struct Command {
    bool hers = false;
    int64_t interval_s = 0;
  };

  // Registers persons, devices, zone and order a minute before the world begins. `facts`, if any, gets every
  // fact as `haechi replay --facts` reads it.
  EngineJudge(const World& world, const Cell& cell, bool warns_wearer, const Weighing& weighing,
              std::ostream* facts);

  void tick(int64_t s);
  void deliver(const Delivery& delivery, int64_t s);
  const std::vector<Alert>& alerts() const { return alerts_; }
  // What was asked of the devices since the last call.
  std::vector<Command> take_commands();

 private:
  void step(const v1::Fact& fact, int64_t at_us);
  void take(const v1::Effect& effect);

  const World& world_;
  std::ostream* facts_;
  spine::Engine engine_{0};
  uint64_t entry_no_ = 0;
  int64_t last_us_ = 0;
  std::vector<Alert> alerts_;
  std::vector<std::string> ids_;  // of alerts_
  std::vector<Command> commands_;
};

}  // namespace haechi::judge
