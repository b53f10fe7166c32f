// The cast of the Namyangju morning: the two persons, their devices and routes, and what is registered about
// them. Ids only; nobody's name.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/carried_device.h"
#include "sim/drive.h"
#include "tools/play.h"

namespace haechi::tools {

struct Play::Cast {
  Cast(net::Loop& loop, const Clock& clock, const CastIds& ids, uint16_t mqtt_port, uint32_t epoch);

  std::string ankle_secret, phone_secret;
  sim::Drive his, hers;  // on the loop
  std::shared_ptr<sim::CarriedDevice> ankle, phone;
  std::set<std::pair<std::string, v1::Handling>> handled;  // by the operator; on the loop
};

struct Registration {
  std::string name;
  std::string path;  // below /api/v1/
  std::shared_ptr<google::protobuf::Message> body;
};

// In the order in which the police and the court would have them written.
std::vector<Registration> registrations(const CastIds& ids, const std::string& ankle_secret,
                                        const std::string& phone_secret, Time now);

// Her home, and places around it by metres east and north.
geo::Place near_home(int64_t east_m, int64_t north_m);

}  // namespace haechi::tools
