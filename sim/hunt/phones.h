// Phones: those of the protected persons, in a pocket, and between them and the house a push service and a
// gateway of text messages. A phone that was woken is looked at sooner or later; then its app shows what is
// open about her.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/random.h"
#include "hunt/wire.h"
#include "notify/carrier.h"
#include "notify/letters.h"
#include "store/records.h"

namespace haechi::hunt {

class Phones {
 public:
  // `woken` hears of every message that came to a phone, `looks` when its owner opens the app. In the world.
  using Tell = std::function<void(const std::string& person_id)>;
  Phones(Schedule& schedule, Wire& wire, uint64_t seed, Tell woken, Tell looks);

  bool push_fails = false, texts_fail = false;
  bool reachable() const { return !push_fails && !texts_fail; }

  static notify::Settings settings();
  // How the house knows where she is told.
  static void register_in(store::Records& records, const std::string& person_id);

 private:
  void push(const net::Request& request, const net::Respond& respond);
  void text(const net::Request& request, const net::Respond& respond);
  void arrive(const std::string& person_id);

  Schedule& schedule_;
  Random random_;
  const Tell woken_, looks_;
  std::map<std::string, bool> about_to_look_;
};

// What a house's parcels travel by, from the process that makes it.
std::unique_ptr<notify::Carrier> make_wire_carrier();

}  // namespace haechi::hunt
