#include "api/session.h"

#include "api/read.h"
#include "haechi/v1/api.pb.h"
#include "trust/accounts.h"
#include "trust/audit.h"
#include "trust/keys.h"

namespace haechi::api::session {
namespace {

constexpr const char* kSurfaceReason = "must be control, dispatch, field, me, court, cases or account";

// Desks are shared and signed in anew each shift; a phone belongs to one person and must still work when she
// needs it. What the key itself may do ends with the key, whatever the cookie says.
int seconds_kept(trust::Surface surface) {
  const bool phone = surface == trust::Surface::kField || surface == trust::Surface::kMe;
  return phone ? 90 * 24 * 3600 : 16 * 3600;
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
  return std::string(trust::cookie_key(request.header("cookie"), *surface, request.secure));
}

Result<Plan> begin(const Exchange& exchange) {
  TRY(const v1::SessionInput input, exchange.body<v1::SessionInput>());
  const auto surface = trust::parse_surface(input.surface());
  if (!surface) return invalid("surface", kSurfaceReason);
  TRY(const std::string key, presented_key(exchange.request));
  if (!trust::fits_cookie(key)) return invalid("authorization", "this key cannot stand in a cookie");
  TRY(Plan plan, read::capabilities(exchange));
  plan.answer = [said = plan.answer(0),
                 set = cookie(exchange.request, *surface, key, seconds_kept(*surface))](uint64_t) {
    net::Response response = said;
    response.headers.emplace_back("set-cookie", set);
    return response;
  };
  return plan;
}

Result<Plan> end(const Exchange& exchange) {
  TRY(const trust::Surface surface, named_surface(exchange.request));
  Plan plan = answering(v1::SessionEnded());
  const std::string_view token =
      trust::cookie_key(exchange.request.header("cookie"), surface, exchange.request.secure);
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
