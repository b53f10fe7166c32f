// Violations: one row for each alert, as it was when it opened and as it is at the end.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "haechi/v1/effect.pb.h"
#include "tools/export_file.h"

namespace haechi::tools {

class Violations {
 public:
  // Every state of an alert, in the order of the log.
  void take(const v1::Alert& alert);
  size_t size() const { return order_.size(); }
  // CSV with its columns in the first line, by the first state taken.
  void write(ExportFile& file) const;

 private:
  struct Row {
    v1::Alert opened, last;
  };
  std::map<std::string, Row> rows_;
  std::vector<std::string> order_;
};

}  // namespace haechi::tools
