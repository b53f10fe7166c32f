#include "tools/violations.h"

#include "tools/track_text.h"

namespace haechi::tools {
namespace {

const char* const kColumns =
    "alert_id,incident_id,kind,code,state,handling,wearer_id,protected_id,order_id,order_version,condition_"
    "id,"
    "zone_id,device_id,opened_at,happened_at,received_at,cleared_at,clear_reason,late,margin_m,sigma_m,"
    "probability,distance_m,distance_sigma_m,basis,suspicion,lat,lng,silent,handled_by,reason_code";

std::string bare(const std::string& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return name;
  const std::string rest = name.substr(prefix.size());
  return rest == "UNSPECIFIED" ? "" : rest;
}

// Text that people typed: quoted, and nothing that a spreadsheet would take for a formula.
std::string typed(const std::string& text) {
  if (text.empty()) return "";
  std::string out = "\"";
  if (std::string_view("=+-@\t\r").find(text[0]) != std::string_view::npos) out += '\'';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c == '\n' || c == '\r' ? ' ' : c;
  }
  return out + "\"";
}

std::string moment(int64_t us) {
  return iso8601_us(Time{us});
}

}  // namespace

void Violations::take(const v1::Alert& alert) {
  const auto [found, fresh] = rows_.try_emplace(alert.id(), Row{alert, alert});
  if (fresh) order_.push_back(alert.id());
  found->second.last = alert;
}

void Violations::write(ExportFile& file) const {
  file.add_line(kColumns);
  for (const std::string& id : order_) {
    const v1::Alert &opened = rows_.at(id).opened, &last = rows_.at(id).last;
    const bool measured = opened.has_proximity();
    const bool weighed = opened.sigma_mm() > 0 || opened.probability_ppm() > 0;
    const std::string cells[] = {
        last.id(),
        last.incident_id(),
        bare(v1::AlertKind_Name(last.kind()), "ALERT_KIND_"),
        std::to_string(last.code()),
        bare(v1::AlertState_Name(last.state()), "ALERT_STATE_"),
        bare(v1::AlertHandling_Name(last.handling()), "ALERT_HANDLING_"),
        last.wearer_id(),
        last.protected_id(),
        last.order_id(),
        last.order_version() > 0 ? std::to_string(last.order_version()) : "",
        typed(last.condition_id()),
        last.zone_id(),
        last.device_id(),
        moment(last.opened_at_us()),
        moment(last.happened_at_us()),
        moment(last.received_at_us()),
        moment(last.cleared_at_us()),
        typed(last.clear_reason()),
        last.late() ? "true" : "false",
        weighed ? decimal(opened.margin_mm(), 3) : "",
        weighed ? decimal(opened.sigma_mm(), 3) : "",
        weighed ? decimal(opened.probability_ppm(), 6) : "",
        measured ? decimal(opened.proximity().distance_mm(), 3) : "",
        measured ? decimal(opened.proximity().sigma_mm(), 3) : "",
        bare(v1::AlertBasis_Name(opened.basis()), "ALERT_BASIS_"),
        bare(v1::Suspicion_Name(opened.suspicion()), "SUSPICION_"),
        opened.has_place() ? decimal(opened.place().lat_e7(), 7) : "",
        opened.has_place() ? decimal(opened.place().lng_e7(), 7) : "",
        last.silent() ? "true" : "false",
        typed(last.handled_by()),
        typed(last.reason_code()),
    };
    std::string line;
    for (const std::string& cell : cells) line += cell + ",";
    line.pop_back();
    file.add_line(line);
  }
}

}  // namespace haechi::tools
