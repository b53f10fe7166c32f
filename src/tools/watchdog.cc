#include "tools/watchdog.h"

#include <signal.h>

#include <array>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <thread>

#include <spdlog/spdlog.h>

#include "base/base64.h"
#include "base/signals.h"
#include "haechi/v1/device.pb.h"
#include "law/shapes.h"
#include "net/tls.h"
#include "sim/api_client.h"
#include "sim/live_watch.h"
#include "tools/watchdog_alarm.h"
#include "tools/watchdog_desk.h"

namespace haechi::tools {
namespace {

using Instant = std::chrono::steady_clock::time_point;

enum Hop : size_t { kWell, kAcknowledged, kShown, kHandedOff, kConfirmed, kLeft, kEndShown, kEndTold, kHops };
constexpr std::array<const char*, kHops> kHopNames = {
    "server says it is well",       "report taken",
    "alert on the live stream",     "hand-off at the agency",
    "answer of the agency taken",   "second report taken",
    "end of it on the live stream", "end of it at the agency"};
constexpr v1::AlertKind kOfTheRound =
    v1::ALERT_KIND_EXCLUSION;  // and not that its device was silent for a while
constexpr int kAccuracyMm = 3'000;
constexpr int64_t kOutsideMm = 110'000;  // from the middle of the zone, whose radius is 60 m
// A fix that no walk explains is believed when the next one agrees; and its order clears after a second
// outside.
constexpr int kReportsInside = 2, kReportsOutside = 3;
constexpr Duration kBetween = Duration::millis(1'100);
constexpr std::chrono::seconds kLineDeadAfter{15};  // without a heartbeat
constexpr char kFailing[] = "failing\n", kNoAnswer[] = "it does not answer";

std::chrono::microseconds span(Duration duration) {
  return std::chrono::microseconds(duration.us);
}

// What has been heard of the round that runs.
struct Round {
  int64_t entered_us = 0;  // its alert is of a fix from then on
  std::string alert_id;
  Instant began;
  std::array<std::optional<Instant>, kHops> heard;
};

class Watchdog {
 public:
  Watchdog(const WatchdogSettings& settings, net::Loop& loop, const Clock& clock)
      : settings_(settings),
        loop_(loop),
        clock_(clock),
        epoch_(static_cast<uint32_t>(clock.now().us / 1'000'000)) {}

  Status start();
  void watch();
  // What was wrong with it; empty: nothing. Tells the alarm on the way.
  std::string round();
  void wait_for_line();
  // False when it is to end.
  bool sleep_until(Instant when);
  void end();
  uint16_t port() const { return desk_->port(); }
  void print() const;

 private:
  DeskEvents desk_events();
  net::Response page(const std::string& path);
  void report(geo::Place place, Hop hop);
  bool stay(geo::Place place, int reports, Hop hop);
  void ask_server();
  void ask_other();
  void judge_other();
  void heard(Hop hop, int64_t of_round);
  void receive(const std::string& text);
  void fold(const v1::Alert& alert);
  void keep_line_alive();
  void tell_stray();
  std::string missing(Hop first, Hop last, Instant deadline);
  Instant now() const { return std::chrono::steady_clock::now(); }

  const WatchdogSettings& settings_;
  net::Loop& loop_;
  const Clock& clock_;
  const uint32_t epoch_;
  uint64_t seq_ = 0;
  net::ClientOptions client_options_;
  std::unique_ptr<net::HttpClient> client_;  // one for each round
  std::unique_ptr<WatchdogDesk> desk_;
  std::unique_ptr<WatchdogAlarm> alarm_;
  std::unique_ptr<WatchdogAlarm> other_alarm_;  // about the watchdog that this one watches

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Round round_;
  bool ending_ = false, line_open_ = false;
  Instant line_heard_;
  std::shared_ptr<net::ClientSocket> line_;
  uint64_t good_ = 0, failed_ = 0, strays_ = 0;
  std::string stray_;  // whom an alarm was about that should not have come here, until it is told
  bool last_good_ = false;
  Instant round_ended_;
  std::string said_;  // by the server, of itself; empty: that it is well, or nothing
  std::string other_wrong_ = kNoAnswer;
};

Status Watchdog::start() {
  client_options_.timeout = settings_.bound * 2;
  TRY(client_options_.tls, net::Tls::client({"", "", settings_.ca}));
  TRY(other_alarm_, WatchdogAlarm::create(loop_, clock_, settings_));
  TRY(alarm_, WatchdogAlarm::create(loop_, clock_, settings_));
  TRY(desk_, WatchdogDesk::start(loop_, clock_, settings_, desk_events()));
  return {};
}

DeskEvents Watchdog::desk_events() {
  DeskEvents events;
  events.on_alarm = [this](const v1::HandOffMessage::Alarm& alarm) {
    {
      const std::lock_guard lock(mutex_);
      const bool entered = alarm.alert_kind() == v1::AlertKind_Name(kOfTheRound);
      for (const v1::Destination& to : alarm.destinations())
        if (entered && to.fixed_at_us() >= round_.entered_us) round_.alert_id = alarm.alert_id();
      if (alarm.alert_id() != round_.alert_id) return;
      round_.heard[kHandedOff] = now();
    }
    changed_.notify_all();
  };
  events.on_confirmed = [this] { heard(kConfirmed, 0); };
  events.on_clear = [this](const std::string& alert_id) {
    {
      const std::lock_guard lock(mutex_);
      if (alert_id != round_.alert_id) return;
    }
    heard(kEndTold, 0);
  };
  events.on_stray = [this](const std::string& wearer_id) {
    const std::lock_guard lock(mutex_);
    ++strays_;
    stray_ = wearer_id;
  };
  events.pages = [this](const std::string& path) { return page(path); };
  return events;
}

net::Response Watchdog::page(const std::string& path) {
  const std::lock_guard lock(mutex_);
  if (path == "/healthz") {
    // Its loop answers, but is there anybody who plays the rounds?
    if (round_ended_ != Instant() && now() - round_ended_ > span(settings_.period) * 3 / 2)
      return {503, "text/plain", "standing still\n", {}};
    return {last_good_ ? 200 : 503, "text/plain", last_good_ ? "ok\n" : kFailing, {}};
  }
  if (path != "/metrics") return net::problem(404, "not_found", "path", "there is no such resource");
  std::string text =
      "# TYPE haechi_watchdog_good gauge\nhaechi_watchdog_good " + std::to_string(last_good_) +
      "\n# TYPE haechi_watchdog_rounds_total counter\nhaechi_watchdog_rounds_total{outcome=\"good\"} " +
      std::to_string(good_) + "\nhaechi_watchdog_rounds_total{outcome=\"failed\"} " +
      std::to_string(failed_) + "\n# TYPE haechi_watchdog_strays_total counter\n" +
      "haechi_watchdog_strays_total " + std::to_string(strays_) + "\n";
  return {200, "text/plain; version=0.0.4", std::move(text), {}};
}

void Watchdog::heard(Hop hop, int64_t of_round) {
  {
    const std::lock_guard lock(mutex_);
    if (of_round != 0 && of_round != round_.entered_us) return;
    if (!round_.heard[hop]) round_.heard[hop] = now();
  }
  changed_.notify_all();
}

void Watchdog::report(geo::Place place, Hop hop) {
  v1::Report report;
  report.set_epoch(epoch_);
  report.set_seq(++seq_);
  law::set_place(place, *report.mutable_fix()->mutable_place());
  report.mutable_fix()->set_fixed_at_us(clock_.now().us);
  report.mutable_fix()->set_accuracy_mm(kAccuracyMm);
  report.mutable_fix()->set_source(v1::FIX_SOURCE_GNSS);
  const std::string secret = base64(settings_.device_id() + ":" + settings_.device_secret);
  net::Headers headers = {{"authorization", "Basic " + secret}, {"content-type", "application/json"}};
  client_->send("POST", settings_.devices + "/ingest/v1/reports", std::move(headers), sim::to_json(report),
                true, [this, hop, of = round_.entered_us](const Result<net::Response>& result) {
                  if (result.ok() && result->status == 200) heard(hop, of);
                });
}

// False when it is to end.
bool Watchdog::stay(geo::Place place, int reports, Hop hop) {
  for (int i = 0; i < reports; ++i) {
    if (i > 0 && !sleep_until(now() + span(kBetween))) return false;
    report(place, hop);
  }
  return true;
}

// Whatever stands still there that no report of this round passes through.
void Watchdog::ask_server() {
  client_->send("GET", settings_.server + "/readyz", {}, "", true,
                [this, of = round_.entered_us](const Result<net::Response>& result) {
                  if (result.ok() && result->status == 200) return heard(kWell, of);
                  const std::lock_guard lock(mutex_);
                  if (result.ok()) said_ = result->body.substr(0, result->body.find('\n'));
                });
}

void Watchdog::ask_other() {
  if (settings_.watches.empty()) return;
  client_->send("GET", settings_.watches + "/healthz", {}, "", true,
                [this](const Result<net::Response>& result) {
                  const std::lock_guard lock(mutex_);
                  if (!result.ok()) return;
                  // One that fails tells so itself.
                  const bool lives = result->status == 200 || result->body == kFailing;
                  other_wrong_ = lives ? "" : "it says: " + result->body.substr(0, result->body.find('\n'));
                });
}

void Watchdog::judge_other() {
  if (settings_.watches.empty()) return;
  std::string wrong;
  {
    const std::lock_guard lock(mutex_);
    wrong = std::exchange(other_wrong_, kNoAnswer);
  }
  other_alarm_->round_ended(wrong.empty() ? "" : "the watchdog at " + settings_.watches + ": " + wrong,
                            now());
}

void Watchdog::watch() {
  net::ClientSocketEvents events;
  events.on_open = [this](std::shared_ptr<net::ClientSocket> socket) {
    const std::lock_guard lock(mutex_);
    line_ = std::move(socket);
    line_heard_ = now();
  };
  events.on_message = [this](const std::string& text) { receive(text); };
  events.on_close = [this](const std::string& reason) {
    {
      const std::lock_guard lock(mutex_);
      if (line_open_) spdlog::warn("the live stream ended: {}", reason);
      line_open_ = false;
      line_.reset();
    }
    loop_.after(Duration::millis(500), [this] { watch(); });
  };
  const std::string address = "ws" + settings_.server.substr(4) + "/live?topics=alerts";
  net::open_client_socket(loop_, address, {{"authorization", "Bearer " + settings_.key}}, std::move(events),
                          client_options_.tls);
}

void Watchdog::receive(const std::string& text) {
  const Result<v1::LiveMessage> message = sim::read_live_message(text);
  {
    const std::lock_guard lock(mutex_);
    line_heard_ = now();
    if (!message.ok()) return;
    if (message->has_alert()) fold(message->alert());
    line_open_ |= message->has_snapshot();
    for (const v1::AlertRecord& record : message->snapshot().alerts()) fold(record.alert());
  }
  changed_.notify_all();
}

void Watchdog::fold(const v1::Alert& alert) {
  if (alert.kind() == kOfTheRound && alert.happened_at_us() >= round_.entered_us)
    round_.alert_id = alert.id();
  if (alert.id() != round_.alert_id) return;
  const Hop hop = alert.state() == v1::ALERT_STATE_CLEARED ? kEndShown : kShown;
  if (!round_.heard[hop]) round_.heard[hop] = now();
}

void Watchdog::keep_line_alive() {
  const std::lock_guard lock(mutex_);
  if (line_ != nullptr && now() - line_heard_ > kLineDeadAfter) line_->close();
}

void Watchdog::wait_for_line() {
  std::unique_lock lock(mutex_);
  changed_.wait_for(lock, std::chrono::seconds(10), [this] { return line_open_ || ending_; });
}

bool Watchdog::sleep_until(Instant when) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, when, [this] { return ending_; });
  return !ending_;
}

void Watchdog::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
}

