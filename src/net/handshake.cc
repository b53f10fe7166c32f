#include "net/handshake.h"

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <utility>

#include "base/signals.h"
#include "net/tls_key.h"

namespace haechi::net {

HandshakeStep::HandshakeStep(std::shared_ptr<SSL> ssl)
    : ssl_(std::move(ssl)), event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

HandshakeStep::~HandshakeStep() {
  ssl_.reset();  // it knows the descriptor
  if (descriptor_ >= 0) ::close(descriptor_);
  if (event_ >= 0) ::close(event_);
}

void HandshakeStep::abandon(int descriptor) {
  descriptor_ = descriptor;
  abandoned_ = true;
}

void HandshakeStep::run() {
  ERR_clear_error();
  (void)signer_trouble();
  const int returned = SSL_do_handshake(ssl_.get());
  outcome_ = SSL_get_error(ssl_.get(), returned);
  trouble_ = signer_trouble();
  if (trouble_.empty() && outcome_ != SSL_ERROR_NONE) {
    const char* reason = ERR_reason_error_string(ERR_peek_last_error());
    trouble_ = reason == nullptr ? "" : reason;
  }
  ERR_clear_error();
  done_ = true;
  const uint64_t one = 1;
  (void)!::write(event_, &one, sizeof one);
}

HandshakeThread::HandshakeThread() : thread_([this] { loop(); }) {
  pthread_setname_np(thread_.native_handle(), "handshakes");
}

HandshakeThread::~HandshakeThread() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

std::shared_ptr<HandshakeStep> HandshakeThread::begin(std::shared_ptr<SSL> ssl) {
  auto step = std::make_shared<HandshakeStep>(std::move(ssl));
  if (step->event() < 0) return nullptr;
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(step);
  }
  changed_.notify_one();
  return step;
}

void HandshakeThread::loop() {
  block_signals({SIGPIPE});  // who has left is written to as well
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !waiting_.empty(); });
    if (stop_) return;
    auto step = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    if (!step->abandoned_) step->run();
    step.reset();
    lock.lock();
  }
}

}  // namespace haechi::net
