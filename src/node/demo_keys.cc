#include "node/demo_keys.h"

#include <fcntl.h>
#include <unistd.h>

#include <boost/json.hpp>

namespace haechi::node {
namespace {

constexpr const char* kDemo = "demo-";  // every account of a demonstration begins so

std::string text(const boost::json::object& object, const char* name) {
  const auto* value = object.if_contains(name);
  return value && value->is_string() ? std::string(value->as_string()) : std::string();
}

}  // namespace

Status write_demo_keys(trust::Keys& keys, const std::string& path) {
  boost::json::object out;
  for (const trust::Role role :
       {trust::Role::kControl, trust::Role::kDispatch, trust::Role::kRegistrar, trust::Role::kAuditor,
        trust::Role::kConnector, trust::Role::kPolice, trust::Role::kCourt, trust::Role::kPrivacy}) {
    trust::Viewer viewer;
    viewer.role = role;
    viewer.account = std::string(kDemo) + trust::role_name(role);
    // Without an agency a dispatcher sees no call; the demonstration's morning belongs to this station.
    if (role == trust::Role::kDispatch || role == trust::Role::kPolice)
      viewer.agency_id = "ps-namyangju-bukbu";
    if (role == trust::Role::kCourt) viewer.agency_id = "court-namyangju";
    if (role == trust::Role::kConnector) viewer.agency_id = "room-gyeonggi-bukbu";
    TRY(const std::string key, keys.issue(viewer, Time{}));
    out[trust::role_name(role)] = key;
  }
  const std::string body = boost::json::serialize(out);
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return Error{Code::kUnavailable, "demo_keys", "cannot write " + path};
  const bool written = ::write(file, body.data(), body.size()) == static_cast<ssize_t>(body.size());
  ::close(file);
  if (!written) return Error{Code::kUnavailable, "demo_keys", "cannot write " + path};
  return {};
}

Status end_demo_keys(trust::Keys& keys) {
  TRY([[maybe_unused]] const size_t ended, keys.revoke_like(kDemo));
  return {};
}

net::Response issue_demo_key(trust::Keys& keys, const net::Request& request, Time now) {
  const auto asking = keys.viewer_of_key(trust::bearer_key(request.header("authorization")), now);
  if (!asking) return net::problem(401, "unauthorised", "authorization", "a registrar's key is needed");
  if (asking->role != trust::Role::kRegistrar)
    return net::problem(403, "forbidden", "", "only a registrar makes demonstration keys");
  boost::system::error_code error;
  const boost::json::value parsed = boost::json::parse(request.body, error);
  if (error || !parsed.is_object()) return net::problem(400, "invalid", "", "the body must be a JSON object");
  const auto& body = parsed.as_object();
  const auto role = trust::parse_role(text(body, "role"));
  if (!role) return net::problem(400, "invalid", "role", "is no role");
  trust::Viewer viewer;
  viewer.role = *role;
  viewer.unit_id = text(body, "unit_id");
  viewer.person_id = text(body, "person_id");
  viewer.agency_id = text(body, "agency_id");
  if (const auto* wearers = body.if_contains("wearer_ids"); wearers && wearers->is_array())
    for (const auto& id : wearers->get_array())
      if (id.is_string()) viewer.wearer_ids.emplace_back(id.get_string());
  viewer.account = std::string(kDemo) + trust::role_name(*role);
  for (const std::string* id : {&viewer.unit_id, &viewer.person_id, &viewer.agency_id})
    if (!id->empty()) viewer.account += "-" + *id;
  const Result<std::string> key = keys.issue(viewer, Time{});
  if (!key.ok()) return net::problem(400, code_name(key.error().code), key.error().field, key.error().reason);
  net::Response response;
  response.status = 201;
  response.body = boost::json::serialize(boost::json::object{{"account", viewer.account}, {"key", *key}});
  return response;
}

}  // namespace haechi::node
