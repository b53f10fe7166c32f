// HistoryIndex: what a scan of the log must know beforehand: who held which device when, and where in the log
// the fixes are that do not lie near their time.
//
// Invariant: a fix counts as taken at instant_of(); every entry up to entry_no() whose fix was taken in
// [from, to) is stamped in [from, to + kLateAfter) or lies in one of strays(from, to).
//
// fold() on the front loop, everything else on any thread; no call holds the lock for longer than a look.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/archived.h"
#include "base/chunks.h"
#include "base/few.h"
#include "base/names.h"
#include "base/time.h"

namespace haechi::v1 {
class Fact;
class ReportReceived;
}  // namespace haechi::v1
namespace haechi::spine {
struct Batch;
}

namespace haechi::api {

// Entries first to last, both included.
struct EntryRange {
  uint64_t first = 0;
  uint64_t last = 0;
  bool operator==(const EntryRange&) const = default;
};

// When the fix of a report was taken, as the live picture has it: a fix that claims to be from the future
// counts as taken when it was received. Nothing without a fix.
std::optional<Time> instant_of(const v1::ReportReceived& received);

class HistoryIndex {
 public:
  // A fix that is logged later than this after it was taken is a stray.
  static constexpr Duration kLateAfter = Duration::seconds(60);

  // At most `ranges_max` ranges of strays are kept apart. Beyond that, neighbours become one: a scan then
  // reads more than it needs, and misses nothing.
  explicit HistoryIndex(size_t ranges_max = 500'000) : ranges_max_(ranges_max) {}
  // What the other one knows; its own bound stays.
  HistoryIndex& operator=(HistoryIndex&& other) noexcept;

  // All of it but the bound, as bytes and back (base/archive.h).
  void save(Writer& out) const;
  void load(Reader& in);

  // Entries in order.
  void fold(uint64_t no, Time stamp, const v1::Fact& fact);
  void fold(const spine::Batch& batch);
  uint64_t entry_no() const;

  // Persons are numbered here as they are first named as a holder.
  std::optional<uint32_t> find(std::string_view person_id) const;
  std::string person_id(uint32_t person) const;
  // Who held the device when entry `no` was logged. Nobody: a unit's, a retired one, a home beacon.
  std::optional<uint32_t> holder(std::string_view device_id, uint64_t no) const;

  // Where entries may be whose fix was taken in [from, to): disjoint, rising, from entry `from_no` on.
  std::vector<EntryRange> strays(Time from, Time to, uint64_t from_no) const;
  size_t ranges() const;

 private:
  struct Held {
    uint64_t from_no = 0;
    std::optional<uint32_t> person;
  };
  // Of one device; most change hands never.
  struct Holders {
    Held latest;
    Few<Held> before;  // rising
  };
  void add_stray(Time instant, uint64_t no);
  void merge_neighbours();

  struct State {
    uint64_t entry_no = 0;
    Names persons, devices;
    Chunks<Holders> holders;                            // by device
    std::map<int64_t, std::vector<EntryRange>> strays;  // by hour of the fix; rising, apart
    size_t ranges = 0;
    uint64_t gap = 32;  // ranges nearer than this are one
  };
  const size_t ranges_max_;
  mutable std::mutex mutex_;
  State state_;
};

// The union, disjoint and rising.
std::vector<EntryRange> united(std::vector<EntryRange> ranges);

}  // namespace haechi::api
