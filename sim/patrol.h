// Patrol: two officers in a car with a field terminal. They learn of a call on their own live socket,
// acknowledge, drive to where their person is shown to be, follow while he moves, and press "on scene" when
// they stand before him.
//
// They know nothing but what the terminal shows: a place comes from the call or from the live track, never
// from the world. Everything on one loop.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/api_client.h"
#include "sim/live_watch.h"
#include "sim/town.h"

namespace haechi::sim {

struct PatrolOptions {
  std::string live_url;  // "ws://host:port"
  std::string key;
  int64_t response_mmps = 24'000;  // with blue light
};

class Patrol : public std::enable_shared_from_this<Patrol> {
 public:
  static std::shared_ptr<Patrol> create(net::Loop& loop, Board& board, ApiClient& api, Resident& car,
                                        PatrolOptions options);

  void start();
  // Moves on; called a few times each second.
  void step(Time now);
  // Leaves the call with this status (cleared), then is free again.
  void clear();
  LiveWatch& terminal() { return *watch_; }
  const std::string& unit_id() const { return car_.unit_id; }

 private:
  Patrol(net::Loop& loop, Board& board, ApiClient& api, Resident& car, PatrolOptions options);
  void receive(const v1::LiveMessage& message);
  void take(const v1::Call& call);
  void take(const v1::LivePosition& position);
  void leave();
  void press(v1::UnitStatus status);
  void drive();

  // Where the person of the assignment was last shown to be.
  struct Target {
    geo::Place place;
    int64_t speed_mmps = 0;
    Time fixed_at;
  };
  net::Loop& loop_;
  Board& board_;
  ApiClient& api_;
  Resident& car_;
  PatrolOptions options_;
  std::shared_ptr<LiveWatch> watch_;
  std::string call_id_, person_id_;
  v1::UnitStatus status_ = v1::UNIT_STATUS_AVAILABLE;
  std::optional<Target> target_;
  std::optional<geo::Place> driving_to_;
  Time next_step_at_;
};

}  // namespace haechi::sim
