#include "monitor/fix_ring.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/archive.h"

namespace haechi::monitor {

// From one fix to the next.
struct FixChange {
  int64_t time_us = 0;
  int32_t lat_e7 = 0, lng_e7 = 0, sigma_mm = 0;
};

namespace {

// The shape of a change says in two bits for each of its parts how many bytes that has. A time is in whole
// seconds, in milliseconds or in microseconds.
constexpr std::array<size_t, 4> kTimeBytes{1, 2, 4, 8}, kWayBytes{1, 2, 3, 4}, kSigmaBytes{0, 2, 3, 4};
constexpr std::array<int64_t, 4> kTimeUnitUs{1'000'000, 1'000, 1, 1};
// Behind the last change, so that every part can be read and written as one word.
constexpr size_t kMargin = sizeof(uint64_t);
constexpr size_t kChangeBytesMax = 20;
using ChangeBytes = std::array<uint8_t, kChangeBytesMax + kMargin>;
// Room is made in steps of so many bytes.
constexpr size_t kRoom = 32;
static_assert(std::endian::native == std::endian::little);

constexpr std::array<uint8_t, 256> kSizes = [] {
  std::array<uint8_t, 256> sizes{};
  for (size_t shape = 0; shape < sizes.size(); ++shape)
    sizes[shape] = static_cast<uint8_t>(kTimeBytes[shape & 3] + kWayBytes[shape >> 2 & 3] +
                                        kWayBytes[shape >> 4 & 3] + kSigmaBytes[shape >> 6]);
  return sizes;
}();

// Differences wrap round; so do the sums that undo them.
int32_t apart(int32_t from, int32_t to) {
  return static_cast<int32_t>(static_cast<uint32_t>(to) - static_cast<uint32_t>(from));
}
int32_t before(int32_t value, int32_t change) {
  return apart(change, value);
}
int32_t sum(int32_t a, int32_t b) {
  return static_cast<int32_t>(static_cast<uint32_t>(a) + static_cast<uint32_t>(b));
}

FixChange change_between(const KeptFix& from, const KeptFix& to) {
  return {(to.at - from.at).us, apart(from.place.lat_e7, to.place.lat_e7),
          apart(from.place.lng_e7, to.place.lng_e7), apart(from.sigma_mm, to.sigma_mm)};
}

KeptFix fix_before(const KeptFix& fix, const FixChange& change) {
  KeptFix made;
  made.at = Time{fix.at.us - change.time_us};
  made.place = {before(fix.place.lat_e7, change.lat_e7), before(fix.place.lng_e7, change.lng_e7)};
  made.sigma_mm = before(fix.sigma_mm, change.sigma_mm);
  return made;
}

size_t time_code(int64_t us) {
  if (us < 0 || us > UINT32_MAX) return 3;
  if (us % 1'000'000 == 0 && us / 1'000'000 <= UINT8_MAX) return 0;
  return us % 1'000 == 0 && us / 1'000 <= UINT16_MAX ? 1 : 2;
}
// Bits of a number, that of its sign among them.
size_t bits_of(int32_t value) {
  return 33 - static_cast<size_t>(std::countl_zero(static_cast<uint32_t>(value ^ (value >> 31))));
}
size_t way_code(int32_t value) {
  return (bits_of(value) - 1) / 8;
}
size_t sigma_code(int32_t value) {
  const size_t bits = bits_of(value);
  return value == 0 ? 0 : bits <= 16 ? 1 : bits <= 24 ? 2 : 3;
}

// Reads or writes the parts of one change, one after the other.
struct Writer {
  uint8_t* at;
  void put(int64_t value, size_t bytes) {
    std::memcpy(at, &value, sizeof value);
    at += bytes;
  }
};
struct Reader {
  const uint8_t* at;
  // The lowest bytes of a number, which has that sign.
  int64_t take(size_t bytes) {
    if (bytes == 0) return 0;
    uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    at += bytes;
    const size_t above = 8 * (sizeof word - bytes);
    return static_cast<int64_t>(word << above) >> above;
  }
};

uint8_t write(const FixChange& change, ChangeBytes& out) {
  const size_t time = time_code(change.time_us), lat = way_code(change.lat_e7), lng = way_code(change.lng_e7),
               sigma = sigma_code(change.sigma_mm);
  Writer writer{out.data()};
  writer.put(change.time_us / kTimeUnitUs[time], kTimeBytes[time]);
  writer.put(change.lat_e7, kWayBytes[lat]);
  writer.put(change.lng_e7, kWayBytes[lng]);
  writer.put(change.sigma_mm, kSigmaBytes[sigma]);
  return static_cast<uint8_t>(time | lat << 2 | lng << 4 | sigma << 6);
}

FixChange read(const uint8_t* bytes, uint8_t shape) {
  const size_t time = shape & 3;
  Reader reader{bytes};
  FixChange made;
  made.time_us = reader.take(kTimeBytes[time]);
  if (time < 3) made.time_us &= (int64_t{1} << (8 * kTimeBytes[time])) - 1;  // of these none is negative
  made.time_us *= kTimeUnitUs[time];
  made.lat_e7 = static_cast<int32_t>(reader.take(kWayBytes[shape >> 2 & 3]));
  made.lng_e7 = static_cast<int32_t>(reader.take(kWayBytes[shape >> 4 & 3]));
  made.sigma_mm = static_cast<int32_t>(reader.take(kSigmaBytes[shape >> 6]));
  return made;
}

}  // namespace

size_t FixRing::bytes_of(uint8_t shape) {
  return kSizes[shape];
}
size_t FixRing::time_bytes_of(uint8_t shape) {
  return kTimeBytes[shape & 3];
}

// Where the change after the i-th fix begins.
size_t FixRing::offset_of(size_t i) const {
  size_t offset = 0;
  for (size_t k = 0; k < i; ++k) offset += kSizes[shapes_[k]];
  return offset;
}

// Goes back from the latest for as long as `on` says so of a place and of what is there.
template <typename On>
void FixRing::walk_back(On on) const {
  if (size() == 0) return;
  KeptFix fix = latest_;
  size_t offset = changes_.size() - std::min(changes_.size(), kMargin);
  for (size_t i = size() - 1; on(i, fix) && i > 0; --i) {
    offset -= kSizes[shapes_[i - 1]];
    fix = fix_before(fix, read(changes_.data() + offset, shapes_[i - 1]));
  }
}

KeptFix FixRing::operator[](size_t i) const {
  KeptFix found;
  walk_back([&](size_t at, const KeptFix& fix) {
    found = fix;
    return at > i;
  });
  return found;
}

FixRing::Gap FixRing::around(Time at) const {
  Gap gap;
  walk_back([&](size_t i, const KeptFix& fix) {
    if (fix.at >= at) {
      gap.next = fix;
      return true;
    }
    gap.place = i + 1;
    gap.before = fix;
    return false;
  });
  return gap;
}

bool FixRing::was_told(size_t i) const {
  if (i < size() && recent_ == kRecentMax && i > 0 && i <= older_)
    return (*this)[i].at - (*this)[i - 1].at <= kSpacing + kSpacing;
  return i == 0 && full();
}

// Room for so many bytes of changes.
void FixRing::make_room(size_t bytes) {
  const size_t needed = bytes + kMargin;
  if (needed > changes_.capacity()) changes_.reserve((needed + kRoom - 1) / kRoom * kRoom);
}

// Puts one change, or none, in the place of so many from the i-th on.
void FixRing::replace(size_t i, size_t gone, const FixChange* with) {
  ChangeBytes bytes;
  const uint8_t shape = with == nullptr ? uint8_t{0} : write(*with, bytes);
  const size_t size = with == nullptr ? 0 : kSizes[shape];
  const size_t from = offset_of(i), until = offset_of(i + gone), end = changes_.size();
  make_room(end - kMargin + from + size - until);
  if (from + size > until) changes_.resize(end + from + size - until);
  std::memmove(changes_.data() + from + size, changes_.data() + until, end - until);
  changes_.resize(end + from + size - until);
  std::memcpy(changes_.data() + from, bytes.data(), size);
  const size_t kept = with == nullptr ? 0 : 1;
  std::memmove(shapes_.data() + i + kept, shapes_.data() + i + gone, shapes_.size() - i - gone);
  if (with != nullptr) shapes_[i] = shape;
}

void FixRing::add(const KeptFix& fix) {
  if (size() > 0) {
    ChangeBytes bytes;
    const uint8_t shape = write(change_between(latest_, fix), bytes);
    const size_t used = changes_.empty() ? 0 : changes_.size() - kMargin;
    make_room(used + kSizes[shape]);
    changes_.resize(used + kSizes[shape] + kMargin);
    std::memcpy(changes_.data() + used, bytes.data(), kSizes[shape]);
    shapes_[size() - 1] = shape;
  }
  latest_ = fix;
  ++recent_;
}

// The oldest of the recent ones is from before them now, where it is far enough from the last of those.
void FixRing::retire_oldest() {
  --recent_;
  if (older_ > 0) {
    const FixChange to = read(changes_.data() + offset_of(older_ - 1u), shapes_[older_ - 1u]);
    if (to.time_us < kSpacing.us) {
      const FixChange on = read(changes_.data() + offset_of(older_), shapes_[older_]);
      const FixChange over{(Duration{to.time_us} + Duration{on.time_us}).us, sum(to.lat_e7, on.lat_e7),
                           sum(to.lng_e7, on.lng_e7), sum(to.sigma_mm, on.sigma_mm)};
      replace(older_ - 1u, 2, &over);
      return;
    }
  }
  ++older_;
  if (older_ <= kOlderMax) return;
  replace(0, 1, nullptr);
  --older_;
}

void FixRing::append(const KeptFix& fix) {
  add(fix);
  if (recent_ > kRecentMax) retire_oldest();
}

void FixRing::insert(size_t i, const KeptFix& fix) {
  if (i == size()) {
    append(fix);
    return;
  }
  std::vector<KeptFix> fixes;
  for (size_t k = 0; k < size(); ++k) fixes.push_back((*this)[k]);
  fixes.back() = latest_;
  fixes.insert(fixes.begin() + static_cast<ptrdiff_t>(i), fix);
  size_t older = older_;
  if (i < older || (i == older && recent_ == kRecentMax)) ++older;
  if (older > kOlderMax) {
    fixes.erase(fixes.begin());
    --older;
  }
  *this = FixRing();
  for (const KeptFix& one : fixes) add(one);
  older_ = static_cast<uint8_t>(older);
  recent_ = static_cast<uint8_t>(fixes.size() - older);
  if (recent_ > kRecentMax) retire_oldest();
}

void FixRing::pop_back() {
  const KeptFix last = size() > 1 ? (*this)[size() - 2] : KeptFix();
  if (size() > 1) replace(size() - 2, 1, nullptr);
  latest_ = last;
  --recent_;
}

void FixRing::save(haechi::Writer& out) const {
  std::apply([&](const auto&... each) { (haechi::write(out, each), ...); }, Fields<FixRing>::of(*this));
}

void FixRing::load(haechi::Reader& in) {
  std::apply([&](auto&... each) { (haechi::read(in, each), ...); }, Fields<FixRing>::of(*this));
  if (!is_whole()) in.fail();
}

// As many changes as there are fixes to lead to, each whole.
bool FixRing::is_whole() const {
  if (older_ > kOlderMax || recent_ > kRecentMax || (older_ > 0 && recent_ == 0)) return false;
  size_t used = 0;
  for (size_t i = 0; i + 1 < size(); ++i) used += kSizes[shapes_[i]];
  return changes_.size() == used + kMargin || (changes_.empty() && used == 0);
}

}  // namespace haechi::monitor
