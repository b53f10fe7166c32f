// Signed notes and checkpoints as C2SP writes them (signed-note, tlog-checkpoint, tlog-cosignature), with
// Ed25519.
//
// A checkpoint says: the log of this origin has this many entries and this root. Whoever keeps one elsewhere
// can tell later whether the log still begins so.
#pragma once

#include <openssl/evp.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.h"
#include "base/result.h"
#include "base/signer.h"
#include "base/time.h"

namespace haechi::evidence {

// Nobody writes a longer one.
inline constexpr size_t kNoteBytesMax = 1 << 16;

struct NoteSignature {
  std::string name;
  uint32_t key_id = 0;
  std::string bytes;
};

struct Note {
  std::string body;  // ends in a line feed
  std::vector<NoteSignature> signatures;
};

// kInvalid when it is not one.
Result<Note> read_note(std::string_view text);
std::string text_of(const Note& note);

struct Checkpoint {
  std::string origin;
  uint64_t size = 0;
  Digest root{};
};

std::string body_of(const Checkpoint& checkpoint);
// Lines beyond the third are allowed and passed over.
Result<Checkpoint> read_checkpoint(std::string_view body);

enum class KeyUse : uint8_t {
  kLog = 1,          // signs checkpoints and bundles
  kCosignature = 4,  // a witness: says at which time it saw a checkpoint
};

// A public key, written "name+id+base64".
class VerifierKey {
 public:
  VerifierKey(std::string name, KeyUse use, const std::array<uint8_t, 32>& bytes);
  static Result<VerifierKey> read(std::string_view text);

  const std::string& name() const { return name_; }
  uint32_t id() const { return id_; }
  std::string text() const;
  // Does the note bear a signature of this key? A cosignature also says when, in seconds; for kLog the time
  // is zero.
  std::optional<Time> signed_at(const Note& note) const;

 private:
  std::string name_;
  KeyUse use_;
  std::array<uint8_t, 32> bytes_;
  uint32_t id_;
};

// The keys that one log signs with: several while one takes the place of another.
using LogKeys = std::vector<VerifierKey>;
// One key a line. kInvalid when there is none, or they are not of one name.
Result<LogKeys> read_log_keys(std::string_view text);
std::string text_of(const LogKeys& keys);
// Does the note bear a signature of one of them?
bool signed_by_any(const LogKeys& keys, const Note& note);

// Whoever trusts a log's key learns from a note that it signed which key comes after it.
//   origin | "next key" | name+id+base64       three lines; no checkpoint, whose second line is a number
std::string body_of_succession(const VerifierKey& next);
// The next key; kInvalid unless the note is one, of this log, and one of `trusted` has signed it.
Result<VerifierKey> read_succession(const LogKeys& trusted, std::string_view text);

// Where a private key is: in a file, or where it signs by itself (a token), and then the file counts for
// nothing.
struct KeyPlace {
  std::string file;
  std::shared_ptr<Signer> signer = {};
  bool named() const { return signer || !file.empty(); }
};

class SigningKey {
 public:
  // kInvalid: it is no key of Ed25519.
  static Result<SigningKey> of(std::shared_ptr<Signer> signer, const std::string& name, KeyUse use);
  // The key in the file, which must be of this name and use; kNotFound without the file.
  static Result<SigningKey> open(const KeyPlace& place, const std::string& name, KeyUse use);
  // Likewise; made there, readable by its owner only, when there is none.
  static Result<SigningKey> open_or_make(const KeyPlace& place, const std::string& name, KeyUse use);
  static Result<SigningKey> from_seed(std::string name, KeyUse use, std::string_view seed);

  VerifierKey verifier() const;
  // Adds this key's signature. `at` matters for a cosignature only. kUnavailable: it lies elsewhere, and did
  // not answer; the note is as it was.
  Status sign(Note& note, Time at) const;

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  };
  SigningKey(std::string name, KeyUse use, EVP_PKEY* key) : name_(std::move(name)), use_(use), key_(key) {}
  Result<std::string> signature_of(const std::string& message) const;

  std::string name_;
  KeyUse use_;
  std::unique_ptr<EVP_PKEY, Free> key_;  // of a signer: the public half
  std::shared_ptr<Signer> signer_;
};

}  // namespace haechi::evidence
