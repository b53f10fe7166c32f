#include "api/measure.h"

#include "geo/area.h"
#include "geo/place.h"
#include "haechi/v1/api.pb.h"
#include "law/shapes.h"

namespace haechi::api {
namespace {

Result<std::vector<geo::Place>> places_of(const v1::MeasureInput& input) {
  if (input.points_size() < 2 || input.points_size() > kMeasurePointsMax)
    return invalid("points", "must be 2 to 200 places");
  std::vector<geo::Place> out;
  for (const v1::Place& point : input.points()) {
    const geo::Place place = law::place_of(point);
    if (!geo::in_range(place))
      return invalid("points[" + std::to_string(out.size()) + "]", "is not a place on Earth");
    out.push_back(place);
  }
  return out;
}

}  // namespace

Result<Plan> measure(const Exchange& exchange) {
  TRY(const v1::MeasureInput input, exchange.body<v1::MeasureInput>());
  TRY(const std::vector<geo::Place> places, places_of(input));
  v1::MeasureAnswer answer;
  int64_t length_mm = 0;
  const size_t legs = input.closed() ? places.size() : places.size() - 1;
  for (size_t i = 0; i < legs; ++i) {
    const geo::Place from = places[i];
    const geo::Place to = places[(i + 1) % places.size()];
    const int64_t leg_mm = geo::distance_mm(from, to);
    answer.add_legs_mm(leg_mm);
    answer.add_bearing_deg(static_cast<uint32_t>((geo::bearing_cdeg(from, to) + 50) / 100 % 360));
    length_mm += leg_mm;
  }
  answer.set_length_mm(length_mm);
  if (input.closed()) {
    const Result<int64_t> area = geo::area_m2(places);
    if (!area.ok()) return invalid("points" + area.error().field, area.error().reason);
    answer.set_area_m2(*area);
  }
  return answering(answer);
}

}  // namespace haechi::api
