#include "api/session.h"

#include "api/read.h"
#include "haechi/v1/api.pb.h"
#include "trust/accounts.h"
#include "trust/audit.h"
#include "trust/key_sessions.h"
#include "trust/keys.h"

namespace haechi::api::session {
namespace {

constexpr const char* kSurfaceReason = "must be control, dispatch, field, me, court, cases or account";

// Desks are shared and signed in anew each shift; a phone belongs to one person and must still work when she
// needs it.
Duration lasts(trust::Surface surface) {
  const bool phone = surface == trust::Surface::kField || surface == trust::Surface::kMe;
  return Duration::seconds(3600) * (phone ? 90 * 24 : 16);
}

std::string token_in_cookie(const net::Request& request, trust::Surface surface) {
  return std::string(trust::cookie_key(request.header("cookie"), surface, request.secure));
}

}  // namespace

Result<trust::Surface> named_surface(const net::Request& request) {
  const auto surface = trust::parse_surface(request.header("haechi-surface"));
  if (!surface) return invalid("haechi-surface", kSurfaceReason);
  return *surface;
}

std::string cookie(const net::Request& request, trust::Surface surface, std::string_view token,
                   int64_t seconds) {
  std::string out = trust::cookie_name(trust::surface_name(surface), request.secure) + "=" +
                    std::string(token) +
                    "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(seconds);
  if (request.secure) out += "; Secure";
  return out;
}

Result<std::string> presented_key(const net::Request& request) {
  const std::string_view authorization = request.header("authorization");
  if (!authorization.empty()) return std::string(trust::bearer_key(authorization));
  const std::string_view named = request.header("haechi-surface");
  if (named.empty()) {
    if (request.header("cookie").empty()) return std::string();
    return invalid("haechi-surface", "a cookie counts only together with this header");
  }
  const auto surface = trust::parse_surface(named);
  if (!surface) return invalid("haechi-surface", kSurfaceReason);
  return token_in_cookie(request, *surface);
}

Result<Plan> begin(const Exchange& exchange) {
  TRY(const v1::SessionInput input, exchange.body<v1::SessionInput>());
  const auto surface = trust::parse_surface(input.surface());
  if (!surface) return invalid("surface", kSurfaceReason);
  trust::KeySessions* sessions = exchange.world.key_sessions;
  if (sessions == nullptr) return Error{Code::kNotFound, "", "no page is opened by a key here"};
  TRY(Plan plan, read::capabilities(exchange));
  const auto token = std::make_shared<std::string>();
  plan.keep = [=, key = std::string(trust::bearer_key(exchange.request.header("authorization"))),
               before = token_in_cookie(exchange.request, *surface), now = exchange.now]() -> Status {
    TRY(*token, sessions->begin(key, now + lasts(*surface), now));
    return sessions->end(before);
  };
  plan.answer = [said = plan.answer(0), token, &request = exchange.request, surface = *surface](uint64_t) {
    net::Response response = said;
    response.headers.emplace_back("set-cookie", cookie(request, surface, *token, lasts(surface).s()));
    return response;
  };
  return plan;
}

Result<Plan> end(const Exchange& exchange) {
  TRY(const trust::Surface surface, named_surface(exchange.request));
  Plan plan = answering(v1::SessionEnded());
  const std::string token = token_in_cookie(exchange.request, surface);
  if (exchange.world.key_sessions != nullptr) TRY_STATUS(exchange.world.key_sessions->end(token));
  if (trust::Accounts* accounts = exchange.world.accounts) {
    if (const auto who = accounts->viewer_of(token, exchange.now))
      plan.facts.push_back(trust::account_event(*who, "sign_out", who->account, true, "by the page"));
    TRY_STATUS(accounts->end_token(token));
  }
  plan.answer = [said = plan.answer(0), me = surface == trust::Surface::kMe,
                 set = cookie(exchange.request, surface, "", 0)](uint64_t) {
    net::Response response = said;
    response.headers.emplace_back("set-cookie", set);
    // Nothing of hers stays on the phone.
    if (me) response.headers.emplace_back("clear-site-data", "\"cache\", \"storage\"");
    return response;
  };
  return plan;
}

}  // namespace haechi::api::session
