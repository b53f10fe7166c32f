// ReportFilter: the same report, however often and over however many paths it comes, is one fact.
//
// A report is known by (device, epoch, seq). For protocols without a sequence it is known by its content:
// device, fix, events, battery. Memory is bounded: sequences are kept as ranges, contents as the last 64 per
// device, and as many of those that hold an event. When in doubt it keeps a report: one too many is judged
// twice, one too few may be a lost SOS.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/archived.h"
#include "base/interner.h"

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
    uint64_t digest = 0;
  };
  static constexpr size_t kContentsKept = 64;
  static constexpr size_t kRangesMax = 256;
  static constexpr size_t kEpochsKept = 4;
  // The last kContentsKept of a device.
  class Contents {
   public:
    const Content* find(uint64_t key) const;
    void add(Content content);

   private:
    friend struct haechi::Fields<Contents>;
    static constexpr size_t kFieldCount = 2;
    std::vector<Content> ring_;
    size_t next_ = 0;
  };
  struct Device {
    std::vector<Epoch> epochs;  // rising
    Contents recent;
    Contents events;  // of reports that hold one: rare, so known for long after
    int64_t newest_fix_us = 0;

    const Content* find(uint64_t key) const;
    void remember(const v1::Report& report, Content content);
  };
  static Ranges& seen_in(Device& device, uint32_t epoch);

  Interner names_;
  std::vector<Device> devices_;
};

}  // namespace haechi::spine
