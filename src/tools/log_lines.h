// The lines that this process says to whoever runs it: one for each message, with its time, whatever somebody
// else's text in it holds. Line ends, colours and other commands to a terminal stand in it as they are spelt.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include <spdlog/formatter.h>

namespace haechi::tools {

// "\n", "\x1b" and the like for what is no letter or sign, in ASCII and in the block after it.
std::string one_line(std::string_view text);

std::unique_ptr<spdlog::formatter> log_lines();

}  // namespace haechi::tools
