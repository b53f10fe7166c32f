// The rows that legal_life.cc reads: which step may follow which stage, and what each clock asks of whom. For
// legal_life.cc alone.
#pragma once

#include <cstdint>
#include <string_view>

#include "law/legal_life.h"

namespace haechi::law {

constexpr uint32_t bit(Stage stage) {
  return 1u << static_cast<uint32_t>(stage);
}
constexpr uint32_t bit(Path path) {
  return 1u << static_cast<uint32_t>(path);
}

inline constexpr uint32_t kDecided =
    bit(Stage::kGranted) | bit(Stage::kServed) | bit(Stage::kFitted) | bit(Stage::kActive);
inline constexpr uint32_t kAnyStage = 0xff;
inline constexpr uint32_t kAnyPath = 0xff;

// From which stages, and on which paths, a step may be taken.
struct Move {
  Step step;
  std::string_view name;
  uint32_t stages;
  uint32_t paths;
  std::string_view needs;
};

const Move& move_of(Step step);

struct TaskRow {
  Task task;
  Words what;
  Party by;
  Parties to;
};

const TaskRow& row_of(Task task);

}  // namespace haechi::law
