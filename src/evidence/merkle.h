// The Merkle tree over the log: RFC 6962 hashing, roots, inclusion and consistency proofs. Pure.
//
// Entry n of the log is leaf n - 1. Leaf and node hashes differ by their first byte, so that neither can
// stand for the other.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/time.h"

namespace haechi::evidence {

// What the tree commits to of a record, and what auditors are given: number[8] | stamp[8] | sha256(fact)[32],
// numbers most significant byte first. The fact itself is not in it.
inline constexpr size_t kEntryBytes = 48;
inline constexpr int kTileHeight = 8;  // of the hashes that are kept, each over 256 of those below
std::string entry_of(uint64_t no, Time stamp, std::string_view fact);

Digest leaf_hash(std::string_view entry);
Digest node_hash(const Digest& left, const Digest& right);
// Of the tree over no leaves.
Digest empty_root();

// Gives the hash of the complete subtree over the leaves [index << height, (index + 1) << height).
using Subtrees = std::function<Result<Digest>(int height, uint64_t index)>;

// The root over the first `size` leaves.
Result<Digest> root_of(const Subtrees& subtrees, uint64_t size);
// That leaf `index` is in the tree of `size`; index < size.
Result<std::vector<Digest>> inclusion_proof(const Subtrees& subtrees, uint64_t index, uint64_t size);
// That the tree of `old_size` is the beginning of the tree of `size`; 1 <= old_size <= size.
Result<std::vector<Digest>> consistency_proof(const Subtrees& subtrees, uint64_t old_size, uint64_t size);

bool includes(const std::vector<Digest>& proof, uint64_t index, uint64_t size, const Digest& leaf,
              const Digest& root);
bool extends(const std::vector<Digest>& proof, uint64_t old_size, const Digest& old_root, uint64_t size,
             const Digest& root);

// The root of a tree that grows leaf by leaf, in memory for its right edge only.
class RunningRoot {
 public:
  RunningRoot() = default;
  // As if the tree had so many leaves already (base/first_entry.h).
  explicit RunningRoot(uint64_t untold);
  void add(const Digest& leaf);
  uint64_t size() const { return size_; }
  Digest root() const;

 private:
  uint64_t size_ = 0;
  std::vector<Digest> complete_;  // one for each bit of size_ that is set, the largest first
};

}  // namespace haechi::evidence
