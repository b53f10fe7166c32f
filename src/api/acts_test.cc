#include "api/acts.h"

#include "api/test_people.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using trust::Role;

constexpr const char* kErase = "/api/v1/persons/W-1/erase";
constexpr const char* kReason = R"({"reason":"2026 no 17"})";

struct Acts : People {
  std::string key_for(trust::Viewer viewer) {
    std::string key;
    on_loop([&] { key = *keys->issue(viewer, Time{}); });
    return key;
  }
  static std::string id_of(const net::Response& asked) {
    EXPECT_EQ(asked.status, 202) << asked.body;
    return asked.status == 202 ? std::string(json::parse(asked.body).at("asked").at("id").as_string()) : "";
  }
  net::Response answer(const std::string& key, const std::string& id, bool approved = true) {
    return ask_with_key(key, "POST", "/api/v1/acts/" + id + "/answer",
                        approved ? R"({"approved":true})" : R"({"approved":false})");
  }
  template <typename Is>
  size_t count(Is is) {
    size_t count = 0;
    for (const v1::Fact& fact : logged()) count += is(fact) ? 1 : 0;
    return count;
  }
  size_t erasures() {
    return count([](const v1::Fact& fact) { return fact.has_person_erased(); });
  }
  std::string state(const std::string& key, const std::string& id) {
    const net::Response listed = ask_with_key(key, "GET", "/api/v1/acts");
    const json::value answer = json::parse(listed.body);
    if (!answer.as_object().contains("requests")) return "";
    for (const json::value& one : answer.at("requests").as_array())
      if (one.at("asked").at("id").as_string() == id) return std::string(one.at("state").as_string());
    return "";
  }

  const std::string first = key_of.at(Role::kPrivacy);
  const std::string second = key_for({.account = "privacy-2", .role = Role::kPrivacy});
};

TEST(Acts, NobodyIsErasedBeforeASecondPersonHasApprovedIt) {
  Acts world;
  const std::string id = world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason));
  EXPECT_EQ(world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason)), id)
      << "asked for twice is asked for once";
  EXPECT_EQ(world.erasures(), 0u);
  EXPECT_EQ(world.state(world.second, id), "ACT_STATE_WAITING") << "it is listed for who may approve it";
  ASSERT_EQ(world.answer(world.second, id).status, 200);
  EXPECT_EQ(world.erasures(), 0u) << "who answers does nothing else";
  EXPECT_EQ(world.ask_with_key(world.first, "POST", kErase, kReason).status, 200);
  EXPECT_EQ(world.erasures(), 1u);
  EXPECT_EQ(world.state(world.first, id), "ACT_STATE_DONE");

  const std::vector<v1::Fact> facts = world.logged();
  std::string told;
  for (const v1::Fact& fact : facts) {
    if (fact.has_act_requested()) told += "requested by " + fact.act_requested().by() + "\n";
    if (fact.has_act_answered()) told += "approved by " + fact.act_answered().by() + "\n";
    if (fact.has_act_done()) told += "done\n";
    if (fact.has_person_erased()) told += "erased by " + fact.person_erased().by() + "\n";
    if (fact.access_decided().action() != "erase") continue;
    EXPECT_EQ(fact.access_decided().request_id(), id);
    told += "record: " + fact.access_decided().reason().substr(0, 9) + "\n";
  }
  EXPECT_EQ(told,
            "record: asked for\nrequested by privacy-1\nrecord: asked for\napproved by privacy-2\n"
            "record: data prot\ndone\nerased by privacy-1\n");
  EXPECT_NE(world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason)), id)
      << "an approval is good once";
}

TEST(Acts, WhatDiffersFromWhatWasApprovedIsAskedForAnew) {
  Acts world;
  const std::string id = world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason));
  ASSERT_EQ(world.answer(world.second, id).status, 200);
  EXPECT_EQ(world.ask_with_key(world.first, "POST", kErase, R"({"reason":"2026 no 18"})").status, 202);
  EXPECT_EQ(world.ask_with_key(world.first, "POST", "/api/v1/persons/W-2/erase", kReason).status, 202);
  EXPECT_EQ(world.ask_with_key(world.second, "POST", kErase, kReason).status, 202)
      << "the approval is for who asked, not for who gave it";
  EXPECT_EQ(world.erasures(), 0u);
  EXPECT_EQ(world.ask_with_key(world.first, "POST", kErase, R"({ "reason" : "2026 no 17" })").status, 200)
      << "the same thing, written otherwise";
}

