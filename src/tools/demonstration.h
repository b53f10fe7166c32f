// Demonstration: the commands and options that no node in production has: the town that is played, the
// outside CAD that is played, and keys for whoever asks.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "tools/cad.h"
#include "tools/demo.h"

namespace haechi::tools {

class Demonstration {
 public:
  // Adds them to `app` and `serve`, which outlive it; `keys_file` is set by `serve --demo-keys`.
  Demonstration(CLI::App& app, CLI::App& serve, std::string& keys_file);
  Demonstration(const Demonstration&) = delete;

  // The exit code, if one of its commands was asked for.
  std::optional<int> run();

 private:
  int run_outside_cad();

  CLI::App& app_;
  DemoOptions demo_;
  CadOptions cad_;
  std::string behaviour_ = "normal";
};

}  // namespace haechi::tools
