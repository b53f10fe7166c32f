// Loop: one thread that runs callbacks, one after another. Everything that belongs to a loop is touched on
// its thread only, so the code behind it needs no locks.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/time.h"

namespace boost::asio {
class io_context;
}

namespace haechi::net {

class Loop {
 public:
  explicit Loop(std::string name);
  ~Loop();  // stops and joins
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void start();                           // begins to run callbacks on a thread of its own
  void stop();                            // returns when the thread has ended; safe to call twice
  void post(std::function<void()> task);  // any thread
  void after(Duration delay, std::function<void()> task);   // any thread; runs once; dropped at stop
  void every(Duration period, std::function<void()> task);  // any thread; until stop
  bool is_current() const;                                  // are we on its thread?
  bool is_running() const;                                  // between start and stop
  boost::asio::io_context& io();  // for rooms that speak a protocol of their own (MQTT)

 private:
  struct Inner;
  std::unique_ptr<Inner> inner_;
};

}  // namespace haechi::net