TEST(Acts, NobodyIsTheSecondPersonOfHimself) {
  Acts world;
  const std::string id = world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason));
  EXPECT_EQ(world.answer(world.first, id).status, 403);
  const std::string again = world.key_for({.account = "privacy-1", .role = Role::kPrivacy});
  EXPECT_EQ(world.answer(again, id).status, 403) << "by another key of the same account";
  const std::string other_role = world.key_for({.account = "privacy-1", .role = Role::kAdministrator});
  EXPECT_EQ(world.answer(other_role, id).status, 403) << "in another role of the same account";
  for (const Role role : trust::kRoles) {
    if (role == Role::kPrivacy) continue;
    const net::Response no =
        world.ask(role, "POST", "/api/v1/acts/" + id + "/answer", R"({"approved":true})");
    EXPECT_EQ(no.status, 403) << trust::role_name(role) << " could not erase anybody either";
  }
  EXPECT_EQ(world.state(world.first, id), "ACT_STATE_WAITING");
  EXPECT_EQ(world.erasures(), 0u);
}

TEST(Acts, ARefusalStandsAndEndsIt) {
  Acts world;
  const std::string third = world.key_for({.account = "privacy-3", .role = Role::kPrivacy});
  const std::string id = world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason));
  ASSERT_EQ(world.answer(world.second, id, false).status, 200);
  EXPECT_EQ(world.answer(third, id).status, 409);
  EXPECT_EQ(world.state(world.first, id), "ACT_STATE_REFUSED");
  EXPECT_NE(world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason)), id);
}

TEST(Acts, EndAfterADayUnansweredOrUndone) {
  Acts world;
  const std::string one = world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason));
  const std::string two =
      world.id_of(world.ask_with_key(world.first, "POST", "/api/v1/persons/W-2/erase", kReason));
  ASSERT_EQ(world.answer(world.second, two).status, 200);
  world.on_loop([&] { world.clock.advance(Duration::seconds(24 * 3600)); });
  EXPECT_EQ(world.answer(world.second, one).status, 409);
  EXPECT_EQ(world.state(world.first, one), "ACT_STATE_ENDED");
  EXPECT_EQ(world.state(world.first, two), "ACT_STATE_ENDED");
  EXPECT_EQ(world.ask_with_key(world.first, "POST", "/api/v1/persons/W-2/erase", kReason).status, 202);
  EXPECT_EQ(world.erasures(), 0u);
}

TEST(Acts, WhatIsWrongIsRefusedBeforeAnybodyIsAsked) {
  Acts world;
  EXPECT_EQ(world.ask_with_key(world.first, "POST", kErase, R"({"reason":""})").status, 400);
  EXPECT_EQ(world.ask_with_key(world.first, "POST", "/api/v1/persons/nobody/erase", kReason).status, 404);
  EXPECT_EQ(world.count([](const v1::Fact& fact) { return fact.has_act_requested(); }), 0u);
}

TEST(Acts, AreSentAgainUnderTheSameIdempotencyKey) {
  Acts world;
  const net::Headers headers = {{"idempotency-key", "one"}};
  const std::string id = world.id_of(world.ask_with_key(world.first, "POST", kErase, kReason, headers));
  ASSERT_EQ(world.answer(world.second, id).status, 200);
  EXPECT_EQ(world.ask_with_key(world.first, "POST", kErase, kReason, headers).status, 200);
  EXPECT_EQ(world.ask_with_key(world.first, "POST", kErase, kReason, headers).status, 200);
  EXPECT_EQ(world.erasures(), 1u);
}

constexpr const char* kElsewhere =
    R"({"name":"North","desk":"DESK_CONNECTOR","connector":{"endpoint":"https://127.0.0.1:1/","secret":"a-secret-of-good-length"}})";

