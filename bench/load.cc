// A load generator for the device ports: MQTT 3.1.1 at QoS 1, or HTTP, over many connections, from one
// thread.
//
//   load ingest --port N --devices FILE --seconds S --window W    as fast as acknowledgements come
//   load http   --port N --devices FILE --seconds S               one request each at a time
//   load paced  --port N --devices FILE --seconds S --rate R      R reports a second on a timetable
//   load alerts --port N --devices FILE --background R --alerts N --every MS
//                                                                 an approach each MS (20) amid R reports/s
//   load walk   --port N --devices FILE --seconds S               each moves and reports once a second
//
// With --ca FILE over TLS, believing that authority. FILE holds one "id secret" a line. In `alerts` the first
// N devices are wearers, whose protected persons stand at the place the script registered; the rest give the
// background. Prints one JSON object. Acknowledgement times of `ingest` and `http` are closed-loop (sent to
// acknowledged). Otherwise sending follows a timetable, whatever comes back; in `paced` times count from when
// a report was due, so that a server that stalls is not spared those it kept from being sent. `busy` is the
// share of its processor that this program needed: near 1 it, and not the server, was measured.
#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <deque>
#include <fstream>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "haechi/v1/device.pb.h"
#include "net/wire.h"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Steady = std::chrono::steady_clock;

int64_t unix_us() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

void put_text(std::string& out, const std::string& text) {
  out += static_cast<char>(text.size() >> 8);
  out += static_cast<char>(text.size() & 255);
  out += text;
}

std::string packet(uint8_t first, const std::string& body) {
  std::string out(1, static_cast<char>(first));
  for (size_t left = body.size();;) {
    const uint8_t digit = left % 128;
    left /= 128;
    out += static_cast<char>(digit | (left ? 128 : 0));
    if (!left) break;
  }
  return out + body;
}

struct Device {
  std::string id, secret;
  haechi::net::Wire wire;
  std::string out, writing;
  std::array<char, 16'384> in;
  size_t in_size = 0;
  uint64_t seq = 0;
  uint16_t packet_id = 0;
  bool ready = false;
  std::deque<Steady::time_point> sent;  // acknowledgements come in order
  haechi::v1::Report report;

  Device(tcp::socket socket, std::string id_, std::string secret_)
      : id(std::move(id_)), secret(std::move(secret_)), wire(std::move(socket)) {}
};

class Load {
 public:
  // Plain without `tls`.
  Load(asio::io_context& io, uint16_t port, bool over_http, size_t window,
       std::shared_ptr<haechi::net::Tls> tls)
      : io_(io), port_(port), over_http_(over_http), window_(over_http ? 1 : window), tls_(std::move(tls)) {}

