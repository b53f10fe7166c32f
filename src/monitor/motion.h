// Motion: how one person moves, told from his fixes alone: the speed, whether he rests, and whether a fix can
// be believed.
//
// A Kalman filter of place, speed and the slowly changing error of the receiver, in a plane around the place.
// The speed fades towards none, as people stop and turn. Errors of fixes that follow each other are much the
// same, so ten bad fixes are not ten votes: the error is a state of its own, not noise.
//
// Invariants:
//   1. A fix that the motion so far does not explain is suspect, unless a vehicle can have driven there in
//      two minutes and no reflected signal comes from so far. A suspect changes nothing until a second one
//      agrees with it; then both are believed and the filter begins anew there.
//   2. Only fixes newer than all before go in; who comes late is asked of detour_explained().
//   3. Resting is known of long enough stays only, and ends with the first fix that no rest explains.
//
// No heap but for a fix that is doubted. Double precision computes; what others decide by is rounded to whole
// millimetres once.
#pragma once

#include <cstdint>
#include <optional>

#include "base/archived.h"
#include "base/rare.h"
#include "base/time.h"
#include "geo/near_plane.h"
#include "geo/place.h"
#include "monitor/position.h"

namespace haechi::monitor {

enum class MotionState : uint8_t { kUnknown, kResting, kWalking, kVehicle };

// What the motion so far says of the last fix.
enum class Verdict : uint8_t {
  kAccepted,
  kSuspect,  // nothing explains it yet
  kAgreed,   // accepted, because the suspect one before it says the same; that one is believed as well
};

struct Velocity {
  int32_t east_mmps = 0;
  int32_t north_mmps = 0;
  int32_t sigma_mmps = 0;  // per axis
};

class Motion {
 public:
  // `fix` is newer than all before it.
  Verdict observe(const KeptFix& fix);

  MotionState state() const { return state_; }
  // None before the second accepted fix.
  std::optional<Velocity> velocity() const;
  // 0 when it is not known or he rests.
  int64_t speed_mmps() const;
  // How far fixes of late lie to and fro by noise that is new with every one, per axis: he has not gone
  // there. `sigma_mm`: of a fix, as stated. 0 when it is less than half of that.
  int64_t scatter_mm(int64_t sigma_mm) const;
  // Where he rests, better known than from any one fix. None when he does not, or not for long enough.
  std::optional<Stay> stay() const;
  // The fix that is doubted at present, if any.
  std::optional<KeptFix> suspect() const { return suspect_ ? std::optional(*suspect_) : std::nullopt; }
  // Something older than it has come, that is to be looked at first.
  void forget_suspect() { suspect_.reset(); }
  // It is forgotten, so that one from before it can be heard first.
  std::optional<KeptFix> take_suspect();
  // The only fix before the two that have just agreed is contradicted by both: it was the leap.
  bool outvoted() const { return outvoted_; }
  // He has hardly been heard yet: one error has not had the time to give way to another. Once only, whatever
  // silence comes.
  bool young() const;

 private:
  friend struct haechi::Fields<Motion>;
  static constexpr size_t kFieldCount = 18;
  using Plane = geo::NearPlane::Point;
  struct Filter {
    Plane place, velocity, error;
    // Covariance of (place, speed, error) of one axis; the axes are alike.
    double pp = 0, pv = 0, pe = 0, vv = 0, ve = 0, ee = 0;
  };
  void begin(const KeptFix& fix, Plane velocity, double velocity_variance);
  Filter predicted(Duration after, double sigma_m) const;
  void correct(Plane innovation);
  bool agrees(const KeptFix& fix, Plane place, double sigma_m) const;
  void watch_rest(const KeptFix& fix, Plane place, double dt_s, double sigma_m);
  void classify();
  void watch_scatter(Plane step, double dt_s, double sigma_m);

  double speed_mps() const;

  bool begun_ = false;
  bool outvoted_ = false;
  MotionState state_ = MotionState::kUnknown;
  uint32_t count_ = 0;    // of fixes since the filter began
  uint32_t doubted_ = 0;  // suspects since the last accepted fix
  // What a step back and forth is worth, in variances of a fix; below 0 where steps take each other back.
  float scatter_ = 0, step_east_m_ = 0, step_north_m_ = 0;
  Time at_;
  Time known_from_;
  Time vehicle_at_;  // when he last moved faster than anyone walks
  geo::NearPlane plane_;
  Filter filter_;
  // The mean of the fixes of this stay, in the plane.
  Plane stay_{};
  Time stay_from_;
  double stay_s_ = 0;
  double stay_sigma_m_ = 0;
  Rare<KeptFix> suspect_;
};

// Whether a fix learned late fits between its neighbours in time: no detour over it that nobody could have
// driven. Where the neighbours are far in time anything fits: what is learned late must not be hidden by what
// came since.
bool detour_explained(const std::optional<KeptFix>& before, const KeptFix& fix,
                      const std::optional<KeptFix>& after);

}  // namespace haechi::monitor
