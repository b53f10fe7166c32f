// For tests of rooms that take part in snapshots.
#pragma once

#include <future>
#include <string>
#include <string_view>

#include "spine/snapshot_part.h"

namespace haechi::spine {

// What the room says when it is asked to save.
inline std::string saved_by(const SnapshotPart& part) {
  std::promise<std::string> bytes;
  part.save([&bytes](std::string state) { bytes.set_value(std::move(state)); });
  return bytes.get_future().get();
}

inline Status load_into(const SnapshotPart& part, std::string_view bytes) {
  Reader in(bytes);
  return part.load(in);
}

}  // namespace haechi::spine
