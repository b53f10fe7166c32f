// Suspects: devices, and addresses of strangers, that this program was reading when it ended by a fault of
// its own (an ENSURE of ours that is wrong). Bytes that end whoever reads them must not silence everybody
// else: what a device could not deliver it sends again, so every start would end there.
//
// Whom a thread reads stands in the thread. Only a fault writes it down, into a page of a file that outlives
// the process; a kill or a power cut says nothing about anybody. Who was read at two faults is not heard for
// an hour after the second, and after each further one. Its silence rings as any other, and the log says why
// it is refused.
//
// Another build begins without suspicion.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace haechi::gateway {

class Suspects {
 public:
  static constexpr uint64_t kFaultsMax = 2;
  static constexpr Duration kShunnedFor = Duration::seconds(3'600);
  static constexpr const char* kWhy = "what it sent ended this program twice, so it is not heard for an hour";
  static constexpr size_t kSuspectsMax = 64;  // then the one that is longest ago makes room
  static constexpr size_t kNameMax = 128;     // of a longer name as much

  // The file is made if missing, and what the run before left there is counted. kUnavailable: the disk. One
  // at a time in a process.
  static Result<std::unique_ptr<Suspects>> open(const std::string& path, std::string_view build, Time now);
  ~Suspects();
  Suspects(const Suspects&) = delete;

  bool shuns(std::string_view who, Time now) const;
  static std::string name_of_address(const std::string& address) { return "address " + address; }

  // While it lives, this thread reads what `who` sent.
  class Reading {
   public:
    explicit Reading(std::string_view who);
    ~Reading();
    Reading(const Reading&) = delete;

   private:
    const std::string_view before_;
  };
  // Writes down whom the calling thread reads, if anybody. Asks for nothing: also from a signal's handler.
  static void note_fault();

 private:
  struct Suspect {
    char who[kNameMax];
    uint64_t faults;
    int64_t last_at_us;
  };
  // As it lies in the file.
  struct Page {
    uint64_t magic;
    uint64_t build;           // its digest
    char at_fault[kNameMax];  // of the last run; empty: nobody
    Suspect suspects[kSuspectsMax];
  };

  explicit Suspects(Page* page) : page_(page) {}
  void judge_last_run(uint64_t build, Time now);

  Page* page_;
  bool any_ = false;  // has anybody been read at so many faults: the page changes at a start only
};

}  // namespace haechi::gateway
