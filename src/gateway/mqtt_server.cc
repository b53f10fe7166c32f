#include "gateway/mqtt_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <unordered_map>
#include <utility>
#include <vector>

#include "gateway/mqtt_connection.h"
#include "gateway/mqtt_hub.h"
#include "haechi/v1/effect.pb.h"

namespace haechi::gateway {

namespace asio = boost::asio;
using asio::ip::tcp;
using ErrorCode = boost::system::error_code;

namespace {
constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kWaitTick = std::chrono::milliseconds(20);  // how soon a waiting connection is looked at again
constexpr auto kAcceptPause = std::chrono::milliseconds(100);  // after a failed accept (no descriptors left)
}  // namespace

// Held by the server and by whatever is under way on the loop; `shut_` ends all of it.
class MqttServer::Inner : public std::enable_shared_from_this<Inner> {
 public:
  Inner(net::Loop& loop, tcp::acceptor acceptor, MqttLimits limits, const Devices& devices,
        spine::Submit& submit, const Clock& clock, net::Door door)
      : loop_(loop),
        acceptor_(std::move(acceptor)),
        port_(acceptor_.local_endpoint().port()),
        door_(std::move(door)),
        hub_(limits, devices, submit, clock, [this] { wake(); }),
        tick_timer_(loop.io()),
        wait_timer_(loop.io()),
        accept_timer_(loop.io()),
        answer_timer_(loop.io()) {
    owner_.flush = [this] { flush(); };
    owner_.closed = [this](uint64_t session) { gone_.push_back(session); };
    owner_.not_shaken = [this](const net::Wire& wire) {
      if (!door_.turned_away) return;
      door_.turned_away(net::peer_address(wire.socket()),
                        "handshake: " + (wire.trouble().empty() ? "not finished" : wire.trouble()));
    };
  }

  void heed(const Suspects* suspects) { hub_.heed(suspects); }
  void start() {
    accept();
    tick();
  }
  void shut();
  void command(const v1::DeviceCommand& command) {
    if (shut_) return;
    hub_.command(command, steady_now());
    flush();
  }
  net::Loop& loop() { return loop_; }
  uint16_t port() const { return port_; }
  MqttHub& hub() { return hub_; }

 private:
  void wake();
  void answer();
  void accept();
  void take(tcp::socket socket);
  void make_room();
  void tick();
  void flush();
  void look_again();

  net::Loop& loop_;
  tcp::acceptor acceptor_;
  const uint16_t port_;
  const net::Door door_;
  MqttHub hub_;
  MqttConnection::Owner owner_;
  asio::steady_timer tick_timer_;
  asio::steady_timer wait_timer_;
  asio::steady_timer accept_timer_;
  asio::steady_timer answer_timer_;
  std::unordered_map<uint64_t, std::shared_ptr<MqttConnection>> connections_;
  std::deque<uint64_t> newcomers_;  // not yet authenticated when last looked at, oldest first
  std::vector<uint64_t> gone_;
  std::vector<uint64_t> touched_;  // kept for its memory
  bool waiting_ = false;
  bool answering_ = false;  // the timer is set
  bool flushing_ = false;
  bool shut_ = false;
};

// On a thread of the spine. The weak pointer is locked on the loop: the last owner must not die on another
// thread.
void MqttServer::Inner::wake() {
  loop_.post([weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self == nullptr || self->shut_) return;
    self->answer();
  });
}

// Each timer answers all that are due in its millisecond.
void MqttServer::Inner::answer() {
  hub_.drain_receipts(steady_now());
  flush();
  if (answering_ || !hub_.next_receipt_at().known()) return;
  answering_ = true;
  answer_timer_.expires_after(std::chrono::microseconds((hub_.next_receipt_at() - steady_now()).us + 1'000));
  answer_timer_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    self->answering_ = false;
    if (!cancelled && !self->shut_) self->answer();
  });
}

void MqttServer::Inner::accept() {
  acceptor_.async_accept([self = shared_from_this()](ErrorCode error, tcp::socket socket) {
    if (self->shut_) return;
    if (!error) {
      self->take(std::move(socket));
      return self->accept();
    }
    self->accept_timer_.expires_after(kAcceptPause);
    self->accept_timer_.async_wait([self](ErrorCode cancelled) {
      if (!cancelled && !self->shut_) self->accept();
    });
  });
}

void MqttServer::Inner::take(tcp::socket socket) {
  MqttCounters& counters = hub_.counters();
  const std::string from = net::peer_address(socket);
  if (connections_.size() >= hub_.limits().connections_max || !door_.lets_in(from) ||
      hub_.shuns(Suspects::name_of_address(from)))
    return counters.connections_refused.add();
  make_room();
  auto connection = std::make_shared<MqttConnection>(net::Wire(std::move(socket), door_.tls), hub_, owner_,
                                                     shared_from_this());
  connection->session().comes_from(from);
  const uint64_t id = connection->session().id();
  connections_.emplace(id, connection);
  newcomers_.push_back(id);
  counters.connections_accepted.add();
  counters.connections_open.add();
  connection->start();
  flush();
}

