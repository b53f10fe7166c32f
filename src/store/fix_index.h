// FixIndex: in which entries of the log the reports of each person are, so that a day of one of them is read
// without the days of all others.
//
// It is made from the log and may be thrown away at any time: who asks reads the log itself beyond covered().
// Entries are taken in blocks. The block under way is in memory, two or three bytes for each report; whole
// ones are in the file, and less than a thousandth of the log. It tells of nobody more than the log says in
// clear: who reported when.
//
// One thread at a time, covered() excepted.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/sqlite.h"

namespace haechi::store {

class FixIndex {
 public:
  static constexpr uint64_t kBlock = 1 << 20;
  // The last entry that the file covers, as the log must have it. 0: none.
  struct End {
    uint64_t no = 0;
    Time stamp;
  };

  // Of the log of that id; what the file holds of another one is dropped.
  static Result<std::unique_ptr<FixIndex>> open(const std::string& path, const std::string& log_id,
                                                uint64_t block = kBlock);

  // To be held against the log before anything else, and thrown away if that has another entry there.
  End stored() const { return stored_; }
  Status clear();

  // Any thread. Every entry up to it was taken.
  uint64_t covered() const { return covered_; }
  // The next entry; with the person, if it is a report of one. Errors: the file cannot be written, and the
  // entry was not taken.
  Status take(uint64_t no, Time stamp, const std::string* person_id);
  // Those of the persons from `first` to `last`, rising. Up to covered().
  Result<std::vector<uint64_t>> find(const std::set<std::string>& person_ids, uint64_t first, uint64_t last);

 private:
  // Each as how far it is from the one before, of the first from the begin of the block: seven bits a byte.
  struct Numbers {
    std::string steps;
    uint64_t last = 0;
  };
  FixIndex(Connection connection, uint64_t block) : connection_(std::move(connection)), block_(block) {}
  Status begin(const std::string& log_id);
  Status write_block(const End& end);
  uint64_t begin_of(uint64_t no) const { return (no - 1) / block_ * block_; }  // the entry before its block

  const Connection connection_;
  const uint64_t block_;
  End stored_;
  std::atomic<uint64_t> covered_{0};
  std::map<std::string, Numbers> under_way_;  // by person
};

}  // namespace haechi::store
