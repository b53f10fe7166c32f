#include "api/provider_door.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "api/session.h"
#include "api/told.h"
#include "haechi/v1/fact.pb.h"
#include "net/loop.h"
#include "trust/audit.h"

namespace haechi::api {
namespace {

constexpr std::string_view kPrefix = "/api/v1/sign-in/providers/";
constexpr std::string_view kReturn = "/return", kLogout = "/logout";

const std::pair<std::string, std::string> kNotCached = {"cache-control", "no-store"};

// The flow has to come along when the provider sends the browser back, which SameSite=Strict would prevent.
std::string flow_name(const net::Request& request) {
  return trust::cookie_name("flow", request.secure);
}

std::pair<std::string, std::string> flow_cookie(const net::Request& request, const std::string& flow,
                                                int64_t seconds) {
  return {"set-cookie", flow_name(request) + "=" + flow + "; Path=/; HttpOnly; SameSite=Lax; Max-Age=" +
                            std::to_string(seconds) + (request.secure ? "; Secure" : "")};
}

net::Response going_to(const std::string& address) {
  return {303, "text/plain; charset=utf-8", "", {{"location", address}, kNotCached}};
}

// Back to the page, which says what happened: "refused", or "away" when the provider does not answer.
net::Response back_to(trust::Surface surface, const char* trouble) {
  return going_to("/" + std::string(trust::surface_name(surface)) + "/#sign-in=" + trouble);
}

const char* trouble_of(const Error& error) {
  return error.code == Code::kUnavailable ? "away" : "refused";
}

}  // namespace

bool ProviderDoor::is_for(std::string_view path) {
  return path.starts_with(kPrefix);
}

void ProviderDoor::answer(const net::Request& request, const net::Respond& respond) {
  const std::string rest = request.path.substr(kPrefix.size());
  const std::string id = rest.substr(0, rest.find('/'));
  const std::string what = rest.substr(id.size());
  const bool back = what == kReturn, out = what == kLogout;
  if (!what.empty() && !back && !out)
    return respond(net::problem(404, "not_found", "", "there is no such path"));
  if (request.method != (out ? "POST" : "GET"))
    return respond(net::problem(405, "method_not_allowed", "", "this path does not take this method"));
  if (providers_.find(id) == nullptr)
    return respond(net::problem(404, "not_found", "provider", "there is no such provider"));
  if (out) return log_out(id, request, respond);
  if (back) return take_back(id, request, respond);
  send_away(id, request, respond);
}

void ProviderDoor::send_away(const std::string& id, const net::Request& request,
                             const net::Respond& respond) {
  const auto surface = trust::parse_surface(request.parameter("surface"));
  if (!surface) return respond(net::problem(400, "invalid", "surface", "is none"));
  // Nobody is signed in because a foreign page wants it.
  if (request.header("sec-fetch-site") == "cross-site")
    return respond(net::problem(403, "forbidden", "origin", "the page is not of this host"));
  providers_.begin(id, *surface,
                   [request, respond, surface = *surface](const Result<IdentityProviders::Begun>& begun) {
                     if (!begun.ok()) return respond(back_to(surface, trouble_of(begun.error())));
                     net::Response response = going_to(begun->address);
                     response.headers.push_back(flow_cookie(request, begun->flow, kFlowLasts.s()));
                     respond(std::move(response));
                   });
}

void ProviderDoor::take_back(const std::string& id, const net::Request& request,
                             const net::Respond& respond) {
  const std::string flow(trust::cookie_value(request.header("cookie"), flow_name(request)));
  const auto surface = IdentityProviders::surface_of(flow);
  const IdentityProviders::Return returned{id, flow, request.parameter("state"), request.parameter("code"),
                                           request.parameter("iss")};
  providers_.finish(
      returned,
      [this, id, request, respond, surface = surface.value_or(trust::Surface::kAccount)](
          const Result<trust::Vouched>& vouched) { arrived(vouched, id, surface, request, respond); });
}

// Back-channel logout 1.0, sections 2.5 and 2.8.
void ProviderDoor::log_out(const std::string& id, const net::Request& request, const net::Respond& respond) {
  std::string token;
  for (const auto& [name, value] : net::decode_form(request.body))
    if (name == "logout_token") token = value;
  const auto refuse = [respond] {
    net::Response refused = net::problem(400, "invalid", "logout_token", "is not taken");
    refused.headers.push_back(kNotCached);
    respond(std::move(refused));
  };
  providers_.logged_out(id, token, [=, this](const Result<trust::LoggedOutThere>& said) {
    if (!said.ok()) return refuse();
    const auto ended = accounts_.end_by_provider(id, said->subject, said->sid);
    if (!ended.ok()) return refuse();
    const std::string reason = "identity provider " + id + ": it has ended there";
    submit_.submit(trust::account_event({}, "provider_sign_out", ended->account, true, reason),
                   [respond, refuse](const Result<spine::Receipt>& recorded) {
                     if (!recorded.ok()) return refuse();
                     respond({200, "text/plain; charset=utf-8", "", {kNotCached}});
                   });
  });
}

void ProviderDoor::arrived(const Result<trust::Vouched>& vouched, const std::string& id,
                           trust::Surface surface, const net::Request& request, const net::Respond& respond) {
  trust::SignedIn in{{false, {}, "identity provider " + id}, ""};
  net::Response response = back_to(surface, vouched.ok() ? "refused" : trouble_of(vouched.error()));
  if (vouched.ok()) {
    const trust::Doorway doorway{
        surface, request.peer,
        std::string(trust::cookie_key(request.header("cookie"), surface, request.secure))};
    auto signed_in = accounts_.sign_in_by_provider(*vouched, doorway, clock_.now());
    if (!signed_in.ok()) return respond(back_to(surface, "away"));
    in = std::move(*signed_in);
  } else {
    in.verdict.reason += ": " + vouched.error().text();
  }
  if (in.verdict.right) {
    const int64_t seconds = trust::session_limits(in.verdict.viewer.role, surface).absolute.s();
    response = going_to("/" + std::string(trust::surface_name(surface)) + "/");
    response.headers.emplace_back("set-cookie", session::cookie(request, surface, in.token, seconds));
  }
  response.headers.push_back(flow_cookie(request, "", 0));
  const trust::Viewer& who = in.verdict.viewer;
  auto fact = trust::account_event(who, "sign_in", who.account, in.verdict.right, in.verdict.reason);
  trust::say_from_where(*fact, {request.peer});
  std::vector<std::unique_ptr<v1::Fact>> facts;
  facts.push_back(std::move(fact));
  if (in.verdict.right && told::is_another_phone(accounts_, who, clock_.now()))
    facts.push_back(told::her_phone(who.account, who.person_id, v1::HER_PHONE_EVENT_SIGNED_IN));
  const Result<spine::Room> room = submit_.room(facts);
  const auto done = [this, response, respond, surface,
                     token = in.token](const Result<spine::Receipt>& recorded) {
    if (recorded.ok()) return respond(response);
    front_.post([this, token] { (void)accounts_.end_token(token).ok(); });
    respond(back_to(surface, "away"));
  };
  if (!room.ok()) return done(room.error());
  submit_.submit_together(*room, std::move(facts), done);
}

}  // namespace haechi::api
