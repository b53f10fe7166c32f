#include "api/api.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <functional>

#include "api/access_trail.h"
#include "api/errors.h"
#include "api/idempotency.h"
#include "api/subjects.h"
#include "api/test_world.h"
#include "api/work.h"
#include "base/digest.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

std::string problem_field(const net::Response& response) {
  const json::value body = json::parse(response.body);
  const json::value* field = body.as_object().if_contains("field");
  return field == nullptr ? std::string() : std::string(field->as_string());
}

bool ready(std::future<net::Response>& answer) {
  return answer.wait_for(std::chrono::milliseconds(0)) == std::future_status::ready;
}

// A patrol car asks; while the record of its look is written, something comes about.
net::Response asked_meanwhile(TestWorld& world, const char* path,
                              const std::function<void(v1::Effect&)>& say) {
  world.on_loop([&] { world.submit.hold = true; });
  auto answer = world.begin(world.key_of[Role::kUnit], "GET", path);
  world.on_loop([&] {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    auto effect = std::make_shared<v1::Effect>();
    say(*effect);
    world.submit.add(tick, {effect});
    world.submit.hold = false;
    world.submit.release();
  });
  return answer.get();
}

TEST(Api, AnswersAReadOnlyWhenItsAuditRecordIsDurable) {
  TestWorld world;
  world.on_loop([&] { world.submit.hold = true; });
  auto answer = world.begin(world.key_of[Role::kControl], "GET", "/api/v1/positions/W-1");
  world.on_loop([&] { ASSERT_EQ(world.submit.waiting.size(), 1u); });
  EXPECT_FALSE(ready(answer));
  world.on_loop([&] { world.submit.release(); });
  EXPECT_EQ(answer.get().status, 200);
  EXPECT_EQ(world.new_decisions().size(), 1u);
}

TEST(Api, ShowsAndDoesNothingWhenTheAuditRecordIsRefused) {
  TestWorld world;
  world.on_loop([&] { world.submit.refuse = true; });
  const net::Response read = world.ask(Role::kControl, "GET", "/api/v1/positions/W-1");
  EXPECT_EQ(read.status, 503);
  EXPECT_EQ(read.body.find("371234567"), std::string::npos);
  const net::Response write = world.ask(Role::kRegistrar, "PUT", "/api/v1/persons/W-9",
                                        R"({"role":"ROLE_WEARER","record":{"name":"Hong"}})");
  EXPECT_EQ(write.status, 503);
  EXPECT_FALSE(world.records->person("W-9")->has_value());
}

TEST(Api, RefusesWhenTheRightEndsWhileTheRecordIsWritten) {
  TestWorld world;
  const net::Response refused = asked_meanwhile(world, "/api/v1/positions/W-1", [&](v1::Effect& effect) {
    *effect.mutable_close_call() = *world.picture.calls().call("C-1");
    effect.mutable_close_call()->set_state(v1::CALL_STATE_CLOSED);
  });
  EXPECT_EQ(refused.status, 403);
  EXPECT_EQ(refused.body.find("371234567"), std::string::npos);
}

TEST(Api, LeavesOutOfAListWhoseRightEndsWhileTheRecordIsWritten) {
  TestWorld world;
  const net::Response list = asked_meanwhile(world, "/api/v1/positions", [](v1::Effect& effect) {
    effect.mutable_revoke_track()->set_unit_id("U-1");
    effect.mutable_revoke_track()->set_call_id("C-1");
    effect.mutable_revoke_track()->set_person_id("W-1");
  });
  EXPECT_EQ(list.status, 200);
  EXPECT_EQ(list.body.find("371234567"), std::string::npos);
}

TEST(Api, RecordsWhoIsNewInAListBeforeTheListIsShown) {
  TestWorld world;
  const net::Response list = asked_meanwhile(world, "/api/v1/positions", [](v1::Effect& effect) {
    effect.mutable_grant_track()->set_unit_id("U-1");
    effect.mutable_grant_track()->set_call_id("C-1");
    effect.mutable_grant_track()->set_person_id("W-2");
    effect.mutable_grant_track()->set_target(v1::TARGET_WEARER);
  });
  EXPECT_NE(list.body.find("372222222"), std::string::npos);
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 2u);
  EXPECT_EQ(decisions[0].shown_ids_size(), 1);
  EXPECT_EQ(decisions[1].shown_ids_size(), 2);
}

