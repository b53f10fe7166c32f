// FixIndex: the past of each person beside the log: when and where each of their fixes was, and in which
// entry, so that a day of one of them is read without the days of all others and without an entry of the log;
// and in which entries the records of access are, by who looked, at whom and what for.
//
// It is made from the log and may be thrown away at any time: who asks reads the log itself beyond covered().
// Entries are taken in blocks. The block under way is in memory, some ten bytes for each fix; whole ones are
// in the file, and of each block the fixes of one person are one box.
//
// 1. A box is sealed under the very key under which the places lie in the log. So it ends with them, whatever
//    becomes of the file, and nothing asks for a key that the log does not ask for. Places that lie in the
//    log in clear lie here in clear.
// 2. Beside a box stand the log, the person and the block, so none can be put in the place of another.
// 3. A block is in the file whole or not at all.
//
// One thread at a time, covered() excepted.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/fix_stream.h"
#include "store/sqlite.h"
#include "vault/keeper.h"

namespace haechi::store {

class FixIndex {
 public:
  // A block ends when it has `entries`, and `fixes_each` on average for each box, for which its frame of some
  // sixty bytes is little; or at kLongest times the entries.
  struct Bounds {
    uint64_t entries = 1 << 20;
    uint64_t fixes_each = 64;
  };
  static constexpr uint64_t kLongest = 16;
  static constexpr int kBlocksAtOnce = 1'000;  // that newest() reads; some milliseconds
  // The last entry that the file covers, as the log must have it. 0: none.
  struct End {
    uint64_t no = 0;
    Time stamp;
  };
  struct Taken {
    std::string person_id;
    vault::KeyId key = 0;  // of its places in the log; 0: they are in clear
    PastFix fix;
  };

  // Of the log of that id; a file of another one, or that is no such file, is removed. The ring outlives it.
  static Result<std::unique_ptr<FixIndex>> open(const std::string& path, const std::string& log_id,
                                                const vault::Keeper* ring, Bounds bounds);
  static Result<std::unique_ptr<FixIndex>> open(const std::string& path, const std::string& log_id,
                                                const vault::Keeper* ring) {
    return open(path, log_id, ring, Bounds());
  }

  // To be held against the log before anything else, and thrown away if that has another entry there.
  End stored() const { return stored_; }
  Status clear();

  // Any thread. Every entry up to it was taken.
  uint64_t covered() const { return covered_; }
  // The next entry, its names and its fix; before it, a block that is whole goes into the file. Errors: the
  // file cannot be written, or a key of the ring cannot be opened now; the entry was not taken.
  Status take(uint64_t no, Time stamp, const std::vector<std::string>& names,
              const std::optional<Taken>& taken = std::nullopt);
  // What is under way becomes a block, if boxes are worth it already: for a node that ends.
  Status finish();
  // Drops of what is under way the fixes of a person whose keys end with entry `no`.
  void forget(const std::string& person_id, uint64_t no);

  struct Past {
    std::vector<PastFix> fixes;  // in the order of the log
    uint64_t through = 0;        // all of them up to here
    bool closed = false;         // a key cannot be opened now, and nothing is said
  };
  // Fixes of a person in entries `first` to `last`, or to the end of a block before. Up to covered(). Whose
  // key is destroyed has none. kCorrupt: a box is not what was sealed.
  Result<Past> past(const std::string& person_id, uint64_t first, uint64_t last) const;

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
  // Of one person and one key.
  struct Stream {
    std::string person_id;
    vault::KeyId key = 0;
    uint64_t first_no = 0;
    FixStream fixes;
  };
  // Boxes of one person and one key have one number.
  using Boxes = std::map<vault::KeyId, uint32_t>;

  FixIndex(Connection connection, std::string log_id, const vault::Keeper* ring, Bounds bounds)
      : connection_(std::move(connection)), log_id_(std::move(log_id)), ring_(ring), bounds_(bounds) {}
  static Result<std::unique_ptr<FixIndex>> open_file(const std::string& path, const std::string& log_id,
                                                     const vault::Keeper* ring, Bounds bounds);
  // False: it is of another log.
  Result<bool> begin();
  void take_names(uint64_t no, const std::vector<std::string>& names);
  void take_fix(const Taken& taken);
  bool is_worth_it() const { return fixes_ >= bounds_.fixes_each * under_way_.size(); }
  Status write_block(const End& end);
  Status write_numbers() const;
  Status write_boxes(uint64_t block) const;
  Status write_some(uint64_t block, const std::vector<std::pair<uint32_t, const Stream*>>& streams) const;
  std::string beside(const std::string& person_id, uint64_t block) const;
  // The bytes of a stream, out of the file or under way; empty: there is none. `box`: still sealed.
  struct Kept {
    std::string bytes;
    bool box = false;
  };
  Result<Kept> kept(vault::KeyId key, uint32_t number, uint64_t block) const;
  std::vector<uint64_t> names_under_way(const std::vector<std::string>& names, uint64_t last) const;
  // Of the block behind entry `before`, of which the first name has `steps`.
  Result<std::vector<uint64_t>> in_block(const std::vector<std::string>& names, const std::string& steps,
                                         uint64_t before, uint64_t last) const;
  uint64_t block_of(uint64_t no) const;   // lasts_.size(): it is under way
  uint64_t before(uint64_t block) const;  // the entry before its first
  uint64_t under_way_before() const { return before(lasts_.size()); }

  const Connection connection_;
  const std::string log_id_;
  const vault::Keeper* const ring_;
  const Bounds bounds_;
  End stored_, taken_;
  std::atomic<uint64_t> covered_{0};
  std::vector<uint64_t> lasts_;                      // the last entry of each block in the file
  std::map<std::string, Boxes, std::less<>> boxes_;  // by person
  uint32_t numbers_ = 0, numbers_stored_ = 0;
  std::map<uint32_t, Stream> under_way_;  // by number
  uint64_t fixes_ = 0;                    // in them
  std::map<std::string, Numbers> names_under_way_;
};

}  // namespace haechi::store
