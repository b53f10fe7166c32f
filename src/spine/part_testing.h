// For tests of rooms that take part in snapshots.
#pragma once

#include <future>
#include <string>
#include <string_view>
#include <vector>

#include "spine/snapshot_part.h"

namespace haechi::spine {

// What the room says when it is asked to save.
inline std::string saved_by(const SnapshotPart& part) {
  std::promise<std::string> bytes;
  part.save([&bytes](std::string state) { bytes.set_value(std::move(state)); });
  return bytes.get_future().get();
}

// What a copy of the room that was given these says.
using Batches = std::vector<std::shared_ptr<const Batch>>;
inline std::string saved_by_copy(const SnapshotPart& part, const Batches& batches) {
  const std::unique_ptr<PartCopy> copy = part.copy();
  for (const auto& batch : batches) copy->fold(*batch);
  return copy->save();
}

inline Status load_into(const SnapshotPart& part, std::string_view bytes) {
  Reader in(bytes);
  return part.load(in);
}

}  // namespace haechi::spine
