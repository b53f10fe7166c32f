// Agencies apart: what is another agency's answers as what does not exist, at every route that names an
// object.
#include <set>

#include "api/filled_world.h"
#include "api/routes.h"
#include "api/test_world.h"
#include "base/random.h"

namespace haechi::api {
namespace {

using trust::Role;

bool names_an_object(const Route& route) {
  return route.access == Access::kKey && std::string_view(route.path).find("{id}") != std::string_view::npos;
}

// "cases" of "/api/v1/cases/{id}/close".
std::string kind_of(const Route& route) {
  const std::string path = route.path;
  return path.substr(8, path.find("{id}") - 9);
}

std::string path_with(const Route& route, const std::string& id) {
  std::string path = route.path;
  path.replace(path.find("{id}"), 4, id);
  for (const char* more : {"{file}", "{session}"})
    if (const size_t at = path.find(more); at != std::string::npos)
      path.replace(at, std::string(more).size(), "1");
  return path;
}

// What belongs to an agency, a court, or somebody's caseload. Registers of organisations, accounts and
// persons are open by role, and what is one's own is found by who asks.
const std::set<std::string> kOwned = {"cases",     "measures", "links",     "duties",       "petitions",
                                      "inquiries", "alerts",   "incidents", "calls",        "units",
                                      "positions", "tracks",   "pictures",  "notifications"};

// The same id never is there.
std::string nothing_like(const std::string& id, Random& random) {
  std::string out = id;
  for (char& letter : out)
    if (std::isalnum(static_cast<unsigned char>(letter)) != 0)
      letter = static_cast<char>('a' + static_cast<char>(random.below(26)));
  return "none" + out;
}

std::string without(std::string text, const std::string& id) {
  for (size_t at = text.find(id); at != std::string::npos; at = text.find(id))
    text.replace(at, id.size(), "ID");
  return text;
}

constexpr const char* kBodies[] = {"{}",
                                   "[]",
                                   R"({"reason":"x"})",
                                   R"({"note_code":"done"})",
                                   R"({"granted":true,"reasons":"x"})",
                                   R"({"step":"CASE_STEP_DONE"})"};

struct Told {
  int status = 0;
  std::string body;
  bool operator==(const Told&) const = default;
};

TEST(AgenciesApart, AnswerForEachOthersCasesAsForWhatDoesNotExist) {
  CaseWorld world;
  std::map<std::string, std::string> ids = fill(world);
  ids["notifications"] =
      text(world.get("insp-park", "GET", "/notifications").at("notifications").at(0).at("id"));
  ids["positions"] = ids["tracks"] = "s-77";
  std::vector<std::string> real;
  for (const auto& [kind, id] : ids)
    if (id != "none") real.push_back(id);
  // Of another station, another court, another officer's caseload, another case.
  const std::vector<std::string> outsiders = {"insp-choi", "judge-2", "officer-kang", "another"};
  Random random(410);
  std::map<std::string, int> asked;
  for (int round = 0; round < 6'000; ++round) {
    const Route& route = routes()[random.below(routes().size())];
    if (!names_an_object(route) || !kOwned.contains(kind_of(route))) continue;
    const std::string& who = outsiders[random.below(outsiders.size())];
    // Mostly one of the kind that the route takes; now and then one of any other.
    const auto own_kind = ids.find(kind_of(route));
    const std::string id =
        own_kind != ids.end() && random.chance(0.7) ? own_kind->second : real[random.below(real.size())];
    const std::string body = route.request == nullptr ? "" : kBodies[random.below(std::size(kBodies))];
    const auto ask = [&](const std::string& object) {
      const net::Response answer = world.ask(who, route.method, path_with(route, object).substr(7), body);
      return Told{answer.status, without(answer.body, object)};
    };
    const Told foreign = ask(id), nothing = ask(nothing_like(id, random));
    ASSERT_TRUE(foreign == nothing) << who << ' ' << route.method << ' ' << path_with(route, id) << ' '
                                    << body << ": " << foreign.status << ' ' << foreign.body << " but "
                                    << nothing.status << ' ' << nothing.body;
    ASSERT_NE(foreign.status, 200) << who << ' ' << path_with(route, id);
    ++asked[std::string(route.method) + " " + route.path];
  }
  EXPECT_GT(asked.size(), 30u) << "routes";
  // The same question of the agency whose case it is tells that these ids are there.
  EXPECT_EQ(world.ask("insp-park", "GET", "/cases/" + ids["cases"]).status, 200);
  EXPECT_EQ(world.ask("judge-1", "GET", "/petitions/" + ids["petitions"]).status, 200);
}

TEST(AgenciesApart, AnswerForEachOthersCallsAndAlertsAsForWhatDoesNotExist) {
  TestWorld world;
  std::map<std::string, std::string> ids = {{"alerts", "AL-1"}, {"incidents", "I-1"}, {"calls", "C-1"},
                                            {"units", "U-1"},   {"positions", "W-1"}, {"tracks", "W-1"}};
  std::vector<std::string> keys;
  world.on_loop([&] {
    for (const trust::Viewer& viewer : {
             trust::Viewer{.account = "desk-9", .role = Role::kDispatch, .agency_id = "A-9"},
             trust::Viewer{.account = "car-9", .role = Role::kUnit, .unit_id = "U-9", .agency_id = "A-9"},
             trust::Viewer{.account = "insp-9", .role = Role::kPolice, .agency_id = "A-9"},
             trust::Viewer{.account = "officer-9", .role = Role::kProbation, .wearer_ids = {"W-9"}},
         })
      keys.push_back(*world.keys->issue(viewer, Time{}));
  });
  Random random(411);
  std::set<std::string> asked;
  for (int round = 0; round < 6'000; ++round) {
    const Route& route = routes()[random.below(routes().size())];
    if (!names_an_object(route) || !ids.contains(kind_of(route))) continue;
    const std::string& key = keys[random.below(keys.size())];
    const std::string& id = ids.at(kind_of(route));
    const std::string body = route.request == nullptr ? "" : kBodies[random.below(std::size(kBodies))];
    const auto ask = [&](const std::string& object) {
      const net::Response answer = world.ask_with_key(key, route.method, path_with(route, object), body);
      return Told{answer.status, without(answer.body, object)};
    };
    const Told foreign = ask(id), nothing = ask(nothing_like(id, random));
    ASSERT_TRUE(foreign == nothing) << route.method << ' ' << path_with(route, id) << ": " << foreign.status
                                    << ' ' << foreign.body << " but " << nothing.status << ' '
                                    << nothing.body;
    ASSERT_NE(foreign.status, 200) << path_with(route, id);
    asked.insert(std::string(route.method) + " " + route.path);
  }
  EXPECT_GT(asked.size(), 12u);
  EXPECT_EQ(world.ask(Role::kDispatch, "GET", "/api/v1/calls/C-1").status, 200) << "whose it is";
}

}  // namespace
}  // namespace haechi::api
