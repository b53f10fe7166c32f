#include "store/fix_stream.h"

#include "base/ensure.h"
#include "base/varint.h"

namespace haechi::store {
namespace {

// The lowest bits of a head. Differences wrap around, so every one of them has a form.
enum Unit : uint64_t { kSeconds, kMillis, kMicros, kFollows };
constexpr uint64_t kUnitMask = 3, kAccuracy = 4, kSource = 8;
constexpr int kHeadBits = 4;

uint64_t bits(int64_t value) {
  return static_cast<uint64_t>(value);
}

// How far the time is from what was expected, in the head of a fix.
uint64_t head_of(uint64_t off_us) {
  const auto off = static_cast<int64_t>(off_us);
  if (off % 1'000'000 == 0) return folded(bits(off / 1'000'000)) << kHeadBits | kSeconds;
  if (off % 1'000 == 0) return folded(bits(off / 1'000)) << kHeadBits | kMillis;
  const uint64_t micros = folded(off_us);
  return micros >> (64 - kHeadBits) == 0 ? micros << kHeadBits | kMicros : kFollows;
}

// Reads on until something is missing.
class Source {
 public:
  explicit Source(std::string_view bytes) : bytes_(bytes) {}
  bool more() const { return whole_ && !bytes_.empty(); }
  bool whole() const { return whole_; }
  uint64_t number() {
    const std::optional<uint64_t> value = take_varint(bytes_);
    whole_ = whole_ && value;
    return value.value_or(0);
  }
  uint64_t difference() { return unfolded(number()); }
  uint64_t off_us(uint64_t head) {
    const uint64_t off = unfolded(head >> kHeadBits);
    switch (head & kUnitMask) {
      case kSeconds:
        return off * 1'000'000;
      case kMillis:
        return off * 1'000;
      case kMicros:
        return off;
      default:
        return difference();
    }
  }

 private:
  std::string_view bytes_;
  bool whole_ = true;
};

int32_t moved(int32_t from, uint64_t by) {
  return static_cast<int32_t>(static_cast<uint32_t>(from) + static_cast<uint32_t>(by));
}

}  // namespace

void FixStream::add(const PastFix& fix) {
  ENSURE(fix.no > last_.no, fix.no, last_.no);
  const uint64_t step = fix.no - last_.no, step_us = bits(fix.at.us) - bits(last_.at.us);
  uint64_t head = head_of(step_us - step_us_);
  const bool follows = (head & kUnitMask) == kFollows;
  if (fix.accuracy_mm != last_.accuracy_mm) head |= kAccuracy;
  if (fix.source != last_.source) head |= kSource;
  append_varint(bytes_, head);
  if (follows) append_varint(bytes_, folded(step_us - step_us_));
  append_varint(bytes_, folded(step - step_));
  append_varint(bytes_, folded(bits(fix.lat_e7) - bits(last_.lat_e7)));
  append_varint(bytes_, folded(bits(fix.lng_e7) - bits(last_.lng_e7)));
  if ((head & kAccuracy) != 0)
    append_varint(bytes_, folded(uint64_t{fix.accuracy_mm} - uint64_t{last_.accuracy_mm}));
  if ((head & kSource) != 0) append_varint(bytes_, folded(bits(fix.source) - bits(last_.source)));
  last_ = fix;
  step_ = step;
  step_us_ = step_us;
}

std::optional<std::vector<PastFix>> FixStream::read(std::string_view bytes, uint64_t before, uint64_t last) {
  std::vector<PastFix> out;
  PastFix fix;
  fix.no = before;
  uint64_t step = 0, step_us = 0;
  Source source(bytes);
  while (source.more()) {
    const uint64_t head = source.number();
    step_us += source.off_us(head);
    step += source.difference();
    if (step == 0 || step > last - fix.no) return std::nullopt;
    fix.no += step;
    fix.at.us = static_cast<int64_t>(bits(fix.at.us) + step_us);
    fix.lat_e7 = moved(fix.lat_e7, source.difference());
    fix.lng_e7 = moved(fix.lng_e7, source.difference());
    if ((head & kAccuracy) != 0) fix.accuracy_mm += static_cast<uint32_t>(source.difference());
    if ((head & kSource) != 0) fix.source = moved(fix.source, source.difference());
    out.push_back(fix);
  }
  if (!source.whole()) return std::nullopt;
  return out;
}

}  // namespace haechi::store