TEST(Acts, WhereAlarmsGoIsChangedByTwoAndANewAgencyIsRegisteredByOne) {
  Acts world;
  const std::string other = world.key_for({.account = "registrar-2", .role = Role::kRegistrar});
  EXPECT_EQ(world.ask(Role::kRegistrar, "PUT", "/api/v1/agencies/A-9", kElsewhere).status, 201);
  EXPECT_EQ(world
                .ask(Role::kRegistrar, "PUT", "/api/v1/agencies/A-1",
                     R"({"name":"Northern","desk":"DESK_BUILT_IN"})")
                .status,
            200)
      << "what it is called";
  const std::string id = world.id_of(world.ask(Role::kRegistrar, "PUT", "/api/v1/agencies/A-1", kElsewhere));
  EXPECT_EQ(world.picture.agencies().at("A-1").desk(), v1::DESK_BUILT_IN);
  for (const v1::Fact& fact : world.logged())
    EXPECT_EQ(fact.SerializeAsString().find("a-secret-of-good-length"), std::string::npos);
  ASSERT_EQ(world.answer(other, id).status, 200);
  EXPECT_EQ(world.ask(Role::kRegistrar, "PUT", "/api/v1/agencies/A-1", kElsewhere).status, 200);
  EXPECT_EQ(world.picture.agencies().at("A-1").desk(), v1::DESK_CONNECTOR);
  EXPECT_EQ(world.ask(Role::kRegistrar, "PUT", "/api/v1/agencies/A-1", kElsewhere).status, 200)
      << "nothing of it changes";
  EXPECT_EQ(
      world
          .ask(Role::kRegistrar, "PUT", "/api/v1/jurisdictions/J-1",
               R"({"agency_id":"A-2","shape":{"circle":{"centre":{"lat_e7":370000000,"lng_e7":1270000000},
                          "radius_mm":50000000}}})")
          .status,
      202);
  EXPECT_EQ(world
                .ask(Role::kRegistrar, "POST", "/api/v1/facts",
                     R"([{"agency_registered":{"id":"A-2","name":"South","desk":"DESK_CONNECTOR"}}])")
                .status,
            409)
      << "nor by the other door";
  const std::string again = R"([{"agency_registered":{"id":"A-77","name":"East","desk":"DESK_BUILT_IN"}}])";
  for (const char* time : {"new", "and the same once more, which changes nothing"})
    EXPECT_LT(world.ask(Role::kRegistrar, "POST", "/api/v1/facts", again).status, 300) << time;
}

