#include "spine/report_filter.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "base/archive.h"
#include "base/digest.h"
#include "base/varint.h"
#include "haechi/v1/device.pb.h"

namespace haechi::spine {
namespace {

constexpr size_t kRoom = 64;  // that contents grow by
// Of the digest of a report that has a number: a report with the same number and another content is told from
// it by these, all but one in 280 million million.
constexpr size_t kShortBytes = 6;
static_assert(std::endian::native == std::endian::little);
// The key is the digest. So is one that would be just as far from the one before as this says.
constexpr uint64_t kByDigest = UINT64_MAX;

// What makes two reports of one device the same: everything but how and when they were sent.
uint64_t content_digest(const v1::Report& report) {
  thread_local v1::Report content;
  thread_local std::string bytes;
  content = report;
  content.clear_sent_at_us();
  content.clear_stored();
  content.SerializeToString(&bytes);
  const Digest digest = sha256(bytes);
  uint64_t out;
  std::memcpy(&out, digest.data(), sizeof out);
  return out;
}

}  // namespace

size_t ReportFilter::Ranges::after(uint64_t n) const {
  const auto found = std::upper_bound(ranges_.begin(), ranges_.end(), n,
                                      [](uint64_t number, const Range& one) { return number < one.first; });
  return static_cast<size_t>(found - ranges_.begin());
}

bool ReportFilter::Ranges::contains(uint64_t n) const {
  const size_t next = after(n);
  return next > 0 && ranges_[next - 1].last >= n;
}

void ReportFilter::Ranges::add(uint64_t n) {
  const size_t next = after(n);
  const bool joins_next = next < ranges_.size() && ranges_[next].first == n + 1;
  const auto at = ranges_.begin() + static_cast<ptrdiff_t>(next);
  if (next > 0 && ranges_[next - 1].last + 1 == n) {
    ranges_[next - 1].last = joins_next ? ranges_[next].last : n;
    if (joins_next) ranges_.erase(at);
  } else if (joins_next) {
    ranges_[next].first = n;
  } else {
    ranges_.insert(at, {n, n});
    if (ranges_.size() > kRangesMax) forget_oldest();
  }
}

// Too many holes: the oldest is taken as filled. A report that would fill it later, without an event or a
// newer fix, is then dropped as a duplicate, which needs 256 other holes of the same device and epoch to be
// open at once.
void ReportFilter::Ranges::forget_oldest() {
  ranges_[1].first = ranges_[0].first;
  ranges_.erase(ranges_.begin());
}

ReportFilter::Ranges& ReportFilter::seen_in(Device& device, uint32_t epoch) {
  const auto at = std::lower_bound(device.epochs.begin(), device.epochs.end(), epoch,
                                   [](const Epoch& one, uint32_t number) { return one.number < number; });
  if (at != device.epochs.end() && at->number == epoch) return at->seen;
  return device.epochs.insert(at, Epoch{epoch, {}})->seen;
}

// content = how far the key is from the one before | short digest; or, of one whose key is its digest, which
// is far from all: kByDigest | digest
template <typename On>
void ReportFilter::Contents::each(On on) const {
  uint64_t key = before_;
  const char* at = bytes_.data();
  for (uint32_t left = size_; left > 0; --left) {
    uint64_t apart = 0, digest = 0;
    at = get_varint(at, apart);
    const size_t size = apart == kByDigest ? sizeof digest : kShortBytes;
    std::memcpy(&digest, at, size);
    at += size;
    key = apart == kByDigest ? digest : key + unfolded(apart);
    if (!on(Content{key, digest}, at)) return;
  }
}

std::optional<ReportFilter::Content> ReportFilter::Contents::find(uint64_t key) const {
  std::optional<Content> found;
  each([&](const Content& content, const char*) {
    if (content.key == key) found = content;
    return !found;
  });
  return found;
}

void ReportFilter::Contents::forget_oldest() {
  each([this](const Content& content, const char* end) {
    before_ = content.key;
    bytes_.erase(bytes_.begin(), bytes_.begin() + (end - bytes_.data()));
    return false;
  });
  --size_;
}

void ReportFilter::Contents::add(Content content) {
  if (size_ == kContentsKept) forget_oldest();
  if (size_ == 0) before_ = last_ = content.key;
  const uint64_t apart = content.key == content.digest ? kByDigest : folded(content.key - last_);
  if (apart == kByDigest) content.key = content.digest;
  std::array<char, kVarintBytesMax + sizeof content.digest> bytes;
  const size_t head = put_varint(bytes.data(), apart);
  std::memcpy(bytes.data() + head, &content.digest, sizeof content.digest);
  const size_t size = head + (apart == kByDigest ? sizeof content.digest : kShortBytes);
  // Most devices fill theirs, and none goes much beyond.
  const size_t needed = bytes_.size() + size;
  if (needed > bytes_.capacity()) bytes_.reserve((needed + kRoom - 1) / kRoom * kRoom);
  bytes_.insert(bytes_.end(), bytes.data(), bytes.data() + size);
  last_ = content.key;
  ++size_;
}

void ReportFilter::Contents::save(Writer& out) const {
  std::vector<Content> contents;
  each([&contents](const Content& content, const char*) {
    contents.push_back(content);
    return true;
  });
  write(out, contents);
}

void ReportFilter::Contents::load(Reader& in) {
  *this = {};
  std::vector<Content> contents;
  read(in, contents);
  for (const Content& content : contents) add(content);
}

std::optional<ReportFilter::Content> ReportFilter::Device::find(uint64_t key) const {
  const std::optional<Content> found = recent.find(key);
  return found || !events ? found : events->find(key);
}

void ReportFilter::Device::remember(const v1::Report& report, Content content) {
  if (report.events_size() == 0) return recent.add(content);
  if (!events) events.emplace();
  events->add(content);
}

bool ReportFilter::is_of(const Content& content, uint64_t digest) {
  return content.key == content.digest ? content.digest == digest
                                       : (content.digest ^ digest) << (64 - 8 * kShortBytes) == 0;
}

ReportFilter::Verdict ReportFilter::admit(const v1::Report& report) {
  const uint32_t index = names_.intern(report.device_id());
  if (index == devices_.size()) devices_.emplace_back();
  Device& device = devices_[index];
  const uint64_t digest = content_digest(report);
  const int64_t fixed_at_us = report.fix().fixed_at_us();
  const bool newer_fix = fixed_at_us > device.newest_fix_us;
  if (newer_fix) device.newest_fix_us = fixed_at_us;
  if (report.seq() == 0) {
    // A second SOS may look like the first in everything. The machine takes an event told twice as one.
    if (report.events_size() > 0) return Verdict::kNew;
    if (device.find(digest)) return Verdict::kDuplicate;
    device.remember(report, {digest, digest});
    return Verdict::kNew;
  }
  // The content key of a numbered report: its number, out of reach of the digests by chance only. Those of
  // two epochs are at least fifty million apart, whichever two they are.
  const uint64_t key = report.seq() + report.epoch() * 0x9E37'79B9'7F4A'7C15u;
  Ranges& seen = seen_in(device, report.epoch());
  if (seen.contains(report.seq())) {
    const std::optional<Content> known = device.find(key);
    if (known && is_of(*known, digest)) return Verdict::kDuplicate;
    // Its content is forgotten. Only a device that began to count again, without a new epoch, has news: a
    // newer fix, or an event.
    if (!known && !newer_fix && report.events_size() == 0) return Verdict::kDuplicate;
    if (device.find(digest)) return Verdict::kDuplicate;  // this conflicting copy was kept already
    device.remember(report, {digest, digest});
    return Verdict::kConflicting;
  }
  seen.add(report.seq());
  device.remember(report, {key, digest});
  if (device.epochs.size() > kEpochsKept) device.epochs.erase(device.epochs.begin());
  return Verdict::kNew;
}

}  // namespace haechi::spine
