#include "api/case_routes.h"

#include "api/case_world.h"
#include "api/field_table.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

// Who may use the routes about one case, written down a second time, with everybody tied to it who can be:
// C control, O probation officer of the wearer, L police of the station, J court before which it lies, P she,
// D dispatch, R registrar, A auditor, X police of another station, Y officer of other wearers.
const std::map<std::string, std::string> kMayUse = {
    {"GET /api/v1/cases/{id}", "COLJ"},
    {"POST /api/v1/cases/{id}/reports", "L"},
    {"POST /api/v1/cases/{id}/close", "L"},
    {"POST /api/v1/cases/{id}/places", "L"},
    {"GET /api/v1/cases/{id}/places", "COLJ"},
    {"POST /api/v1/cases/{id}/bundle", "OJ"},
    {"POST /api/v1/cases/{id}/measures", "L"},
    {"GET /api/v1/measures/{id}", "COLJ"},
    {"POST /api/v1/measures/{id}/steps", "COLJ"},
    {"GET /api/v1/links/{id}", "COL"},
    {"POST /api/v1/links/{id}/decision", "OL"},
    {"POST /api/v1/links/{id}/step", "OL"},
    {"POST /api/v1/duties/{id}/done", "CL"},
    {"POST /api/v1/notifications/{id}/opened", "COLJXY"},
    {"POST /api/v1/me/notifications/{id}", "COLJPDRAXY"},
    {"PUT /api/v1/accounts/{id}/address", "R"},
    {"PUT /api/v1/agencies/{id}/address", "R"},
    {"GET /api/v1/petitions/{id}", "LJP"},
    {"GET /api/v1/petitions/{id}/files/{file}", "LJP"},
    {"GET /api/v1/petitions/{id}/evidence", "LJ"},
    {"POST /api/v1/petitions/{id}/bundle", "J"},
    {"POST /api/v1/petitions/{id}/docket", "J"},
    {"POST /api/v1/petitions/{id}/interim", "J"},
    {"POST /api/v1/petitions/{id}/decision", "J"},
    {"PUT /api/v1/persons/{id}/identity", "LRX"},
    {"PUT /api/v1/persons/{id}/supervisor", "CR"},
    {"GET /api/v1/persons/{id}/risk", "COL"},
    {"POST /api/v1/break-glass/{id}/answer", "A"},
};
const std::map<std::string, char> kLetter = {
    {"control-1", 'C'},  {"officer-lee", 'O'}, {"insp-park", 'L'}, {"judge-1", 'J'},   {"her", 'P'},
    {"dispatch-1", 'D'}, {"registrar-1", 'R'}, {"auditor-1", 'A'}, {"insp-choi", 'X'}, {"officer-kang", 'Y'}};

std::string text(const json::value& value) {
  return std::string(value.as_string());
}

// A case with a link, a measure before the court, a petition of hers, and a duty of the police.
std::map<std::string, std::string> fill(CaseWorld& world) {
  world.clock.set(Time{1'810'000'000'000'000});  // 2027-05-11
  for (const char* person : {"w-1", "s-77"})
    world.get("registrar-1", "PUT", std::string("/persons/") + person + "/identity",
              R"({"document_kind":"rrn","document_number":"850101-1234567"})");
  world.open_case();
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-0","kind":"ST_PROV_2","protected_id":"p-1"})");
  world.step("insp-park", "m-0", "DECLINE_TO_APPLY");
  std::map<std::string, std::string> ids = {
      {"cases", "c-1"}, {"measures", "m-1"}, {"petitions", "pet-1"}, {"persons", "w-1"}};
  const json::value owed = world.get("insp-park", "GET", "/duties").at("duties");
  for (const json::value& duty : owed.as_array()) {
    if (text(duty.at("code")) == "N8-3")
      world.get("insp-park", "POST", "/duties/" + text(duty.at("id")) + "/done", R"({"note_code":"done"})");
    if (text(duty.at("party")) == "CASE_PARTY_POLICE") ids["duties"] = text(duty.at("id"));
  }
  world.get("her", "POST", "/petitions",
            R"({"id":"pet-1","case_id":"c-1","kinds":["ST_VPO_1"],"attachments":[
                {"name":"a.txt","media_type":"text/plain","content":"aGk="}]})");
  world.get("judge-1", "POST", "/petitions/pet-1/docket", R"({"docket":"17"})");
  world.get("insp-park", "POST", "/cases/c-1/measures",
            R"({"id":"m-1","kind":"ST_PROV_2","protected_id":"p-1","apply":true})");
  world.step("insp-park", "m-1", "PETITION", R"(,"court_id":"court-1")");
  ids["links"] = text(world.get("insp-park", "GET", "/links").at("links").at(0).at("link").at("id"));
  const json::value left = world.get("insp-park", "GET", "/duties").at("duties");
  for (const json::value& duty : left.as_array())
    if (text(duty.at("party")) == "CASE_PARTY_POLICE") ids["duties"] = text(duty.at("id"));
  ids["file"] = text(world.get("judge-1", "GET", "/petitions/pet-1").at("attachments").at(0).at("id"));
  for (const char* kind : {"notifications", "me/notifications", "accounts", "agencies", "break-glass"})
    ids[kind] = "none";
  return ids;
}

