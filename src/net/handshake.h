// Handshakes that may take their time, because the key lies in a token: each step of one is done on a thread
// beside the loops, one after another. For this room only.
//
//   begun --the thread has done it--> done: the descriptor is readable, and the outcome stands
//         \--abandoned--> nobody asks any more; the thread passes it over, or ends it
//
// Between begun and done nobody else touches the SSL, nor the socket under it.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "net/tls.h"

namespace haechi::net {

class HandshakeStep {
 public:
  explicit HandshakeStep(std::shared_ptr<SSL> ssl);
  ~HandshakeStep();
  HandshakeStep(const HandshakeStep&) = delete;

  bool is_done() const { return done_; }
  int event() const { return event_; }  // readable once it is done; -1: the system has none
  // Once it is done. SSL_ERROR_NONE: the handshake is over, and good.
  int outcome() const { return outcome_; }
  const std::string& trouble() const { return trouble_; }
  // The socket is closed once the thread has no more to do with it.
  void abandon(int descriptor);

 private:
  friend class HandshakeThread;
  void run();

  std::shared_ptr<SSL> ssl_;
  const int event_;
  int outcome_ = 0;
  std::string trouble_;
  std::atomic<bool> done_{false}, abandoned_{false};
  std::atomic<int> descriptor_{-1};
};

class HandshakeThread {
 public:
  HandshakeThread();
  ~HandshakeThread();
  HandshakeThread(const HandshakeThread&) = delete;
  // Any thread. Null: the system has no descriptor left.
  std::shared_ptr<HandshakeStep> begin(std::shared_ptr<SSL> ssl);

 private:
  void loop();

  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::shared_ptr<HandshakeStep>> waiting_;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace haechi::net