// Strangers who hold a connection and say nothing must not keep devices out.
void MqttServer::Inner::make_room() {
  if (newcomers_.size() < hub_.limits().unauthenticated_max) return;
  std::erase_if(newcomers_, [this](uint64_t id) {
    const auto it = connections_.find(id);
    return it == connections_.end() || it->second->session().connected();
  });
  if (newcomers_.size() < hub_.limits().unauthenticated_max) return;
  // A share at once, so that a flood does not pay for the search above with every connection.
  for (size_t left = hub_.limits().unauthenticated_max / 8 + 1; left > 0 && !newcomers_.empty(); --left) {
    const auto oldest = connections_.find(newcomers_.front());
    newcomers_.pop_front();
    hub_.counters().connections_refused.add();
    oldest->second->shut();
    gone_.push_back(oldest->first);
  }
}

void MqttServer::Inner::tick() {
  const Time now = steady_now();
  hub_.tick(now);
  for (const auto& [id, connection] : connections_) connection->on_tick(now);
  flush();
  tick_timer_.expires_after(kTick);
  tick_timer_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    if (!cancelled && !self->shut_) self->tick();
  });
}

// Acts on every session that was touched since, and forgets connections that are done with. Sessions may
// touch each other (a takeover), so it goes on until nothing is left.
void MqttServer::Inner::flush() {
  if (flushing_ || shut_) return;
  flushing_ = true;
  const Time now = steady_now();
  for (;;) {
    hub_.take_touched(touched_);
    if (touched_.empty()) break;
    for (const uint64_t id : touched_) {
      const auto it = connections_.find(id);
      if (it != connections_.end()) it->second->advance(now);
    }
  }
  for (const uint64_t id : gone_) {
    if (connections_.erase(id) > 0) hub_.counters().connections_open.subtract();
  }
  gone_.clear();
  flushing_ = false;
  look_again();
}

void MqttServer::Inner::look_again() {
  if (waiting_ || !hub_.has_waiting()) return;
  waiting_ = true;
  wait_timer_.expires_after(kWaitTick);
  wait_timer_.async_wait([self = shared_from_this()](ErrorCode cancelled) {
    self->waiting_ = false;
    if (cancelled || self->shut_) return;
    const Time now = steady_now();
    for (const uint64_t id : self->hub_.take_waiting()) {
      const auto it = self->connections_.find(id);
      if (it == self->connections_.end()) continue;
      it->second->session().resume(now);
      it->second->advance(now);
    }
    self->flush();
  });
}

void MqttServer::Inner::shut() {
  if (shut_) return;
  hub_.drain_receipts(steady_now() + hub_.limits().answer_after);  // what is durable is said before we go
  flush();
  shut_ = true;
  ErrorCode ignored;
  acceptor_.close(ignored);
  tick_timer_.cancel();
  wait_timer_.cancel();
  accept_timer_.cancel();
  answer_timer_.cancel();
  for (const auto& [id, connection] : connections_) {
    connection->session().on_shutdown();
    connection->last_words();
    connection->shut();
  }
  connections_.clear();
}

Result<std::unique_ptr<MqttServer>> MqttServer::listen(net::Loop& loop, const std::string& address,
                                                       uint16_t port, MqttLimits limits,
                                                       const Devices& devices, spine::Submit& submit,
                                                       const Clock& clock, net::Door door,
                                                       const Suspects* suspects) {
  ErrorCode error;
  const auto ip = asio::ip::make_address(address, error);
  if (error) return invalid("mqtt.address", "not an IP address");
  const tcp::endpoint endpoint(ip, port);
  tcp::acceptor acceptor(loop.io());
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(4096, error);
  if (error) return Error{Code::kUnavailable, "mqtt.port", "cannot listen: " + error.message()};
  auto inner =
      std::make_shared<Inner>(loop, std::move(acceptor), limits, devices, submit, clock, std::move(door));
  inner->heed(suspects);
  loop.post([inner] { inner->start(); });
  return std::unique_ptr<MqttServer>(new MqttServer(std::move(inner)));
}

MqttServer::~MqttServer() {
  inner_->shut();
}

uint16_t MqttServer::port() const {
  return inner_->port();
}

void MqttServer::command(const v1::DeviceCommand& command) {
  inner_->loop().post([weak = std::weak_ptr<Inner>(inner_), command] {
    if (const auto inner = weak.lock()) inner->command(command);
  });
}

const MqttCounters& MqttServer::counters() const {
  return inner_->hub().counters();
}

}  // namespace haechi::gateway