TEST(CaseRoutes, AreOpenToExactlyThoseWhoAreTiedToTheCaseAndEveryDecisionIsRecorded) {
  CaseWorld world;
  const std::map<std::string, std::string> ids = fill(world);
  size_t seen = 0;
  for (const Route& route : routes()) {
    std::string path = route.path;
    if (std::string_view(route.tag) != "cases" || path.find("{id}") == std::string::npos) continue;
    const std::string name = std::string(route.method) + " " + path;
    ASSERT_EQ(kMayUse.count(name), 1u) << "no row for " << name;
    ++seen;
    const std::string kind = path.substr(8, path.find("{id}") - 9);
    path.replace(path.find("{id}"), 4, ids.at(kind));
    if (const size_t file = path.find("{file}"); file != std::string::npos)
      path.replace(file, 6, ids.at("file"));
    for (const auto& [account, letter] : kLetter) {
      const bool may = kMayUse.at(name).find(letter) != std::string::npos;
      const size_t before = world.submit.logged.size();
      const net::Response answer =
          world.ask(account, route.method, path.substr(7), route.request == nullptr ? "" : "[]");
      EXPECT_EQ(answer.status != 403, may) << name << " as " << account << ": " << answer.body;
      const bool shown = may && route.request == nullptr;
      if (shown) {
        EXPECT_EQ(answer.status, 200) << name << " as " << account << ": " << answer.body;
      }
      if (!may || shown) {
        ASSERT_GT(world.submit.logged.size(), before) << name;
        EXPECT_EQ(world.submit.logged[before].access_decided().allowed(), may) << name;
      }
    }
  }
  EXPECT_EQ(seen, kMayUse.size());
}

TEST(CaseRoutes, ShowEachRoleExactlyTheFieldsThatWereApproved) {
  CaseWorld world;
  const std::map<std::string, std::string> ids = fill(world);
  FieldTable table;
  for (const Route& route : routes()) {
    std::string path = route.path;
    if (std::string_view(route.tag) != "cases" || route.request != nullptr) continue;
    if (const size_t id = path.find("{id}"); id != std::string::npos)
      path.replace(id, 4, ids.at(path.substr(8, id - 9)));
    if (const size_t file = path.find("{file}"); file != std::string::npos)
      path.replace(file, 6, ids.at("file"));
    for (const auto& [account, letter] : kLetter) {
      const net::Response answer = world.ask(account, route.method, path.substr(7));
      if (answer.status == 200) table.add(std::string(route.method) + " " + route.path, letter, answer.body);
    }
  }
  table.check("case_fields_by_role.txt");
}

TEST(CaseRoutes, TakeFromEachRoleExactlyTheFieldsThatWereApproved) {
  CaseWorld world;
  const std::map<std::string, std::string> ids = fill(world);
  FieldTable table;
  for (const Route& route : routes()) {
    std::string path = route.path;
    const size_t id = path.find("{id}");
    if (std::string_view(route.tag) != "cases" || id == std::string::npos || route.request == nullptr)
      continue;
    path.replace(id, 4, ids.at(path.substr(8, id - 9)));
    for (const auto& [account, letter] : kLetter)
      if (world.ask(account, route.method, path.substr(7), "[]").status != 403)
        table.add(std::string(route.method) + " " + route.path, letter, *route.request);
  }
  table.check("case_fields_written_by_role.txt");
}

}  // namespace
}  // namespace haechi::api
