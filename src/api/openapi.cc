#include "api/openapi.h"

#include <google/protobuf/descriptor.h>

#include <boost/json.hpp>
#include <map>

#include "api/routes.h"
#include "haechi/v1/api.pb.h"
#include "haechi/v1/picture.pb.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;

// Every message reached so far, by its name in the document.
using Schemas = std::map<std::string, json::value>;

std::string add_message(const Descriptor& message, Schemas& schemas);

// "haechi.v1.HandOffMessage.Ack" is called HandOffMessage.Ack.
template <typename Named>
std::string short_name(const Named& named) {
  return named.full_name().substr(named.file()->package().size() + 1);
}

json::object reference(const std::string& name) {
  return {{"$ref", "#/components/schemas/" + name}};
}

std::string add_enum(const EnumDescriptor& type, Schemas& schemas) {
  const std::string name = short_name(type);
  json::array values;
  for (int i = 0; i < type.value_count(); ++i) values.emplace_back(type.value(i)->name());
  schemas[name] = json::object{{"type", "string"}, {"enum", std::move(values)}};
  return name;
}

// Canonical proto3 JSON: 64-bit numbers are strings of digits, bytes are base64.
json::object single_value(const FieldDescriptor& field, Schemas& schemas) {
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return {{"type", "integer"}, {"format", "int32"}};
    case FieldDescriptor::CPPTYPE_UINT32:
      return {{"type", "integer"}, {"minimum", 0}, {"maximum", 4294967295u}};
    case FieldDescriptor::CPPTYPE_INT64:
      return {{"type", "string"}, {"pattern", "^-?[0-9]+$"}};
    case FieldDescriptor::CPPTYPE_UINT64:
      return {{"type", "string"}, {"pattern", "^[0-9]+$"}};
    case FieldDescriptor::CPPTYPE_DOUBLE:
    case FieldDescriptor::CPPTYPE_FLOAT:
      return {{"type", "number"}};
    case FieldDescriptor::CPPTYPE_BOOL:
      return {{"type", "boolean"}};
    case FieldDescriptor::CPPTYPE_ENUM:
      return reference(add_enum(*field.enum_type(), schemas));
    case FieldDescriptor::CPPTYPE_STRING:
      if (field.type() == FieldDescriptor::TYPE_BYTES)
        return {{"type", "string"}, {"contentEncoding", "base64"}};
      return {{"type", "string"}};
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return reference(add_message(*field.message_type(), schemas));
  }
  ENSURE(false, field.full_name());
}

std::string add_message(const Descriptor& message, Schemas& schemas) {
  const std::string name = short_name(message);
  if (schemas.count(name) > 0) return name;
  schemas[name] = nullptr;  // a message may hold itself
  json::object properties;
  for (int i = 0; i < message.field_count(); ++i) {
    const FieldDescriptor& field = *message.field(i);
    json::object value = single_value(field, schemas);
    if (field.is_repeated()) value = json::object{{"type", "array"}, {"items", std::move(value)}};
    properties[field.name()] = std::move(value);
  }
  schemas[name] = json::object{
      {"type", "object"}, {"properties", std::move(properties)}, {"additionalProperties", false}};
  return name;
}

// On the wire of /live the envelope has numbers where other messages have strings of digits
// (src/live/README.md).
void add_live(Schemas& schemas) {
  add_message(*v1::LiveMessage::descriptor(), schemas);
  add_message(*v1::LiveRequest::descriptor(), schemas);
  const json::object number{{"type", "integer"}};
  for (auto& [name, schema] : schemas) {
    if (name != "LiveMessage" && name.rfind("LiveMessage.", 0) != 0) continue;
    for (auto& property : schema.at("properties").as_object()) {
      json::object& value = property.value().as_object();
      if (value.contains("pattern")) value = number;
    }
  }
}

json::object content(const char* media_type, json::object schema) {
  return {{media_type, json::object{{"schema", std::move(schema)}}}};
}

json::object answer(const char* description, json::object body) {
  return {{"description", description}, {"content", std::move(body)}};
}

json::object responses(const Route& route, Schemas& schemas) {
  json::object out;
  if (route.response != nullptr) {
    const std::string name = add_message(*route.response, schemas);
    if (std::string_view(route.path).ends_with(".csv")) {
      out["200"] = answer("Done", content("text/csv", json::object{{"type", "string"}}));
      return out;
    }
    out["200"] = answer("Done", content("application/json", reference(name)));
    if (std::string_view(route.method) == "PUT" || std::string_view(route.path) == "/api/v1/facts") {
      out["201"] = answer("Made", content("application/json", reference(name)));
    }
  } else if (std::string_view(route.path).ends_with("/bundle")) {
    out["200"] = answer("Done", content("application/x-ndjson", json::object{{"type", "string"}}));
  } else {
    out["200"] = json::object{{"description", "Done"}};
  }
  if (route.access == Access::kPublic) return out;
  const std::string problem = add_message(*v1::Problem::descriptor(), schemas);
  out["default"] = answer("A problem, with the field and the reason",
                          content("application/problem+json", reference(problem)));
  return out;
}

