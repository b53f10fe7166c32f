// Result<T>: a value, or an Error that says who must act. For expected failures only; bugs are ENSURE.
//
//   Result<Fix> fix = read_fix(bytes);
//   if (!fix.ok()) return fix.error();
//   use(*fix);
//
// or, inside a function that itself returns a Result:  TRY(Fix fix, read_fix(bytes));
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/ensure.h"

namespace haechi {

// What the caller should do about it. The order carries no meaning.
enum class Code {
  kInvalid,         // The caller's input is wrong; the same call will fail again.
  kNotFound,        // The thing named does not exist.
  kConflict,        // The caller's picture is out of date: read again, then decide.
  kForbidden,       // The caller may not; asking again does not help.
  kExhausted,       // A bound was reached: slow down, then try again.
  kUnavailable,     // Nothing was done: the same call may be tried again.
  kUnknownOutcome,  // It may or may not have happened: try again under the same id.
  kCorrupt,         // Stored data is damaged or missing: stop and page.
};

const char* code_name(Code code);

// `field` names the input at fault ("fixes[3].lat_e7"), empty when no single field is. `reason` is a sentence
// for people and holds no personal value.
struct [[nodiscard]] Error {
  Code code = Code::kInvalid;
  std::string field;
  std::string reason;

  std::string text() const;
};

inline Error invalid(std::string field, std::string reason) {
  return Error{Code::kInvalid, std::move(field), std::move(reason)};
}

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT: implicit by design
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT

  bool ok() const { return held_.index() == 0; }
  const T& operator*() const& { return value(); }
  T& operator*() & { return value(); }
  T&& operator*() && { return std::move(value()); }
  const T* operator->() const { return &value(); }
  T* operator->() { return &value(); }
  const T& value() const {
    ENSURE(ok(), error().text());
    return std::get<0>(held_);
  }
  T& value() {
    ENSURE(ok(), error().text());
    return std::get<0>(held_);
  }
  const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

// A Result without a value.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(Error error) : error_(std::move(error)) {}  // NOLINT: implicit by design

  bool ok() const { return !error_.has_value(); }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

}  // namespace haechi

#define HAECHI_JOIN_(a, b) a##b
#define HAECHI_JOIN(a, b) HAECHI_JOIN_(a, b)
#define TRY(declaration, expression)                                                 \
  auto HAECHI_JOIN(try_, __LINE__) = (expression);                                   \
  if (!HAECHI_JOIN(try_, __LINE__).ok()) return HAECHI_JOIN(try_, __LINE__).error(); \
  declaration = *std::move(HAECHI_JOIN(try_, __LINE__))
#define TRY_STATUS(expression) \
  if (auto status = (expression); !status.ok()) return status.error()
