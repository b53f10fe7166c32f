#include "api/json.h"

#include <gtest/gtest.h>

#include "api/geojson.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api {
namespace {

struct Bad {
  const char* text;
  const char* field;
};

TEST(ReadJson, RefusesWhatIsNotExactlyAMessageAndNamesTheField) {
  const Bad kBad[] = {
      {"nonsense", ""},
      {"[]", ""},
      {"null", ""},
      {"\"text\"", ""},
      {"{", ""},
      {"{}}", ""},
      {"{} {}", ""},
      {"{\"id\":\"a\",}", ""},
      {"{'id':'a'}", ""},
      {"{id:\"a\"}", ""},
      {"{\"id\":\"a\" // why\n}", ""},
      {"{\"id\":\"a\",\"id\":\"b\"}", "id"},
      {"{\"nme\":\"a\"}", "nme"},
      {"{\"record\":{\"nme\":\"a\"}}", "record.nme"},
      {"{\"role\":\"ROLE_KING\"}", "role"},
      {"{\"role\":[]}", "role"},
      {"{\"removed\":\"yes\"}", "removed"},
      {"{\"record\":\"text\"}", "record"},
      {"{\"id\":\"\\ud800\"}", ""},
      {"{\"id\":\"\xff\"}", ""},
      {"{\"id\":NaN}", ""},
  };
  for (const Bad& bad : kBad) {
    v1::PersonInput message;
    const Status read = read_json(bad.text, message);
    ASSERT_FALSE(read.ok()) << bad.text;
    EXPECT_EQ(read.error().code, Code::kInvalid) << bad.text;
    EXPECT_EQ(read.error().field, bad.field) << bad.text << " " << read.error().text();
  }
}

TEST(ReadJson, RefusesNumbersOutOfRangeAndDeepNesting) {
  v1::Zone zone;
  EXPECT_FALSE(read_json(R"({"shape":{"circle":{"radius_mm":4294967296}}})", zone).ok());
  EXPECT_FALSE(read_json(R"({"shape":{"circle":{"radius_mm":-1}}})", zone).ok());
  EXPECT_FALSE(read_json(R"({"shape":{"circle":{"radius_mm":1.5}}})", zone).ok());
  EXPECT_FALSE(read_json("{\"shape\":" + std::string(1000, '[') + std::string(1000, ']') + "}", zone).ok());
}

TEST(ReadJson, NeverRepeatsAValueInItsError) {
  v1::PersonInput message;
  for (const char* text :
       {R"({"role":"Hong Gildong"})", R"({"removed":"Hong Gildong"})", R"({"record":"Hong Gildong"})"}) {
    const Status read = read_json(text, message);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().text().find("Hong"), std::string::npos) << read.error().text();
  }
}

TEST(ReadJson, TakesAnEmptyTextAsAnEmptyMessage) {
  v1::PersonInput message;
  EXPECT_TRUE(read_json("", message).ok());
  EXPECT_TRUE(read_json(" \n", message).ok());
}

TEST(WriteJson, WritesDefaultsAndSixtyFourBitNumbersAsStrings) {
  v1::Written written;
  written.set_entry_no(9007199254740993u);
  EXPECT_EQ(write_json(written),
            R"({"entry_no":"9007199254740993","version":0,"secret":"","signing_key":""})");
}

TEST(WriteJson, ReadsBackAsTheSameMessage) {
  v1::PersonInput message;
  message.set_id("W-1");
  message.set_role(v1::ROLE_WEARER);
  message.mutable_record()->set_name("홍길동 \"\\\n");
  v1::PersonInput back;
  ASSERT_TRUE(read_json(write_json(message), back).ok());
  EXPECT_EQ(back.SerializeAsString(), message.SerializeAsString());
}

TEST(GeoJson, BecomesAShapeWithoutTheRepeatedCorner) {
  v1::Shape shape;
  ASSERT_TRUE(shape_from_geojson(
                  R"({"type":"Polygon","coordinates":[[[127,37],[127.5,37],[127.5,37.25],[127,37]]]})", shape)
                  .ok());
  ASSERT_EQ(shape.polygon().outer().corners_size(), 3);
  EXPECT_EQ(shape.polygon().outer().corners(1).lng_e7(), 1'275'000'000);
  EXPECT_EQ(shape.polygon().outer().corners(2).lat_e7(), 372'500'000);
  ASSERT_TRUE(
      shape_from_geojson(R"({"type":"MultiPolygon","coordinates":[[[[1,2],[3,2],[3,4],[1,2]]]]})", shape)
          .ok());
  EXPECT_EQ(shape.multi_polygon().polygons_size(), 1);
}

TEST(GeoJson, NamesThePositionAtFault) {
  const Bad kBad[] = {
      {"[]", "geometry"},
      {R"({"coordinates":[]})", "geometry.type"},
      {R"({"type":"Point","coordinates":[1,2]})", "geometry.type"},
      {R"({"type":"Polygon"})", "geometry.coordinates"},
      {R"({"type":"Polygon","coordinates":[]})", "geometry.coordinates"},
      {R"({"type":"Polygon","coordinates":[[[1,2],[3,2],[3,4]]]})", "geometry.coordinates[0]"},
      {R"({"type":"Polygon","coordinates":[[[1,2],[3,2],[3,4],[1,3]]]})", "geometry.coordinates[0]"},
      {R"({"type":"Polygon","coordinates":[[[1,2],[3,200],[3,4],[1,2]]]})", "geometry.coordinates[0][1]"},
      {R"({"type":"Polygon","coordinates":[[[1,2],["3",2],[3,4],[1,2]]]})", "geometry.coordinates[0][1]"},
      {R"({"type":"Polygon","coordinates":[[[1,2],[3],[3,4],[1,2]]]})", "geometry.coordinates[0][1]"},
  };
  for (const Bad& bad : kBad) {
    v1::Shape shape;
    const Status read = shape_from_geojson(bad.text, shape);
    ASSERT_FALSE(read.ok()) << bad.text;
    EXPECT_EQ(read.error().field, bad.field) << bad.text;
  }
}

}  // namespace
}  // namespace haechi::api
