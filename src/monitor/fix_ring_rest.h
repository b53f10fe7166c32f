// How a ring of fixes rests (base/resting_form.h). A device reports at one pace: of the time of a change
// there is kept in one byte by how much it differs from that of the last change with as many bytes, and 255
// where that is more; then it is among the ways, which no two rings have alike. Behind the last change is
// nothing.
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "base/resting_form.h"
#include "monitor/fix_ring.h"

namespace haechi {

template <>
struct resting::Short<monitor::FixRing> {
  using Ring = monitor::FixRing;
  using Paces = std::array<uint8_t, Ring::kRecentMax + Ring::kOlderMax>;
  static constexpr Sizes kSizes{
      sizes_of<monitor::KeptFix>().alike + 2 * sizeof(Paces) + 2 * sizeof(uint8_t) + sizeof(uint32_t), 0};
  static constexpr uint8_t kElse = 255;
  static constexpr std::array<uint64_t, 4> kTimes{0xff, 0xffff, 0xffff'ffff, UINT64_MAX};

  // Up to 24 bytes, without a call.
  template <typename To, typename From>
  static void copy(To* to, const From* from, size_t count) {
    const auto piece = [&]<size_t kBytes>(size_t at) {
      std::array<char, kBytes> bytes;
      std::memcpy(bytes.data(), from + at, kBytes);
      std::memcpy(to + at, bytes.data(), kBytes);
    };
    if (count >= 8) {
      piece.template operator()<8>(0);
      if (count > 16) piece.template operator()<8>(8);
      piece.template operator()<8>(count - 8);
    } else if (count >= 4) {
      piece.template operator()<4>(0);
      piece.template operator()<4>(count - 4);
    } else {
      for (size_t at = 0; at < count; ++at) piece.template operator()<1>(at);
    }
  }

  static void put(Out& out, const Ring& ring) {
    const auto& [latest, shapes, older, recent, changes] = Fields<Ring>::of(ring);
    Paces paces{};
    std::array<uint64_t, kTimes.size()> before{};
    const uint8_t* at = changes.data();
    const size_t rows_before = out.rows.size();
    out.rows.resize(rows_before + changes.size());
    char* row = out.rows.data() + rows_before;
    for (size_t i = 0; i + 1 < ring.size(); ++i) {
      const size_t size = Ring::bytes_of(shapes[i]), time_bytes = Ring::time_bytes_of(shapes[i]);
      uint64_t time = 0;
      std::memcpy(&time, at, sizeof time);  // there is a margin
      time &= kTimes[shapes[i] & 3];
      const auto later = static_cast<int64_t>(time - std::exchange(before[shapes[i] & 3], time));
      const uint64_t pace = static_cast<uint64_t>(later) << 1 ^ static_cast<uint64_t>(later >> 63);
      paces[i] = pace < kElse ? static_cast<uint8_t>(pace) : kElse;
      const size_t left_out = pace < kElse ? time_bytes : 0;
      copy(row, at + left_out, size - left_out);
      row += size - left_out;
      at += size;
    }
    out.rows.resize(static_cast<size_t>(row - out.rows.data()));
    out.put(latest);
    out.put(shapes);
    out.put(paces);
    out.put(older);
    out.put(recent);
    out.put(static_cast<uint32_t>(changes.size()));
  }

  static void get(In& in, Ring& ring) {
    auto [latest, shapes, older, recent, changes] = Fields<Ring>::of(ring);
    Paces paces{};
    std::array<uint64_t, kTimes.size()> before{};
    uint32_t bytes = 0;
    in.get(latest);
    in.get(shapes);
    in.get(paces);
    in.get(older);
    in.get(recent);
    in.get(bytes);
    changes.clear();
    changes.resize(bytes);
    uint8_t* at = changes.data();
    for (size_t i = 0; i + 1 < ring.size(); ++i) {
      const size_t size = Ring::bytes_of(shapes[i]), time_bytes = Ring::time_bytes_of(shapes[i]);
      uint64_t& time = before[shapes[i] & 3];
      const uint64_t pace = paces[i];
      if (pace < kElse) {
        time += pace >> 1 ^ -(pace & 1);
      } else {
        time = 0;
        copy(reinterpret_cast<char*>(&time), in.rows, time_bytes);
        in.rows += time_bytes;
      }
      std::memcpy(at, &time, sizeof time);  // what is too much is written over, or is cleared
      copy(at + time_bytes, in.rows, size - time_bytes);
      in.rows += size - time_bytes;
      at += size;
    }
    std::fill(at, changes.data() + changes.size(), uint8_t{0});
  }
};

}  // namespace haechi
