#include "api/measure.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cmath>

#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

constexpr char kPath[] = "/api/v1/measure";

std::string place(int32_t lat_e7, int32_t lng_e7) {
  return "{\"lat_e7\":" + std::to_string(lat_e7) + ",\"lng_e7\":" + std::to_string(lng_e7) + "}";
}

std::string body(const std::vector<std::string>& places, bool closed) {
  std::string out = "{\"points\":[";
  for (const std::string& one : places) out += (out.back() == '[' ? "" : ",") + one;
  return out + "],\"closed\":" + (closed ? "true" : "false") + "}";
}

v1::MeasureAnswer measured(TestWorld& world, const std::string& input) {
  const net::Response response = world.ask(Role::kControl, "POST", kPath, input);
  v1::MeasureAnswer answer;
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_TRUE(read_json(response.body, answer).ok());
  return answer;
}

// Lengths and bearings of geodesics by Karney's algorithm.
TEST(Measure, AgreesWithGeodesics) {
  TestWorld world;
  const auto palace = place(375712000, 1269765000), hall = place(375665000, 1269780000);
  const v1::MeasureAnswer one = measured(world, body({palace, hall}, false));
  ASSERT_EQ(one.legs_mm_size(), 1);
  EXPECT_NEAR(static_cast<double>(one.legs_mm(0)), 538'213.94, 1.0);
  EXPECT_EQ(one.length_mm(), one.legs_mm(0));
  EXPECT_EQ(one.bearing_deg(0), 166u);
  EXPECT_EQ(one.area_m2(), 0);
  const v1::MeasureAnswer far = measured(world, body({hall, place(351796000, 1290756000)}, false));
  EXPECT_NEAR(static_cast<double>(far.legs_mm(0)), 324'915'297.45, 2'000.0);
  EXPECT_EQ(far.bearing_deg(0), 144u);
}

TEST(Measure, ClosesAWayAndGivesTheGroundInside) {
  TestWorld world;
  const v1::MeasureAnswer answer =
      measured(world, body({place(375712000, 1269765000), place(375712000, 1269775000),
                            place(375760000, 1269772000), place(375758000, 1269760000)},
                           true));
  ASSERT_EQ(answer.legs_mm_size(), 4);
  ASSERT_EQ(answer.bearing_deg_size(), 4);
  EXPECT_NEAR(static_cast<double>(answer.length_mm()), 1'242'500.68, 4.0);
  EXPECT_EQ(answer.area_m2(), 51'082);
}

TEST(Measure, GivesBearingsOfWholeDegreesBelowThreeHundredAndSixty) {
  TestWorld world;
  // A hair west of north rounds up to a full turn, which is north.
  const v1::MeasureAnswer answer =
      measured(world, body({place(370000000, 1270000000), place(371000000, 1269999900)}, false));
  EXPECT_EQ(answer.bearing_deg(0), 0u);
}

TEST(Measure, NamesWhatIsWrong) {
  TestWorld world;
  const auto a = place(370000000, 1270000000), b = place(371000000, 1270000000);
  const auto c = place(371000000, 1271000000), d = place(370000000, 1271000000);
  for (const auto& [input, field] : std::map<std::string, std::string>{
           {"{}", "points"},
           {body({a}, false), "points"},
           {body(std::vector<std::string>(201, a), false), "points"},
           {body({a, place(900000001, 0)}, false), "points[1]"},
           {body({a, b}, true), "points"},
           {body({a, b, c, b}, true), "points[3]"},
           {body({a, c, b, d}, true), "points"},
           {R"({"point":[]})", "point"},
       }) {
    const net::Response answer = world.ask(Role::kUnit, "POST", kPath, input);
    EXPECT_EQ(answer.status, 400) << input.substr(0, 80);
    EXPECT_EQ(std::string(json::parse(answer.body).at("field").as_string()), field) << answer.body;
  }
}

TEST(Measure, IsForThoseOnlyWhoMaySeePlacesAndLeavesNoRecordForItShowsNobody) {
  TestWorld world;
  const std::string input = body({place(370000000, 1270000000), place(371000000, 1270000000)}, false);
  for (const Role role : {Role::kControl, Role::kDispatch, Role::kUnit, Role::kProbation})
    EXPECT_EQ(world.ask(role, "POST", kPath, input).status, 200) << trust::role_name(role);
  EXPECT_TRUE(world.new_decisions().empty());
  for (const Role role : {Role::kProtectedPerson, Role::kRegistrar, Role::kConnector, Role::kAuditor})
    EXPECT_EQ(world.ask(role, "POST", kPath, input).status, 403) << trust::role_name(role);
  EXPECT_EQ(world.new_decisions().size(), 4u);
}

}  // namespace
}  // namespace haechi::api
