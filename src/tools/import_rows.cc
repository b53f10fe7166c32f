#include "tools/import_rows.h"

#include <algorithm>
#include <boost/json.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "api/json.h"
#include "sim/json.h"
#include "tools/fact_files.h"
#include "tools/track_text.h"
#include "tools/violations.h"
#include "tools/zone_text.h"

namespace haechi::tools {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

Result<int64_t> whole(const json::value& value, const std::string& field) {
  if (value.is_int64() && value.get_int64() > 0) return value.get_int64();
  const std::string text = value.is_string() ? std::string(value.get_string()) : "";
  if (!text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == std::string::npos &&
      std::stoll(text) > 0)
    return std::stoll(text);
  return invalid(field, "must be a whole number above 0");
}

// {"entry_no": 7, "at_us": ..., "fact": {...}}; "at" with an ISO 8601 time instead of at_us is as good.
Status read_line(const std::string& line, bool lenient, ImportRow& row) {
  json::error_code error;
  const json::value value = json::parse(line, error);
  if (error) return invalid("", "is not JSON: " + error.message());
  if (!value.is_object()) return invalid("", "must be a JSON object");
  const json::value* fact = nullptr;
  for (const auto& [key, member] : value.get_object()) {
    if (key == "fact") {
      fact = &member;
    } else if (key == "entry_no") {
      TRY(const int64_t no, whole(member, "entry_no"));
      row.entry_no = static_cast<uint64_t>(no);
    } else if (key == "at_us") {
      TRY(row.at.us, whole(member, "at_us"));
    } else if (key == "at" && member.is_string()) {
      TRY(row.at, parse_iso8601(std::string(member.get_string())));
    } else {
      return invalid(std::string(key), "is no part of a line");
    }
  }
  if (fact == nullptr || !fact->is_object()) return invalid("fact", "must be an object");
  const std::string text = json::serialize(*fact);
  Status read = api::read_json(text, row.fact);
  if (!read.ok() && lenient) read = sim::from_json(text, row.fact);
  if (!read.ok()) return Error{read.error().code, "fact." + read.error().field, read.error().reason};
  if (row.fact.has_report_received() && !row.at.known())
    row.at = Time{row.fact.report_received().received_at_us()};
  return {};
}

class JsonLines final : public RowSource {
 public:
  JsonLines(const std::string& folder, const FactFile& file, bool lenient)
      : name_(file.name), kind_(file.kind), lenient_(lenient), lines_(folder + "/" + name_) {}

  bool next(ImportRow& row) override {
    std::string line;
    do {
      if (!std::getline(lines_, line)) return false;
      ++number_;
    } while (line.find_first_not_of(" \t\r") == std::string::npos);
    row = ImportRow{name_, number_, {}, 0, {}, {}};
    if (Status read = check(line, row); !read.ok()) row.bad = read.error();
    if (row.at < last_) row.at = last_;  // a bad row is told in its turn
    last_ = row.at;
    return true;
  }

 private:
  Status check(const std::string& line, ImportRow& row) const {
    TRY_STATUS(read_line(line, lenient_, row));
    const size_t home = fact_file_of(row.fact.kind_case());
    if (row.fact.kind_case() == v1::Fact::KIND_NOT_SET) return invalid("fact", "must be of some kind");
    if (kFactFiles[home].name != name_)
      return invalid("fact", "belongs into " + std::string(kFactFiles[home].name));
    if (row.at.known() && row.at < last_) return invalid("at_us", "is before that of a line above");
    return {};
  }

  const std::string name_;
  const v1::Fact::KindCase kind_;
  const bool lenient_;
  std::ifstream lines_;
  size_t number_ = 0;
  Time last_;
};

// A fix that came late stands below later ones: it is entered when it came, never before them.
void stamp(ImportRow& row, Time& last) {
  if (!row.bad) row.at = Time{row.fact.report_received().received_at_us()};
  row.at = std::max(row.at, last);
  last = row.at;
}

void take(Result<v1::ReportReceived> received, ImportRow& row) {
  if (received.ok()) {
    *row.fact.mutable_report_received() = *std::move(received);
  } else {
    row.bad = received.error();
  }
}
void take(Result<v1::ViolationTakenOver> violation, ImportRow& row) {
  if (violation.ok()) {
    *row.fact.mutable_violation_taken_over() = *std::move(violation);
  } else {
    row.bad = violation.error();
  }
}

// A file of comma-separated values, its columns in the first line.
template <typename Columns>
class CsvRows final : public RowSource {
 public:
  // `given` stands for a column that the file may leave out: the device of a track, the source of violations.
  CsvRows(const std::string& folder, std::string name, std::string given)
      : name_(std::move(name)), given_(std::move(given)), lines_(folder + "/" + name_) {}

