// WatchdogDesk: the agency of a watchdog, to which its own alerts are handed off: checks who signed, confirms
// what comes, takes a call and closes it when the condition has ended. An alarm about anybody else is
// refused, and loudly.
//
// Everything on the loop.
#pragma once

#include <functional>
#include <memory>

#include "haechi/v1/dispatch.pb.h"
#include "net/client.h"
#include "net/server.h"
#include "tools/watchdog_settings.h"

namespace haechi::tools {

struct DeskEvents {
  std::function<void(const v1::HandOffMessage::Alarm&)> on_alarm;
  std::function<void()> on_confirmed;  // the server took our answer to an alarm
  std::function<void(const std::string& alert_id)> on_clear;
  std::function<void(const std::string& wearer_id)> on_stray;   // an alarm that is not ours
  std::function<net::Response(const std::string& path)> pages;  // what a GET is answered
};

class WatchdogDesk {
 public:
  // kUnavailable if it cannot listen, kInvalid naming a file of TLS that cannot be used. The loop is not yet
  // started and must end before this is destroyed.
  static Result<std::unique_ptr<WatchdogDesk>> start(net::Loop& loop, const Clock& clock,
                                                     const WatchdogSettings& settings, DeskEvents events);
  ~WatchdogDesk();
  uint16_t port() const;

 private:
  struct Inner;
  explicit WatchdogDesk(std::shared_ptr<Inner> inner);
  std::shared_ptr<Inner> inner_;
};

}  // namespace haechi::tools
