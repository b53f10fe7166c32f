// For the tests of routes: which role is shown, or may write, which field by which route, as a text that a
// person reads and approves once. What changes in it is a change of who sees or changes what.
#pragma once

#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>

namespace haechi::api {

class FieldTable {
 public:
  // `letter` stands for the role that was answered so.
  void add(const std::string& route, char letter, const std::string& body) {
    boost::system::error_code failed;
    const boost::json::value answer = boost::json::parse(body, failed);
    if (!failed) walk(answer, "", [&](const std::string& field) { roles_[{route, field}].insert(letter); });
  }
  // Every field of what such a request holds.
  void add(const std::string& route, char letter, const google::protobuf::Descriptor& request) {
    walk(request, "", {}, [&](const std::string& field) { roles_[{route, field}].insert(letter); });
  }
  // Against the file of tests/vectors; HAECHI_UPDATE=1 writes it instead.
  void check(const std::string& file) const {
    const std::string path = std::string(HAECHI_SOURCE_DIR) + "/tests/vectors/" + file;
    if (std::getenv("HAECHI_UPDATE") != nullptr) {
      std::ofstream(path) << text();
      return;
    }
    std::ifstream in(path);
    std::stringstream approved;
    approved << in.rdbuf();
    EXPECT_EQ(text(), approved.str())
        << "who sees or writes what has changed; approve it with HAECHI_UPDATE=1";
  }

 private:
  template <typename Visit>
  static void walk(const boost::json::value& value, const std::string& at, const Visit& visit) {
    if (value.is_array()) {
      for (const boost::json::value& one : value.get_array()) walk(one, at + "[]", visit);
    } else if (value.is_object()) {
      for (const auto& member : value.get_object())
        walk(member.value(), (at.empty() ? "" : at + ".") + std::string(member.key()), visit);
    } else {
      visit(at);
    }
  }
  // A message inside of itself, and what a whole batch of facts holds, is one field.
  template <typename Visit>
  static void walk(const google::protobuf::Descriptor& message, const std::string& at,
                   std::set<std::string> around, const Visit& visit) {
    around.insert(message.full_name());
    for (int i = 0; i < message.field_count(); ++i) {
      const google::protobuf::FieldDescriptor& field = *message.field(i);
      const std::string name =
          (at.empty() ? "" : at + ".") + field.name() + (field.is_repeated() ? "[]" : "");
      const auto* inner = field.message_type();
      if (inner == nullptr || inner->name() == "Fact" || around.contains(inner->full_name())) {
        visit(name);
      } else {
        walk(*inner, name, around, visit);
      }
    }
  }
  std::string text() const {
    std::string out, route;
    for (const auto& [key, roles] : roles_) {
      if (key.first != route) out += (route.empty() ? "" : "\n") + key.first + "\n";
      route = key.first;
      out += "  " + std::string(roles.begin(), roles.end()) + "  " + key.second + "\n";
    }
    return out;
  }

  std::map<std::pair<std::string, std::string>, std::set<char>> roles_;
};

}  // namespace haechi::api
