#include "live/track_frame.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <type_traits>

namespace haechi::live {
namespace {

template <typename T>
void append(std::string& out, T value) {
  using Bits = std::make_unsigned_t<T>;
  Bits bits = static_cast<Bits>(value);
  for (size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(bits & 0xff);
    bits = static_cast<Bits>(bits >> (i + 1 < sizeof(T) ? 8 : 0));
  }
}

// Rounded up: never more accurate than the device said. 0 stays "not said".
uint16_t whole_metres(uint32_t mm) {
  return static_cast<uint16_t>(std::min<uint64_t>((uint64_t{mm} + 999) / 1000, 65535));
}

uint32_t age_ms(Time now, int64_t at_us) {
  const int64_t age = now.us / 1000 - at_us / 1000;
  return static_cast<uint32_t>(std::clamp<int64_t>(age, 0, std::numeric_limits<uint32_t>::max()));
}

}  // namespace

void append_frame_header(std::string& out, uint32_t records, Time server_time) {
  append<uint8_t>(out, kFrameVersion);
  out.append(3, '\0');
  append<uint32_t>(out, records);
  append<uint64_t>(out, std::bit_cast<uint64_t>(static_cast<double>(server_time.us / 1000)));
}

void append_frame_record(std::string& out, uint32_t index, const v1::LivePosition& position, bool coarse,
                         Time server_time) {
  const v1::Fix& fix = position.fix();
  const int64_t fixed_us = position.received_at_us() > 0
                               ? std::min(fix.fixed_at_us(), position.received_at_us())
                               : fix.fixed_at_us();
  append<uint32_t>(out, index);
  append<int32_t>(out, fix.place().lat_e7());
  append<int32_t>(out, fix.place().lng_e7());
  append<uint32_t>(out, age_ms(server_time, fixed_us));
  append<uint32_t>(out, age_ms(server_time, position.heard_at_us()));
  append<uint16_t>(out, whole_metres(fix.accuracy_mm()));
  append<uint16_t>(
      out, fix.has_course_cdeg() ? static_cast<uint16_t>(fix.course_cdeg() / 100 % 360) : kFrameUnknown16);
  append<uint16_t>(out, fix.has_speed_mmps()
                            ? static_cast<uint16_t>(std::min(fix.speed_mmps() / 100, kFrameUnknown16 - 1u))
                            : kFrameUnknown16);
  append<uint16_t>(out, static_cast<uint16_t>(std::min(position.stale_after_s(), 65535u)));
  append<uint8_t>(out, position.has_battery_percent()
                           ? static_cast<uint8_t>(std::min(position.battery_percent(), 100u))
                           : kFrameUnknown8);
  append<uint8_t>(out, static_cast<uint8_t>(fix.source()));
  append<uint8_t>(out, static_cast<uint8_t>(
                           (position.stored() ? kFrameStored : 0) | (coarse ? kFrameCoarse : 0) |
                           (position.charging() ? kFrameCharging : 0) | (fix.mocked() ? kFrameMocked : 0)));
  append<uint8_t>(out, 0);
}

}  // namespace haechi::live
