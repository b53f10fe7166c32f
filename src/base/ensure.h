// ENSURE(condition, values...): what must hold, checked in every build, release included.
//
// A false condition is a bug of ours, never bad input: it prints the condition, the values and the place, and
// aborts. Expected failures are Result (result.h).
#pragma once

#include <sstream>
#include <string>

namespace haechi {

[[noreturn]] void ensure_failed(const char* condition, const char* file, int line, const std::string& values);

template <typename... Values>
std::string ensure_values(const Values&... values) {
  std::ostringstream out;
  ((out << ' ' << values), ...);
  return out.str();
}

}  // namespace haechi

#define ENSURE(condition, ...)                                                                       \
  do {                                                                                               \
    if (!(condition)) [[unlikely]]                                                                   \
      ::haechi::ensure_failed(#condition, __FILE__, __LINE__, ::haechi::ensure_values(__VA_ARGS__)); \
  } while (false)
