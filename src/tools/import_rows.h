// Rows of a folder to be imported: from every file in it, merged into one order by stamp.
//
// JSON Lines and CSV are read line by line; GPX and GeoJSON are in memory while they are imported.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <queue>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::tools {

struct ImportRow {
  std::string file;       // relative to the folder
  size_t line = 0;        // or feature of a GeoJSON file; 0: the file as a whole
  Time at;                // zero: the row does not say; then it comes first of its file
  uint64_t entry_no = 0;  // 0: not said
  v1::Fact fact;
  std::optional<Error> bad;
};

// One file. Its stamps never go back.
class RowSource {
 public:
  virtual ~RowSource() = default;
  // False at the end.
  virtual bool next(ImportRow& row) = 0;
};

struct RowOptions {
  std::string folder;
  bool only_facts = false;         // the JSON Lines alone: everything else was derived from them
  bool lenient = false;            // facts as an older build logged them: values it does not know are taken
  std::string device_id;           // of every track; empty: the column device_id, or the name of the file
  std::string source;              // of violations.csv, for rows that name none
  std::string id_property = "id";  // of zones.geojson
};

class ImportRows {
 public:
  explicit ImportRows(const RowOptions& options);
  // By stamp; of one moment by entry number, then as kFactFiles says. False at the end.
  bool next(ImportRow& row);
  // How many files are read.
  size_t files() const { return sources_.size(); }

 private:
  struct Waiting {
    ImportRow row;
    size_t source;
  };
  struct Later {
    bool operator()(const std::unique_ptr<Waiting>& a, const std::unique_ptr<Waiting>& b) const;
  };
  void pull(size_t source);

  std::vector<std::unique_ptr<RowSource>> sources_;  // in the order of their rank
  std::priority_queue<std::unique_ptr<Waiting>, std::vector<std::unique_ptr<Waiting>>, Later> waiting_;
};

}  // namespace haechi::tools
