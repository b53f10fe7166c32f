// Comma-separated values as outsiders write them (RFC 4180): columns in any order, cells as text, and text as
// numbers and moments.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"

namespace haechi::tools {

class CsvColumns {
 public:
  // Of the first line. kInvalid naming a column that is none of `known`, or that is there twice.
  static Result<CsvColumns> read(const std::string& line, const std::set<std::string>& known);

  const std::vector<std::string>& names() const { return names_; }
  bool has(const std::string& name) const;
  // One cell for each name. No line end within a cell.
  Result<std::vector<std::string>> cells(const std::string& line) const;

 private:
  std::vector<std::string> names_;
};

// Whole number of 10^-places in `text`, rounded once. kInvalid naming `field`: no number, or out of range.
Result<int64_t> number_in(const std::string& text, int places, double least, double most,
                          const std::string& field);
// Degrees as 10^-7 of them; `field` is "lat" or "lng".
Result<int32_t> degrees_in(const std::string& text, const std::string& field);
// Microseconds since 1970 of an ISO 8601 time.
Result<int64_t> moment_in(const std::string& text, const std::string& field);

}  // namespace haechi::tools
