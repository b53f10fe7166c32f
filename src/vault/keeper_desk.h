// KeeperDesk: the keeper's side of its lines: it has the ring and does what is asked.
//
// 1. No answer holds a key, but that of a device which is to be shown to it.
// 2. What was sealed, or a key's number, is answered when the key is on disk.
// 3. A question that is none is answered by the end of its line: it is a bug of ours, or an attack.
#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "vault/keeper_line.h"
#include "vault/key_ring.h"

namespace haechi {
class Reader;
class Writer;
}  // namespace haechi

namespace haechi::vault {

class KeeperDesk {
 public:
  // `locked`: this process's memory is never written to a disk.
  explicit KeeperDesk(bool locked) : locked_(locked) {}
  // Until the line ends. False: of a question that is none. One thread for each line; the first question of
  // all opens the ring.
  bool serve(KeeperLine& line);

 private:
  bool answer(Ask ask, Reader& in, Writer& out);
  Result<bool> open_ring(Reader& in);
  Result<KeyId> key_of(Reader& in);
  Result<std::vector<Keeper::SealedPart>> seal_parts(Reader& in);
  std::vector<Keeper::Answer> seal_texts(Reader& in) const;
  std::vector<Keeper::Answer> open_boxes(Reader& in) const;

  const bool locked_;
  std::unique_ptr<KeyRing> ring_;
  std::mutex making_;  // keys are made as of the entry that was reached, one question at a time
};

}  // namespace haechi::vault