json::object parameter(const char* in, const char* name, bool required) {
  return {{"in", in}, {"name", name}, {"required", required}, {"schema", json::object{{"type", "string"}}}};
}

json::array parameters(const Route& route) {
  json::array out;
  const std::string_view path = route.path;
  for (size_t open = path.find('{'); open != std::string_view::npos; open = path.find('{', open + 1)) {
    const std::string name(path.substr(open + 1, path.find('}', open) - open - 1));
    out.push_back(parameter("path", name.c_str(), true));
  }
  for (const char* name : route.parameters) out.push_back(parameter("query", name, false));
  if (std::string_view(route.method) == "DELETE") out.push_back(parameter("header", "Haechi-Surface", true));
  if (route.access != Access::kKey) return out;
  out.push_back(parameter("header", "Haechi-Surface", false));
  out.push_back(parameter("header", "Haechi-Purpose", false));
  if (std::string_view(route.method) == "POST") out.push_back(parameter("header", "Idempotency-Key", false));
  if (std::string_view(route.path) == "/api/v1/orders/{id}" && std::string_view(route.method) == "PUT") {
    out.push_back(parameter("header", "If-Match", false));
  }
  return out;
}

// "get_alerts_id_timeline"
std::string operation_id(const Route& route) {
  std::string out;
  for (const char* c = route.method; *c != 0; ++c) out += static_cast<char>(*c - 'A' + 'a');
  std::string path = route.path;
  if (path.rfind("/api/v1", 0) == 0) path = path.substr(7);
  for (char c : path) {
    const bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (word) out += c;
    if (c == '/' || c == '-' || c == '.') out += '_';
  }
  return out;
}

json::object operation(const Route& route, Schemas& schemas) {
  json::object out{
      {"operationId", operation_id(route)},
      {"summary",
       route.summary + std::string(route.asks_factor ? "; asks for a factor of the last five minutes" : "")},
      {"tags", json::array{route.tag}},
      {"parameters", parameters(route)},
      {"responses", responses(route, schemas)}};
  if (route.access == Access::kKey) {
    out["security"] =
        json::array{json::object{{"key", json::array{}}}, json::object{{"surface", json::array{}}}};
    out["x-haechi-action"] = trust::action_name(route.action);
  }
  if (route.request == nullptr) return out;
  json::object body = content("application/json", reference(add_message(*route.request, schemas)));
  if (std::string_view(route.path) == "/api/v1/facts") {
    body["application/x-ndjson"] = json::object{{"schema", json::object{{"type", "string"}}}};
  }
  if (std::string_view(route.path) == "/api/v1/zones/{id}") {
    json::object geojson{{"type", "object"},
                         {"properties", json::object{{"geometry", json::object{{"type", "object"}}}}},
                         {"required", json::array{"geometry"}}};
    json::object& schema = body["application/json"].as_object();
    schema["schema"] = json::object{{"anyOf", json::array{schema["schema"], std::move(geojson)}}};
  }
  out["requestBody"] = json::object{{"content", std::move(body)}};
  return out;
}

}  // namespace

std::string openapi_json() {
  Schemas schemas;
  json::object paths;
  for (const Route& route : routes()) {
    std::string method = route.method;
    for (char& c : method) c = static_cast<char>(c - 'A' + 'a');
    json::value& path = paths[route.path];
    if (!path.is_object()) path = json::object{};
    path.as_object()[method] = operation(route, schemas);
  }
  add_live(schemas);
  json::object components;
  json::object& by_name = components["schemas"].emplace_object();
  for (auto& [name, schema] : schemas) by_name[name] = std::move(schema);
  components["securitySchemes"] = json::object{
      {"key", json::object{{"type", "http"}, {"scheme", "bearer"}}},
      {"surface",
       json::object{{"type", "apiKey"},
                    {"in", "header"},
                    {"name", "Haechi-Surface"},
                    {"description",
                     "With the cookie haechi_<surface> of POST /api/v1/session; neither counts alone."}}}};
  const json::object document{
      {"openapi", "3.1.0"},
      {"info",
       json::object{{"title", "Haechi"},
                    {"version", "1"},
                    {"description",
                     "Writes are answered when they are durable. Reads of places and persons are recorded "
                     "before they are answered. 64-bit numbers are strings."}}},
      {"paths", std::move(paths)},
      {"components", std::move(components)}};
  return json::serialize(document);
}

}  // namespace haechi::api