  void open(std::string id, std::string secret) {
    tcp::socket socket(io_);
    socket.connect(tcp::endpoint(asio::ip::address_v4::loopback(), port_));
    devices_.push_back(std::make_unique<Device>(std::move(socket), std::move(id), std::move(secret)));
    Device& device = *devices_.back();
    if (tls_) device.wire.secure(*tls_, "127.0.0.1");
    if (over_http_) {
      device.ready = true;
      ++ready;
      return read(device);
    }
    std::string body;
    put_text(body, "MQTT");
    body += "\x04\xC2";
    body += std::string("\0\x3C", 2);
    put_text(body, device.id);
    put_text(body, device.id);
    put_text(body, device.secret);
    device.out += packet(0x10, body);
    flush(device);
    read(device);
  }
  void send(Device& device, int32_t lat_e7, int32_t lng_e7, Steady::time_point due = Steady::now(),
            int64_t age_us = 0) {
    fill_in(device, lat_e7, lng_e7, age_us);
    const haechi::v1::Report& report = device.report;
    std::string body;
    if (over_http_) {
      report.AppendToString(&body);
      device.out +=
          "POST /ingest/v1/reports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/x-protobuf; "
          "type=report\r\n"
          "Authorization: Bearer " +
          device.id + '.' + device.secret + "\r\nContent-Length: " + std::to_string(body.size()) +
          "\r\n\r\n" + body;
    } else {
      put_text(body, "d/" + device.id + "/report");
      if (++device.packet_id == 0) device.packet_id = 1;
      body += static_cast<char>(device.packet_id >> 8);
      body += static_cast<char>(device.packet_id & 255);
      report.AppendToString(&body);
      device.out += packet(0x32, body);
    }
    device.sent.push_back(due);
    if (device.writing.empty()) flush(device);
  }
  // Says that it is there; its connection ends after 90 s of silence.
  void ping(Device& device) {
    if (over_http_) return;
    device.out += packet(0xC0, "");
    if (device.writing.empty()) flush(device);
  }
  void fill_in(Device& device, int32_t lat_e7, int32_t lng_e7, int64_t age_us) const {
    haechi::v1::Report& report = device.report;
    report.set_device_id(device.id);
    report.set_epoch(1);
    report.set_seq(++device.seq);
    haechi::v1::Fix& fix = *report.mutable_fix();
    fix.mutable_place()->set_lat_e7(lat_e7);
    fix.mutable_place()->set_lng_e7(lng_e7);
    fix.set_fixed_at_us(unix_us() - age_us);
    fix.set_accuracy_mm(8'000);
    fix.set_source(haechi::v1::FIX_SOURCE_GNSS);
  }
  // Keeps every connection's window full of reports of a slowly moving wearer.
  void fill(Device& device) {
    while (running && device.ready && device.sent.size() < window_)
      send(device, 375'000'000 + static_cast<int32_t>(device.seq % 1'000) * 10, 1'270'000'000);
  }

  std::vector<std::unique_ptr<Device>> devices_;
  std::vector<uint32_t> ack_us;
  uint64_t acknowledged = 0;
  size_t ready = 0;
  bool running = false, closed_loop = true;

 private:
  void flush(Device& device) {
    device.writing.swap(device.out);
    asio::async_write(device.wire, asio::buffer(device.writing), [this, &device](auto error, size_t) {
      if (error) return fail(device, error);
      device.writing.clear();
      if (!device.out.empty()) flush(device);
    });
  }
  void read(Device& device) {
    device.wire.async_read_some(
        asio::buffer(device.in.data() + device.in_size, device.in.size() - device.in_size),
        [this, &device](auto error, size_t size) {
          if (error) return fail(device, error);
          device.in_size += size;
          over_http_ ? take_answers(device) : take(device);
          read(device);
        });
  }
  void acknowledge(Device& device, Steady::time_point now) {
    ack_us.push_back(static_cast<uint32_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - device.sent.front()).count()));
    device.sent.pop_front();
    ++acknowledged;
  }
  // One answer at a time; heads end in an empty line and name the length of what follows.
  void take_answers(Device& device) {
    const std::string_view text(device.in.data(), device.in_size);
    const size_t head = text.find("\r\n\r\n");
    if (head == std::string_view::npos) return;
    const size_t field = text.substr(0, head).find("ontent-");
    const size_t named = text.find("ength: ", field);
    const size_t length = named < head ? std::strtoul(text.data() + named + 7, nullptr, 10) : 0;
    if (text.size() < head + 4 + length) return;
    if (!text.starts_with("HTTP/1.1 2"))
      std::fprintf(stderr, "%.*s\n", int(text.size()), text.data()), std::exit(1);
    device.in_size = 0;
    if (!device.sent.empty()) acknowledge(device, Steady::now());
    if (closed_loop) fill(device);
  }
  // CONNACK, PUBACK and commands: all shorter than 128 bytes of body.
  void take(Device& device) {
    size_t at = 0;
    const auto now = Steady::now();
    while (device.in_size - at >= 2) {
      const size_t length = static_cast<uint8_t>(device.in[at + 1]);
      if (length >= 128 || device.in_size - at < 2 + length) break;
      const uint8_t first = static_cast<uint8_t>(device.in[at]) & 0xF0;
      if (first == 0x20) {
        if (device.in[at + 3] != 0) std::fprintf(stderr, "%s refused\n", device.id.c_str()), std::exit(1);
        device.ready = true;
        ++ready;
      } else if (first == 0x40 && !device.sent.empty()) {
        acknowledge(device, now);
      }
      at += 2 + length;
    }
    std::memmove(device.in.data(), device.in.data() + at, device.in_size - at);
    device.in_size -= at;
    if (closed_loop) fill(device);
  }
  void fail(Device& device, const boost::system::error_code& error) {
    if (!running) return;
    std::fprintf(stderr, "%s lost: %s\n", device.id.c_str(), error.message().c_str());
    std::exit(1);
  }
  asio::io_context& io_;
  const uint16_t port_;
  const bool over_http_;
  const size_t window_;
  const std::shared_ptr<haechi::net::Tls> tls_;
};

uint32_t percentile(std::vector<uint32_t>& values, double p) {
  if (values.empty()) return 0;
  const size_t at = std::min(values.size() - 1, static_cast<size_t>(p * static_cast<double>(values.size())));
  std::nth_element(values.begin(), values.begin() + static_cast<ptrdiff_t>(at), values.end());
  return values[at];
}

