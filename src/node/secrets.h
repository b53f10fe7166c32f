// Secrets: the certificates and keys that a node works with, read from the files of its configuration, and
// the refusal to start with some that are not safe.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "node/config.h"
#include "node/metrics.h"

namespace haechi::net {
class Tls;
}
namespace haechi::store {
class Records;
}

namespace haechi::node {

class Secrets {
 public:
  // kInvalid names the setting at fault: a file that cannot be read or used, a key that everybody may read, a
  // signing key that is gone.
  static Result<Secrets> open(const Config& config);

  // Reads all files again. Any thread. What cannot be used is told, and what was read before stays.
  void reload();
  void count(Metrics& metrics) const;  // when certificates end

  std::shared_ptr<net::Tls> for_people, for_devices;  // of doors; none: plain
  std::shared_ptr<net::Tls> outgoing;                 // never none

 private:
  // With what its files are called in the configuration.
  std::vector<std::pair<std::string, std::shared_ptr<net::Tls>>> all_;
};

// kInvalid names the agencies whose address is beyond `config.agencies`.
Status check_agencies(const Config& config, store::Records& records);

}  // namespace haechi::node
