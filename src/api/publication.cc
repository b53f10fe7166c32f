#include "api/publication.h"

#include "law/calendar.h"
#include "law/pack.h"
#include "picture/synthetic.h"

namespace haechi::api::publication {
namespace {

using Counts = std::map<std::string, uint64_t>;

int32_t year_of(Time at) {
  return static_cast<int32_t>(std::stoi(iso8601(at).substr(0, 4)));
}

bool is_in(int64_t at_us, int32_t year) {
  return at_us > 0 && year_of(Time{at_us}) == year;
}

// Each wearer once, under the kind of the first order that began for him in the year: rows that share nobody.
Counts wearers(const picture::Picture& picture, int32_t year) {
  std::map<std::string, const v1::Order*> first;
  for (const auto& [id, order] : picture.orders()) {
    if (!is_in(order.starts_at_us(), year) || picture::is_synthetic(picture, order.wearer_id())) continue;
    const v1::Order*& known = first[order.wearer_id()];
    if (known == nullptr || order.starts_at_us() < known->starts_at_us()) known = &order;
  }
  Counts out;
  for (const auto& [wearer, order] : first) ++out[order->kind()];
  return out;
}

Counts measures(const picture::Picture& picture, int32_t year) {
  Counts out;
  for (const auto& [id, measure] : picture.case_book().measures()) {
    if (!is_in(measure.decided_at_us(), year)) continue;
    ++out[measure.end() == v1::MEASURE_END_DENIED ? "denied" : "granted"];
  }
  return out;
}

Counts alerts(const picture::Picture& picture, int32_t year) {
  Counts out;
  for (const picture::PastAlerts::Tally& alert : picture.past_alerts().tallies())
    if (!alert.refuted && is_in(alert.opened_at_us, year))
      ++out[iso8601(Time{alert.opened_at_us}).substr(0, 7)];
  return out;
}

Result<int32_t> asked_year(const Exchange& exchange) {
  const std::string text = exchange.request.parameter("year");
  if (text.size() != 4 || text.find_first_not_of("0123456789") != std::string::npos)
    return invalid("year", "must be a year such as 2025");
  const int32_t year = static_cast<int32_t>(std::stoi(text));
  if (year >= year_of(exchange.now)) return invalid("year", "must be over");
  return year;
}

}  // namespace

v1::Publication::Table table(const std::string& name, const Counts& counts) {
  v1::Publication::Table out;
  out.set_name(name);
  for (const auto& [key, count] : counts) {
    if (count < kSmallest) continue;
    v1::Publication::Row& row = *out.add_rows();
    row.set_key(key);
    row.set_count(count / kSmallest * kSmallest);
  }
  return out;
}

Result<Plan> run(const Exchange& exchange) {
  TRY(const int32_t year, asked_year(exchange));
  const picture::Picture& picture = exchange.world.picture;
  v1::Publication out;
  out.set_year(year);
  out.set_smallest(static_cast<uint32_t>(kSmallest));
  *out.add_tables() = table("wearers_by_kind", wearers(picture, year));
  *out.add_tables() = table("measures_by_outcome", measures(picture, year));
  *out.add_tables() = table("alerts_by_month", alerts(picture, year));
  return answering(out);
}

}  // namespace haechi::api::publication
