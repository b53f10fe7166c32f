// Tracks as text: CSV, GPX 1.1 and GeoJSON (RFC 7946), written for outside readers and read from them.
//
// Columns, properties and units are those of docs/export.md. Numbers are written exactly: 1e-7 degree,
// millimetres, microseconds; reading rounds once to these.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/fact.pb.h"
#include "tools/csv_text.h"

namespace haechi::tools {

// "2026-03-14T08:55:12.250000Z": every microsecond, so that nothing is lost on the way.
std::string iso8601_us(Time time);
// `value` in units of 10^-places as a decimal number: decimal(-1234, 3) is "-1.234".
std::string decimal(int64_t value, int places);

// Writing. `received` must have a fix.
extern const char* const kTrackColumns;  // the first line of tracks.csv
std::string track_csv(const std::string& person_id, const v1::ReportReceived& received);
// Head, and everything after the last segment; between them track points, in segments.
std::string gpx_head(const std::string& person_id);
std::string gpx_point(const v1::ReportReceived& received);
extern const char* const kGpxSegment;     // begins one
extern const char* const kGpxSegmentEnd;  // ends one
extern const char* const kGpxEnd;
std::string track_feature(const v1::ReportReceived& received);

// Reading. A row or point that cannot be taken is an Error beside its line (0: not known).
struct TrackRow {
  size_t line = 0;
  Result<v1::ReportReceived> received = v1::ReportReceived();
};

// The columns of a track in CSV, in any order; device_id, fixed_at, lat and lng are needed, an unknown name
// is refused. `device_id` given: no such column is needed, and every row is of that device.
class TrackColumns {
 public:
  static Result<TrackColumns> read(const std::string& line, const std::string& device_id);
  Result<v1::ReportReceived> row(const std::string& line) const;

 private:
  CsvColumns columns_;
  std::string device_id_;
};

// Track points of a GPX file, in the order of the file. kInvalid when it is no GPX.
Result<std::vector<TrackRow>> read_gpx(const std::string& text, const std::string& device_id);
// Points with a time (property fixed_at, time or timestamp), and lines with one time for each position
// (property coordTimes). Other features are refused one by one; their "line" is their place among the
// features, from 1. kInvalid when it is no FeatureCollection.
Result<std::vector<TrackRow>> read_track_features(const std::string& text, const std::string& device_id);

}  // namespace haechi::tools
