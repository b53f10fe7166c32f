// What a protected person is told of him, asked for in every way there is.
#include <boost/json.hpp>

#include "api/routes.h"
#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

// Every route that reads, about him and all that is of him, and about nobody who is known.
std::vector<std::string> all_that_reads() {
  std::vector<std::string> out;
  for (const Route& route : routes()) {
    if (route.access != Access::kKey || std::string_view(route.method) != "GET") continue;
    const std::string path = route.path;
    const size_t at = path.find('{');
    if (at == std::string::npos) {
      out.push_back(path);
      continue;
    }
    const size_t end = path.find('}');
    for (const char* id : {"W-1", "P-1", "D-1", "D-3", "O-1", "AL-1", "I-1", "C-1", "U-1", "V-1", "nobody"})
      out.push_back(path.substr(0, at) + id + path.substr(end + 1));
  }
  for (const char* question :
       {"/api/v1/playback?person_id=W-1&from_us=1&to_us=1700000200000000", "/api/v1/alerts?state=all",
        "/api/v1/positions?person_id=W-1", "/api/v1/views?all=true", "/api/v1/tracks/W-1?minutes=20"})
    out.emplace_back(question);
  return out;
}

// Also rounded, as an error or a coarse place would have it.
bool tells_a_place_of_his(const net::Response& answer) {
  std::string all = answer.body;
  for (const auto& [name, value] : answer.headers) all += "\n" + name + ": " + value;
  for (const char* word : {"37123", "37.12", "127123", "127.12", "lat_e7", "lng_e7"})
    if (all.find(word) != std::string::npos) return true;
  return false;
}

void expect_no_place(TestWorld& world, const char* when) {
  for (const std::string& target : all_that_reads()) {
    const net::Response answer = world.ask(Role::kProtectedPerson, "GET", target);
    EXPECT_FALSE(tells_a_place_of_his(answer)) << when << ": " << target << ": " << answer.body;
  }
}

void tell(TestWorld& world, const v1::Effect& effect) {
  v1::Fact tick;
  tick.mutable_clock_ticked();
  world.on_loop([&] { world.submit.add(tick, {std::make_shared<const v1::Effect>(effect)}); });
}

TEST(Hers, NoWayOfAskingTellsAPlaceOfHisOutsideOfMapMode) {
  TestWorld world;
  EXPECT_TRUE(tells_a_place_of_his(world.ask(Role::kControl, "GET", "/api/v1/positions/W-1")))
      << "who sees nothing here sees nothing there";
  expect_no_place(world, "the distance is shown");
  v1::Effect closed;
  closed.mutable_close_view()->set_view_id("V-1");
  closed.mutable_close_view()->set_protected_id("P-1");
  closed.mutable_close_view()->set_wearer_id("W-1");
  tell(world, closed);
  expect_no_place(world, "no view is open");
}

TEST(Hers, APlaceThatSheWasShownIsNotToldAgainOnceTheMapIsShut) {
  TestWorld world;
  v1::Effect map;
  v1::View& view = *map.mutable_update_view();
  world.on_loop([&] { view = world.picture.calls().views().at("V-1"); });
  view.set_mode(v1::VIEW_MODE_MAP);
  tell(world, map);
  EXPECT_TRUE(tells_a_place_of_his(world.ask(Role::kProtectedPerson, "GET", "/api/v1/views")));
  v1::Fact ended;
  world.on_loop([&] { *ended.mutable_order_registered() = world.picture.orders().at("O-1"); });
  ended.mutable_order_registered()->set_version(2);
  ended.mutable_order_registered()->set_withdrawn(true);
  world.on_loop([&] { world.submit.add(ended, {}); });
  expect_no_place(world, "the order is withdrawn, and its view not yet closed");
}

TEST(Hers, NobodyBecomesWhomAnOrderProtectsFromHim) {
  TestWorld world;
  const net::Response role =
      world.ask(Role::kRegistrar, "PUT", "/api/v1/persons/W-1", R"({"role":"ROLE_PROTECTED_PERSON"})");
  EXPECT_EQ(role.status, 409);
  EXPECT_EQ(json::parse(role.body).at("field").as_string(), "role");
  for (const char* protects : {"W-1", "W-2"}) {
    const net::Response order =
        world.ask(Role::kRegistrar, "PUT", "/api/v1/orders/O-9",
                  R"({"kind":"ST_PROV_3_2","legal_basis":"9(1)3-2","wearer_id":"W-1","starts_at_us":"1",
                      "conditions":[{"id":"c","keep_away":{"protected_id":")" +
                      std::string(protects) + R"("}}]})");
    EXPECT_TRUE(order.status == 400 || order.status == 409) << order.body;
    EXPECT_NE(order.body.find("protected_id"), std::string::npos) << order.body;
  }
}

}  // namespace
}  // namespace haechi::api
