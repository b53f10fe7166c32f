// What people type stays text. A whole case is played again for each text that anybody typed in it, with
// hostile texts in its place; whatever is then read, by whomever, is what was typed, as text: in JSON, in
// tables, in attached files. Which texts there are is read from what is sent, which routes there are from
// their table.
#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <boost/json.hpp>
#include <set>

#include "api/filled_world.h"
#include "api/routes.h"
#include "api/test_world.h"
#include "net/client_url.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

const std::vector<std::string> kHostile = {
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>",
    "two\r\nset-cookie: a=b\r\n\r\n<html>",
    "=HYPERLINK(\"http://x\",\"y\")",
    "\uFF1D1+1",
    "'; DROP TABLE persons; -- \" OR 1=1",
    "{{7*7}}${7*7}#{7*7}<%= 7*7 %>",
    "$(id)`id`;id|id",
    "\x1b[2J\x1b]0;t\x07 \u009b2J \u2028 \u202e backwards",
};

// Where a text stands in the n-th request of a play.
struct Spot {
  size_t request = 0;
  std::string pointer, method, path;
};

void add_spots(const json::value& value, const std::string& pointer, const Spot& of,
               std::vector<Spot>& spots) {
  if (value.is_string()) spots.push_back({of.request, pointer, of.method, of.path});
  if (value.is_object())
    for (const auto& [name, member] : value.as_object())
      add_spots(member, pointer + "/" + std::string(name), of, spots);
  if (value.is_array())
    for (size_t i = 0; i < value.as_array().size(); ++i)
      add_spots(value.as_array()[i], pointer + "/" + std::to_string(i), of, spots);
}

std::string shape(const std::string& path) {
  std::string out;
  for (const char c : path) out += c >= '0' && c <= '9' ? '#' : c;
  return out;
}

// JSON in which nothing is raw that is no text, behind a head of one line each.
void check_answer(const net::Response& answer) {
  EXPECT_TRUE(net::check_headers(answer.headers).ok());
  if (!answer.content_type.starts_with("application/json") &&
      !answer.content_type.starts_with("application/problem+json"))
    return;
  boost::system::error_code error;
  (void)json::parse(answer.body, error);
  EXPECT_FALSE(error) << answer.body;
  const bool raw = std::any_of(answer.body.begin(), answer.body.end(),
                               [](char c) { return static_cast<unsigned char>(c) < 0x20 && c != '\n'; });
  EXPECT_FALSE(raw) << "a control character: " << answer.body;
}

// One play. `at` and `text`: what is typed instead; nothing: as it is.
struct Play {
  CaseWorld world;
  std::vector<Spot> spots;
  int status = 0;  // of the request at whose spot something else was typed
  std::map<std::string, std::string> ids;

  explicit Play(const Spot* at = nullptr, const std::string& text = "") {
    size_t number = 0;
    world.before = [this, at, &text, &number](const std::string& method, const std::string& path,
                                              std::string& body) {
      ++number;
      if (body.empty()) return;
      json::value sent = json::parse(body);
      if (at == nullptr) return add_spots(sent, "", {number, "", method, path}, spots);
      if (number != at->request) return;
      sent.at_pointer(at->pointer) = text;
      body = json::serialize(sent);
    };
    world.after = [this, at, &number](const net::Response& answer) {
      if (at != nullptr && number == at->request) status = answer.status;
      EXPECT_LT(answer.status, 500) << answer.body;
      check_answer(answer);
    };
    world.may_refuse = at != nullptr;
    try {
      ids = fill(world);
    } catch (const std::exception&) {
      EXPECT_NE(at, nullptr) << "the play itself";
    }
    world.before = nullptr;
    world.after = [](const net::Response& after_it) { check_answer(after_it); };  // what is read of it later
  }
};

bool holds(const json::value& value, const std::string& text) {
  if (value.is_string()) return value.as_string() == text;
  if (value.is_object()) {
    for (const auto& [name, member] : value.as_object())
      if (holds(member, text)) return true;
  }
  if (value.is_array()) {
    for (const json::value& member : value.as_array())
      if (holds(member, text)) return true;
  }
  return false;
}

