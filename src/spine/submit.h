// How other rooms hand facts to the spine and hear what became durable. The two doors of the core.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace haechi::v1 {
class Fact;
class Effect;
}  // namespace haechi::v1

namespace haechi::spine {

// What became of a submitted fact.
struct Receipt {
  uint64_t entry_no =
      0;  // 0 for a duplicate: its first copy is durable, under a number the spine does not keep
  Time stamped_at;
  bool duplicate = false;  // the same report was already logged; this copy was dropped
};

// Called once, on the spine's thread, when the fact is durable: hand over to your own loop and return at
// once. kExhausted: the queue is full, nothing was kept, the sender must try again. kUnavailable: the spine
// has stopped.
using Done = std::function<void(Result<Receipt>)>;

class Submit {
 public:
  virtual ~Submit() = default;
  // Any thread. Never blocks. `done` may be empty.
  virtual void submit(std::unique_ptr<v1::Fact> fact, Done done) = 0;
};

struct PublishedEntry {
  uint64_t no = 0;
  Time stamped_at;
  std::shared_ptr<const v1::Fact> fact;
  std::vector<std::shared_ptr<const v1::Effect>> effects;
};

// One durable batch, in order. Replayed batches (at start) carry facts and effects that were published
// before: fold them, send nothing.
struct Batch {
  std::vector<PublishedEntry> entries;
  Time durable_at;
  Time judged_at;
  bool replayed = false;
};

// Called on the spine's thread with every batch, in order: hand over to your own loop and return at once.
using Subscriber = std::function<void(std::shared_ptr<const Batch>)>;

}  // namespace haechi::spine
