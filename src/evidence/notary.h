// Notary: folds a log into its Merkle tree, beside the writer, and signs what it has as a checkpoint.
//
// Invariants:
//   1. It signs no tree that does not continue the one it signed last. A log that is shorter than its last
//   checkpoint,
//      or other, is kCorrupt for good: somebody must look.
//   2. What a checkpoint names is on disk before the checkpoint is.
//
// It reads the log a slice at a time and never keeps an append waiting for more than one. One thread at a
// time.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "evidence/note.h"
#include "evidence/tree.h"
#include "log/log.h"

namespace haechi::evidence {

// Names within the directory.
inline constexpr char kCheckpointName[] = "checkpoint";  // signed by the log
inline constexpr char kWitnessedName[] = "witnessed";    // the newest that a witness has cosigned
inline constexpr char kPublicKeyName[] = "key.pub";      // a line each: the key, the next one
inline constexpr char kClosedName[] = "closed";  // how many entries a run had that ended in good order
inline constexpr char kSuccessionName[] = "succession";  // the newest next key, signed by the one before

Status open_again(const std::string& directory);

// What a checkpoint calls the log: unique, and the same for ever.
std::string origin_of(const std::string& log_id);

struct NotaryOptions {
  std::string directory;  // holds the files of evidence and nothing else; made if missing
  KeyPlace key;           // a file is made if missing; better kept on another disk than the log
  // While a key takes the place of another: signs everything as well; made if missing. Empty: none. Once
  // whoever trusted the key knows this one, it becomes the key.
  KeyPlace next_key = {};
};

struct SignedCheckpoint {
  Checkpoint checkpoint;  // size 0: nothing was signed yet
  Note note;
};

class Notary {
 public:
  // Takes up the tree where its last checkpoint left it; makes it again from the log when its files do not
  // hold. The reader outlives the notary. kCorrupt: see 1. kUnavailable: a key that lies elsewhere does not
  // answer.
  static Result<std::unique_ptr<Notary>> open(const NotaryOptions& options, log::Reader& reader,
                                              const std::string& log_id);

  // Takes up what is durable now and signs it. Nothing new: nothing is signed. kUnavailable: what was taken
  // up is signed by a later round.
  Status round();
  // Likewise, and says that it is all there is: nothing is appended before the next start, which takes that
  // back (open_again()) before it appends.
  Status close();

  // How a checkpoint is put to a witness that knows the first `known_size` entries (tlog-witness
  // add-checkpoint).
  Result<std::string> request_to_witness(const SignedCheckpoint& offered, uint64_t known_size) const;
  // What a mirror that has the first `known_size` records is given next (mirror.h); at most about
  // kPushBytesMax of them.
  struct MirrorRequest {
    std::string push;
    uint64_t size = 0;  // that the mirror has when it has taken it
  };
  Result<MirrorRequest> request_to_mirror(uint64_t known_size) const;
  // Keeps the checkpoint with what a witness answered; kInvalid unless that is a cosignature of this key.
  Status take_cosignature(const SignedCheckpoint& offered, const VerifierKey& witness,
                          std::string_view lines);

  // "checkpoint", "witnessed", "succession" or a tile of the newest checkpoint, as tlog-tiles names them.
  Result<std::string> file(std::string_view path) const;
  const SignedCheckpoint& newest() const { return newest_; }
  VerifierKey verifier() const { return key_.verifier(); }

 private:
  Notary(NotaryOptions options, log::Reader& reader, SigningKey key, std::optional<SigningKey> next);
  Status tell_keys() const;
  Status sign(Note& note) const;
  Status take_up();
  Status make_again();
  Status fold(uint64_t until_no);
  Status publish(const Checkpoint& checkpoint);

  const NotaryOptions options_;
  log::Reader& reader_;
  const SigningKey key_;
  const std::optional<SigningKey> next_;
  std::unique_ptr<Tree> tree_;

  SignedCheckpoint newest_;
  Note witnessed_;  // the newest with a cosignature, of this run
};

}  // namespace haechi::evidence
