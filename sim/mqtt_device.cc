#include "sim/mqtt_device.h"

#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <map>
#include <vector>

namespace haechi::sim {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

constexpr uint8_t kConnect = 0x10, kConnack = 0x20, kPublish = 0x30, kPuback = 0x40, kSubscribe = 0x82,
                  kSuback = 0x90, kPingreq = 0xC0, kPingresp = 0xD0, kDisconnect = 0xE0;

void put_u16(std::string& out, uint16_t value) {
  out += static_cast<char>(value >> 8);
  out += static_cast<char>(value & 255);
}

void put_text(std::string& out, const std::string& text) {
  put_u16(out, static_cast<uint16_t>(text.size()));
  out += text;
}

// A packet: first byte, remaining length in base 128, body.
std::string packet(uint8_t first, const std::string& body) {
  std::string out(1, static_cast<char>(first));
  size_t left = body.size();
  do {
    uint8_t digit = left % 128;
    left /= 128;
    if (left > 0) digit |= 128;
    out += static_cast<char>(digit);
  } while (left > 0);
  return out + body;
}

}  // namespace

struct MqttDevice::Inner {
  Inner(net::Loop& loop, MqttDeviceOptions given)
      : loop(loop), options(std::move(given)), socket(loop.io()) {}

  struct Pending {
    std::string body;  // topic, packet id, payload
    std::function<void()> acked;
  };
  net::Loop& loop;
  MqttDeviceOptions options;
  tcp::socket socket;
  std::array<char, 4096> chunk{};
  std::string received;
  std::string writing, waiting;  // one write in flight, the rest joined into the next
  std::map<uint16_t, Pending> pending;
  uint16_t next_id = 1;
  bool up = false, wanted = false;
  uint64_t attempt = 0;  // tells callbacks of an older connection from those of this one
  Duration delay{};

