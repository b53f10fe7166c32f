#include "tools/import.h"

#include <gtest/gtest.h>

namespace haechi::tools {
namespace {

std::string feature(const std::string& properties, const std::string& ring) {
  return R"({"type":"Feature","properties":)" + properties +
         R"(,"geometry":{"type":"Polygon","coordinates":[)" + ring + "]}}";
}
std::string collection(const std::string& features) {
  return R"({"type":"FeatureCollection","features":[)" + features + "]}";
}
const std::string kSquare = "[[127.0,37.0],[127.1,37.0],[127.1,37.1],[127.0,37.1],[127.0,37.0]]";
const std::string kBowTie = "[[127.0,37.0],[127.1,37.1],[127.1,37.0],[127.0,37.1],[127.0,37.0]]";

TEST(Import, MakesAnAgencyAndAJurisdictionOfEachFeature) {
  ImportOptions options;
  options.informed_agency_ids = {"room"};
  const auto read =
      read_boundaries(collection(feature(R"({"code":"11010","name":"종로구"})", kSquare)), options);
  ASSERT_TRUE(read.ok()) << read.error().text();
  EXPECT_TRUE(read->bad.empty());
  ASSERT_EQ(read->facts.size(), 2u);
  EXPECT_EQ(read->facts[0].agency_registered().id(), "agency-11010");
  EXPECT_EQ(read->facts[0].agency_registered().name(), "종로구");
  const v1::Jurisdiction& area = read->facts[1].jurisdiction_registered();
  EXPECT_EQ(area.id(), "area-11010");
  EXPECT_EQ(area.agency_id(), "agency-11010");
  EXPECT_EQ(area.informed_agency_ids(0), "room");
}

TEST(Import, TakesIdAndNameFromThePropertiesItIsTold) {
  ImportOptions options;
  options.id_property = "SIG_CD";
  options.name_property = "SIG_KOR_NM";
  const auto read =
      read_boundaries(collection(feature(R"({"SIG_CD":41360,"SIG_KOR_NM":"남양주시"})", kSquare)), options);
  ASSERT_TRUE(read.ok());
  ASSERT_EQ(read->facts.size(), 2u);
  EXPECT_EQ(read->facts[0].agency_registered().id(), "agency-41360");
  EXPECT_EQ(read->facts[0].agency_registered().name(), "남양주시");
}

TEST(Import, NamesEveryBadFeatureWithItsIndexAndReason) {
  const auto read = read_boundaries(collection(feature(R"({"code":"1","name":"a"})", kSquare) + "," +
                                               feature(R"({"code":"2","name":"crossed"})", kBowTie) + "," +
                                               feature(R"({"code":"1","name":"twice"})", kSquare) + "," +
                                               feature(R"({"name":"nameless"})", kSquare) + ",7"),
                                    {});
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->features, 5u);
  ASSERT_EQ(read->bad.size(), 4u);
  EXPECT_EQ(read->bad[0].index, 1u);
  EXPECT_EQ(read->bad[0].name, "crossed");
  EXPECT_NE(read->bad[0].reason.find("cross"), std::string::npos) << read->bad[0].reason;
  EXPECT_EQ(read->bad[1].name, "twice");
  EXPECT_NE(read->bad[2].reason.find("properties.code"), std::string::npos) << read->bad[2].reason;
  EXPECT_EQ(read->bad[3].index, 4u);
}

TEST(Import, TakesOutABorderThatRunsOutAndStraightBack) {
  for (const std::string ring :
       {"[[127.0,37.0],[127.1,37.0],[127.1,37.1],[127.0,37.1],[127.0,37.0],[126.9,36.9],[127.0,37.0]]",
        "[[127.0,37.0],[127.1,37.0],[127.2,37.0],[127.1,37.0],[127.1,37.1],[127.0,37.1],[127.0,37.0]]",
        "[[126.9,36.9],[127.0,37.0],[127.1,37.0],[127.1,37.1],[127.0,37.1],[127.0,37.0],[126.9,36.9]]"}) {
    const auto read = read_boundaries(collection(feature(R"({"code":"1","name":"a"})", ring)), {});
    ASSERT_TRUE(read.ok());
    EXPECT_TRUE(read->bad.empty()) << ring << read->bad[0].reason;
    ASSERT_EQ(read->mended.size(), 1u) << ring;
    EXPECT_EQ(read->facts[1].jurisdiction_registered().shape().polygon().outer().corners_size(), 4) << ring;
  }
}

TEST(Import, MakesAZoneOfEachFeatureAndNamesTheBadOnes) {
  ImportOptions options;
  options.id_property = "id";
  const auto read = read_zones(
      collection(
          feature(R"({"id":"school"})", kSquare) + "," + feature(R"({"id":"crossed"})", kBowTie) + "," +
          feature(R"({"id":"school"})", kSquare) +
          R"(,{"properties":{"id":"home","radius_m":50},"geometry":{"type":"Point","coordinates":[127,37]}})"),
      options);
  ASSERT_TRUE(read.ok()) << read.error().text();
  ASSERT_EQ(read->facts.size(), 2u);
  EXPECT_EQ(read->facts[0].zone_registered().id(), "school");
  EXPECT_EQ(read->facts[1].zone_registered().shape().circle().radius_mm(), 50'000u);
  ASSERT_EQ(read->bad.size(), 2u);
  EXPECT_EQ(read->bad[0].name, "crossed");
  EXPECT_EQ(read->bad[1].index, 2u);
}

TEST(Import, RefusesWhatIsNoCollection) {
  EXPECT_FALSE(read_boundaries("", {}).ok());
  EXPECT_FALSE(read_boundaries("[]", {}).ok());
  EXPECT_FALSE(read_boundaries(R"({"type":"Feature"})", {}).ok());
}

}  // namespace
}  // namespace haechi::tools