// Of these hops those that were not heard by then; waits for them.
std::string Watchdog::missing(Hop first, Hop last, Instant deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [&] {
    for (size_t hop = first; hop <= last; ++hop)
      if (!round_.heard[hop]) return ending_;
    return true;
  });
  if (ending_) return "";
  std::string out;
  for (size_t hop = first; hop <= last; ++hop)
    if (!round_.heard[hop]) out += (out.empty() ? "" : ", ") + std::string(kHopNames[hop]);
  if (!out.empty()) out = "missing after " + std::to_string(settings_.bound.ms()) + " ms: " + out;
  if (!out.empty() && !said_.empty()) out += "; the server says: " + said_;
  return out;
}

void Watchdog::tell_stray() {
  std::string stray;
  {
    const std::lock_guard lock(mutex_);
    stray = std::exchange(stray_, {});
  }
  if (stray.empty()) return;
  alarm_->tell("stray",
               "an alarm about " + stray + " came to the watchdog's agency, which refused it: areas overlap");
}

std::string Watchdog::round() {
  tell_stray();
  keep_line_alive();
  const Instant began = now();
  const Time entered = clock_.now();
  {
    const std::lock_guard lock(mutex_);
    round_ = Round();
    round_.entered_us = entered.us;
    round_.began = began;
    said_.clear();
  }
  // Nothing of the round before is open any more: a certificate that has ended since is noticed.
  client_ = net::HttpClient::create(loop_, client_options_);
  ask_server();
  ask_other();
  if (!stay(settings_.place, kReportsInside, kAcknowledged)) return "";
  std::string trouble = missing(kWell, kConfirmed, now() + span(settings_.bound));
  if (!trouble.empty()) alarm_->round_ended(trouble, now());
  judge_other();
  if (!sleep_until(began + span(settings_.period) / 2)) return "";
  if (!stay(geo::moved(settings_.place, {kOutsideMm, 0}), kReportsOutside, kLeft)) return "";
  if (trouble.empty()) {
    trouble = missing(kLeft, kEndTold, now() + span(settings_.bound));
    alarm_->round_ended(trouble, now());
  }
  const std::lock_guard lock(mutex_);
  last_good_ = trouble.empty();
  round_ended_ = now();
  ++(last_good_ ? good_ : failed_);
  return trouble;
}