  void write(const std::string& bytes, const std::shared_ptr<MqttDevice>& self) {
    waiting += bytes;
    if (writing.empty()) flush(self);
  }
  void flush(const std::shared_ptr<MqttDevice>& self) {
    writing.swap(waiting);
    const uint64_t mine = attempt;
    boost::asio::async_write(socket, boost::asio::buffer(writing),
                             [this, self, mine](error_code error, size_t) {
                               if (mine != attempt) return;
                               writing.clear();
                               if (error) return lost(self);
                               if (!waiting.empty()) flush(self);
                             });
  }
  void open(const std::shared_ptr<MqttDevice>& self) {
    const uint64_t mine = ++attempt;
    socket = tcp::socket(loop.io());
    received.clear();
    writing.clear();
    waiting.clear();
    const tcp::endpoint endpoint(boost::asio::ip::make_address(options.host), options.port);
    socket.async_connect(endpoint, [this, self, mine](error_code error) {
      if (mine != attempt) return;
      if (error) return lost(self);
      socket.set_option(tcp::no_delay(true), error);
      std::string body;
      put_text(body, "MQTT");
      body += '\x04';
      body += static_cast<char>(0x80 | 0x40);  // user name, password; the session is kept
      put_u16(body, options.keep_alive_s);
      put_text(body, options.device_id);
      put_text(body, options.device_id);
      put_text(body, options.secret);
      write(packet(kConnect, body), self);
      read(self);
      if (options.keep_alive_s > 0) ping_later(self, mine);
    });
  }
  void ping_later(const std::shared_ptr<MqttDevice>& self, uint64_t mine) {
    loop.after(Duration::seconds(options.keep_alive_s) - Duration::millis(options.keep_alive_s * 250),
               [this, weak = std::weak_ptr<MqttDevice>(self), mine] {
                 const auto self = weak.lock();
                 if (!self || mine != attempt || !wanted) return;
                 if (up) write(packet(kPingreq, ""), self);
                 ping_later(self, mine);
               });
  }
  void read(const std::shared_ptr<MqttDevice>& self) {
    const uint64_t mine = attempt;
    socket.async_read_some(boost::asio::buffer(chunk), [this, self, mine](error_code error, size_t size) {
      if (mine != attempt) return;
      if (error) return lost(self);
      received.append(chunk.data(), size);
      while (take_packet(self)) {
      }
      if (mine == attempt) read(self);
    });
  }
  // Handles one whole packet of `received`, if there is one.
  bool take_packet(const std::shared_ptr<MqttDevice>& self) {
    size_t length = 0, at = 1, shift = 0;
    while (true) {
      if (at >= received.size() || at > 4) return false;
      const uint8_t digit = static_cast<uint8_t>(received[at++]);
      length |= static_cast<size_t>(digit & 127) << shift;
      shift += 7;
      if (!(digit & 128)) break;
    }
    if (received.size() < at + length) return false;
    const uint8_t first = static_cast<uint8_t>(received[0]);
    const std::string body = received.substr(at, length);
    received.erase(0, at + length);
    handle(first, body, self);
    return true;
  }
  static uint16_t u16(const std::string& body, size_t at) {
    return static_cast<uint16_t>(static_cast<uint8_t>(body[at]) << 8 | static_cast<uint8_t>(body[at + 1]));
  }
  void handle(uint8_t first, const std::string& body, const std::shared_ptr<MqttDevice>& self) {
    switch (first & 0xF0) {
      case kConnack:
        if (body.size() >= 2 && body[1] == 0) return welcomed(self);
        wanted = false;
        close();
        if (self->on_refused) self->on_refused("CONNACK " + std::to_string(body.size() > 1 ? body[1] : -1));
        return;
      case kPuback: {
        if (body.size() < 2) return;
        const auto found = pending.find(u16(body, 0));
        if (found == pending.end()) return;
        const auto acked = std::move(found->second.acked);
        pending.erase(found);
        if (acked) acked();
        return;
      }
      case kPublish: {
        if (body.size() < 2) return;
        size_t at = 2 + u16(body, 0);
        if (((first >> 1) & 3) == 1 && body.size() >= at + 2) {
          write(packet(kPuback, body.substr(at, 2)), self);
          at += 2;
        }
        if (self->on_command && body.size() >= at) self->on_command(body.substr(at));
        return;
      }
      default:
        return;  // SUBACK, PINGRESP
    }
  }
  void welcomed(const std::shared_ptr<MqttDevice>& self) {
    up = true;
    delay = options.retry;
    std::string body;
    put_u16(body, 65'535);
    put_text(body, "d/" + options.device_id + "/cmd");
    body += '\x01';
    write(packet(kSubscribe, body), self);
    for (const auto& [id, report] : pending) write(packet(kPublish | 0x08 | 0x02, report.body), self);
    if (self->on_connected) self->on_connected();
  }
  void close() {
    error_code ignored;
    socket.close(ignored);
    ++attempt;
    up = false;
  }
  void lost(const std::shared_ptr<MqttDevice>& self) {
    close();
    if (!wanted) return;
    loop.after(delay, [this, weak = std::weak_ptr<MqttDevice>(self)] {
      if (const auto self = weak.lock(); self && wanted && !up) open(self);
    });
    delay = std::min(delay + delay, Duration::seconds(5));
  }
};

MqttDevice::MqttDevice(net::Loop& loop, MqttDeviceOptions options)
    : inner_(std::make_unique<Inner>(loop, std::move(options))) {}

MqttDevice::~MqttDevice() = default;

std::shared_ptr<MqttDevice> MqttDevice::create(net::Loop& loop, MqttDeviceOptions options) {
  return std::shared_ptr<MqttDevice>(new MqttDevice(loop, std::move(options)));
}

void MqttDevice::connect() {
  inner_->wanted = true;
  inner_->delay = inner_->options.retry;
  inner_->open(shared_from_this());
}

void MqttDevice::report(std::string payload, std::function<void()> acked) {
  uint16_t id = inner_->next_id;
  while (id == 0 || id == 65'535 || inner_->pending.contains(id)) ++id;
  inner_->next_id = static_cast<uint16_t>(id + 1);
  std::string body;
  put_text(body, "d/" + inner_->options.device_id + "/report");
  put_u16(body, id);
  body += payload;
  if (inner_->up) inner_->write(packet(kPublish | 0x02, body), shared_from_this());
  inner_->pending.emplace(id, Inner::Pending{std::move(body), std::move(acked)});
}

void MqttDevice::drop() {
  inner_->wanted = false;
  inner_->close();
}

void MqttDevice::disconnect() {
  inner_->wanted = false;
  if (!inner_->up) return inner_->close();
  auto self = shared_from_this();
  inner_->write(packet(kDisconnect, ""), self);
  inner_->loop.after(Duration::millis(50), [this, self] {
    if (!inner_->wanted) inner_->close();
  });
}

bool MqttDevice::connected() const {
  return inner_->up;
}
size_t MqttDevice::unacknowledged() const {
  return inner_->pending.size();
}

}  // namespace haechi::sim
