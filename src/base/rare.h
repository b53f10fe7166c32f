// Rare: a value that is hardly ever there. It takes one word where there is none, and lies on the heap where
// there is one. Otherwise as std::optional: a copy has a value of its own.
#pragma once

#include <memory>
#include <utility>

namespace haechi {

template <typename T>
class Rare {
 public:
  using element_type = T;

  Rare() = default;
  Rare(T value) : held_(std::make_unique<T>(std::move(value))) {}
  Rare(std::unique_ptr<T> held) : held_(std::move(held)) {}
  Rare(const Rare& other) : held_(other.held_ ? std::make_unique<T>(*other.held_) : nullptr) {}
  Rare(Rare&&) noexcept = default;
  Rare& operator=(Rare other) noexcept {
    held_ = std::move(other.held_);
    return *this;
  }

  explicit operator bool() const { return held_ != nullptr; }
  T& operator*() { return *held_; }
  const T& operator*() const { return *held_; }
  T* operator->() { return held_.get(); }
  const T* operator->() const { return held_.get(); }

  T& emplace() { return *(held_ = std::make_unique<T>()); }
  void reset() { held_.reset(); }

 private:
  std::unique_ptr<T> held_;
};

}  // namespace haechi
