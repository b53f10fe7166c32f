#include "tools/violations.h"

#include <array>
#include <utility>

#include "base/typed_cell.h"
#include "tools/track_text.h"

namespace haechi::tools {
namespace {

constexpr std::array kColumns = {"id",
                                 "source",
                                 "incident_id",
                                 "kind",
                                 "code",
                                 "state",
                                 "handling",
                                 "wearer_id",
                                 "protected_id",
                                 "order_id",
                                 "order_version",
                                 "condition_id",
                                 "zone_id",
                                 "device_id",
                                 "opened_at",
                                 "happened_at",
                                 "received_at",
                                 "cleared_at",
                                 "clear_reason",
                                 "late",
                                 "margin_m",
                                 "sigma_m",
                                 "probability",
                                 "distance_m",
                                 "distance_sigma_m",
                                 "basis",
                                 "suspicion",
                                 "lat",
                                 "lng",
                                 "silent",
                                 "handled_by",
                                 "reason_code"};
using Cells = std::map<std::string_view, std::string>;

constexpr double kDistanceMaxM = 20'100'000;  // half way round the earth

std::string bare(const std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return name;
  const std::string rest = name.substr(prefix.size());
  return rest == "UNSPECIFIED" ? "" : rest;
}

std::string typed(const std::string& text) {
  return text.empty() ? "" : typed_cell(text);
}

// A name that was checked where it came in; whatever else is there is text.
std::string named(const std::string& text) {
  const bool plain =
      text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
      std::string::npos;
  return plain && !text.starts_with('-') ? text : typed(text);
}

std::string moment(int64_t us) {
  return iso8601_us(Time{us});
}

Cells cells_of(const v1::Alert& opened, const v1::Alert& last) {
  Cells out = {
      {"id", last.id()},
      {"incident_id", last.incident_id()},
      {"kind", bare(v1::AlertKind_Name(last.kind()), "ALERT_KIND_")},
      {"code", std::to_string(last.code())},
      {"state", bare(v1::AlertState_Name(last.state()), "ALERT_STATE_")},
      {"handling", bare(v1::AlertHandling_Name(last.handling()), "ALERT_HANDLING_")},
      {"wearer_id", last.wearer_id()},
      {"protected_id", last.protected_id()},
      {"order_id", last.order_id()},
      {"order_version", last.order_version() > 0 ? std::to_string(last.order_version()) : ""},
      {"condition_id", typed(last.condition_id())},
      {"zone_id", last.zone_id()},
      {"device_id", last.device_id()},
      {"opened_at", moment(last.opened_at_us())},
      {"happened_at", moment(last.happened_at_us())},
      {"received_at", moment(last.received_at_us())},
      {"cleared_at", moment(last.cleared_at_us())},
      {"clear_reason", typed(last.clear_reason())},
      {"late", last.late() ? "true" : "false"},
      {"basis", bare(v1::AlertBasis_Name(opened.basis()), "ALERT_BASIS_")},
      {"suspicion", bare(v1::Suspicion_Name(opened.suspicion()), "SUSPICION_")},
      {"silent", last.silent() ? "true" : "false"},
      {"handled_by", typed(last.handled_by())},
      {"reason_code", typed(last.reason_code())},
  };
  if (opened.sigma_mm() > 0 || opened.probability_ppm() > 0) {
    out["margin_m"] = decimal(opened.margin_mm(), 3);
    out["sigma_m"] = decimal(opened.sigma_mm(), 3);
    out["probability"] = decimal(opened.probability_ppm(), 6);
  }
  if (opened.has_proximity()) {
    out["distance_m"] = decimal(opened.proximity().distance_mm(), 3);
    out["distance_sigma_m"] = decimal(opened.proximity().sigma_mm(), 3);
  }
  if (opened.has_place()) {
    out["lat"] = decimal(opened.place().lat_e7(), 7);
    out["lng"] = decimal(opened.place().lng_e7(), 7);
  }
  return out;
}

Cells cells_of(const v1::ViolationTakenOver& violation) {
  Cells out = {
      {"id", violation.id()},
      {"source", named(violation.source())},
      {"kind", bare(v1::AlertKind_Name(violation.kind()), "ALERT_KIND_")},
      {"wearer_id", violation.wearer_id()},
      {"protected_id", violation.protected_id()},
      {"order_id", violation.order_id()},
      {"zone_id", violation.zone_id()},
      {"happened_at", moment(violation.happened_at_us())},
      {"cleared_at", moment(violation.ended_at_us())},
      {"reason_code", typed(violation.outcome())},
  };
  if (violation.distance_mm() > 0) out["distance_m"] = decimal(violation.distance_mm(), 3);
  if (violation.has_place()) {
    out["lat"] = decimal(violation.place().lat_e7(), 7);
    out["lng"] = decimal(violation.place().lng_e7(), 7);
  }
  return out;
}

std::string line_of(Cells cells) {
  std::string line;
  for (const char* column : kColumns) line += cells[column] + ",";
  line.pop_back();
  return line;
}

// One cell that is not empty.
Status set(v1::ViolationTakenOver& out, const std::string& name, const std::string& text) {
  if (name == "id") out.set_id(text);
  if (name == "source") out.set_source(text);
  if (name == "wearer_id") out.set_wearer_id(text);
  if (name == "protected_id") out.set_protected_id(text);
  if (name == "order_id") out.set_order_id(text);
  if (name == "zone_id") out.set_zone_id(text);
  if (name == "reason_code") out.set_outcome(text);
  if (name == "kind") {
    v1::AlertKind kind = v1::ALERT_KIND_UNSPECIFIED;
    if (!v1::AlertKind_Parse("ALERT_KIND_" + text, &kind))
      return invalid("kind", "must be a kind of alert, such as KEEP_AWAY or STRAP_CUT");
    out.set_kind(kind);
  } else if (name == "happened_at") {
    TRY(const int64_t us, moment_in(text, name));
    out.set_happened_at_us(us);
  } else if (name == "cleared_at") {
    TRY(const int64_t us, moment_in(text, name));
    out.set_ended_at_us(us);
  } else if (name == "distance_m") {
    TRY(const int64_t mm, number_in(text, 3, 0, kDistanceMaxM, name));
    out.set_distance_mm(mm);
  } else if (name == "lat") {
    TRY(const int32_t e7, degrees_in(text, name));
    out.mutable_place()->set_lat_e7(e7);
  } else if (name == "lng") {
    TRY(const int32_t e7, degrees_in(text, name));
    out.mutable_place()->set_lng_e7(e7);
  }
  return {};
}

}  // namespace

void Violations::take(const v1::Alert& alert) {
  const auto [found, fresh] = rows_.try_emplace(alert.id(), Row{alert, alert});
  if (fresh) order_.push_back(alert.id());
  found->second.last = alert;
}

void Violations::write(ExportFile& file) const {
  Cells names;
  for (const char* column : kColumns) names[column] = column;
  file.add_line(line_of(std::move(names)));
  for (const std::string& id : order_)
    file.add_line(line_of(cells_of(rows_.at(id).opened, rows_.at(id).last)));
  for (const v1::ViolationTakenOver& one : taken_over_) file.add_line(line_of(cells_of(one)));
}

Result<ViolationColumns> ViolationColumns::read(const std::string& line, const std::string& source) {
  ViolationColumns columns;
  columns.source_ = source;
  TRY(columns.columns_, CsvColumns::read(line, {kColumns.begin(), kColumns.end()}));
  for (const char* needed : {"id", "kind", "wearer_id", "happened_at"})
    if (!columns.columns_.has(needed)) return invalid(needed, "is missing among the columns");
  if (columns.columns_.has("lat") != columns.columns_.has("lng"))
    return invalid("lat", "and lng must both be columns, or neither");
  return columns;
}

Result<v1::ViolationTakenOver> ViolationColumns::row(const std::string& line) const {
  TRY(const std::vector<std::string> cells, columns_.cells(line));
  v1::ViolationTakenOver out;
  out.set_source(source_);
  bool judged = true;
  int coordinates = 0;
  for (size_t i = 0; i < cells.size(); ++i) {
    const std::string& name = columns_.names()[i];
    if (cells[i].empty()) continue;
    TRY_STATUS(set(out, name, cells[i]));
    coordinates += name == "lat" || name == "lng";
    // The reason code of what nobody has resolved says why it waits.
    if (name == "handling") judged = cells[i] == "RESOLVED" || cells[i] == "CLOSED";
  }
  if (coordinates == 1) return invalid("lat", "and lng must both be said, or neither");
  if (!judged) out.clear_outcome();
  return out;
}

}  // namespace haechi::tools
