// KeyRing: the data keys of persons, each wrapped under the master key, in one small file of its own. An
// owner may have several: the newest seals, the others open what was sealed under them.
//
// 1. Keys are made without waiting for the disk and are on it when settle() returns: whoever seals calls it
// before what is
//    sealed is written anywhere, once for many. So no crash loses a key that something is sealed under.
// 2. What destroy() has returned from is gone from the file; a crash before leaves a key whole or gone.
// 3. The number of a key is never that of another, destroyed ones included.
// 4. While a token that holds the master key does not answer, who has no opened key gets a next one that is
//    wrapped under the house's, which stays open: sealing waits for a token a second at most. The master key
//    wraps them when the ring is opened next, and before a key of the house ends.
//
// The file is not part of the data directory, because a copy of both together would open what was erased
// after it was made (docs/decisions/0008-keys-and-erasure.md). Used by one process at a time; any thread.
// docs/log_format.md has the stored form.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "vault/keeper.h"
#include "vault/key.h"
#include "vault/master.h"

namespace haechi::vault {

inline constexpr const char* kMasterVariable = "HAECHI_MASTER_KEY";

// Beside the data directory: "<data>.keys/ring", "<data>.keys/master".
RingPlace place_beside(std::string data);

// kInvalid naming the source when it is no 64 hexadecimal digits, kNotFound without the file.
Result<Key> read_master(const RingPlace& place);
// A new master key in that file, which must not exist, for the owner only.
Status make_master(const std::string& file);

enum class RingMode { kReadOnly, kWrite };  // read-only: changes nothing, kNotFound without the file

class KeyRing final : public Keeper {
 public:
  // kInvalid: another master key; kCorrupt: the first slot is damaged; kUnavailable: in use, or the disk
  // refuses.
  static Result<std::unique_ptr<KeyRing>> open(const std::string& path, std::unique_ptr<Master> master,
                                               RingMode mode);
  static Result<std::unique_ptr<KeyRing>> open(const std::string& path, const Key& master, RingMode mode) {
    return open(path, master_of(master), mode);
  }
  ~KeyRing() override;
  KeyRing(const KeyRing&) = delete;

  Result<KeyId> key_of(const std::string& owner) override;
  // The next key of `owner`, in the place of whatever was the newest.
  Result<KeyId> renew(const std::string& owner);
  // The key that seals what is of `owner` now, and its number: the newest one that can be opened.
  // kUnavailable: neither the master key nor the house's can be used, or the file cannot be written.
  Result<std::pair<KeyId, Key>> sealing_key(const std::string& owner);
  // Here and in destroy() a sync that fails ends the process: the next might succeed without having kept
  // them.
  Status settle() override;
  using State = KeyState;
  State find(KeyId id, Key& key) const;

  bool has_older(const std::string& owner, uint64_t no) const override;
  Status destroy(const std::string& owner, uint64_t no) override;
  // Ends all keys of `owner` but the newest: for whoever knows that nothing is sealed under them any more.
  // The number of them.
  Result<size_t> destroy_replaced(const std::string& owner);
  void reach(uint64_t no) override { entry_no_.store(no, std::memory_order_relaxed); }

  // Wraps every key under another master key, in a new file that takes the place of the old one, of which
  // nothing is left to unwrap. A crash leaves the one or the other. Meanwhile keys are found, made and ended
  // as ever: nobody waits for more than one key, and at the end for what changed meanwhile.
  Status rewrap(std::unique_ptr<Master> master);
  Result<size_t> change_master(const RingPlace& place, const std::string& to) override;
  size_t living() const;  // keys
  size_t under_house() const override;
  std::vector<std::string> owners() const;  // that have a living key, by name

  Result<std::vector<SealedPart>> seal(std::span<const Part> parts, uint64_t last_no) override;
  std::vector<Answer> seal(std::span<const Text> texts) const override;
  std::vector<Answer> open(std::span<const Box> boxes) const override;
  Result<Digest> device_mac(const std::string& device_id, uint32_t generation,
                            std::string_view bytes) override;
  Result<std::string> device_key(const std::string& device_id, uint32_t generation) override;
  Result<Digest> coarse_digest(std::string_view text) override;

 private:
  struct Slot {
    uint32_t place = 0;  // in the file
    std::string owner;
    uint64_t since_no = 0;
    bool living = false;
    std::string wrapped;
    KeyId under = 0;  // the key that wraps it; 0: the master key
  };
  KeyRing(std::string path, int file, std::unique_ptr<Master> master)
      : path_(std::move(path)), file_(file), master_(std::move(master)) {}
  Status begin(RingMode mode);
  Result<SealedPart> seal_part(const Part& part);
  Answer open_box(const Box& box) const;
  Result<Key> root_of(const std::string& owner);
  Result<KeyId> make(const std::string& owner);
  Result<KeyId> make(const std::string& owner, const Key& key, const std::string& wrapped, KeyId under);
  Result<std::pair<KeyId, Key>> make_under_house(const std::string& owner);
  std::optional<Key> unwrapped(const Slot& slot) const;
  std::optional<Key> opened(KeyId id) const;  // and keeps it so
  void keep_open(KeyId id, const Key& key) const;
  // The master key wraps what the house's did.
  Status bring_home();
  Status end(const std::vector<KeyId>& ids);
  Status read_slots();
  Status write_slot(int file, KeyId id, const Slot& slot) const;
  // All of `slots` under another master key; they are so afterwards.
  Status write_under(Master& master, int file, std::unordered_map<KeyId, Slot>& slots) const;
  // What was made or ended since they were copied. Under the mutex.
  Status write_since(Master& master, int file, std::unordered_map<KeyId, Slot>& slots) const;
  Result<std::string> wrapped_under(Master& master, const Slot& slot) const;
  Status sync(int file) const;

  const std::string path_;
  int file_;
  std::unique_ptr<Master> master_;  // under the mutex
  std::atomic<uint64_t> entry_no_{0};
  std::mutex rewrapping_;  // taken before the other
  mutable std::mutex mutex_;
  uint32_t next_place_ = 1;
  bool unsettled_ = false;
  std::unordered_map<KeyId, Slot> slots_;
  std::unordered_map<std::string, std::vector<KeyId>> living_;  // of each owner, the newest last
  mutable std::unordered_map<KeyId, Key> opened_;               // at most kOpenedMax
  mutable std::optional<std::pair<KeyId, Key>> house_;          // the newest, open for ever
  std::chrono::steady_clock::time_point asked_again_;           // not before is a token asked that was away
};

// The ring and its master key; both are made where neither is and `mode` allows it. kNotFound: one is
// missing. A rotation that a crash ended is finished, or undone if no key was wrapped anew yet.
Result<std::unique_ptr<KeyRing>> open_ring(const RingPlace& place, RingMode mode);

// Another master key for a ring, which may be in use; from then on the old one opens nothing. With `to`
// empty a new one takes the place of the one in place.master_file, which must be a file; else `to` is where
// the next one is: a file, made if missing, or a pkcs11: URI. The number of keys that were wrapped anew.
Result<size_t> change_master(KeyRing& ring, const RingPlace& place, const std::string& to);
// The same of a ring that nobody has open. kUnavailable: somebody has (vault/change_request.h).
Result<size_t> rotate_master(const RingPlace& place, const std::string& to);

}  // namespace haechi::vault
