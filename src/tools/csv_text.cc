#include "tools/csv_text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/time.h"

namespace haechi::tools {
namespace {

Result<std::vector<std::string>> split(std::string line) {
  if (!line.empty() && line.back() == '\r') line.pop_back();
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted && c == '"' && i + 1 < line.size() && line[i + 1] == '"') {
      cells.back() += c;
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      cells.emplace_back();
    } else {
      cells.back() += c;
    }
  }
  if (quoted) return invalid("", "a quoted cell does not end on its line");
  return cells;
}

}  // namespace

Result<CsvColumns> CsvColumns::read(const std::string& line, const std::set<std::string>& known) {
  CsvColumns columns;
  const bool marked = line.starts_with("\xEF\xBB\xBF");  // spreadsheets begin a file so
  TRY(columns.names_, split(marked ? line.substr(3) : line));
  std::set<std::string> seen;
  for (const std::string& name : columns.names_) {
    if (!known.contains(name)) return invalid("\"" + name + "\"", "is no column of this file");
    if (!seen.insert(name).second) return invalid(name, "occurs twice");
  }
  return columns;
}

bool CsvColumns::has(const std::string& name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

Result<std::vector<std::string>> CsvColumns::cells(const std::string& line) const {
  TRY(std::vector<std::string> cells, split(line));
  if (cells.size() != names_.size())
    return invalid("",
                   "has " + std::to_string(cells.size()) + " cells, not " + std::to_string(names_.size()));
  return cells;
}

Result<int64_t> number_in(const std::string& text, int places, double least, double most,
                          const std::string& field) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || read.ec != std::errc() || read.ptr != end || !std::isfinite(value))
    return invalid(field, "must be a number");
  if (value < least || value > most) return invalid(field, "is out of range");
  return static_cast<int64_t>(std::llround(value * std::pow(10.0, places)));
}

Result<int32_t> degrees_in(const std::string& text, const std::string& field) {
  const double most = field == "lat" ? 90 : 180;
  TRY(const int64_t e7, number_in(text, 7, -most, most, field));
  return static_cast<int32_t>(e7);
}

Result<int64_t> moment_in(const std::string& text, const std::string& field) {
  const Result<Time> time = parse_iso8601(text);
  if (!time.ok()) return invalid(field, "must be an ISO 8601 time");
  return time->us;
}

}  // namespace haechi::tools
