// KeeperApart: asks a keeper that is a process of its own ("haechi keeper"), which alone has master key, ring
// and opened keys. So none of them is in the memory of who reads bytes from the whole world.
//
// 1. Here is no key, but that of a device while it is shown to it.
// 2. What an answer says is on disk: settle() has nothing to wait for.
// 3. Whoever has this ends when the keeper does, at once: nothing can be sealed any more, so nothing may be
//    acknowledged. The keeper ends when this does, however that happens.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "vault/keeper.h"
#include "vault/keeper_line.h"

namespace haechi {
class Reader;
class Writer;
}  // namespace haechi

namespace haechi::vault {

// The word by which this program knows that it is to be a keeper, and what it does then. `network`: whether
// it may call others, as the module of a token may have to; a second word says so.
inline constexpr const char* kKeeperWord = "keeper";
int run_keeper(bool network);

class KeeperApart final : public Keeper {
 public:
  // Starts one, from the thread that lives longest: it ends with that one. What the environment says of
  // master key and PIN is wiped here afterwards. Errors: those of open_ring(); kUnavailable: no process can
  // be made.
  static Result<std::unique_ptr<KeeperApart>> start(const RingPlace& place);
  // Of a keeper that somebody else made and ends; the sockets are its own from now on.
  static Result<std::unique_ptr<KeeperApart>> open(const RingPlace& place, const std::vector<int>& sockets);
  ~KeeperApart() override;
  KeeperApart(const KeeperApart&) = delete;

  pid_t process() const { return process_; }
  // The keeper's memory is never written to a disk.
  bool locked() const { return locked_; }

  Result<KeyId> key_of(const std::string& owner) override;
  Status settle() override { return {}; }
  void reach(uint64_t no) override { reached_ = no; }
  bool has_older(const std::string& owner, uint64_t no) const override;
  Status destroy(const std::string& owner, uint64_t no) override;
  size_t under_house() const override;
  Result<size_t> change_master(const RingPlace& place, const std::string& to) override;
  Result<std::vector<SealedPart>> seal(std::span<const Part> parts, uint64_t last_no) override;
  std::vector<Answer> seal(std::span<const Text> texts) const override;
  std::vector<Answer> open(std::span<const Box> boxes) const override;
  Result<Digest> device_mac(const std::string& device_id, uint32_t generation,
                            std::string_view bytes) override;
  Result<std::string> device_key(const std::string& device_id, uint32_t generation) override;
  Result<Digest> coarse_digest(std::string_view text) override;

  static constexpr int kLines = 8;  // so many are answered at a time

 private:
  explicit KeeperApart(const std::vector<int>& sockets);
  Status open_ring(const RingPlace& place);
  // Asks what is written, and reads the answer.
  void ask(const Writer& question, const std::function<void(Reader& answer)>& read) const;
  KeeperLine& take_line() const;
  void give_back(KeeperLine& line) const;
  // Until the keeper ends or this does.
  void watch();

  std::vector<std::unique_ptr<KeeperLine>> lines_;
  mutable std::mutex mutex_;
  mutable std::condition_variable freed_;
  mutable std::vector<KeeperLine*> free_;
  std::atomic<uint64_t> reached_{0};
  bool locked_ = false;
  std::mutex ways_mutex_;
  std::unordered_map<std::string, Digest> ways_;  // of coarse places; at most kWaysMax

  pid_t process_ = 0;
  int life_ = -1, ending_ = -1;  // life_: closed by whichever of both ends first
  std::thread watcher_;
};

}  // namespace haechi::vault
