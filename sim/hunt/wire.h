// Wire: the network. Lines are TCP connections between a device and the node: bytes come in order, late, or,
// while the device is cut off, not until it is back; both ends find out by their own patience. Letters are
// HTTP exchanges: either half may be lost, and a proxy may ask twice.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/random.h"
#include "hunt/schedule.h"
#include "net/http.h"

namespace haechi::hunt {

struct WireFaults {
  Duration delay_min = Duration::millis(5), delay_max = Duration::millis(60);
  double lost = 0;   // of a letter's request, and again of its answer
  double twice = 0;  // of a letter
};

struct Line {
  uint64_t id = 0;
  std::string device_id;
  std::function<void(std::string)> to_device;
  std::function<void()> closed_to_device;
  Process node = kWorld;  // that accepted it
  bool open = true;
  bool cut = false;  // nothing arrives, either way
  struct Direction {
    Time last;
    std::deque<Task> under_way;
  } up, down;
};
using LinePtr = std::shared_ptr<Line>;

// What listens for lines and letters, in a process that is up.
struct Door {
  Process process = kWorld;
  std::function<void(LinePtr)> connected;
  std::function<void(LinePtr, std::string)> bytes;
  std::function<void(LinePtr)> gone;
  std::function<void(net::Request, net::Respond)> request;
};
using Site = std::function<void(net::Request, net::Respond)>;  // another machine that answers letters

class Wire {
 public:
  Wire(Schedule& schedule, uint64_t seed) : schedule_(schedule), random_(seed) {}

  WireFaults faults;

  // Who is cut off reaches nobody and is reached by nobody.
  void cut_off(const std::string& device_id, bool cut);
  // Both ends of its line hear that it is gone.
  void reset_line(const std::string& device_id);

  void listen(Door door) { door_ = std::move(door); }
  void stop_listening();  // the node died: its lines are reset

  // Nullptr: refused. A device that is cut off hears nothing at all.
  LinePtr connect(const std::string& device_id, std::function<void(std::string)> to_device,
                  std::function<void()> closed);
  void to_node(const LinePtr& line, std::string bytes);
  void to_device(const LinePtr& line, std::string bytes);
  void close(const LinePtr& line);  // by either end; both hear of it unless cut off

  void found(const std::string& url_start, Site site) { sites_[url_start] = std::move(site); }
  // A letter to that site was lost, and who sent it may still be waiting for an answer.
  bool in_doubt() const { return schedule_.now() < in_doubt_until_; }
  // `done` runs in `process`. An answer that does not come is nullptr after `patience`.
  void send(Process process, net::Request request, const std::string& url, Duration patience,
            std::function<void(const net::Response*, bool sent)> done);
  // To the node's own HTTP door. Of who is cut off neither half arrives.
  void send_to_node(const std::string& from, net::Request request, Duration patience,
                    std::function<void(const net::Response*)> done);

 private:
  Duration delay();
  void deliver(const LinePtr& line, Line::Direction& way, Process process, Task task);
  void arrive(const LinePtr& line, Line::Direction& way, Process process);

  Schedule& schedule_;
  Random random_;
  uint64_t last_line_ = 0;
  std::optional<Door> door_;
  std::map<uint64_t, LinePtr> lines_;
  std::map<std::string, bool> cut_;
  std::map<std::string, Site> sites_;
  Time in_doubt_until_;
};

// The one that the HTTP clients of the running process use.
extern Wire* wire;

}  // namespace haechi::hunt
