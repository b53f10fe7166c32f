// The tree at rest: the entries and the upper hashes of a Merkle tree, in append-only files, and the tiles of
// C2SP tlog-tiles cut from them.
//
//   entries   48 bytes each
//   level1    32 bytes each: the hash of every 256 entries
//   level2    32 bytes each: of every 65,536; and so on
//
// Everything follows from the log, so a lost file can be made again; what a checkpoint names is synced before
// it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "evidence/merkle.h"

namespace haechi::evidence {

inline constexpr uint64_t kTileWidth = 1 << kTileHeight;
inline constexpr int kLevels = 8;  // 256^8 entries are more than there are numbers

// One append-only file of records of one size.
class RecordFile {
 public:
  RecordFile() = default;
  RecordFile(RecordFile&& other) noexcept { *this = std::move(other); }
  RecordFile& operator=(RecordFile&& other) noexcept;
  ~RecordFile();
  // The first `count` records of the file; kCorrupt when it has fewer. With `create` it is made if missing,
  // and what is beyond them is cut off; else nothing is changed.
  static Result<RecordFile> open(const std::string& path, size_t record_bytes, uint64_t count, bool create);

  // Whole records from `index` on; may be written again as long as nobody was told of them.
  Status write(uint64_t index, std::string_view records);
  Status sync();
  // As if so many records, of zeros, had been written to a file that is empty.
  Status leave_hole(uint64_t count);
  // `count` records from `first` on; kCorrupt when they are not there.
  Result<std::string> read(uint64_t first, uint64_t count) const;

 private:
  int file_ = -1;
  size_t record_bytes_ = 0;
};

class Tree {
 public:
  // The tree over the first `size` entries as the files in `directory` have it. With
  // `create` later ones are forgotten; else nothing is changed.
  static Result<std::unique_ptr<Tree>> open(const std::string& directory, uint64_t size, bool create);

  // One entry or several, end to end: as many as fit into memory cost one write. After an error the tree is
  // as it was.
  Status append(std::string_view entries);
  Status sync();
  uint64_t size() const { return size_; }

  Result<Digest> root(uint64_t size) const;
  // Of the complete subtree over the leaves [index << height, (index + 1) << height): what proofs are made
  // of.
  Result<Digest> subtree(int height, uint64_t index) const;
  Result<std::vector<Digest>> consistency(uint64_t old_size, uint64_t size) const;
  Result<std::string> entry(uint64_t index) const;
  // Compares every upper hash with what is below it.
  Status check() const;

  // What tlog-tiles serves for "tile/<level>/<index>[.p/<width>]" and "tile/entries/<index>[.p/<width>]" of
  // the tree of `size`. kNotFound for anything that this tree does not have.
  Result<std::string> tile(std::string_view path, uint64_t size) const;

 private:
  Tree() = default;
  Status complete(uint64_t size);
  // Hashes of level `level`, 32 bytes each.
  Result<std::string> hashes(int level, uint64_t first, uint64_t count) const;

  RecordFile entries_;
  std::vector<RecordFile> levels_;  // [0] is level1
  uint64_t size_ = 0;
};

}  // namespace haechi::evidence
