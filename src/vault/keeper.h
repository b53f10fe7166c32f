// Keeper: has the data keys of persons and does with them what it is asked for. It gives none of them out.
//
// There are two: the KeyRing itself (key_ring.h), for whoever reads nothing from the world, and KeeperApart
// (keeper_apart.h), which asks a process of its own that has the ring. What key_ring.h promises holds for
// both. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"

namespace haechi::vault {

using KeyId = uint64_t;
enum class KeyState : uint8_t { kLiving, kDestroyed, kUnknown };

// Where the master key and the ring are.
struct RingPlace {
  std::string path;         // of the ring; its directory is made if missing
  std::string master_file;  // 64 hexadecimal digits, or a pkcs11: URI; empty: kMasterVariable
};

inline constexpr size_t kSaltBytes = 16;  // before every part of the log

class Keeper {
 public:
  static constexpr size_t kOwnerBytesMax = 128;
  static constexpr const char* kHouse = "house";  // of what is about nobody that is known

  virtual ~Keeper() = default;

  // The newest living key of `owner` ("person/W-1", 1..kOwnerBytesMax bytes); made when there is none.
  virtual Result<KeyId> key_of(const std::string& owner) = 0;
  // Waits until every key that was made is on disk; returns at once when all are.
  virtual Status settle() = 0;
  // The entry that is being written: keys made from now on are younger than those before it.
  virtual void reach(uint64_t no) = 0;
  // `owner` has a key from before entry `no`.
  virtual bool has_older(const std::string& owner, uint64_t no) const = 0;
  // Ends the keys that `owner` got before entry `no` of the log, as that entry says. Repeating it changes
  // nothing.
  virtual Status destroy(const std::string& owner, uint64_t no) = 0;
  // Keys that wait for the master key.
  virtual size_t under_house() const = 0;
  // Another master key, as change_master() of key_ring.h has it.
  virtual Result<size_t> change_master(const RingPlace& place, const std::string& to) = 0;

  // What is personal of entry `no`, under the keys of all its owners: without one of them it is gone.
  struct Part {
    uint64_t no = 0;
    std::vector<std::string> owners;
    std::string text;
  };
  struct SealedPart {
    std::vector<KeyId> key_ids;  // rising
    std::string nonce;
    std::string commitment;  // SHA-256 of salt and text
    std::string box;         // of salt and text, beside entry, keys and commitment
  };
  // In the order of their entries; then all up to `last_no` is reached. kUnavailable: a key can neither be
  // opened nor made.
  virtual Result<std::vector<SealedPart>> seal(std::span<const Part> parts, uint64_t last_no) = 0;

  // What stands in answers: the box or the text, of a key that is living. Of a box that is not what was
  // sealed `intact` is false.
  struct Answer {
    KeyState key = KeyState::kUnknown;
    bool intact = false;
    std::string bytes;
    bool whole() const { return key == KeyState::kLiving && intact; }
  };
  // A text under one key. Its nonce was never used with it.
  struct Text {
    KeyId key_id = 0;
    std::string_view nonce, beside, text;
  };
  virtual std::vector<Answer> seal(std::span<const Text> texts) const = 0;
  // What is sealed under one key, or under several as parts are.
  struct Box {
    std::span<const KeyId> key_ids;
    std::string_view nonce, beside, box;
  };
  virtual std::vector<Answer> open(std::span<const Box> boxes) const = 0;

  // With which a device signs (signing_key.h): HMAC-SHA-256 of those bytes, and the key itself, for the
  // device. Errors: the ring's file cannot be written, or the root not be opened.
  virtual Result<Digest> device_mac(const std::string& device_id, uint32_t generation,
                                    std::string_view bytes) = 0;
  virtual Result<std::string> device_key(const std::string& device_id, uint32_t generation) = 0;
  // HMAC-SHA-256 by which places are made coarse (trust/coarse.h): of this ring, and the same for ever.
  virtual Result<Digest> coarse_digest(std::string_view text) = 0;
};

// What a part of entry `no` is bound to: where in the log it is, whose it is, and what was promised of it.
void write_beside(std::string& out, uint64_t no, std::span<const KeyId> key_ids, std::string_view commitment);

}  // namespace haechi::vault