void Watchdog::print() const {
  const std::lock_guard lock(mutex_);
  for (size_t hop = 0; hop < kHops; ++hop) {
    const auto& at = round_.heard[hop];
    if (!at) {
      std::printf("  missing     %s\n", kHopNames[hop]);
      continue;
    }
    const double ms = std::chrono::duration<double, std::milli>(*at - round_.began).count();
    std::printf("%9.1f ms  %s\n", ms, kHopNames[hop]);
  }
}

}  // namespace

int run_watchdog(const WatchdogSettings& settings, bool once) {
  const sigset_t ends = block_signals({SIGINT, SIGTERM});
  const SystemClock clock;
  net::Loop loop("watchdog");
  Watchdog watchdog(settings, loop, clock);
  if (const Status started = watchdog.start(); !started.ok())
    return std::fprintf(stderr, "watchdog: %s\n", started.error().text().c_str()), 1;
  std::printf("watchdog listens on %s:%u\n", settings.address.c_str(),
              static_cast<unsigned>(watchdog.port()));
  std::fflush(stdout);
  loop.post([&watchdog] { watchdog.watch(); });
  loop.start();
  std::thread signals([&] {
    int signal = 0;
    sigwait(&ends, &signal);
    watchdog.end();
  });
  watchdog.wait_for_line();
  std::string trouble;
  for (Instant next = std::chrono::steady_clock::now();;) {
    next += span(settings.period);
    trouble = watchdog.round();
    if (once || !watchdog.sleep_until(next)) break;
    next = std::max(next, std::chrono::steady_clock::now());
  }
  pthread_kill(signals.native_handle(), SIGTERM);
  signals.join();
  loop.stop();
  if (once) watchdog.print();
  return once && !trouble.empty() ? 1 : 0;
}

}  // namespace haechi::tools