  bool next(ImportRow& row) override {
    std::string line;
    if (ended_ || !std::getline(lines_, line)) return false;
    row = ImportRow{name_, ++number_, last_, 0, {}, {}};
    if (number_ == 1) {
      Result<Columns> columns = Columns::read(line, given_);
      if (columns.ok()) {
        columns_ = *std::move(columns);
        return next(row);
      }
      row.bad = columns.error();
      ended_ = true;  // no row means anything without its columns
      return true;
    }
    if (line.find_first_not_of(" \t\r") == std::string::npos) return next(row);
    take(columns_.row(line), row);
    stamp(row, last_);
    return true;
  }

 private:
  const std::string name_, given_;
  std::ifstream lines_;
  Columns columns_;
  size_t number_ = 0;
  bool ended_ = false;
  Time last_;
};

class HeldRows final : public RowSource {
 public:
  explicit HeldRows(std::vector<ImportRow> rows) : rows_(std::move(rows)) {}
  bool next(ImportRow& row) override {
    if (at_ == rows_.size()) return false;
    row = std::move(rows_[at_++]);
    return true;
  }

 private:
  std::vector<ImportRow> rows_;
  size_t at_ = 0;
};

std::string text_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::unique_ptr<RowSource> whole_file_bad(const std::string& name, Error error) {
  std::vector<ImportRow> rows(1);
  rows[0].file = name;
  rows[0].bad = std::move(error);
  return std::make_unique<HeldRows>(std::move(rows));
}

std::unique_ptr<RowSource> track_file(const RowOptions& options, const fs::path& path) {
  const std::string name = "tracks/" + path.filename().string();
  const std::string device_id = options.device_id.empty() ? path.stem().string() : options.device_id;
  const std::string text = text_of(path.string());
  Result<std::vector<TrackRow>> read =
      path.extension() == ".gpx" ? read_gpx(text, device_id) : read_track_features(text, device_id);
  if (!read.ok()) return whole_file_bad(name, read.error());
  std::vector<ImportRow> rows;
  Time last;
  for (TrackRow& one : *read) {
    ImportRow& row = rows.emplace_back(ImportRow{name, one.line, last, 0, {}, {}});
    take(std::move(one.received), row);
    stamp(row, last);
  }
  return std::make_unique<HeldRows>(std::move(rows));
}

std::unique_ptr<RowSource> zone_file(const RowOptions& options, const std::string& name) {
  Result<std::vector<ZoneRow>> read =
      read_zone_features(text_of(options.folder + "/" + name), options.id_property);
  if (!read.ok()) return whole_file_bad(name, read.error());
  std::vector<ImportRow> rows;
  for (ZoneRow& one : *read) {
    ImportRow& row = rows.emplace_back(ImportRow{name, one.feature, {}, 0, {}, {}});
    if (one.zone.ok()) {
      *row.fact.mutable_zone_registered() = *std::move(one.zone);
    } else {
      row.bad = one.zone.error();
    }
  }
  return std::make_unique<HeldRows>(std::move(rows));
}

std::vector<fs::path> track_paths(const std::string& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder + "/tracks", error), end; !error && at != end; at.increment(error))
    if (at->path().extension() == ".gpx" || at->path().extension() == ".geojson") paths.push_back(at->path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

}  // namespace

ImportRows::ImportRows(const RowOptions& options) {
  const auto there = [&](std::string_view name) {
    std::error_code error;
    return fs::is_regular_file(options.folder + "/" + std::string(name), error);
  };
  for (const FactFile& file : kFactFiles) {
    if (file.name == "devices.jsonl" && !options.only_facts && there("zones.geojson"))
      sources_.push_back(zone_file(options, "zones.geojson"));  // devices and orders may name them
    if (there(file.name))
      sources_.push_back(std::make_unique<JsonLines>(options.folder, file, options.lenient));
  }
  if (!options.only_facts) {
    if (there("tracks.csv"))
      sources_.push_back(
          std::make_unique<CsvRows<TrackColumns>>(options.folder, "tracks.csv", options.device_id));
    if (there("violations.csv"))
      sources_.push_back(
          std::make_unique<CsvRows<ViolationColumns>>(options.folder, "violations.csv", options.source));
    for (const fs::path& path : track_paths(options.folder)) sources_.push_back(track_file(options, path));
  }
  for (size_t i = 0; i < sources_.size(); ++i) pull(i);
}

bool ImportRows::Later::operator()(const std::unique_ptr<Waiting>& a,
                                   const std::unique_ptr<Waiting>& b) const {
  return std::tie(a->row.at, a->row.entry_no, a->source) > std::tie(b->row.at, b->row.entry_no, b->source);
}

void ImportRows::pull(size_t source) {
  auto waiting = std::make_unique<Waiting>();
  waiting->source = source;
  if (sources_[source]->next(waiting->row)) waiting_.push(std::move(waiting));
}

bool ImportRows::next(ImportRow& row) {
  if (waiting_.empty()) return false;
  // top() is const, but what it holds is taken out at once.
  auto first = std::move(const_cast<std::unique_ptr<Waiting>&>(waiting_.top()));
  waiting_.pop();
  row = std::move(first->row);
  pull(first->source);
  return true;
}

}  // namespace haechi::tools