// As RFC 4180 reads a table.
std::vector<std::vector<std::string>> cells_of(const std::string& table) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (size_t i = 0; i < table.size(); ++i) {
    if (quoted && table[i] == '"' && i + 1 < table.size() && table[i + 1] == '"') {
      rows.back().back() += table[i++];
    } else if (table[i] == '"') {
      quoted = !quoted;
    } else if (table[i] == ',' && !quoted) {
      rows.back().emplace_back();
    } else if (table[i] == '\r' && !quoted) {
      rows.emplace_back(1);
      ++i;
    } else {
      rows.back().back() += table[i];
    }
  }
  EXPECT_FALSE(quoted) << table;
  rows.pop_back();
  return rows;
}

void expect_text_alone(const std::string& table) {
  static const std::vector<std::string> kFormulas = {"=",  "+",      "-",      "@",      "\t",
                                                     "\r", "\uFF1D", "\uFF0B", "\uFF0D", "\uFF20"};
  for (const auto& row : cells_of(table)) {
    EXPECT_EQ(row.size(), 4u) << table;
    for (size_t i = 0; i + 1 < row.size(); ++i)
      for (const std::string& formula : kFormulas) EXPECT_FALSE(row[i].starts_with(formula)) << row[i];
  }
}

const std::vector<std::string> kEverybody = {"insp-park", "judge-1",     "officer-lee", "control-1",
                                             "her",       "registrar-1", "auditor-1",   "dispatch-1"};

// Everything that can be read, by everybody. True: some of it holds the text as it was typed.
bool read_all(Play& play, const std::string& text) {
  bool found = false;
  for (const Route& route : routes()) {
    if (std::string_view(route.method) != "GET" || route.access != Access::kKey) continue;
    std::string path = route.path;
    const size_t at = path.find("{id}");
    if (at != std::string::npos) {
      const auto id = play.ids.find(path.substr(8, at - 9));
      if (id == play.ids.end()) continue;
      path.replace(at, 4, id->second);
    }
    if (const size_t file = path.find("{file}"); file != std::string::npos)
      path.replace(file, 6, play.ids["file"]);
    for (const std::string& account : kEverybody) {
      const net::Response answer = play.world.ask(account, "GET", path.substr(7));
      if (answer.status != 200) continue;
      if (answer.content_type.starts_with("application/json")) {
        boost::system::error_code error;
        const json::value body = json::parse(answer.body, error);
        found = found || (!error && holds(body, text));
      } else if (answer.content_type.starts_with("text/csv")) {
        expect_text_alone(answer.body);
      } else {
        // What somebody attached is never shown as a page.
        EXPECT_TRUE(answer.content_type.starts_with("text/plain") ||
                    answer.content_type.starts_with("application/x-ndjson") ||
                    answer.content_type.starts_with("application/jsonl"))
            << path << ' ' << answer.content_type;
      }
    }
  }
  return found;
}

TEST(TypedText, StaysTextWhereverItIsReadAgain) {
  const Play whole;
  ASSERT_GT(whole.spots.size(), 30u);
  std::set<std::string> taken, shown, fields;
  size_t plays = 0;
  for (const Spot& spot : whole.spots) {
    const std::string field = spot.method + " " + shape(spot.path) + " " + spot.pointer;
    if (!fields.insert(field).second) continue;
    for (const std::string& text : kHostile) {
      ++plays;
      Play play(&spot, text);
      if (play.status >= 300) continue;
      taken.insert(field);
      if (read_all(play, text)) shown.insert(field);
    }
  }
  std::printf("%zu texts of %zu fields, %zu plays, %zu fields took one, %zu showed it again\n",
              kHostile.size(), fields.size(), plays, taken.size(), shown.size());
  EXPECT_GE(taken.size(), 4u);
  EXPECT_GE(shown.size(), 2u);
}

// Every field of text that a message has, wherever in it: a body that holds that text alone.
using Descriptor = google::protobuf::Descriptor;
using Field = google::protobuf::FieldDescriptor;

