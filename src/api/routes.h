// The route table: one row per method and path. Routing, permission, audit and OpenAPI are derived from it,
// so that a route without a permission, an audit or a description cannot be written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/exchange.h"

namespace google::protobuf {
class Descriptor;
}

namespace haechi::api {

enum class Access {
  kPublic,     // no key needed: says nothing about anybody, and changes nothing but who the asker is
  kKey,        // a key, a decision, an audit record
  kElsewhere,  // mounted by another room, which has its own guard; listed so that the description is whole
};

// The act as JSON without secrets where it asks for a second person; nothing where one person is enough.
using SecondOf = Result<std::optional<std::string>> (*)(const Exchange&);

struct Route {
  const char* method;
  const char* path;  // "/api/v1/persons/{id}"
  const char* tag;
  const char* summary;
  Access access;
  trust::Action action = trust::Action::kSeeSelf;
  const char* subject_kind = "";
  // Ties of viewer and subject; nullptr for a collection, whose members are decided one by one, and for
  // actions that need no tie.
  SubjectOf subject = nullptr;
  Run run = nullptr;
  const google::protobuf::Descriptor* request = nullptr;   // nullptr: no body
  const google::protobuf::Descriptor* response = nullptr;  // nullptr: text
  std::vector<const char*> parameters = {};                // of the query
  const char* repeated = "";                               // the one of them that may be given several times
  // Weighs so much that a session has to have shown a factor within kProofFresh. Keys of systems have none.
  bool asks_factor = false;
  SecondOf second = nullptr;  // nullptr: one person is always enough
};

const std::vector<Route>& routes();

// Finds the subject with its ties, then asks.
trust::Decision decide(Exchange& exchange, const Route& route);

// What a path leads to.
struct Match {
  const Route* route = nullptr;    // nullptr: no route of this method
  std::vector<std::string> ids;    // what stood for {id} and others like it
  std::vector<std::string> allow;  // methods of this path; empty: no such path
};
Match match(std::string_view method, std::string_view path);

}  // namespace haechi::api
