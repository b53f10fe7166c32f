#include "evidence/merkle.h"

#include <gtest/gtest.h>

namespace haechi::evidence {
namespace {

// The tree as RFC 6962 defines it, over every leaf again each time.
Digest naive_root(const std::vector<Digest>& leaves, size_t first, size_t count) {
  if (count == 0) return sha256("");
  if (count == 1) return leaves[first];
  size_t left = 1;
  while (left * 2 < count) left *= 2;
  return node_hash(naive_root(leaves, first, left), naive_root(leaves, first + left, count - left));
}

class Leaves {
 public:
  explicit Leaves(size_t count) {
    for (size_t i = 0; i < count; ++i) leaves_.push_back(leaf_hash("leaf " + std::to_string(i)));
  }
  Digest root(size_t size) const { return naive_root(leaves_, 0, size); }
  Digest leaf(size_t at) const { return leaves_[at]; }
  Subtrees subtrees() const {
    return [this](int height, uint64_t index) -> Result<Digest> {
      return naive_root(leaves_, index << height, uint64_t{1} << height);
    };
  }

 private:
  std::vector<Digest> leaves_;
};

constexpr size_t kLeaves = 67;

TEST(Merkle, HashesAreThoseOfRfc6962) {
  // Vectors of the certificate-transparency test suite.
  EXPECT_EQ(hex(view(empty_root())), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(hex(view(leaf_hash(""))), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  EXPECT_EQ(hex(view(leaf_hash(std::string_view("\0", 1)))),
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
  RunningRoot root;
  root.add(leaf_hash(""));
  root.add(leaf_hash(std::string_view("\0", 1)));
  root.add(leaf_hash("\x10"));
  EXPECT_EQ(hex(view(root.root())), "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
}

TEST(Merkle, AGrowingRootIsTheRootOfTheWholeTreeAtEverySize) {
  const Leaves leaves(kLeaves);
  RunningRoot root;
  for (size_t size = 0; size < kLeaves; ++size) {
    EXPECT_EQ(root.root(), leaves.root(size)) << size;
    EXPECT_EQ(*root_of(leaves.subtrees(), size), leaves.root(size)) << size;
    root.add(leaves.leaf(size));
  }
}

TEST(Merkle, EveryLeafOfEveryTreeIsProvenAndNoOther) {
  const Leaves leaves(kLeaves);
  for (uint64_t size = 1; size <= kLeaves; ++size) {
    const Digest root = leaves.root(size);
    for (uint64_t index = 0; index < size; ++index) {
      auto proof = *inclusion_proof(leaves.subtrees(), index, size);
      EXPECT_TRUE(includes(proof, index, size, leaves.leaf(index), root)) << index << " of " << size;
      EXPECT_FALSE(includes(proof, index, size, leaf_hash("another"), root));
      EXPECT_FALSE(includes(proof, index + 1, size, leaves.leaf(index), root));
      for (Digest& hash : proof) {
        hash[0] ^= 1;
        EXPECT_FALSE(includes(proof, index, size, leaves.leaf(index), root));
        hash[0] ^= 1;
      }
      proof.push_back(root);
      EXPECT_FALSE(includes(proof, index, size, leaves.leaf(index), root));
    }
  }
}

TEST(Merkle, EveryTreeIsProvenToContinueEveryEarlierOneAndNoOther) {
  const Leaves leaves(kLeaves);
  for (uint64_t size = 1; size <= kLeaves; ++size) {
    for (uint64_t old_size = 1; old_size <= size; ++old_size) {
      auto proof = *consistency_proof(leaves.subtrees(), old_size, size);
      const Digest root = leaves.root(size), old_root = leaves.root(old_size);
      EXPECT_TRUE(extends(proof, old_size, old_root, size, root)) << old_size << " to " << size;
      EXPECT_FALSE(extends(proof, old_size, leaf_hash("another"), size, root));
      EXPECT_FALSE(extends(proof, old_size, old_root, size, leaf_hash("another")));
      for (Digest& hash : proof) {
        hash[5] ^= 1;
        EXPECT_FALSE(extends(proof, old_size, old_root, size, root));
        hash[5] ^= 1;
      }
      proof.push_back(root);
      EXPECT_FALSE(extends(proof, old_size, old_root, size, root));
    }
  }
}

TEST(Merkle, AnEntryIsNumberStampAndDigestOfTheFact) {
  EXPECT_EQ(hex(entry_of(258, Time{1}, "")),
            "0000000000000102"
            "0000000000000001"
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

}  // namespace
}  // namespace haechi::evidence