void add_bodies(const Descriptor& of, const std::function<json::value(json::value)>& within, int deep,
                const std::string& text, std::vector<json::value>& bodies) {
  for (int i = 0; i < of.field_count(); ++i) {
    const Field& field = *of.field(i);
    const auto here = [&](json::value value) {
      if (field.is_map()) value = json::object{{"a", std::move(value)}};
      if (field.is_repeated() && !field.is_map()) value = json::array{std::move(value)};
      return within(json::object{{std::string(field.name()), std::move(value)}});
    };
    const Field& typed = field.is_map() ? *field.message_type()->map_value() : field;
    if (typed.cpp_type() == Field::CPPTYPE_STRING) bodies.push_back(here(json::string(text)));
    if (typed.cpp_type() == Field::CPPTYPE_MESSAGE && deep > 0)
      add_bodies(*typed.message_type(), here, deep - 1, text, bodies);
  }
}

TEST(TypedText, InAnyFieldOfAnyRouteIsTakenOrRefusedAsText) {
  TestWorld world;
  const std::map<std::string, std::string> ids = {{"persons", "W-1"},
                                                  {"alerts", "AL-1"},
                                                  {"incidents", "I-1"},
                                                  {"calls", "C-1"},
                                                  {"units", "U-1"},
                                                  {"devices", "D-9"},
                                                  {"orders", "O-9"},
                                                  {"zones", "Z-9"},
                                                  {"agencies", "A-9"},
                                                  {"jurisdictions", "J-9"},
                                                  {"holiday-calendars", "days"},
                                                  {"hand-offs", "H-1"}};
  size_t routes_asked = 0, fields = 0, taken = 0;
  for (const Route& route : routes()) {
    if (route.access != Access::kKey || route.request == nullptr) continue;
    std::string path = route.path;
    if (const size_t at = path.find("{id}"); at != std::string::npos) {
      const auto id = ids.find(path.substr(8, at - 9));
      path.replace(at, 4, id == ids.end() ? "x-1" : id->second);
    }
    if (const size_t at = path.find("{session}"); at != std::string::npos) path.replace(at, 9, "s");
    trust::Role role = trust::Role::kControl;
    for (const auto& [one, key] : world.key_of)
      if (world.ask(one, route.method, path, "[]").status != 403) role = one;
    ++routes_asked;
    for (const std::string& text : kHostile) {
      std::vector<json::value> bodies;
      add_bodies(
          *route.request, [](json::value whole) { return whole; }, 3, text, bodies);
      if (&text == &kHostile.front()) fields += bodies.size();
      for (const json::value& body : bodies) {
        const net::Response answer = world.ask(role, route.method, path, json::serialize(body));
        EXPECT_NE(answer.status, 500) << route.path << json::serialize(body);
        taken += answer.status < 300 ? 1 : 0;
        check_answer(answer);
      }
    }
  }
  std::printf("%zu texts in %zu fields of %zu routes, %zu taken\n", kHostile.size(), fields, routes_asked,
              taken);
  EXPECT_GT(routes_asked, 50u);
  EXPECT_GT(fields, 500u);
  for (const auto& [role, key] : world.key_of)
    for (const Route& route : routes())
      if (std::string_view(route.method) == "GET" && route.access == Access::kKey)
        check_answer(world.ask(role, "GET", route.path));
}

// A route whose answer is no JSON is one more way out for texts.
TEST(TypedText, LeavesByNoRouteThatIsNotKnownHere) {
  std::set<std::string> plain;
  for (const Route& route : routes())
    if (route.access == Access::kKey && route.response == nullptr)
      plain.insert(std::string(route.method) + " " + route.path);
  // Lines of JSON of the log itself, whose form tools/verify_bundle.py reads back.
  EXPECT_EQ(plain,
            (std::set<std::string>{"POST /api/v1/cases/{id}/bundle", "POST /api/v1/petitions/{id}/bundle"}));
}

}  // namespace
}  // namespace haechi::api
