// VirusScanner: asks the clamd of this machine what it thinks of some bytes (INSTREAM), over its socket. It
// waits for the answer, so it has a thread of its own: nobody who signs in waits for a file.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "api/slow_work.h"
#include "base/result.h"
#include "base/time.h"

namespace haechi::api {

class VirusScanner {
 public:
  // `socket`: the path of clamd's socket; empty: nothing is looked at, and everything is let through.
  explicit VirusScanner(std::string socket, Duration patience = Duration::seconds(10))
      : socket_(std::move(socket)), patience_(patience) {}

  bool looks() const { return !socket_.empty(); }
  // kInvalid, without a field: it found something. kUnavailable: it could not look, so nobody knows.
  Status look_at(std::string_view content) const;
  // Runs `task`, which looks at files, on the thread. kExhausted: too much is waiting.
  Status post(std::function<void()> task) const { return work_.post(std::move(task)); }
  void stop() const { work_.stop(); }

 private:
  const std::string socket_;
  const Duration patience_;  // with each step of the talk
  mutable SlowWork work_{"files"};
};

}  // namespace haechi::api
