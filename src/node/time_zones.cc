#include "node/time_zones.h"

#include <date/tz.h>

#include "haechi/v1/law.pb.h"

namespace haechi::node {

Result<v1::TimeZone> read_time_zone(const std::string& name) {
  using std::chrono::seconds;
  const date::sys_seconds first{seconds{0}};
  const date::sys_seconds last = date::sys_days{date::year{2100} / 1 / 1};
  v1::TimeZone out;
  out.set_name(name);
  try {
    const date::time_zone* zone = date::locate_zone(name);
    for (date::sys_seconds at = first; at < last;) {
      const date::sys_info info = zone->get_info(at);
      v1::TimeZone::Transition* transition = out.add_transitions();
      transition->set_from_s(at.time_since_epoch().count());
      transition->set_offset_s(static_cast<int32_t>(info.offset.count()));
      if (info.end <= at) break;
      at = info.end;
    }
  } catch (const std::exception&) {
    return Error{Code::kNotFound, "time_zone", "this system's time zone database has no zone " + name};
  }
  out.mutable_transitions(0)->set_from_s(INT64_MIN / 2);
  return out;
}

}  // namespace haechi::node
