// Moments and spans in microseconds. Engine rooms take moments as arguments; only edges ask a Clock.
#pragma once

#include <compare>
#include <cstdint>
#include <ostream>
#include <string>

#include "base/result.h"

namespace haechi {

// What does not fit stands at the end of time, so that whatever moment a fact states, it has an outcome.
namespace bounded {
constexpr int64_t sum(int64_t a, int64_t b) {
  int64_t out = 0;
  if (__builtin_add_overflow(a, b, &out)) return b < 0 ? INT64_MIN : INT64_MAX;
  return out;
}
constexpr int64_t difference(int64_t a, int64_t b) {
  int64_t out = 0;
  if (__builtin_sub_overflow(a, b, &out)) return b > 0 ? INT64_MIN : INT64_MAX;
  return out;
}
constexpr int64_t product(int64_t a, int64_t b) {
  int64_t out = 0;
  if (__builtin_mul_overflow(a, b, &out)) return (a < 0) != (b < 0) ? INT64_MIN : INT64_MAX;
  return out;
}
}  // namespace bounded

// A span. May be negative.
struct Duration {
  int64_t us = 0;

  static constexpr Duration seconds(int64_t s) { return {bounded::product(s, 1'000'000)}; }
  static constexpr Duration millis(int64_t ms) { return {bounded::product(ms, 1'000)}; }
  constexpr int64_t ms() const { return us / 1'000; }
  constexpr int64_t s() const { return us / 1'000'000; }
  constexpr auto operator<=>(const Duration&) const = default;
  constexpr Duration operator+(Duration o) const { return {bounded::sum(us, o.us)}; }
  constexpr Duration operator-(Duration o) const { return {bounded::difference(us, o.us)}; }
  constexpr Duration operator*(int64_t n) const { return {bounded::product(us, n)}; }
};

// A moment: microseconds since 1970-01-01T00:00:00Z, leap seconds not counted (as Unix time).
// Zero means "not known" wherever a field says so.
struct Time {
  int64_t us = 0;

  constexpr bool known() const { return us != 0; }
  constexpr auto operator<=>(const Time&) const = default;
  constexpr Time operator+(Duration d) const { return {bounded::sum(us, d.us)}; }
  constexpr Time operator-(Duration d) const { return {bounded::difference(us, d.us)}; }
  constexpr Duration operator-(Time o) const { return {bounded::difference(us, o.us)}; }
};

inline std::ostream& operator<<(std::ostream& out, Duration d) {
  return out << d.us << "us";
}
inline std::ostream& operator<<(std::ostream& out, Time t) {
  return out << t.us << "us";
}

// "2026-03-14T08:55:12.250Z"; always UTC, always three decimals.
std::string iso8601(Time time);

// Reads ISO 8601 with date, 'T' or ' ', time, optional fraction, and Z, +hh:mm, +hhmm or -hh:mm.
// A time without an offset is UTC. Refuses anything else, and years outside 1970..9999.
Result<Time> parse_iso8601(const std::string& text);

// The one way to ask what time it is. Held by edges (gateway, spine, link), never by the engine.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Time now() const override;
};

// Moves only when told. For tests and simulations.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Time start) : now_(start) {}
  Time now() const override { return now_; }
  void advance(Duration d) { now_ = now_ + d; }
  void set(Time t) { now_ = t; }

 private:
  Time now_;
};

}  // namespace haechi
