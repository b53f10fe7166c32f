#include "evidence/merkle.h"

#include <bit>

#include "base/ensure.h"

namespace haechi::evidence {
namespace {

void put_u64(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

// The largest power of two below `size`; size > 1.
uint64_t split_of(uint64_t size) {
  return std::bit_floor(size - 1);
}

// The hash over the leaves [first, first + count); `first` is a multiple of every power of two up to `count`,
// as it is wherever RFC 6962 splits.
Result<Digest> range_hash(const Subtrees& subtrees, uint64_t first, uint64_t count) {
  if (std::has_single_bit(count)) {
    const int height = std::countr_zero(count);
    return subtrees(height, first >> height);
  }
  const uint64_t left = split_of(count);
  TRY(const Digest left_hash, range_hash(subtrees, first, left));
  TRY(const Digest right_hash, range_hash(subtrees, first + left, count - left));
  return node_hash(left_hash, right_hash);
}

// PATH of RFC 6962 2.1.1 over [first, first + count).
Status add_path(const Subtrees& subtrees, uint64_t index, uint64_t first, uint64_t count,
                std::vector<Digest>& proof) {
  if (count == 1) return {};
  const uint64_t left = split_of(count);
  const bool in_left = index < left;
  TRY_STATUS(in_left ? add_path(subtrees, index, first, left, proof)
                     : add_path(subtrees, index - left, first + left, count - left, proof));
  TRY(const Digest beside,
      in_left ? range_hash(subtrees, first + left, count - left) : range_hash(subtrees, first, left));
  proof.push_back(beside);
  return {};
}

// SUBPROOF of RFC 6962 2.1.2; `whole`: the verifier knows the hash of what is left.
Status add_subproof(const Subtrees& subtrees, uint64_t old_size, uint64_t first, uint64_t count, bool whole,
                    std::vector<Digest>& proof) {
  if (old_size == count) {
    if (whole) return {};
    TRY(const Digest hash, range_hash(subtrees, first, count));
    proof.push_back(hash);
    return {};
  }
  const uint64_t left = split_of(count);
  const bool in_left = old_size <= left;
  TRY_STATUS(in_left ? add_subproof(subtrees, old_size, first, left, whole, proof)
                     : add_subproof(subtrees, old_size - left, first + left, count - left, false, proof));
  TRY(const Digest beside,
      in_left ? range_hash(subtrees, first + left, count - left) : range_hash(subtrees, first, left));
  proof.push_back(beside);
  return {};
}

}  // namespace

std::string entry_of(uint64_t no, Time stamp, std::string_view fact) {
  std::string out;
  out.reserve(kEntryBytes);
  put_u64(out, no);
  put_u64(out, static_cast<uint64_t>(stamp.us));
  out += view(sha256(fact));
  return out;
}

Digest leaf_hash(std::string_view entry) {
  return sha256(std::string_view("\0", 1), entry);
}

Digest node_hash(const Digest& left, const Digest& right) {
  char bytes[65] = {1};
  view(left).copy(bytes + 1, 32);
  view(right).copy(bytes + 33, 32);
  return sha256({bytes, sizeof bytes});
}

Digest empty_root() {
  return sha256("");
}

Result<Digest> root_of(const Subtrees& subtrees, uint64_t size) {
  if (size == 0) return empty_root();
  return range_hash(subtrees, 0, size);
}

Result<std::vector<Digest>> inclusion_proof(const Subtrees& subtrees, uint64_t index, uint64_t size) {
  ENSURE(index < size, index, size);
  std::vector<Digest> proof;
  TRY_STATUS(add_path(subtrees, index, 0, size, proof));
  return proof;
}

Result<std::vector<Digest>> consistency_proof(const Subtrees& subtrees, uint64_t old_size, uint64_t size) {
  ENSURE(1 <= old_size && old_size <= size, old_size, size);
  std::vector<Digest> proof;
  TRY_STATUS(add_subproof(subtrees, old_size, 0, size, true, proof));
  return proof;
}

// RFC 9162, 2.1.3.2.
bool includes(const std::vector<Digest>& proof, uint64_t index, uint64_t size, const Digest& leaf,
              const Digest& root) {
  if (index >= size) return false;
  uint64_t at = index, last = size - 1;
  Digest hash = leaf;
  for (const Digest& beside : proof) {
    if (last == 0) return false;
    if ((at & 1) != 0 || at == last) {
      hash = node_hash(beside, hash);
      while ((at & 1) == 0 && at != 0) at >>= 1, last >>= 1;
    } else {
      hash = node_hash(hash, beside);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && hash == root;
}

// RFC 9162, 2.1.4.2.
bool extends(const std::vector<Digest>& proof, uint64_t old_size, const Digest& old_root, uint64_t size,
             const Digest& root) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  std::vector<Digest> path = proof;
  if (std::has_single_bit(old_size)) path.insert(path.begin(), old_root);
  if (path.empty()) return false;
  uint64_t at = old_size - 1, last = size - 1;
  while ((at & 1) != 0) at >>= 1, last >>= 1;
  Digest old_hash = path[0], hash = path[0];
  for (size_t i = 1; i < path.size(); ++i) {
    if (last == 0) return false;
    if ((at & 1) != 0 || at == last) {
      old_hash = node_hash(path[i], old_hash);
      hash = node_hash(path[i], hash);
      while ((at & 1) == 0 && at != 0) at >>= 1, last >>= 1;
    } else {
      hash = node_hash(hash, path[i]);
    }
    at >>= 1;
    last >>= 1;
  }
  return last == 0 && old_hash == old_root && hash == root;
}

namespace {

// Of entries that are taken to be there (base/first_entry.h): as the files of a tree have them, which nobody
// has written yet.
Digest untold_hash(int height) {
  Digest hash{};
  if (height < kTileHeight) hash = leaf_hash(std::string(kEntryBytes, '\0'));
  for (int above = height % kTileHeight; above > 0; --above) hash = node_hash(hash, hash);
  return hash;
}

}  // namespace

RunningRoot::RunningRoot(uint64_t untold) : size_(untold) {
  for (int height = 63; height >= 0; --height)
    if ((size_ >> height & 1) != 0) complete_.push_back(untold_hash(height));
}

void RunningRoot::add(const Digest& leaf) {
  Digest hash = leaf;
  for (uint64_t size = size_; (size & 1) != 0; size >>= 1) {
    hash = node_hash(complete_.back(), hash);
    complete_.pop_back();
  }
  complete_.push_back(hash);
  ++size_;
}

Digest RunningRoot::root() const {
  if (size_ == 0) return empty_root();
  Digest hash = complete_.back();
  for (size_t i = complete_.size() - 1; i-- > 0;) hash = node_hash(complete_[i], hash);
  return hash;
}

}  // namespace haechi::evidence
