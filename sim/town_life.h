// TownLife: the town in motion. Every resident walks or drives, every device reports over its own connection,
// every patrol has its field terminal open.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sim/carried_device.h"
#include "sim/patrol.h"
#include "sim/town.h"

namespace haechi::sim {

struct TownLifeOptions {
  uint16_t mqtt_port = 0;
  std::string live_url;
  uint32_t epoch = 1;
  uint64_t seed = 1;
};

class TownLife {
 public:
  // `unit_key` gives the key of a unit's field terminal.
  TownLife(net::Loop& loop, Board& board, const Clock& clock, ApiClient& api, Town town,
           TownLifeOptions options, const std::function<std::string(const Resident&)>& unit_key);

  void start();  // on the loop
  void stop();   // on the loop
  size_t devices() const { return devices_.size(); }
  size_t connected() const;  // on the loop
  size_t refused() const { return refused_; }
  std::vector<std::shared_ptr<Patrol>>& patrols() { return patrols_; }
  std::shared_ptr<Patrol> patrol(const std::string& unit_id) const;

 private:
  void carry(Resident& resident, Random& random);
  void step();

  net::Loop& loop_;
  const Clock& clock_;
  Town town_;
  TownLifeOptions options_;
  std::vector<std::shared_ptr<CarriedDevice>> devices_;
  std::vector<std::shared_ptr<Patrol>> patrols_;
  Time stepped_at_;
  size_t refused_ = 0;
};

}  // namespace haechi::sim
