// For tests that go through the route table: what each route is asked, so that it answers.
#pragma once

#include <map>
#include <set>
#include <string>

#include "api/routes.h"

namespace haechi::api {

inline std::string name(const Route& route) {
  return std::string(route.method) + " " + route.path;
}

// One question of one account.
struct Question {
  const Route* route = nullptr;
  std::string account, path, body;
};

inline std::string with_ids(const Route& route, const std::map<std::string, std::string>& ids) {
  std::string path = route.path;
  if (const size_t at = path.find("{id}"); at != std::string::npos) {
    const auto found = ids.find(path.substr(8, at - 9));
    path.replace(at, 4, found == ids.end() ? "none" : found->second);
  }
  if (const size_t at = path.find("{file}"); at != std::string::npos) {
    const auto found = ids.find("file");
    path.replace(at, 6, found == ids.end() ? "1" : found->second);
  }
  return path;
}

// What a question needs to be answered beside its path.
inline const std::map<std::string, std::string> kQueries = {
    {"GET /api/v1/playback", "?from_us=1809999000000000&to_us=1810002000000000"},
    {"GET /api/v1/statistics", "?from_us=1700000000000000&to_us=1850000000000000"},
    {"GET /api/v1/statistics.csv", "?from_us=1700000000000000&to_us=1850000000000000"},
};
inline const std::map<std::string, std::string> kBodies = {
    {"POST /api/v1/search", R"({"text":"77"})"},
    {"POST /api/v1/positions/table", R"({"person_ids":["PERSON"],"why":"hand-over"})"},
    {"POST /api/v1/cases/{id}/bundle",
     R"({"from_us":"1809999000000000","to_us":"1810002000000000","protected_id":"p-1","why":"for the court"})"},
    {"POST /api/v1/petitions/{id}/bundle",
     R"({"from_us":"1809999000000000","to_us":"1810002000000000","protected_id":"p-1","why":"for the court"})"},
};

// Words of the law and of this house, published numbers, and what somebody may know of himself: nobody is
// shown, and the answer waits for no record.
inline const std::set<std::string> kShowNobody = {
    "GET /api/v1/law/kinds",  "GET /api/v1/law/uses",        "GET /api/v1/vocabulary",
    "GET /api/v1/me/account", "GET /api/v1/me/capabilities", "GET /api/v1/statistics/publication",
    "GET /api/v1/me/pin",     "GET /api/v1/me/push"};

inline bool shows(const Route& route) {
  return route.access == Access::kKey &&
         (std::string_view(route.method) == "GET" || kBodies.contains(name(route)));
}

inline Question question_of(const Route& route, const std::string& account,
                            const std::map<std::string, std::string>& ids) {
  const auto query = kQueries.find(name(route));
  const auto body = kBodies.find(name(route));
  Question out{&route, account, with_ids(route, ids), body == kBodies.end() ? "" : body->second};
  if (query != kQueries.end()) out.path += query->second;
  if (const size_t at = out.body.find("PERSON"); at != std::string::npos)
    out.body.replace(at, 6, ids.at("positions"));
  return out;
}

}  // namespace haechi::api
