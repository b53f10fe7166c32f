// TrackPoints: a track in memory, oldest point first, later points after earlier ones: every holder has one,
// and as they are they would be most of what a person costs here. So only the first and the last are; of each
// behind the first there is kept how it differs from the one before it, in five to ten bytes. Nothing is
// rounded. Points are added at the end and go at the begin; what belongs between is for assign().
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/archived.h"
#include "haechi/v1/device.pb.h"

namespace haechi::picture {

struct TrackPoint {
  int64_t at_us = 0;
  int32_t lat_e7 = 0, lng_e7 = 0;
  uint32_t accuracy_mm = 0;
  v1::FixSource source = v1::FIX_SOURCE_UNSPECIFIED;
  bool operator==(const TrackPoint&) const = default;
};

class TrackPoints {
 public:
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const TrackPoint& front() const { return first_; }
  const TrackPoint& back() const { return last_; }
  std::vector<TrackPoint> all() const;
  void push_back(const TrackPoint& point);  // later than back()
  void pop_front();
  void assign(const std::vector<TrackPoint>& points);

  // Archived as a std::vector.
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  // The point behind `before`, of which the change begins at `at`; moves that on to the next one.
  TrackPoint next(const TrackPoint& before, size_t& at) const;

  TrackPoint first_, last_;
  uint32_t size_ = 0;
  std::vector<char> changes_;
};

}  // namespace haechi::picture
