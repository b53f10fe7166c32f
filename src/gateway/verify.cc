#include "gateway/verify.h"

#include <utility>

#include "base/canary.h"
#include "base/ensure.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::gateway {
namespace {

// What Canary::kPoison makes of a report that is not yet logged: a battery that says so.
constexpr uint32_t kUnreadablePercent = 14;
constexpr int32_t kLatE7Max = 900'000'000;
constexpr int32_t kLngE7Max = 1'800'000'000;
constexpr uint32_t kCourseCdegMax = 35'999;
constexpr Duration kGpsWeeks = Duration::seconds(int64_t{1'024} * 7 * 86'400);
constexpr Duration kBacklogMax = Duration::seconds(7 * 86'400);
constexpr int64_t kSentAtUsMax = 253'402'300'799'999'999;  // end of the year 9999

Rejection rejection(const char* code, const char* field, const char* reason) {
  return {code, field, reason};
}

std::optional<Rejection> verify_device(const v1::Report& report, const Devices& devices,
                                       std::string_view protocol) {
  if (!valid_id(report.device_id())) {
    return rejection("bad_device_id", "device_id", "must be 1 to 64 characters of A-Z a-z 0-9 _ . : -");
  }
  const Devices::Known* known = devices.find(report.device_id());
  if (known == nullptr) return rejection("unknown_device", "device_id", "no device of this id is registered");
  if (known->retired) return rejection("retired_device", "device_id", "this device has been retired");
  if (known->signed_only && !is_signed(protocol))
    return rejection("signed_only", "mac", "this device has to sign its reports");
  return std::nullopt;
}

std::optional<Rejection> verify_place(const v1::Place& place) {
  if (place.lat_e7() < -kLatE7Max || place.lat_e7() > kLatE7Max) {
    return rejection("place_out_of_range", "fix.place.lat_e7",
                     "latitude must lie between -90 and 90 degrees");
  }
  if (place.lng_e7() < -kLngE7Max || place.lng_e7() > kLngE7Max) {
    return rejection("place_out_of_range", "fix.place.lng_e7",
                     "longitude must lie between -180 and 180 degrees");
  }
  if (place.lat_e7() == 0 && place.lng_e7() == 0) {
    return rejection(
        "place_null_island", "fix.place",
        "latitude and longitude are both exactly zero, which receivers say when they have no fix");
  }
  return std::nullopt;
}

std::optional<Rejection> verify_fix(const v1::Fix& fix, Time received_at) {
  if (!fix.has_place()) return rejection("place_missing", "fix.place", "a fix must carry a place");
  if (auto bad = verify_place(fix.place())) return bad;
  const Time fixed_at{fix.fixed_at_us()};
  if (fixed_at < kFixedAtMin) {
    return rejection("fixed_at_out_of_range", "fix.fixed_at_us", "must not be before the year 2000");
  }
  if (fixed_at > received_at + kFutureMax) {
    return rejection("fixed_at_out_of_range", "fix.fixed_at_us",
                     "must not be more than 24 hours ahead of now");
  }
  if (fix.accuracy_mm() > kAccuracyMmMax) {
    return rejection("accuracy_out_of_range", "fix.accuracy_mm", "must not be more than 100 km");
  }
  if (fix.has_course_cdeg() && fix.course_cdeg() > kCourseCdegMax) {
    return rejection("course_out_of_range", "fix.course_cdeg", "must lie between 0 and 35999");
  }
  return std::nullopt;
}

bool has_unknown(const google::protobuf::Message& message) {
  return !message.GetReflection()->GetUnknownFields(message).empty();
}

// Fields that this build does not know would go into the log unread; the sender must learn of it.
bool has_unknown_fields(const v1::Report& report) {
  if (has_unknown(report)) return true;
  return report.has_fix() && (has_unknown(report.fix()) || has_unknown(report.fix().place()));
}

std::optional<Rejection> verify_rest(const v1::Report& report) {
  if (report.sent_at_us() < 0 || report.sent_at_us() > kSentAtUsMax) {
    return rejection("sent_at_out_of_range", "sent_at_us", "must be 0 or a time before the year 10000");
  }
  ENSURE(!canary(Canary::kPoison) || report.battery_percent() != kUnreadablePercent, "poison was let in");
  if (report.battery_percent() > 100) {
    return rejection("battery_out_of_range", "battery_percent", "must lie between 0 and 100");
  }
  if (report.events_size() > kEventsMax) {
    return rejection("too_many_events", "events", "at most 16 events in one report");
  }
  if (report.contacts_size() > kContactsMax) {
    return rejection("too_many_contacts", "contacts", "at most 64 contacts in one report");
  }
  for (const v1::Contact& contact : report.contacts()) {
    if (!valid_id(contact.device_id()) || has_unknown(contact)) {
      return rejection("bad_contact", "contacts.device_id",
                       "must be 1 to 64 characters of A-Z a-z 0-9 _ . : -");
    }
  }
  if (has_unknown_fields(report)) {
    return rejection("unknown_field", "", "the report has fields that are not part of haechi.v1.Report");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Rejection> verify(const v1::Report& report, Time received_at, const Devices& devices,
                                std::string_view protocol) {
  if (auto bad = verify_device(report, devices, protocol)) return bad;
  if (report.has_fix()) {
    if (auto bad = verify_fix(report.fix(), received_at)) return bad;
  }
  return verify_rest(report);
}

bool mend_week(v1::Report& report, Time received_at) {
  v1::Fix& fix = *report.mutable_fix();
  const bool by_satellites =
      fix.source() == v1::FIX_SOURCE_GNSS || fix.source() == v1::FIX_SOURCE_UNSPECIFIED;
  if (!by_satellites || fix.fixed_at_us() <= 0 || !fix.has_place()) return false;
  const Duration behind = received_at - Time{fix.fixed_at_us()} + kFutureMax;
  const Duration wrong{behind.us / kGpsWeeks.us * kGpsWeeks.us};
  if (wrong < kGpsWeeks || behind - wrong > kFutureMax + kBacklogMax) return false;
  fix.set_fixed_at_us(fix.fixed_at_us() + wrong.us);
  // The device's own clock is set by the same receiver, or was right all along.
  const Time sent_at{report.sent_at_us()};
  if (sent_at.known() && sent_at + wrong <= received_at + kFutureMax)
    report.set_sent_at_us(sent_at.us + wrong.us);
  return true;
}

Admission admit(v1::Report& report, Time received_at, const Devices& devices, std::string_view protocol) {
  if (auto bad = verify_device(report, devices, protocol)) return {false, std::move(bad)};
  const bool mended = report.has_fix() && mend_week(report, received_at);
  std::optional<Rejection> bad_fix;
  if (report.has_fix()) bad_fix = verify_fix(report.fix(), received_at);
  if (bad_fix && report.events().empty()) return {false, std::move(bad_fix)};
  if (bad_fix) report.clear_fix();
  if (auto bad = verify_rest(report)) return {false, std::move(bad)};
  if (mended && !bad_fix)
    bad_fix = rejection("gps_week", "fix.fixed_at_us", "a multiple of 1,024 weeks behind: taken as of now");
  return {true, std::move(bad_fix)};
}

std::unique_ptr<v1::Fact> make_report_received(v1::Report report, Time received_at,
                                               std::string_view protocol) {
  auto fact = std::make_unique<v1::Fact>();
  v1::ReportReceived& received = *fact->mutable_report_received();
  *received.mutable_report() = std::move(report);
  received.set_received_at_us(received_at.us);
  received.set_protocol(protocol.data(), protocol.size());
  return fact;
}

}  // namespace haechi::gateway
