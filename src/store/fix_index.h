// FixIndex: in which entries of the log the reports of each person are, so that a day of one of them is read
// without the days of all others; and in which the records of access are, by who looked, at whom and what
// for. An entry is named by what it is to be found by; what names are made of is for who takes entries in.
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
  static constexpr int kBlocksAtOnce = 1'000;  // that newest() reads; some milliseconds
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
  // The next entry, and its names. Errors: the file cannot be written, and the entry was not taken.
  Status take(uint64_t no, Time stamp, const std::vector<std::string>& names);
  // Those of any of the names from `first` to `last`, rising. Up to covered().
  Result<std::vector<uint64_t>> find(const std::set<std::string>& names, uint64_t first, uint64_t last);
  // Those that have all of the names, `last` and before, falling; of many blocks some at a time.
  struct Newest {
    std::vector<uint64_t> numbers;
    uint64_t from = 1;  // these are all from here on
  };
  Result<Newest> newest(const std::vector<std::string>& names, uint64_t last, size_t most);

 private:
  // Each as how far it is from the one before, of the first from the begin of the block: seven bits a byte.
  struct Numbers {
    std::string steps;
    uint64_t last = 0;
  };
  FixIndex(Connection connection, uint64_t block) : connection_(std::move(connection)), block_(block) {}
  Status begin(const std::string& log_id);
  Status write_block(const End& end);
  std::vector<uint64_t> under_way(const std::vector<std::string>& names, uint64_t last) const;
  // Of the block behind entry `before`, of which the first name has `steps`.
  Result<std::vector<uint64_t>> in_block(const std::vector<std::string>& names, const std::string& steps,
                                         uint64_t before, uint64_t last) const;
  uint64_t begin_of(uint64_t no) const { return (no - 1) / block_ * block_; }  // the entry before its block

  const Connection connection_;
  const uint64_t block_;
  End stored_;
  std::atomic<uint64_t> covered_{0};
  std::map<std::string, Numbers> under_way_;  // by name
};

}  // namespace haechi::store