void run_for(asio::io_context& io, std::chrono::microseconds time) {
  io.run_for(time);
}

// What was acknowledged since `began`, and how busy this program was.
class Measured {
 public:
  explicit Measured(Load& load) : load_(load), before_(load.acknowledged), busy_(std::clock()) {
    load.ack_us.clear();
  }
  void print(const char* more) const {
    const double took = std::chrono::duration<double>(Steady::now() - began_).count();
    const uint64_t done = load_.acknowledged - before_;
    std::printf(
        "{\"reports\": %llu, \"seconds\": %.3f, \"per_s\": %.0f, \"ack_p50_us\": %u, \"ack_p99_us\": %u, "
        "\"ack_p999_us\": %u, \"ack_max_us\": %u, \"busy\": %.2f%s}\n",
        static_cast<unsigned long long>(done), took, static_cast<double>(done) / took,
        percentile(load_.ack_us, 0.5), percentile(load_.ack_us, 0.99), percentile(load_.ack_us, 0.999),
        percentile(load_.ack_us, 1), double(std::clock() - busy_) / CLOCKS_PER_SEC / took, more);
  }

 private:
  Load& load_;
  const uint64_t before_;
  const std::clock_t busy_;
  const Steady::time_point began_ = Steady::now();
};

void run_ingest(asio::io_context& io, Load& load, int seconds) {
  load.running = true;
  for (auto& device : load.devices_) load.fill(*device);
  run_for(io, std::chrono::seconds(2));  // warm up
  const Measured measured(load);
  std::printf("{\"measuring\": true}\n");
  std::fflush(stdout);
  run_for(io, std::chrono::seconds(seconds));
  measured.print("");
}

