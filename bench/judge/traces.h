// Real traces: who was where, to the second, as recorded. Read from "person,trip,unix_s,lat,lon" lines.
#pragma once

#include <cstdint>
#include <istream>
#include <string>
#include <vector>

#include "base/result.h"
#include "bench/judge/plane.h"

namespace haechi::judge {

struct Sample {
  int64_t s = 0;  // Unix time
  Point at;
};

// An unbroken part of one person's trip: no gap over 30 s, no step faster than 60 m/s, times strictly rising.
// The truth between two samples is the straight line; where that would be a guess, the stretch ends.
struct Stretch {
  std::string person;
  std::vector<Sample> samples;
  int64_t seconds() const { return samples.back().s - samples.front().s; }
};

// Stretches of at least `seconds_min`, in the order of the file. Refuses a line that it cannot read, with its
// number, and a file without any stretch.
Result<std::vector<Stretch>> read_traces(std::istream& in, int64_t seconds_min);

// Where someone was at any moment: along the samples, and at rest before the first and after the last.
class Path {
 public:
  Path() = default;
  explicit Path(std::vector<Sample> samples) : samples_(std::move(samples)) {}
  Point at(double s) const;

 private:
  std::vector<Sample> samples_;
};

}  // namespace haechi::judge
