// How other rooms hand facts to the spine and hear what became durable. The two doors of the core.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
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

// Called once, on the spine's thread, when the fact is durable and subscribers have its batch: hand over to
// your own loop and return at once. kExhausted: the queue is full, nothing was kept, the sender must try
// again. kUnavailable: the spine has stopped.
using Done = std::function<void(Result<Receipt>)>;

// Places in the queue, kept until they are used or this is dropped.
using Room = std::shared_ptr<void>;

class Submit {
 public:
  virtual ~Submit() = default;
  // Any thread. Never blocks. `done` may be empty.
  virtual void submit(std::unique_ptr<v1::Fact> fact, Done done) = 0;

  // As submit(), but `done` is called as soon as the fact is durable, judged or not, on any thread. For what
  // devices say: an acknowledgement that waited for the judging would tell a wearer how much there was to
  // judge, and so whether she is near.
  virtual void submit_from_device(std::unique_ptr<v1::Fact> fact, Done done) {
    submit(std::move(fact), std::move(done));
  }

  // For what must be done whole: who has room, and then writes elsewhere what belongs to the facts, is not
  // refused afterwards. kExhausted, kUnavailable: as in Done. Any thread.
  virtual Result<Room> room(std::span<const std::unique_ptr<v1::Fact>> facts) {
    (void)facts;
    return Room();
  }
  // All of them become durable in one commit, in this order, or none; `done` is told of the last. At least
  // one, at most as many as there is room for.
  virtual void submit_together(Room room, std::vector<std::unique_ptr<v1::Fact>> facts, Done done) {
    for (size_t i = 0; i < facts.size(); ++i)
      submit(std::move(facts[i]), i + 1 < facts.size() ? [](const Result<Receipt>&) {} : std::move(done));
    (void)room;
  }
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
