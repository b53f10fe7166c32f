#include "picture/track_points.h"

#include <array>
#include <cstring>

#include "base/archive.h"
#include "base/ensure.h"
#include "base/varint.h"

namespace haechi::picture {
namespace {

// change = head | north | east | [accuracy] | [source]
// The head: how much later it is, in such units, and which of the others follow.
constexpr std::array<uint64_t, 3> kUnitUs{1'000'000, 1'000, 1};
constexpr uint64_t kUnitMask = 3, kAccuracy = 4, kSource = 8;
constexpr int kHeadBits = 4;
constexpr size_t kChangeBytesMax = 5 * kVarintBytesMax;
constexpr size_t kRoom = 32;  // grown by

uint64_t head_of(uint64_t later_us) {
  uint64_t unit = 0;
  while (later_us % kUnitUs[unit] != 0) ++unit;
  return later_us / kUnitUs[unit] << kHeadBits | unit;
}

// Whether a change can say so. Some hundred years are all that its head has room for.
bool follows(const TrackPoint& point, const TrackPoint& before) {
  const uint64_t later_us = static_cast<uint64_t>(point.at_us) - static_cast<uint64_t>(before.at_us);
  return point.at_us > before.at_us && later_us >> (64 - kHeadBits) == 0;
}

uint64_t change_of(int32_t from, int32_t to) {
  return folded(static_cast<uint64_t>(int64_t{to} - int64_t{from}));
}

// Reads one number after the other.
struct Numbers {
  const char* at;
  uint64_t next() {
    uint64_t value = 0;
    at = get_varint(at, value);
    return value;
  }
  int32_t next_from(int32_t before) {
    return static_cast<int32_t>(int64_t{before} + static_cast<int64_t>(unfolded(next())));
  }
};

}  // namespace

TrackPoint TrackPoints::next(const TrackPoint& before, size_t& at) const {
  Numbers numbers{changes_.data() + at};
  TrackPoint point = before;
  const uint64_t head = numbers.next();
  point.at_us += static_cast<int64_t>((head >> kHeadBits) * kUnitUs[head & kUnitMask]);
  point.lat_e7 = numbers.next_from(before.lat_e7);
  point.lng_e7 = numbers.next_from(before.lng_e7);
  if ((head & kAccuracy) != 0) point.accuracy_mm = static_cast<uint32_t>(numbers.next());
  if ((head & kSource) != 0) point.source = static_cast<v1::FixSource>(numbers.next());
  at = static_cast<size_t>(numbers.at - changes_.data());
  return point;
}

std::vector<TrackPoint> TrackPoints::all() const {
  std::vector<TrackPoint> out;
  out.reserve(size_);
  size_t at = 0;
  while (out.size() < size_) out.push_back(out.empty() ? first_ : next(out.back(), at));
  return out;
}

void TrackPoints::push_back(const TrackPoint& point) {
  if (empty()) {
    first_ = last_ = point;
    size_ = 1;
    return;
  }
  ENSURE(follows(point, last_), point.at_us, last_.at_us);
  std::array<char, kChangeBytesMax> bytes;
  char* end = bytes.data();
  const bool accuracy = point.accuracy_mm != last_.accuracy_mm, source = point.source != last_.source;
  end += put_varint(end, head_of(static_cast<uint64_t>(point.at_us - last_.at_us)) |
                             (accuracy ? kAccuracy : 0) | (source ? kSource : 0));
  end += put_varint(end, change_of(last_.lat_e7, point.lat_e7));
  end += put_varint(end, change_of(last_.lng_e7, point.lng_e7));
  if (accuracy) end += put_varint(end, point.accuracy_mm);
  if (source) end += put_varint(end, static_cast<uint32_t>(point.source));
  const size_t used = changes_.size(), needed = used + static_cast<size_t>(end - bytes.data());
  // Every holder has a track, and all are about as long: doubled, a third of each would lie idle.
  if (needed > changes_.capacity()) changes_.reserve((needed + kRoom - 1) / kRoom * kRoom);
  changes_.insert(changes_.end(), bytes.data(), end);
  last_ = point;
  ++size_;
}

void TrackPoints::pop_front() {
  if (--size_ == 0) return;
  size_t at = 0;
  first_ = next(first_, at);
  changes_.erase(changes_.begin(), changes_.begin() + static_cast<ptrdiff_t>(at));
}

void TrackPoints::assign(const std::vector<TrackPoint>& points) {
  *this = {};
  for (const TrackPoint& point : points) push_back(point);
}

void TrackPoints::save(Writer& out) const {
  write(out, all());
}

void TrackPoints::load(Reader& in) {
  *this = {};
  std::vector<TrackPoint> points;
  read(in, points);
  for (const TrackPoint& point : points) {
    if (!empty() && !follows(point, last_)) return in.fail();  // not of our own writing
    push_back(point);
  }
}

}  // namespace haechi::picture
