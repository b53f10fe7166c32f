// Readers: people at pages that ask over REST: the control room, a dispatcher, patrol cars, protected
// persons. Each asks now and then for what such a page shows, and again when no answer came.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "hunt/town.h"
#include "hunt/wire.h"
#include "trust/viewer.h"

namespace haechi::hunt {

std::vector<trust::Viewer> readers_of(const Town& town);
// By which the house knows the reader.
std::string key_of(const std::string& account);

class Readers {
 public:
  Readers(Schedule& schedule, Wire& wire, const Town& town, uint64_t seed);

  void start();
  // How many got no answer to anything for so long.
  size_t unanswered(Duration for_long) const;

 private:
  void ask(const trust::Viewer& viewer);
  std::string wish(const trust::Viewer& viewer);

  Schedule& schedule_;
  Wire& wire_;
  Random random_;
  const std::vector<trust::Viewer> viewers_;
  std::vector<std::string> persons_;
  std::map<std::string, Time> answered_at_;  // by account
};

}  // namespace haechi::hunt
