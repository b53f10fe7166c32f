// Town: the demonstration world. Seoul and Gyeonggi's stations and their areas, wearers, protected persons,
// patrol units and their devices, all from one seed. A quiet town: nobody's walks bring him near the person
// he must avoid.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "haechi/v1/fact.pb.h"
#include "sim/drive.h"
#include "sim/walker.h"

namespace haechi::sim {

struct Resident {
  std::string person_id;
  std::string unit_id;  // of a patrol unit; then person_id is empty
  std::string device_id;
  std::string secret;
  uint32_t interval_s = 15;
  Walker walker;
  uint64_t seq = 0;
  uint32_t battery_percent = 80;

  Pose pose() const { return {walker.place(), walker.speed_mmps(), walker.course_cdeg()}; }
};

struct TownOptions {
  uint64_t seed = 1;
  int wearers = 40;
  int protected_persons = 40;
  int units = 60;
  Time now;                       // orders are in force around this moment
  std::string outside_agency_id;  // provincial room reached through a connector; empty = none
};

struct Town {
  std::vector<v1::Fact> registrations;  // in the order in which they must be submitted
  std::vector<Resident> wearers, protected_persons, units;
};

Town make_town(const TownOptions& options);

// The report that the resident's device sends at `now`. Fixes carry an error drawn from `random`: the
// accuracy that is claimed is the one that is drawn from.
v1::Report make_report(Resident& resident, Time now, uint32_t epoch, Random& random);
v1::Report make_report(const std::string& device_id, uint32_t epoch, uint64_t seq, uint32_t battery_percent,
                       const Pose& pose, Time now, Random& random);

// Facts for one person with one device.
v1::Fact person_fact(const std::string& id, v1::Role role);
v1::Fact device_fact(const Resident& resident, v1::DeviceKind kind);

}  // namespace haechi::sim
