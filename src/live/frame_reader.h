// For tests: reads a binary frame of /live by its description, not by the code that writes it.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace haechi::live {

struct FrameRecord {
  uint32_t index;
  int32_t lat_e7, lng_e7;
  uint32_t fix_age_ms, heard_age_ms;
  uint16_t accuracy_m, course_deg, speed_dmps, stale_after_s;
  uint8_t battery_percent, source, flags, zero;
};
static_assert(sizeof(FrameRecord) == 32);

struct Frame {
  double server_time_ms = 0;
  std::vector<FrameRecord> records;
};

// On a little-endian machine, as the tests run on. Nothing if the bytes are no frame.
inline std::optional<Frame> read_frame(const std::string& bytes) {
  if (bytes.size() < 16 || bytes.compare(0, 4, std::string("\1\0\0\0", 4)) != 0) return std::nullopt;
  uint32_t count = 0;
  std::memcpy(&count, bytes.data() + 4, sizeof count);
  Frame frame;
  std::memcpy(&frame.server_time_ms, bytes.data() + 8, sizeof frame.server_time_ms);
  if (bytes.size() != 16 + 32 * size_t{count}) return std::nullopt;
  frame.records.resize(count);
  for (uint32_t i = 0; i < count; ++i)
    std::memcpy(&frame.records[i], bytes.data() + 16 + 32 * i, sizeof(FrameRecord));
  return frame;
}

}  // namespace haechi::live