TEST(Api, AnswersAWriteWithItsEntryOnlyWhenDurable) {
  TestWorld world;
  world.on_loop([&] { world.submit.hold = true; });
  auto answer =
      world.begin(world.key_of[Role::kRegistrar], "PUT", "/api/v1/persons/W-9", R"({"role":"ROLE_WEARER"})");
  world.on_loop([&] {
    ASSERT_EQ(world.submit.waiting.size(), 1u);
    ASSERT_TRUE(world.submit.waiting.front().first->has_access_decided());
    world.submit.release();
  });
  world.on_loop([&] {
    ASSERT_EQ(world.submit.waiting.size(), 1u);
    ASSERT_TRUE(world.submit.waiting.front().first->has_person_registered());
  });
  EXPECT_FALSE(ready(answer));
  world.on_loop([&] { world.submit.release(); });
  const net::Response done = answer.get();
  EXPECT_EQ(done.status, 201);
  EXPECT_EQ(json::parse(done.body).at("entry_no").as_string(), std::to_string(world.submit.entry_no));
}

TEST(Api, KeepsNamesAndSecretsOutOfEveryFactAndAnswersThemToWhoMaySeeThem) {
  TestWorld world;
  const std::string name = "Hong-Gildong-7", secret = "sixteen-or-more-characters", phone = "010-1234-5678";
  EXPECT_EQ(
      world
          .ask(Role::kRegistrar, "PUT", "/api/v1/persons/W-9",
               R"({"role":"ROLE_WEARER","record":{"name":")" + name + R"(","phone":")" + phone + R"("}})")
          .status,
      201);
  EXPECT_EQ(world
                .ask(Role::kRegistrar, "PUT", "/api/v1/devices/D-9",
                     R"({"kind":"DEVICE_KIND_ANKLE","person_id":"W-9","secret":")" + secret + R"("})")
                .status,
            201);
  EXPECT_EQ(
      world
          .ask(
              Role::kRegistrar, "PUT", "/api/v1/agencies/A-9",
              R"({"name":"x","desk":"DESK_CONNECTOR","connector":{"endpoint":"https://127.0.0.1:1/","secret":")" +
                  secret + R"("}})")
          .status,
      201);
  EXPECT_NE(world.ask(Role::kControl, "GET", "/api/v1/persons/W-9").body.find(name), std::string::npos);
  EXPECT_EQ(world.ask(Role::kDispatch, "GET", "/api/v1/persons/W-9").status, 403);
  const net::Response agency = world.ask(Role::kRegistrar, "GET", "/api/v1/agencies/A-9");
  EXPECT_EQ(agency.body.find(secret), std::string::npos);
  EXPECT_TRUE(json::parse(agency.body).at("connector_has_secret").as_bool());
  for (const v1::Fact& fact : world.logged()) {
    const std::string bytes = fact.SerializeAsString();
    for (const std::string& kept : {name, secret, phone}) EXPECT_EQ(bytes.find(kept), std::string::npos);
  }
  EXPECT_EQ(
      world.ask(Role::kRegistrar, "PUT", "/api/v1/persons/W-9", R"({"role":"ROLE_WEARER","removed":true})")
          .status,
      200);
  EXPECT_FALSE(world.records->person("W-9")->has_value());
}

TEST(Api, MakesADeviceSecretOnceAndLogsItsDigestOnly) {
  TestWorld world;
  const std::string body = R"({"kind":"DEVICE_KIND_ANKLE","person_id":"W-1"})";
  const net::Response made = world.ask(Role::kRegistrar, "PUT", "/api/v1/devices/D-9", body);
  ASSERT_EQ(made.status, 201) << made.body;
  const std::string secret(json::parse(made.body).at("secret").as_string());
  EXPECT_EQ(secret.size(), 48u);
  EXPECT_EQ(world.logged().back().device_registered().secret_sha256(), view(sha256(secret)));
  const net::Response again = world.ask(Role::kRegistrar, "PUT", "/api/v1/devices/D-9", body);
  EXPECT_EQ(again.status, 200);
  EXPECT_EQ(json::parse(again.body).at("secret").as_string(), "");
  EXPECT_EQ(world.logged().back().device_registered().secret_sha256(), view(sha256(secret)));
  EXPECT_EQ(json::parse(world.ask(Role::kControl, "GET", "/api/v1/devices/D-9").body)
                .at("secret_sha256")
                .as_string(),
            "");
}

