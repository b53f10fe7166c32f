// From an unverified report to one worth logging: the checks that every intake protocol shares.
//
// A report is refused for what it says about itself (who, where, when), never for being late, out of order or
// unlikely: those are for the engine to judge.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"
#include "gateway/devices.h"

namespace haechi::v1 {
class Fact;
class Report;
}  // namespace haechi::v1

namespace haechi::gateway {

// Why a report (or a connection) was refused.
struct Rejection {
  std::string code;    // "unknown_device", "place_out_of_range": stable, for machines
  std::string field;   // "fix.place.lat_e7"; empty when no single field is at fault
  std::string reason;  // a sentence for people, without any personal value
};

// A fix may claim to be this far ahead of our clock; the engine marks those ahead and never takes them as
// newest.
inline constexpr Duration kFutureMax = Duration::seconds(24 * 3600);
inline constexpr Time kFixedAtMin{946'684'800'000'000};  // 2000-01-01
inline constexpr int kEventsMax = 16;
inline constexpr int kContactsMax = 64;
inline constexpr uint32_t kAccuracyMmMax = 100'000'000;  // 100 km

// The first thing wrong with the report, in a fixed order (device, fix, battery, lists), or nothing.
// Codes: unknown_device, retired_device, bad_device_id, place_missing, place_out_of_range, place_null_island,
// fixed_at_out_of_range, accuracy_out_of_range, course_out_of_range, sent_at_out_of_range,
// battery_out_of_range, too_many_events, too_many_contacts, bad_contact, unknown_field; and signed_only, when
// `protocol` says that nobody proved a signature and the device has to sign.
std::optional<Rejection> verify(const v1::Report& report, Time received_at, const Devices& devices,
                                std::string_view protocol);

// What to do with a report.
struct Admission {
  bool admitted = false;
  std::optional<Rejection> rejection;  // set also when admitted without its fix, or with its week mended
};

// A receiver whose satellites have counted their ten bits of weeks once more: its clock is 1,024 weeks
// behind, or a multiple of that. Certain, and mended, where a place by satellites is of just then, give or
// take a device's backlog: nobody keeps a place for nineteen years. Whether it was.
bool mend_week(v1::Report& report, Time received_at);

// As verify(), with two mercies: a wrong week is mended (admitted, with the rejection gps_week), and a bad
// fix does not take an event (SOS, strap cut) down with it. Such a report loses its fix and is admitted; the
// rejection says what was wrong with the fix.
Admission admit(v1::Report& report, Time received_at, const Devices& devices, std::string_view protocol);

// The fact that says the report was received. `protocol` is one of those named at v1::ReportReceived.
std::unique_ptr<v1::Fact> make_report_received(v1::Report report, Time received_at,
                                               std::string_view protocol);

}  // namespace haechi::gateway
