#include "api/case_routes.h"

#include "api/case_world.h"
#include "api/field_table.h"
#include "api/filled_world.h"

namespace haechi::api {
namespace {

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
    {"POST /api/v1/cases/{id}/inquiries", "L"},
    {"GET /api/v1/inquiries/{id}", "COLJ"},
    {"POST /api/v1/inquiries/{id}/decision", "J"},
    {"POST /api/v1/inquiries/{id}/confirmation", "L"},
    {"POST /api/v1/inquiries/{id}/destroyed", "L"},
    {"GET /api/v1/inquiries/{id}/track", "L"},
    {"GET /api/v1/pictures/{id}", "C"},
    {"POST /api/v1/pictures/{id}/viewed", "C"},
    {"POST /api/v1/pictures/{id}/notice", "C"},
    {"POST /api/v1/persons/{id}/provisions", "OR"},
};
const std::map<std::string, char> kLetter = {
    {"control-1", 'C'},  {"officer-lee", 'O'}, {"insp-park", 'L'}, {"judge-1", 'J'},   {"her", 'P'},
    {"dispatch-1", 'D'}, {"registrar-1", 'R'}, {"auditor-1", 'A'}, {"insp-choi", 'X'}, {"officer-kang", 'Y'}};

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
