// Play: the Namyangju morning, acted against a running server over real sockets, and what must come of it.
//
// A wearer under an older order for other crimes; since the evening before a new order to keep away from one
// person. He leaves by car, comes near, cuts the strap, flees; she presses SOS. The player knows the world;
// every expectation is read from the screens: what the control room, the dispatch desk, the car and her phone
// were shown.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sim/api_client.h"
#include "sim/live_watch.h"
#include "sim/town_life.h"
#include "tools/play_checks.h"

namespace haechi::tools {

// Each morning played on the same data has a cast of its own, so that an earlier one cannot answer for it.
struct CastIds {
  explicit CastIds(int number);
  std::string wearer, protected_person, ankle, phone, zone, older_order, newer_order;
};

struct Scene {
  net::Loop& loop;
  sim::Board& board;
  const Clock& clock;
  sim::ApiClient& api;
  sim::TownLife& town;
  Checks& checks;
  std::string live_url;  // "ws://host:port"
  uint16_t mqtt_port = 0;
  uint32_t epoch = 1;
  CastIds ids;
  std::map<std::string, std::string> keys;  // registrar, control, dispatch, auditor, review, room, protected
};

struct Measures {
  int64_t violation_to_dispatch_ms = -1, violation_to_field_ms = -1, violation_to_victim_ms = -1;
};

inline constexpr const char* kStationId = "ps-namyangju-bukbu";
inline constexpr const char* kRoomId = "room-gyeonggi-bukbu";

class Play {
 public:
  explicit Play(Scene scene);
  ~Play();

  // Acts it all. Afterwards the two stay where they are, and their devices go on reporting.
  void run();
  const Measures& measures() const { return measures_; }
  // The latency ledger of each alert, as a table.
  std::string hop_table();
  std::string unit_to_wearer() const { return unit_to_wearer_; }

 private:
  struct Cast;

  bool evening_before();
  bool open_screens();
  void start_devices();
  void approach();
  void response();
  void attack();
  void flight();
  void arrest();
  void aftermath();
  void measure();
  void act_as_operator(const v1::Alert& alert);
  void handle(const std::string& key, const std::string& alert_id, v1::Handling handling,
              const std::string& reason_code, sim::ApiClient::Done done);
  bool handle_all(const std::string& key, v1::Handling handling, const std::string& reason_code);

  // Under the board's lock.
  const sim::SeenAlert* alert_of(const sim::LiveWatch& screen, v1::AlertKind kind) const;
  const sim::SeenCall* call() const;
  const sim::SeenView* view() const;
  bool is_ours(const v1::Alert& alert) const;
  std::vector<std::string> our_alerts() const;

  // Runs on the loop and waits.
  void on_loop(const std::function<void()>& task);

  Scene scene_;
  std::unique_ptr<Cast> cast_;
  std::shared_ptr<sim::LiveWatch> control_, desk_, room_, hers_;
  std::string call_id_, incident_id_, unit_to_wearer_, unit_to_her_;
  std::map<int64_t, sim::Instant> published_;  // of the two devices, by time of fix; under published_mutex_
  std::mutex published_mutex_;
  std::atomic<bool> operator_on_duty_{true};
  Measures measures_;
};

}  // namespace haechi::tools
