// SnapshotPart: how a room that folds batches takes part in snapshots, so that a start need not fold the
// whole log again.
//
//   spine.take_part({"picture",
//                    [this](spine::SaveDone done) { loop.post([this, done] { done(saved(state)); }); },
//                    [this](Reader& in) { return take_saved(in, state); },
//                    spine::copies_of<fold, State>()});
//
// A room reads into something new and takes that in place of what it had once all of it was read, so that a
// part that cannot be read leaves it as it was. base/archive.h turns state into bytes and back.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <tuple>

#include "base/result.h"
#include "base/saved.h"
#include "spine/submit.h"

namespace haechi::spine {

// The state of a room a second time: what it would be after a start that read the log so far. On one thread
// at a time, and none of the room's.
class PartCopy {
 public:
  virtual ~PartCopy() = default;
  virtual void fold(const Batch& batch) = 0;  // a replayed one
  virtual std::string save() const = 0;
  virtual Status load(Reader& in) = 0;
};

// Called once, on any thread, with the room's state.
using SaveDone = std::function<void(std::string bytes)>;

struct SnapshotPart {
  std::string name;  // of this part alone
  // Called on the spine's thread when the run ends, after the last batch. Wanted is the state after all
  // batches that were published: hand over to your own loop, as with a batch, and return at once.
  std::function<void(SaveDone done)> save;
  // Called at start, before any batch, on any thread; returns when it is done, on whatever loop. No bytes: as
  // before the first entry. kCorrupt: the bytes cannot be read, and nothing was changed.
  std::function<Status(Reader& in)> load;
  // What snapshots are taken of while the room works. Any thread.
  std::function<std::unique_ptr<PartCopy>()> copy;
};

// Copies of what is these states and one way to fold them: void fold(States&..., const Batch&).
template <auto kFold, typename... States>
std::function<std::unique_ptr<PartCopy>()> copies_of() {
  class Copy final : public PartCopy {
    void fold(const Batch& batch) override {
      std::apply([&](States&... each) { kFold(each..., batch); }, states_);
    }
    std::string save() const override {
      return std::apply([](const States&... each) { return saved(each...); }, states_);
    }
    Status load(Reader& in) override {
      return std::apply([&](States&... each) { return take_saved(in, each...); }, states_);
    }
    std::tuple<States...> states_;
  };
  return [] { return std::make_unique<Copy>(); };
}

}  // namespace haechi::spine
