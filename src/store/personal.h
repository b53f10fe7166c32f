// Personal: a value about a person (name, telephone, address, secret) that cannot be printed by accident: it
// has no operator<<, no formatter, no conversion. The way out is trust::reveal.
#pragma once

#include <string>
#include <utility>

namespace haechi::trust {
class Revealer;
}

namespace haechi::store {

class Personal {
 public:
  Personal() = default;
  explicit Personal(std::string value) : value_(std::move(value)) {}
  bool empty() const { return value_.empty(); }
  bool operator==(const Personal&) const = default;

 private:
  friend class haechi::trust::Revealer;
  friend class Records;  // writes it to the disk
  std::string value_;
};

}  // namespace haechi::store
