#include "hunt/wire.h"

#include <algorithm>
#include <utility>

namespace haechi::hunt {

Wire* wire = nullptr;

namespace {

constexpr Duration kLookAgain = Duration::millis(250);  // how often a cut line tries again

}  // namespace

Duration Wire::delay() {
  return Duration{random_.between(faults.delay_min.us, faults.delay_max.us)};
}

void Wire::cut_off(const std::string& device_id, bool cut) {
  cut_[device_id] = cut;
  for (auto& [id, line] : lines_)
    if (line->device_id == device_id) line->cut = cut;
}

// What is under way on a line arrives after all that was sent before it, and not while it is cut.
void Wire::deliver(const LinePtr& line, Line::Direction& way, Process process, Task task) {
  way.last = std::max(way.last, schedule_.now() + delay());
  way.under_way.push_back(std::move(task));
  schedule_.at(way.last, process, [this, line, &way, process] { arrive(line, way, process); });
}

void Wire::arrive(const LinePtr& line, Line::Direction& way, Process process) {
  if (line->cut) {
    schedule_.at(schedule_.now() + kLookAgain, process,
                 [this, line, &way, process] { arrive(line, way, process); });
    return;
  }
  const Task task = std::move(way.under_way.front());
  way.under_way.pop_front();
  task();
}

LinePtr Wire::connect(const std::string& device_id, std::function<void(std::string)> to_device,
                      std::function<void()> closed) {
  if (!door_ || cut_[device_id]) return nullptr;
  auto line = std::make_shared<Line>();
  line->id = ++last_line_;
  line->device_id = device_id;
  line->to_device = std::move(to_device);
  line->closed_to_device = std::move(closed);
  line->node = door_->process;
  lines_[line->id] = line;
  deliver(line, line->up, line->node, [this, line] {
    if (door_) door_->connected(line);
  });
  return line;
}

void Wire::to_node(const LinePtr& line, std::string bytes) {
  if (!line->open) return;
  deliver(line, line->up, line->node, [this, line, bytes = std::move(bytes)] {
    if (door_ && line->open) door_->bytes(line, bytes);
  });
}

// What has left the node arrives, whatever becomes of the node.
void Wire::to_device(const LinePtr& line, std::string bytes) {
  if (!line->open) return;
  deliver(line, line->down, kWorld, [line, bytes = std::move(bytes)] { line->to_device(bytes); });
}

void Wire::close(const LinePtr& line) {
  if (!std::exchange(line->open, false)) return;
  lines_.erase(line->id);
  deliver(line, line->down, kWorld, [line] { line->closed_to_device(); });
  deliver(line, line->up, line->node, [this, line] {
    if (door_) door_->gone(line);
  });
}

void Wire::reset_line(const std::string& device_id) {
  for (const auto& [id, line] : lines_)
    if (line->device_id == device_id) return close(LinePtr(line));
}

void Wire::stop_listening() {
  door_.reset();
  for (const auto& [id, line] : std::exchange(lines_, {})) {
    line->open = false;
    deliver(line, line->down, kWorld, [line] { line->closed_to_device(); });
  }
}

void Wire::send(Process process, net::Request request, const std::string& url, Duration patience,
                std::function<void(const net::Response*, bool)> done) {
  const auto answered = std::make_shared<bool>(false);
  const auto finish = [this, process, answered, done = std::move(done)](
                          Time when, std::optional<net::Response> response, bool sent) {
    schedule_.at(when, process, [answered, done, response = std::move(response), sent] {
      if (std::exchange(*answered, true)) return;
      done(response ? &*response : nullptr, sent);
    });
  };
  const auto site = std::find_if(sites_.begin(), sites_.end(),
                                 [&](const auto& known) { return url.starts_with(known.first); });
  const bool arrives = site != sites_.end() && !random_.chance(faults.lost);
  finish(schedule_.now() + patience, std::nullopt, arrives);
  const auto lose = [this, until = schedule_.now() + patience] {
    in_doubt_until_ = std::max(in_doubt_until_, until);
  };
  if (!arrives) return lose();
  const int copies = random_.chance(faults.twice) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    const Duration late = delay() + (copy == 0 ? Duration{} : Duration{random_.between(0, 5'000'000)});
    schedule_.at(schedule_.now() + late, kWorld, [this, finish, lose, request, serve = site->second] {
      serve(request, [this, finish, lose](net::Response response) {
        if (random_.chance(faults.lost)) return lose();
        finish(schedule_.now() + delay(), std::move(response), true);
      });
    });
  }
}

void Wire::send_to_node(const std::string& from, net::Request request, Duration patience,
                        std::function<void(const net::Response*)> done) {
  const auto answered = std::make_shared<bool>(false);
  const auto finish = [this, answered, done = std::move(done)](Time when,
                                                               std::optional<net::Response> response) {
    schedule_.at(when, kWorld, [answered, done, response = std::move(response)] {
      if (!std::exchange(*answered, true)) done(response ? &*response : nullptr);
    });
  };
  finish(schedule_.now() + patience, std::nullopt);
  if (!door_ || cut_[from] || random_.chance(faults.lost)) return;
  const int copies = random_.chance(faults.twice) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy)
    schedule_.at(schedule_.now() + delay(), door_->process, [this, from, request, finish] {
      if (!door_) return;
      door_->request(request, [this, from, finish](net::Response response) {
        if (!cut_[from] && !random_.chance(faults.lost))
          finish(schedule_.now() + delay(), std::move(response));
      });
    });
}

}  // namespace haechi::hunt
