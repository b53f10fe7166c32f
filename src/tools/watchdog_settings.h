// What a watchdog is told: a TOML file, which holds secrets.
//
//   server = "https://haechi.example"    # interface, live stream and answers of agencies
//   devices = "https://haechi.example:8443"   # where devices report
//   name = "watchdog"                    # its agency, and the beginning of every id that it registers
//   place = [36.0, 130.5]                # degrees; a place that is in nobody else's area
//   key = "..."                          # of a connector who names its wearer; docs/watchdog.md
//   device_secret = "..."  agency_secret = "..."
//   address = "127.0.0.1"  port = 8090   # where hand-offs come in, and /metrics and /healthz are
//   certificate = ""  certificate_key = ""    # PEM files: there under TLS
//   endpoint = "http://127.0.0.1:8090"   # the same as the server reaches it
//   period_s = 10  bound_ms = 2000       # of one round, and of each half of it
//   repeat_s = 60                        # an alarm is told again while it lasts
//
//   # with HAECHI_WATCHDOG_STATE and HAECHI_WATCHDOG_TEXT in its environment
//   alarm_command = "/usr/local/bin/page"
//   # a JSON body, signed as link/signature.h has it
//   alarm_url = "https://pager.example/hook"  alarm_secret = ""
//   # another watchdog, which had better watch this one
//   watches = "https://other.example:8090"
//   # PEM file of whom https:// believes; empty: the system's
//   ca = ""
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "geo/place.h"

namespace haechi::tools {

struct WatchdogSettings {
  std::string server, devices;
  std::string name = "watchdog";
  geo::Place place;
  std::string key, device_secret, agency_secret;
  std::string address = "127.0.0.1";
  uint16_t port = 8090;
  std::string certificate, certificate_key;
  std::string endpoint = "http://127.0.0.1:8090";
  Duration period = Duration::seconds(10);
  Duration bound = Duration::millis(2'000);
  Duration repeat = Duration::seconds(60);
  std::string alarm_command, alarm_url, alarm_secret;
  std::string watches;
  std::string ca;

  std::string wearer_id() const { return name + "-wearer"; }
  std::string device_id() const { return name + "-device"; }
  std::string zone_id() const { return name + "-zone"; }
  std::string order_id() const { return name + "-order"; }
  std::string area_id() const { return name + "-area"; }
};

// kInvalid names the setting at fault. Refuses a file that everybody may read.
Result<WatchdogSettings> read_watchdog_settings(const std::string& path);

}  // namespace haechi::tools
