// Quarantine: entries that the engine cannot apply without ending the process (an ENSURE of ours that is
// wrong). Without it, every start would end there.
//
// Which entry is being applied stands in a page of a file that outlives the process. A start that finds that
// the run before ended while it applied an entry counts that; when two runs one after the other ended at the
// same entry it is passed over from then on, in every start, at the same place: it is in the log and nobody
// judges it. The spine says so in the log, and both control room and desks are told.
//
// 1. A run that applies the whole log clears all suspicion: only ends in a row count. So a power cut or a
// kill at some
//    entry quarantines nothing.
// 2. Lost with its file, an entry is found again by two more ends.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace haechi::spine {

class Quarantine {
 public:
  static constexpr uint64_t kEndsMax = 2;
  static constexpr size_t kEntriesMax = 256;

  // The file is made if missing. kExhausted: so many entries are in it that no program would do;
  // kUnavailable: the disk.
  static Result<std::unique_ptr<Quarantine>> open(const std::string& path);
  ~Quarantine();
  Quarantine(const Quarantine&) = delete;

  // The entry that is being applied; 0: none is.
  void applying(uint64_t no) {
    std::atomic_ref<uint64_t>(page_->applying).store(no, std::memory_order_relaxed);
  }
  // The whole log was applied.
  void clear_suspicion();
  bool passes_over(uint64_t no) const;
  std::vector<uint64_t> entries() const;

 private:
  struct Page;
  explicit Quarantine(Page* page) : page_(page) {}
  Status judge_last_run();
  Status sync();

  // As it lies in the file.
  struct Page {
    uint64_t magic;
    uint64_t applying;
    uint64_t suspect;  // entry; 0: none
    uint64_t ends;     // of runs, at the suspect, in a row
    uint64_t count;
    uint64_t entries[kEntriesMax];
  };
  Page* page_;
};

}  // namespace haechi::spine
