// Town: who lives here and where everybody truly is. Nothing in it knows what the node believes.
//
// Pairs of a wearer and the person he must keep away from, each in a place of their own, so that what happens
// to one pair explains itself. He wanders, rests, now and then goes to her or into the zone that is barred to
// him, stays and leaves again. Places are metres east and north of the town's middle.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/time.h"

namespace haechi::hunt {

struct Spot {
  double east = 0, north = 0;  // metres
};
struct Degrees {
  int32_t lat_e7 = 0, lng_e7 = 0;
};
Degrees degrees_of(Spot spot);

inline constexpr double kRadiusM = 100;      // of every order to keep away
inline constexpr double kZoneRadiusM = 150;  // of every barred zone

// Someone who moves in straight legs and rests between them. Asked with times that never go back.
class Walker {
 public:
  virtual ~Walker() = default;
  Spot at(Time now);
  double speed_mps(Time now) const { return now < arrives_ ? speed_ : 0; }

 protected:
  Walker(Spot start, uint64_t seed) : random_(seed), from_(start), to_(start) {}
  struct Plan {
    Spot to;
    double speed_mps;
    Duration stay;
  };
  virtual Plan next(Spot here, Time now) = 0;
  void stop(Time now);  // where he is, and plans anew
  Random random_;

 private:
  Spot from_, to_;
  double speed_ = 1;
  Time leaves_, arrives_, stays_until_;
};

// She stays near her home.
class Homebody final : public Walker {
 public:
  Homebody(Spot home, uint64_t seed) : Walker(home, seed), home_(home) {}

 private:
  Plan next(Spot here, Time now) override;
  const Spot home_;
};

class Offender final : public Walker {
 public:
  Offender(Spot her_home, Spot zone, uint64_t seed);
  // From now on he goes away and stays away.
  void reform(Time now);

 private:
  Plan next(Spot here, Time now) override;
  const Spot her_home_, zone_;
  bool reformed_ = false;
};

struct Pair {
  std::string wearer_id, protected_id, zone_id, agency_id;
  Spot her_home, zone;
  std::unique_ptr<Offender> wearer;
  std::unique_ptr<Homebody> protected_person;
};

struct Town {
  Town(size_t pairs, uint64_t seed);
  std::vector<Pair> pairs;
};

// Who answers west and east of the middle.
inline constexpr char kBuiltIn[] = "police-west";  // the desk inside the node
inline constexpr char kOutside[] = "police-east";  // a CAD of its own

}  // namespace haechi::hunt