TEST(Api, NumbersTheVersionsOfAnOrderAndHonoursIfMatch) {
  TestWorld world;
  const std::string body =
      R"({"kind":"ST_PROV_3_2","legal_basis":"9(1)3-2","wearer_id":"W-1","starts_at_us":"1",
      "conditions":[{"id":"c1","keep_away":{"protected_id":"P-1"}}]})";
  const net::Response second =
      world.ask(Role::kRegistrar, "PUT", "/api/v1/orders/O-1", body, {{"if-match", "\"1\""}});
  ASSERT_EQ(second.status, 200) << second.body;
  EXPECT_EQ(json::parse(second.body).at("version").as_int64(), 2);
  const net::Response stale =
      world.ask(Role::kRegistrar, "PUT", "/api/v1/orders/O-1", body, {{"if-match", "1"}});
  EXPECT_EQ(stale.status, 409);
  EXPECT_EQ(problem_field(stale), "if-match");
  const net::Response made = world.ask(Role::kRegistrar, "PUT", "/api/v1/orders/O-2", body);
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(json::parse(made.body).at("version").as_int64(), 1);
}

TEST(Api, RefusesReferencesThatPointNowhereAndNamesTheField) {
  TestWorld world;
  const auto field = [&](const char* path, const char* body) {
    const net::Response answer = world.ask(Role::kRegistrar, "PUT", path, body);
    EXPECT_EQ(answer.status, 409) << path << answer.body;
    return problem_field(answer);
  };
  EXPECT_EQ(field("/api/v1/devices/D-9", R"({"kind":"DEVICE_KIND_ANKLE","person_id":"W-77"})"), "person_id");
  EXPECT_EQ(field("/api/v1/units/U-9", R"({"agency_id":"A-77"})"), "agency_id");
  EXPECT_EQ(field("/api/v1/orders/O-9", R"({"kind":"x","legal_basis":"L","wearer_id":"P-1","starts_at_us":"1",
      "conditions":[{"id":"c","exclusion":{"zone_id":"Z-1"}}]})"),
            "wearer_id");
  EXPECT_EQ(field("/api/v1/orders/O-9", R"({"kind":"x","legal_basis":"L","wearer_id":"W-1","starts_at_us":"1",
      "conditions":[{"id":"c","exclusion":{"zone_id":"Z-77"}}]})"),
            "conditions[0].exclusion.zone_id");
  EXPECT_EQ(field("/api/v1/persons/W-1", R"({"role":"ROLE_PROTECTED_PERSON"})"), "role");
}

TEST(Api, RegistersAHolidayCalendarBeforeAnOrderMayFollowIt) {
  TestWorld world;
  const auto order = [](const char* calendar) {
    return std::string(
               R"({"kind":"x","legal_basis":"L","wearer_id":"W-1","starts_at_us":"1","conditions":[{"id":"c","inclusion":
        {"zone_id":"Z-1","schedule":{"holiday_calendar":")") +
           calendar + R"(","windows":[{"days":127,"start_min":0,"end_min":60}]}}}]})";
  };
  const net::Response early = world.ask(Role::kRegistrar, "PUT", "/api/v1/orders/O-9", order("kr"));
  EXPECT_EQ(early.status, 409);
  EXPECT_EQ(problem_field(early), "conditions[0].inclusion.schedule.holiday_calendar");
  const char* path = "/api/v1/holiday-calendars/kr";
  EXPECT_EQ(world.ask(Role::kRegistrar, "PUT", path, R"({"dates":["2026-10-03","2026-10-09"]})").status, 201);
  EXPECT_EQ(world.logged().back().holiday_calendar_registered().name(), "kr");
  EXPECT_EQ(world.ask(Role::kRegistrar, "PUT", "/api/v1/orders/O-9", order("kr")).status, 201);
  EXPECT_EQ(world.ask(Role::kRegistrar, "PUT", path, R"({"dates":["2026-10-03"]})").status, 200);
  EXPECT_EQ(json::parse(world.ask(Role::kRegistrar, "GET", path).body).at("dates").as_array().size(), 1u);
  const net::Response unsorted =
      world.ask(Role::kRegistrar, "PUT", path, R"({"dates":["2026-10-09","2026-10-03"]})");
  EXPECT_EQ(unsorted.status, 400);
  EXPECT_EQ(problem_field(unsorted), "dates[1]");
  EXPECT_EQ(problem_field(world.ask(Role::kRegistrar, "PUT", path, R"({"name":"us"})")), "name");
  EXPECT_EQ(world.ask(Role::kDispatch, "PUT", path, R"({"dates":[]})").status, 403);
}

