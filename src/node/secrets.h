// Secrets: the certificates and keys that a node works with, read from the files of its configuration or left
// in the token that it names, and the refusal to start with some that are not safe.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "evidence/note.h"
#include "node/config.h"
#include "node/metrics.h"
#include "node/watched_key.h"

namespace haechi::net {
class Tls;
}
namespace haechi::store {
class Records;
}

namespace haechi::node {

// By which the log signs; the next one while it takes the place of the other.
struct LogKeyPlaces {
  evidence::KeyPlace key, next;
};

class Secrets {
 public:
  // kInvalid names the setting at fault: a file that cannot be read or used, a key that everybody may read, a
  // signing key that is gone. kNotFound and kUnavailable likewise: its token, or the key in it, is away.
  static Result<Secrets> open(const Config& config);

  // Reads all files again. Any thread. What cannot be used is told, and what was read before stays.
  void reload();
  // Says so when a list of revoked certificates ends, or has ended. Any thread.
  void warn_of_revoked() const;
  void count(Metrics& metrics) const;  // when certificates and lists end, what tokens signed

  std::shared_ptr<net::Tls> for_people, for_devices;  // of doors; none: plain
  std::shared_ptr<net::Tls> outgoing;                 // never none
  LogKeyPlaces log_keys;

 private:
  // With what its files are called in the configuration.
  std::vector<std::pair<std::string, std::shared_ptr<net::Tls>>> all_;
  std::shared_ptr<WatchedKey> door_key_, client_key_, log_key_, next_log_key_;  // none: in a file
};

// The identity providers with the secrets that the configuration names. kInvalid: one cannot be read, or
// everybody may.
Result<std::vector<api::ProviderSettings>> read_providers(const Config& config);

// kInvalid names the agencies whose address is beyond `config.agencies`.
Status check_agencies(const Config& config, store::Records& records);

}  // namespace haechi::node