// R reports a second, each millisecond its share, whatever has come back.
void run_paced(asio::io_context& io, Load& load, int seconds, size_t rate) {
  load.closed_loop = false;
  load.running = true;
  size_t turn = 0;
  const auto send_for = [&](int ms) {
    auto due = Steady::now();
    double owed = 0;
    for (int step = 0; step < ms; ++step, due += std::chrono::milliseconds(1)) {
      io.run_until(due);
      for (owed += static_cast<double>(rate) / 1'000; owed >= 1; --owed, ++turn)
        load.send(*load.devices_[turn % load.devices_.size()],
                  375'000'000 + static_cast<int32_t>(turn % 1'000) * 10, 1'270'000'000, due);
    }
  };
  send_for(2'000);  // warm up
  const Measured measured(load);
  std::printf("{\"measuring\": true}\n");
  std::fflush(stdout);
  send_for(seconds * 1'000);
  size_t unanswered = 0;
  for (const auto& device : load.devices_) unanswered += device->sent.size();
  measured.print(
      (", \"due\": " + std::to_string(rate) + ", \"in_flight_at_end\": " + std::to_string(unanswered))
          .c_str());
}

// One approach each `every`: a fix well outside every distance, then one 500 m from her. Around them, on a
// timetable of their own, `background_per_s` reports, each millisecond its share; approaches fall anywhere
// between. The moment when the second was due is printed, one line each, for the script to hold against the
// receiver's clock.
void run_alerts(asio::io_context& io, Load& load, size_t alerts, size_t background_per_s,
                std::chrono::milliseconds every) {
  load.closed_loop = false;
  load.running = true;
  constexpr int32_t kHerLat = 375'000'000, kHerLng = 1'270'000'000;
  constexpr std::chrono::milliseconds kShare(1);
  constexpr size_t kAhead = 50;  // approaches between a wearer's first report and his second
  const size_t others = load.devices_.size() - alerts;
  double owed = 0, pings_owed = 0;
  size_t turn = 0, pinged = 0;
  auto share_due = Steady::now();
  const auto run_to = [&](Steady::time_point due) {
    for (; share_due < due; share_due += kShare) {
      io.run_until(share_due);
      for (owed += static_cast<double>(background_per_s) / 1'000; owed >= 1; --owed, ++turn)
        load.send(*load.devices_[alerts + turn % others], 371'000'000 + static_cast<int32_t>(turn % 5'000),
                  1'271'000'000);
      for (pings_owed += static_cast<double>(alerts) / 30'000; pings_owed >= 1;
           --pings_owed)  // each twice a minute
        load.ping(*load.devices_[pinged++ % alerts]);
    }
    io.run_until(due);
  };
  std::printf("{\"sent\": [");
  auto due = Steady::now();
  for (size_t step = 0; step < alerts + kAhead; ++step) {
    // A step that has no common beat with the shares of the background.
    run_to(due += every + std::chrono::microseconds(step * 618 % 1'000));
    if (step < alerts)  // 5.5 km north, ten minutes ago: a car in town
      load.send(*load.devices_[step], kHerLat + 500'000, kHerLng, Steady::now(), 600'000'000);
    if (step < kAhead) continue;
    Device& wearer = *load.devices_[step - kAhead];
    const auto late = std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - due);
    std::printf("%s[\"%s\", %lld]", step == kAhead ? "" : ", ", wearer.id.c_str(),
                static_cast<long long>(unix_us() - late.count()));
    load.send(wearer, kHerLat + 45'000, kHerLng);  // 500 m north
  }
  run_to(due + std::chrono::seconds(3));
  std::printf("], \"acknowledged\": %llu, \"ack_p50_us\": %u, \"ack_p99_us\": %u}\n",
              static_cast<unsigned long long>(load.acknowledged), percentile(load.ack_us, 0.5),
              percentile(load.ack_us, 0.99));
}

// A country that moves: each device once a second, spread evenly over it, on a small circle of its own.
void run_walk(asio::io_context& io, Load& load, size_t seconds) {
  load.closed_loop = false;
  load.running = true;
  constexpr size_t kStepsPerS = 50;
  constexpr int32_t kCircleE7 = 30'000;  // some 330 m
  std::printf("{\"walking\": %zu}\n", load.devices_.size());
  std::fflush(stdout);
  auto next = Steady::now();
  for (size_t step = 0; step < seconds * kStepsPerS; ++step) {
    for (size_t n = step % kStepsPerS; n < load.devices_.size(); n += kStepsPerS) {
      Device& device = *load.devices_[n];
      // Spread over the country by a golden-ratio walk, so that no two stand together.
      const double home_lat = 35.0 + 2.6 * std::fmod(static_cast<double>(n) * 0.754877666, 1.0);
      const double home_lng = 126.8 + 2.3 * std::fmod(static_cast<double>(n) * 0.569840291, 1.0);
      const double angle = static_cast<double>(step) / kStepsPerS * 0.05 + static_cast<double>(n);
      haechi::v1::Fix& fix = *device.report.mutable_fix();
      fix.set_speed_mmps(16'000);
      fix.set_course_cdeg(static_cast<uint32_t>(std::fmod(angle * 57.2957795 + 90, 360.0) * 100));
      load.send(device, static_cast<int32_t>(home_lat * 1e7 + kCircleE7 * std::cos(angle)),
                static_cast<int32_t>(home_lng * 1e7 + kCircleE7 * std::sin(angle)));
    }
    next += std::chrono::milliseconds(1'000 / kStepsPerS);
    io.run_until(next);
  }
  std::printf("{\"acknowledged\": %llu, \"ack_p50_us\": %u, \"ack_p99_us\": %u}\n",
              static_cast<unsigned long long>(load.acknowledged), percentile(load.ack_us, 0.5),
              percentile(load.ack_us, 0.99));
}

}  // namespace

int main(int argc, char** argv) {
  std::map<std::string, std::string> options;
  for (int i = 2; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
  const std::string mode = argc > 1 ? argv[1] : "";
  const auto number = [&](const char* name, size_t otherwise) {
    return options.contains(name) ? static_cast<size_t>(std::stoul(options[name])) : otherwise;
  };
  const std::set<std::string> modes = {"ingest", "http", "paced", "alerts", "walk"};
  if (!modes.contains(mode) || !options.contains("--port") || !options.contains("--devices")) {
    std::fprintf(stderr, "load ingest|http|paced|alerts|walk --port N --devices FILE [...]\n");
    return 2;
  }
  asio::io_context io(1);
  std::shared_ptr<haechi::net::Tls> tls;
  if (options.contains("--ca")) tls = *haechi::net::Tls::client({"", "", options["--ca"]});
  Load load(io, static_cast<uint16_t>(number("--port", 0)), mode == "http", number("--window", 50), tls);
  std::ifstream file(options["--devices"]);
  for (std::string id, secret; file >> id >> secret;) load.open(id, secret);
  while (load.ready < load.devices_.size()) io.run_one();
  const int seconds = static_cast<int>(number("--seconds", 10));
  if (mode == "ingest" || mode == "http") run_ingest(io, load, seconds);
  if (mode == "paced") run_paced(io, load, seconds, number("--rate", 5'000));
  if (mode == "alerts")
    run_alerts(io, load, number("--alerts", 1'000), number("--background", 1'000),
               std::chrono::milliseconds(number("--every", 20)));
  if (mode == "walk") run_walk(io, load, number("--seconds", 60));
  std::fflush(stdout);
  std::_Exit(0);  // connections end with the process
}
