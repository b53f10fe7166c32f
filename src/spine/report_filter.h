// ReportFilter: the same report, however often and over however many paths it comes, is one fact.
//
// A report is known by (device, epoch, seq). For protocols without a sequence it is known by its content:
// device, fix, events, battery. Memory is bounded: sequences are kept as ranges, contents as the last 64 per
// device, and as many of those that hold an event. When in doubt it keeps a report: one too many is judged
// twice, one too few may be a lost SOS.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/archived.h"
#include "base/chunks.h"
#include "base/names.h"
#include "base/rare.h"

namespace haechi::v1 {
class Report;
}

namespace haechi::spine {

class ReportFilter {
 public:
  enum class Verdict {
    kNew,
    kDuplicate,    // seen before: drop it, acknowledge it alike
    kConflicting,  // same epoch and seq, other content: keep it
  };
  // Judges the report and remembers it.
  Verdict admit(const v1::Report& report);

 private:
  friend struct haechi::Fields<ReportFilter>;
  static constexpr size_t kFieldCount = 2;

  // Whole numbers as closed, disjoint, sorted ranges. A device that counts by one needs one range.
  class Ranges {
   public:
    bool contains(uint64_t n) const;
    void add(uint64_t n);

   private:
    friend struct haechi::Fields<Ranges>;
    static constexpr size_t kFieldCount = 1;
    struct Range {
      uint64_t first = 0;
      uint64_t last = 0;
    };
    size_t after(uint64_t n) const;  // the first that begins behind it
    void forget_oldest();
    std::vector<Range> ranges_;  // hardly ever more than one, so in one piece
  };
  struct Epoch {
    uint32_t number = 0;
    Ranges seen;
  };
  struct Content {
    uint64_t key = 0;
    uint64_t digest = 0;  // of one with a number, its lower bytes
  };
  static constexpr size_t kContentsKept = 64;
  static constexpr size_t kRangesMax = 256;
  static constexpr size_t kEpochsKept = 4;
  // The last kContentsKept of a device. A key is kept as how far it is from the one before: of a device that
  // counts by one a content takes seven bytes.
  class Contents {
   public:
    std::optional<Content> find(uint64_t key) const;
    void add(Content content);

    // Archived as a std::vector, the oldest first.
    void save(Writer& out) const;
    void load(Reader& in);

   private:
    template <typename On>
    void each(On on) const;
    void forget_oldest();

    std::vector<char> bytes_;
    uint64_t before_ = 0, last_ = 0;  // the keys before the first, and of the last
    uint32_t size_ = 0;
  };
  struct Device {
    std::vector<Epoch> epochs;  // rising
    Contents recent;
    Rare<Contents> events;  // of reports that hold one: rare, so known for long after
    int64_t newest_fix_us = 0;

    std::optional<Content> find(uint64_t key) const;
    void remember(const v1::Report& report, Content content);
  };
  static bool is_of(const Content& content, uint64_t digest);
  static Ranges& seen_in(Device& device, uint32_t epoch);

  Names names_;
  Chunks<Device> devices_;
};

}  // namespace haechi::spine
