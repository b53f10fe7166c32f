#include "tools/zone_text.h"

#include <gtest/gtest.h>

namespace haechi::tools {
namespace {

void corner(v1::Ring& ring, int32_t lat_e7, int32_t lng_e7) {
  v1::Place& place = *ring.add_corners();
  place.set_lat_e7(lat_e7);
  place.set_lng_e7(lng_e7);
}

v1::Zone read_back(const v1::Zone& zone) {
  const auto rows = read_zone_features(R"({"features":[)" + zone_feature(zone) + "]}", "id");
  EXPECT_TRUE(rows.ok() && rows->front().zone.ok());
  return rows.ok() && rows->front().zone.ok() ? *rows->front().zone : v1::Zone();
}

TEST(ZoneText, KeepsACircleByItsRadius) {
  v1::Zone zone;
  zone.set_id("z");
  v1::Circle& circle = *zone.mutable_shape()->mutable_circle();
  circle.mutable_centre()->set_lat_e7(-376'360'001);
  circle.mutable_centre()->set_lng_e7(1'272'165'009);
  circle.set_radius_mm(250'501);
  EXPECT_EQ(read_back(zone).SerializeAsString(), zone.SerializeAsString());
}

TEST(ZoneText, TurnsOuterRingsCounterclockwiseAndHolesTheOtherWay) {
  v1::Zone zone;
  zone.set_id("z");
  v1::Polygon& polygon = *zone.mutable_shape()->mutable_multi_polygon()->add_polygons();
  for (v1::Ring* ring : {polygon.mutable_outer(), polygon.add_holes()}) {  // both counterclockwise
    const int32_t size = ring == polygon.mutable_outer() ? 100 : 50;
    corner(*ring, -size, -size);
    corner(*ring, -size, size);
    corner(*ring, size, size);
  }
  const v1::Zone back = read_back(zone);
  const v1::Polygon& read = back.shape().multi_polygon().polygons(0);
  EXPECT_EQ(read.outer().SerializeAsString(), polygon.outer().SerializeAsString());
  EXPECT_EQ(read.holes(0).corners(0).SerializeAsString(), polygon.holes(0).corners(0).SerializeAsString());
  EXPECT_EQ(read.holes(0).corners(1).SerializeAsString(), polygon.holes(0).corners(2).SerializeAsString());
}

TEST(ZoneText, NamesEachFeatureThatIsNoZone) {
  const auto rows = read_zone_features(
      R"({"features":[{"properties":{"id":"a"},"geometry":{"type":"Point","coordinates":[127,37]}},)"
      R"({"properties":{},"geometry":{"type":"Point","coordinates":[127,37]}},)"
      R"({"properties":{"id":"a","radius_m":-1},"geometry":{"type":"Point","coordinates":[127,37]}},)"
      R"({"properties":{"id":"a","radius_m":9},"geometry":{"type":"Point","coordinates":[127,97]}},)"
      R"({"properties":{"id":"a"},"geometry":{"type":"LineString","coordinates":[[127,37]]}},null]})",
      "id");
  ASSERT_TRUE(rows.ok()) << rows.error().text();
  ASSERT_EQ(rows->size(), 6u);
  for (const ZoneRow& row : *rows) EXPECT_FALSE(row.zone.ok()) << row.feature;
  EXPECT_EQ((*rows)[0].zone.error().field, "properties.radius_m");
  EXPECT_EQ((*rows)[1].zone.error().field, "properties.id");
  EXPECT_FALSE(read_zone_features("[]", "id").ok());
}

}  // namespace
}  // namespace haechi::tools
