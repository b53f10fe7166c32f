// Witness: remembers of other logs the newest checkpoint it saw, and cosigns the next only when that
// continues it. A log that shows one history here and another there, or goes back, finds no witness.
//
// The server's half of C2SP tlog-witness add-checkpoint.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/note.h"

namespace haechi::evidence {

struct WitnessAnswer {
  int status = 200;
  std::string content_type;
  std::string body;
};

class Witness {
 public:
  // `directory` holds what was seen and the witness's key; made if missing. `name` is the key's. A log may
  // have several keys.
  static Result<Witness> open(const std::string& directory, const std::string& name,
                              const std::vector<VerifierKey>& logs);

  // What was seen is durable before it is cosigned. One thread at a time.
  WitnessAnswer add_checkpoint(std::string_view request, Time now);
  VerifierKey verifier() const { return key_.verifier(); }

 private:
  struct Known {
    LogKeys keys;
    Checkpoint seen;  // size 0: nothing yet
  };
  Witness(std::string directory, SigningKey key) : directory_(std::move(directory)), key_(std::move(key)) {}
  std::string file_of(const std::string& origin) const;

  std::string directory_;
  SigningKey key_;
  std::map<std::string, Known> logs_;  // by origin
};

}  // namespace haechi::evidence
