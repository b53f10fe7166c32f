// The binary form of the newest places, for readers that asked for tracks=binary. Little endian, without
// padding:
//
//   header, 16 bytes: u8 version = 1, three zero bytes, u32 records, f64 server time in whole milliseconds
//   record, 32 bytes: u32 index, i32 lat_e7, i32 lng_e7, u32 fix_age_ms, u32 heard_age_ms, u16 accuracy_m,
//                     u16 course in whole degrees, u16 speed in dm/s, u16 stale_after_s, u8 battery_percent,
//                     u8 source (FixSource), u8 flags, u8 zero
//
// What an index stands for is said before, in a text message. Ages count back from the server time; they
// saturate, and are 0 for what claims to be from the future. tests/vectors/tracks_v1.json holds one frame for
// readers in other languages.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "haechi/v1/picture.pb.h"

namespace haechi::live {

inline constexpr uint8_t kFrameVersion = 1;
inline constexpr size_t kFrameHeaderBytes = 16;
inline constexpr size_t kFrameRecordBytes = 32;
inline constexpr uint16_t kFrameUnknown16 = 65535;  // of course and speed
inline constexpr uint8_t kFrameUnknown8 = 255;      // of the battery

enum FrameFlag : uint8_t { kFrameStored = 1, kFrameCoarse = 2, kFrameCharging = 4, kFrameMocked = 8 };

void append_frame_header(std::string& out, uint32_t records, Time server_time);
// `position` has a fix, only roughly if `coarse`; `server_time` is that of the header.
void append_frame_record(std::string& out, uint32_t index, const v1::LivePosition& position, bool coarse,
                         Time server_time);

}  // namespace haechi::live
