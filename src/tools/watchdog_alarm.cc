#include "tools/watchdog_alarm.h"

#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <boost/json.hpp>
#include <thread>
#include <vector>

#include <spdlog/spdlog.h>

#include "link/signature.h"
#include "net/tls.h"

extern char** environ;

namespace haechi::tools {

Result<std::unique_ptr<WatchdogAlarm>> WatchdogAlarm::create(net::Loop& loop, const Clock& clock,
                                                             const WatchdogSettings& settings) {
  std::unique_ptr<WatchdogAlarm> alarm(new WatchdogAlarm(clock, settings));
  net::ClientOptions options;
  TRY(options.tls, net::Tls::client({"", "", settings.ca}));
  alarm->client_ = net::HttpClient::create(loop, options);
  return alarm;
}

WatchdogAlarm::~WatchdogAlarm() {
  for (int i = 0; i < 100 && command_ != 0 && waitpid(command_, nullptr, WNOHANG) == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  end_command();
}

void WatchdogAlarm::round_ended(const std::string& trouble, Instant now) {
  const bool begins = !trouble.empty() && !failing_, ends = trouble.empty() && failing_;
  const bool lasts =
      !trouble.empty() && failing_ && now - told_at_ >= std::chrono::microseconds(settings_.repeat.us);
  failing_ = !trouble.empty();
  if (!begins && !ends && !lasts) return;
  told_at_ = now;
  tell(ends ? "over" : "failing", ends ? "alerts flow again" : trouble);
}

void WatchdogAlarm::tell(const char* state, const std::string& text) {
  spdlog::warn("{}: {}", state, text);
  if (!settings_.alarm_command.empty()) run_command(state, text);
  if (settings_.alarm_url.empty()) return;
  const Time now = clock_.now();
  std::string body = boost::json::serialize(boost::json::object{
      {"watchdog", settings_.name}, {"state", state}, {"text", text}, {"at", iso8601(now)}});
  net::Headers headers = link::signed_headers({settings_.name, settings_.alarm_secret}, body, now);
  headers.emplace_back("content-type", "application/json");
  client_->send("POST", settings_.alarm_url, std::move(headers), std::move(body), false,
                [](const Result<net::Response>& result) {
                  if (!result.ok() || result->status / 100 != 2)
                    spdlog::error("the alarm's address did not take it: {}",
                                  result.ok() ? std::to_string(result->status) : result.error().text());
                });
}

// One at a time: a command that hangs is ended when there is something newer to say.
void WatchdogAlarm::run_command(const char* state, const std::string& text) {
  end_command();
  std::vector<std::string> variables = {std::string("HAECHI_WATCHDOG_STATE=") + state,
                                        "HAECHI_WATCHDOG_TEXT=" + text};
  std::vector<char*> environment;
  for (char** each = environ; *each != nullptr; ++each) environment.push_back(*each);
  for (std::string& each : variables) environment.push_back(each.data());
  environment.push_back(nullptr);
  std::string shell = "/bin/sh", option = "-c", command = settings_.alarm_command;
  char* const arguments[] = {shell.data(), option.data(), command.data(), nullptr};
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigmask(&attributes, &none);  // ours has blocked what should end it
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  if (posix_spawn(&command_, "/bin/sh", nullptr, &attributes, arguments, environment.data()) != 0) {
    command_ = 0;
    spdlog::error("the alarm command cannot be started");
  }
  posix_spawnattr_destroy(&attributes);
}

void WatchdogAlarm::end_command() {
  if (command_ == 0) return;
  if (waitpid(command_, nullptr, WNOHANG) == 0) {
    kill(command_, SIGKILL);
    waitpid(command_, nullptr, 0);
  }
  command_ = 0;
}

}  // namespace haechi::tools
