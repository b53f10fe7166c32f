// violations.csv: one row for each alert, as it was when it opened and as it is at the end, and one for each
// violation that another system judged; and its rows as such violations.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "tools/csv_text.h"
#include "tools/export_file.h"

namespace haechi::tools {

class Violations {
 public:
  // Every state of an alert, in the order of the log.
  void take(const v1::Alert& alert);
  void take(const v1::ViolationTakenOver& violation) { taken_over_.push_back(violation); }
  size_t alerts() const { return order_.size(); }
  // CSV with its columns in the first line: alerts by the first state taken, then what was taken over.
  void write(ExportFile& file) const;

 private:
  struct Row {
    v1::Alert opened, last;
  };
  std::map<std::string, Row> rows_;
  std::vector<std::string> order_;
  std::vector<v1::ViolationTakenOver> taken_over_;
};

// Reads the same columns in any order; id, kind, wearer_id and happened_at are needed. What a violation taken
// over does not keep is passed over.
class ViolationColumns {
 public:
  // `source` names the system of rows that name none.
  static Result<ViolationColumns> read(const std::string& line, const std::string& source);
  Result<v1::ViolationTakenOver> row(const std::string& line) const;

 private:
  CsvColumns columns_;
  std::string source_;
};

}  // namespace haechi::tools