TEST(Api, ABatchMayRegisterACalendarAndAnOrderThatFollowsIt) {
  TestWorld world;
  const std::string batch = R"([{"holiday_calendar_registered":{"name":"kr","dates":["2026-10-03"]}},
      {"order_registered":{"id":"O-9","kind":"x","legal_basis":"L","wearer_id":"W-1","starts_at_us":"1","conditions":[{"id":"c",
        "exclusion":{"zone_id":"Z-1","schedule":{"holiday_calendar":"kr",
          "windows":[{"days":255,"start_min":480,"end_min":960}]}}}]}}])";
  const net::Response done = world.ask(Role::kRegistrar, "POST", "/api/v1/facts", batch);
  EXPECT_EQ(done.status, 201) << done.body;
}

TEST(Api, AHomeBeaconStandsInAZoneThatExistsAndKeepsItsCarrier) {
  TestWorld world;
  const char* path = "/api/v1/devices/B-1";
  const net::Response nowhere =
      world.ask(Role::kRegistrar, "PUT", path, R"({"kind":"DEVICE_KIND_HOME_BEACON","zone_id":"Z-77"})");
  EXPECT_EQ(nowhere.status, 409);
  EXPECT_EQ(problem_field(nowhere), "zone_id");
  EXPECT_EQ(world
                .ask(Role::kRegistrar, "PUT", path,
                     R"({"kind":"DEVICE_KIND_HOME_BEACON","zone_id":"Z-1","carrier":"KT"})")
                .status,
            201);
  EXPECT_EQ(world.logged().back().device_registered().zone_id(), "Z-1");
  EXPECT_EQ(world.logged().back().device_registered().carrier(), "KT");
}

TEST(Api, TakesGeoJsonForAZone) {
  TestWorld world;
  const std::string body =
      R"({"geometry":{"type":"Polygon","coordinates":[[[127,37],[127.01,37],[127.01,37.01],[127,37]]]}})";
  EXPECT_EQ(world.ask(Role::kRegistrar, "PUT", "/api/v1/zones/Z-9", body).status, 201);
  EXPECT_EQ(world.logged().back().zone_registered().shape().polygon().outer().corners_size(), 3);
  const net::Response bad = world.ask(Role::kRegistrar, "PUT", "/api/v1/zones/Z-9",
                                      R"({"geometry":{"type":"Point","coordinates":[1,2]}})");
  EXPECT_EQ(bad.status, 400);
  EXPECT_EQ(problem_field(bad), "geometry.type");
}

TEST(Api, ChecksAWholeBatchBeforeItLogsAnyOfIt) {
  TestWorld world;
  const std::string good = R"({"person_registered":{"id":"W-8","role":"ROLE_WEARER"}})";
  const std::string uses =
      R"({"device_registered":{"id":"D-8","kind":"DEVICE_KIND_ANKLE","person_id":"W-8"}})";
  const std::string bad = R"({"unit_registered":{"id":"U-8","agency_id":"A-88"}})";
  const size_t before = world.logged().size();
  const net::Response refused =
      world.ask(Role::kRegistrar, "POST", "/api/v1/facts", "[" + good + "," + uses + "," + bad + "]");
  EXPECT_EQ(refused.status, 409);
  EXPECT_EQ(problem_field(refused), "facts[2].agency_id");
  EXPECT_EQ(world.logged().size(), before);
  const net::Response done = world.ask(Role::kRegistrar, "POST", "/api/v1/facts", good + "\n" + uses + "\n",
                                       {{"content-type", "application/x-ndjson"}});
  ASSERT_EQ(done.status, 201) << done.body;
  EXPECT_EQ(json::parse(done.body).at("count").as_int64(), 2);
  EXPECT_EQ(world.logged().size(), before + 3);  // the audit record, then both
  const net::Response forged =
      world.ask(Role::kRegistrar, "POST", "/api/v1/facts",
                R"([{"alert_handled":{"alert_id":"AL-1","handling":"HANDLING_CLOSE"}}])");
  EXPECT_EQ(forged.status, 400);
}