TEST(Acts, ANewJurisdictionThatTakesAlarmsFromAnotherAgencyIsRegisteredByTwo) {
  Acts world;
  const std::string other = world.key_for({.account = "registrar-2", .role = Role::kRegistrar});
  const auto put = [&](const char* id, int32_t lat_e7, int radius_mm) {
    return world.ask(Role::kRegistrar, "PUT", std::string("/api/v1/jurisdictions/") + id,
                     R"({"agency_id":"A-2","shape":{"circle":{"centre":{"lat_e7":)" + std::to_string(lat_e7) +
                         R"(,"lng_e7":1270000000},"radius_mm":)" + std::to_string(radius_mm) + "}}}");
  };
  EXPECT_EQ(put("J-far", 300'000'000, 1'000'000).status, 201) << "nobody answers there yet";
  const v1::Jurisdiction& known = world.picture.jurisdictions().at("J-1");
  const int32_t within = known.shape().has_circle() ? known.shape().circle().centre().lat_e7()
                                                    : known.shape().polygon().outer().corners(0).lat_e7();
  const std::string id = world.id_of(put("J-within", within, 20'000));
  EXPECT_FALSE(world.picture.jurisdictions().contains("J-within"));
  ASSERT_EQ(world.answer(other, id).status, 200);
  EXPECT_EQ(put("J-within", within, 20'000).status, 201);
}

TEST(Acts, WhereLettersGoIsChangedByTwoAndSaidFirstByOne) {
  Acts world;
  const std::string other = world.key_for({.account = "registrar-2", .role = Role::kRegistrar});
  for (const char* holder : {"accounts/insp-park", "agencies/A-1"}) {
    SCOPED_TRACE(holder);
    const auto put = [&](const char* body) {
      return world.ask(Role::kRegistrar, "PUT", std::string("/api/v1/") + holder + "/address", body);
    };
    EXPECT_EQ(put(R"({"phone":"+82105550031"})").status, 200);
    EXPECT_EQ(put(R"({"phone":"+82105550031"})").status, 200) << "nothing changes";
    const net::Response asked = put(R"({"phone":"+82105550077","email":"somebody@elsewhere.example"})");
    const std::string id = world.id_of(asked);
    EXPECT_NE(asked.body.find("...77 #"), std::string::npos) << asked.body;
    EXPECT_NE(asked.body.find("...@elsewhere.example #"), std::string::npos) << asked.body;
    for (const v1::Fact& fact : world.logged())
      EXPECT_EQ(fact.SerializeAsString().find("5550077"), std::string::npos) << "no address is logged";
    ASSERT_EQ(world.answer(other, id).status, 200);
    EXPECT_EQ(put(R"({"phone":"+82105550078","email":"somebody@elsewhere.example"})").status, 202)
        << "that is not what was approved";
    EXPECT_EQ(put(R"({"phone":"+82105550077","email":"somebody@elsewhere.example"})").status, 200);
    EXPECT_EQ(put("{}").status, 202) << "nobody at all is another recipient too";
  }
}

TEST(Acts, NoSystemIsASecondPerson) {
  Acts world;
  const std::string id = world.id_of(world.ask(Role::kRegistrar, "PUT", "/api/v1/agencies/A-1", kElsewhere));
  std::string key;
  world.on_loop([&] {
    key = world.accounts->api_keys()
              .make({.account = "import-1", .role = Role::kRegistrar},
                    world.clock.now() + Duration::seconds(86'400), "admin-1", world.clock.now())
              ->key;
  });
  EXPECT_EQ(world.answer(key, id).status, 403);
  EXPECT_EQ(world.ask_with_key(key, "PUT", "/api/v1/agencies/A-1", kElsewhere).status, 202)
      << "but it may ask";
}

// Administrators who are signed in.
struct Administrators : Acts {
  std::string enrolled(const std::string& name) {
    const net::Response made = ask(Role::kAdministrator, "POST", "/api/v1/accounts",
                                   R"({"account":")" + name + R"(","role":"administrator"})");
    EXPECT_EQ(made.status, 201) << made.body;
    return cookie_of(enrol(std::string(json::parse(made.body).at("token").as_string())));
  }
  net::Response send(const std::string& cookie, const std::string& path, const std::string& body) {
    return ask_with_key("", "POST", "/api/v1/" + path, body,
                        {{"cookie", cookie}, {"haechi-surface", "control"}});
  }
  net::Response make(const std::string& cookie, const std::string& name, const std::string& role,
                     const std::string& agency = "") {
    return send(cookie, "accounts",
                R"({"account":")" + name + R"(","role":")" + role + R"(","agency_id":")" + agency + R"("})");
  }
};

TEST(Acts, TheFirstAdministratorMakesTheSecondAloneAndThenNobodyAlone) {
  Administrators world;
  const std::string kim = world.enrolled("admin-kim");
  EXPECT_EQ(world.make(kim, "registrar-9", "registrar").status, 201) << "there is nobody else to ask";
  const std::string lee = world.enrolled("admin-lee");
  EXPECT_EQ(
      world.send(kim, "accounts", R"({"account":"car-9","role":"unit","agency_id":"A-1","unit_id":"U-1"})")
          .status,
      201)
      << "who sees nobody but whom it was sent to";
  for (const char* role : {"administrator", "registrar", "privacy", "auditor", "control", "probation"})
    EXPECT_EQ(world.make(kim, std::string("new-") + role, role).status, 202) << role;
  for (const char* role : {"court", "dispatch", "police"})
    EXPECT_EQ(world.make(kim, std::string("new-") + role, role, "A-1").status, 202) << role;
  EXPECT_EQ(world
                .send(kim, "api-keys",
                      R"({"viewer":{"account":"import-9","role":"registrar"},"expires_at_us":")" +
                          std::to_string((world.clock.now() + Duration::seconds(86'400)).us) + R"("})")
                .status,
            202);
  const std::string id = world.id_of(world.make(kim, "new-privacy", "privacy"));
  EXPECT_EQ(world.send(kim, "acts/" + id + "/answer", R"({"approved":true})").status, 403);
  EXPECT_EQ(world.send(lee, "acts/" + id + "/answer", R"({"approved":true})").status, 200);
  EXPECT_EQ(world.make(kim, "new-privacy", "privacy").status, 201);
  EXPECT_EQ(world.make(kim, "operator-9", "control").status, 202)
      << "one administrator makes nobody who looks";
}

TEST(Acts, NoAdministratorBecomesAnotherByALinkOfHisOwnMaking) {
  Administrators world;
  const std::string kim = world.enrolled("admin-kim"), lee = world.enrolled("admin-lee");
  const std::string link = R"({"change":"ACCOUNT_CHANGE_INVITE","known_by":"came in person"})";
  EXPECT_EQ(world.send(kim, "accounts/admin-lee/change", link).status, 202);
  EXPECT_EQ(world.send(kim, "accounts/admin-lee/change", R"({"change":"ACCOUNT_CHANGE_DISABLE"})").status,
            200)
      << "to shut somebody out never waits";
  EXPECT_EQ(world.make(kim, "new-privacy", "privacy").status, 202)
      << "and leaves nobody alone who had a second";
}

}  // namespace
}  // namespace haechi::api