TEST(Api, RepeatsTheFirstAnswerForTheSameIdempotencyKey) {
  TestWorld world;
  const std::string body = R"({"handling":"HANDLING_ACKNOWLEDGE"})";
  const auto post = [&](const std::string& text, const char* key) {
    return world.ask(Role::kControl, "POST", "/api/v1/alerts/AL-1/handling", text,
                     {{"idempotency-key", key}});
  };
  const net::Response first = post(body, "k1");
  ASSERT_EQ(first.status, 200) << first.body;
  const size_t logged = world.logged().size();
  EXPECT_EQ(post(body, "k1").body, first.body);
  EXPECT_EQ(world.logged().size(), logged);
  EXPECT_EQ(post(R"({"handling":"HANDLING_ACT"})", "k1").status, 422);
  EXPECT_EQ(world.logged().size(), logged);
}

TEST(Api, SaysWhatIsWrongWithARequest) {
  TestWorld world;
  const auto ask = [&](const char* method, const char* path, const char* body, net::Headers headers = {}) {
    return world.ask(Role::kRegistrar, method, path, body, std::move(headers));
  };
  EXPECT_EQ(ask("GET", "/api/v1/nowhere", "").status, 404);
  const net::Response wrong_method = ask("DELETE", "/api/v1/persons/W-1", "");
  EXPECT_EQ(wrong_method.status, 405);
  bool has_allow = false;
  for (const auto& [key, value] : wrong_method.headers) has_allow |= key == "allow" && value == "PUT, GET";
  EXPECT_TRUE(has_allow);
  EXPECT_EQ(ask("PUT", "/api/v1/persons/W-9", "<x/>", {{"content-type", "application/xml"}}).status, 415);
  EXPECT_EQ(ask("PUT", "/api/v1/persons/W-9", "{").status, 400);
  const net::Response unknown = ask("PUT", "/api/v1/persons/W-9", R"({"role":"ROLE_WEARER","nick":"x"})");
  EXPECT_EQ(unknown.status, 400);
  EXPECT_EQ(problem_field(unknown), "nick");
  EXPECT_EQ(unknown.content_type, "application/problem+json");
  EXPECT_EQ(problem_field(ask("PUT", "/api/v1/persons/W-9", R"({"id":"W-8","role":"ROLE_WEARER"})")), "id");
  EXPECT_EQ(ask("PUT", "/api/v1/persons/a b", R"({"role":"ROLE_WEARER"})").status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/zones/Z-77", "").status, 404);
  EXPECT_EQ(ask("GET", "/api/v1/zones/Z-1", "", {{"haechi-purpose", "curiosity"}}).status, 400);
  EXPECT_EQ(ask("GET", "/api/v1/zones/Z-1", "", {{"haechi-purpose", "audit"}}).status, 403);
  EXPECT_EQ(world.ask(Role::kControl, "GET", "/api/v1/positions?limit=0").status, 400);
}

TEST(Api, TakesNoParameterThatItDoesNotKnowOrThatIsGivenTwice) {
  TestWorld world;
  const auto ask = [&](const char* query) {
    return world.ask(Role::kControl, "GET", std::string("/api/v1/alerts?") + query);
  };
  EXPECT_EQ(ask("limit=10&state=open").status, 200);
  const net::Response misspelt = ask("stat=open");
  EXPECT_EQ(misspelt.status, 400);
  EXPECT_NE(misspelt.body.find("stat"), std::string::npos);
  EXPECT_EQ(problem_field(ask("limit=10&limit=500")), "limit");
}

TEST(Api, ShowsEachRoleOnlyThePlacesItsTiesAllow) {
  TestWorld world;
  const std::string wearer = "371234567", other = "372222222", hers = "373333333";
  const auto shows = [&](Role role, const char* path, const std::string& place) {
    return world.ask(role, "GET", path).body.find(place) != std::string::npos;
  };
  for (const std::string& place : {wearer, other, hers})
    EXPECT_TRUE(shows(Role::kControl, "/api/v1/positions", place));
  EXPECT_TRUE(shows(Role::kDispatch, "/api/v1/positions", wearer));
  EXPECT_TRUE(shows(Role::kDispatch, "/api/v1/positions", hers));
  EXPECT_FALSE(shows(Role::kDispatch, "/api/v1/positions", other));
  EXPECT_TRUE(shows(Role::kUnit, "/api/v1/positions", wearer));
  EXPECT_FALSE(shows(Role::kUnit, "/api/v1/positions", hers));
  EXPECT_FALSE(shows(Role::kUnit, "/api/v1/calls/C-1", hers));
  EXPECT_TRUE(shows(Role::kUnit, "/api/v1/calls/C-1", wearer));
  EXPECT_TRUE(shows(Role::kProbation, "/api/v1/positions", wearer));
  EXPECT_FALSE(shows(Role::kProbation, "/api/v1/positions", hers));
  EXPECT_TRUE(shows(Role::kProtectedPerson, "/api/v1/views", "\"distance_m\":800"));
  EXPECT_FALSE(shows(Role::kProtectedPerson, "/api/v1/views", wearer));
  EXPECT_EQ(world.ask(Role::kUnit, "GET", "/api/v1/positions/W-2").status, 403);
  EXPECT_EQ(world.ask(Role::kUnit, "GET", "/api/v1/positions/W-77").status, 403);
  EXPECT_EQ(world.ask(Role::kControl, "GET", "/api/v1/positions/W-77").status, 404);
}

TEST(Api, RefusesHerAViewUntilSheHasAgreedAndSaysWhy) {
  TestWorld world;
  const auto consent = [&](bool allowed) {
    v1::Effect effect;
    effect.mutable_case_effect()->mutable_update_consent()->set_protected_id("P-1");
    effect.mutable_case_effect()->mutable_update_consent()->set_view_allowed(allowed);
    v1::Fact tick;
    tick.mutable_clock_ticked();
    world.on_loop([&] { world.submit.add(tick, {std::make_shared<const v1::Effect>(effect)}); });
  };
  consent(false);
  const net::Response refused = world.ask(Role::kProtectedPerson, "GET", "/api/v1/views");
  EXPECT_EQ(refused.status, 403);
  EXPECT_NE(refused.body.find("penalty notice"), std::string::npos) << refused.body;
  consent(true);
  EXPECT_EQ(world.ask(Role::kProtectedPerson, "GET", "/api/v1/views").status, 200);
}

TEST(Api, NamesEachPointOfAMapThatSheIsShownInTheRecordOfIt) {
  TestWorld world;
  v1::Effect effect;
  v1::View& view = *effect.mutable_update_view();
  view = world.picture.calls().views().begin()->second;
  view.set_mode(v1::VIEW_MODE_MAP);
  view.set_wearer_fixed_at_us(1'700'000'000'123'456);
  v1::Fact tick;
  tick.mutable_clock_ticked();
  world.on_loop([&] { world.submit.add(tick, {std::make_shared<const v1::Effect>(effect)}); });
  world.new_decisions();
  const net::Response shown = world.ask(Role::kProtectedPerson, "GET", "/api/v1/views");
  EXPECT_NE(shown.body.find("lat_e7"), std::string::npos);
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 1u);
  ASSERT_EQ(decisions[0].shown_ids_size(), 2);
  EXPECT_EQ(decisions[0].shown_ids(1), "V-1@1700000000123456");
}

TEST(Api, RegistersNoOrderThatDoesNotSayWhatItRestsOn) {
  TestWorld world;
  const net::Response bare = world.ask(Role::kRegistrar, "PUT", "/api/v1/orders/O-9",
                                       R"({"kind":"x","wearer_id":"W-1","starts_at_us":"1"})");
  EXPECT_EQ(bare.status, 400);
  EXPECT_EQ(problem_field(bare), "legal_basis");
}

TEST(Api, ShowsNoViewFromTheMomentItsOrderEndsOrIsWithdrawn) {
  TestWorld world;
  const auto sees = [&] {
    const net::Response answer = world.ask(Role::kProtectedPerson, "GET", "/api/v1/views");
    return json::parse(answer.body).at("views").as_array().size();
  };
  EXPECT_EQ(sees(), 1u);
  v1::Fact next;
  *next.mutable_order_registered() = world.picture.orders().at("O-1");
  next.mutable_order_registered()->set_version(2);
  next.mutable_order_registered()->set_ends_at_us(world.clock.now().us + 1);
  world.on_loop([&] { world.submit.add(next, {}); });
  EXPECT_EQ(sees(), 1u);
  world.on_loop([&] { world.clock.advance(Duration{1}); });
  EXPECT_EQ(sees(), 0u);
  next.mutable_order_registered()->set_ends_at_us(0);
  next.mutable_order_registered()->set_withdrawn(true);
  next.mutable_order_registered()->set_version(3);
  world.on_loop([&] { world.submit.add(next, {}); });
  EXPECT_EQ(sees(), 0u);
}

TEST(Api, NamesEveryPersonOfAListInItsAuditRecord) {
  TestWorld world;
  world.ask(Role::kDispatch, "GET", "/api/v1/positions");
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(std::vector<std::string>(decisions[0].shown_ids().begin(), decisions[0].shown_ids().end()),
            (std::vector<std::string>{"W-1", "P-1"}));
  const net::Response first = world.ask(Role::kControl, "GET", "/api/v1/positions?limit=2");
  const json::value page = json::parse(first.body);
  EXPECT_EQ(page.at("positions").as_array().size(), 2u);
  const std::string next(page.at("next").as_string());
  const json::value rest =
      json::parse(world.ask(Role::kControl, "GET", "/api/v1/positions?after=" + next).body);
  EXPECT_EQ(rest.at("positions").as_array().size(), 1u);
  EXPECT_EQ(rest.at("next").as_string(), "");
}

TEST(Api, SetsNoStoreOnEveryAnswer) {
  TestWorld world;
  for (const char* path : {"/api/v1/positions", "/api/v1/nowhere", "/openapi.json"}) {
    const net::Response answer = world.ask(Role::kControl, "GET", path);
    const std::pair<std::string, std::string> wanted{"cache-control", "no-store"};
    EXPECT_EQ(std::count(answer.headers.begin(), answer.headers.end(), wanted), 1) << path;
  }
}

TEST(Handling, AdvancesStepByStepAndClosesByAnotherPerson) {
  v1::Alert alert;
  alert.set_code(2);
  const Time now{1'000'000};
  const auto allowed = [&](v1::AlertHandling state, v1::Handling handling, const char* by = "b") {
    alert.set_handling(state);
    alert.set_handled_by("a");
    v1::AlertHandled handled;
    handled.set_handling(handling);
    handled.set_by(by);
    handled.set_reason_code("AUTHORISED");  // an outcome and a reason for shelving
    handled.set_until_us(2'000'000);
    return work::check_handling(alert, handled, now).ok();
  };
  EXPECT_TRUE(allowed(v1::ALERT_HANDLING_NEW, v1::HANDLING_ACKNOWLEDGE));
  EXPECT_FALSE(allowed(v1::ALERT_HANDLING_ACKNOWLEDGED, v1::HANDLING_ACKNOWLEDGE));
  EXPECT_FALSE(allowed(v1::ALERT_HANDLING_NEW, v1::HANDLING_RESOLVE));
  EXPECT_FALSE(allowed(v1::ALERT_HANDLING_ACKNOWLEDGED, v1::HANDLING_RESOLVE));
  EXPECT_TRUE(allowed(v1::ALERT_HANDLING_IN_PROGRESS, v1::HANDLING_RESOLVE));
  EXPECT_TRUE(allowed(v1::ALERT_HANDLING_RESOLVED, v1::HANDLING_CLOSE));
  EXPECT_FALSE(allowed(v1::ALERT_HANDLING_RESOLVED, v1::HANDLING_CLOSE, "a"));
  EXPECT_TRUE(allowed(v1::ALERT_HANDLING_IN_PROGRESS, v1::HANDLING_SHELVE));
  alert.set_code(1);
  EXPECT_FALSE(allowed(v1::ALERT_HANDLING_IN_PROGRESS, v1::HANDLING_SHELVE));
  EXPECT_FALSE(allowed(v1::ALERT_HANDLING_NEW, v1::HANDLING_UNSPECIFIED));
}

TEST(Handling, ResolvesNothingWhilePoliceAreOnTheirWay) {
  TestWorld world;
  const auto tell = [&](v1::HandOffState state) {
    world.on_loop([&] {
      v1::Fact tick;
      tick.mutable_clock_ticked();
      auto alert = std::make_shared<v1::Effect>();
      alert->mutable_raise_alert()->set_id("A-9");
      alert->mutable_raise_alert()->set_incident_id("I-9");
      alert->mutable_raise_alert()->set_wearer_id("W-1");
      alert->mutable_raise_alert()->set_handling(v1::ALERT_HANDLING_IN_PROGRESS);
      auto hand_off = std::make_shared<v1::Effect>();
      hand_off->mutable_update_hand_off()->set_id("H-9");
      hand_off->mutable_update_hand_off()->set_incident_id("I-9");
      hand_off->mutable_update_hand_off()->set_state(state);
      world.submit.add(tick, {alert, hand_off});
    });
    return world.ask(Role::kControl, "POST", "/api/v1/alerts/A-9/handling",
                     R"({"handling":"HANDLING_RESOLVE","reason_code":"TRUE_VIOLATION","note":"arrested"})");
  };
  const net::Response early = tell(v1::HAND_OFF_STATE_EN_ROUTE);
  EXPECT_EQ(early.status, 409);
  EXPECT_NE(early.body.find("H-9"), std::string::npos);
  EXPECT_EQ(tell(v1::HAND_OFF_STATE_CLOSED).status, 200);
}

TEST(Idempotency, ForgetsTheOldestBeyondItsBound) {
  Idempotency kept;
  for (size_t i = 0; i <= kAnswersMax; ++i) {
    const std::string key = std::to_string(i);
    ASSERT_EQ(kept.begin(key, "r").state, Idempotency::State::kNew);
    EXPECT_EQ(kept.begin(key, "r").state, Idempotency::State::kRunning);
    kept.finish(key, net::Response{});
  }
  EXPECT_EQ(kept.size(), kAnswersMax);
  EXPECT_EQ(kept.begin("0", "r").state, Idempotency::State::kNew);
  EXPECT_EQ(kept.begin("1000", "other").state, Idempotency::State::kDifferent);
}

TEST(AccessTrail, FindsByViewerSubjectAndPage) {
  AccessTrail trail;
  spine::Batch batch;
  for (uint64_t no = 1; no <= 5; ++no) {
    auto fact = std::make_shared<v1::Fact>();
    v1::AccessDecided& access = *fact->mutable_access_decided();
    access.set_viewer(no % 2 == 0 ? "even" : "odd");
    access.set_allowed(no != 5);
    if (no == 2) access.add_shown_ids("W-1");
    if (no == 3) access.set_subject_id("W-1");
    batch.entries.push_back({no, Time{static_cast<int64_t>(no)}, fact, {}});
  }
  trail.fold(batch);
  AccessQuery query;
  query.subject_id = "W-1";
  EXPECT_EQ(trail.find(query).entries_size(), 2);
  query = AccessQuery{};
  query.limit = 2;
  const v1::AccessList page = trail.find(query);
  ASSERT_EQ(page.entries_size(), 2);
  EXPECT_EQ(page.entries(0).entry_no(), 5u);
  EXPECT_EQ(page.next(), "4");
  query.before_entry_no = 4;
  EXPECT_EQ(trail.find(query).entries(0).entry_no(), 3u);
  query = AccessQuery{};
  query.denied_only = true;
  EXPECT_EQ(trail.find(query).entries_size(), 1);
}

TEST(Errors, EachHaveAStatus) {
  EXPECT_EQ(status_of(Code::kInvalid), 400);
  EXPECT_EQ(status_of(Code::kConflict), 409);
  EXPECT_EQ(problem_of(Error{Code::kExhausted, "", "x"}).status, 503);
}

}  // namespace
}  // namespace haechi::api
