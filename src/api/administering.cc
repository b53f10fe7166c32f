#include "api/administering.h"

#include <algorithm>

#include "api/session.h"

namespace haechi::api::administering {
namespace {

// So many changes within so long are more than somebody does by hand.
constexpr int kChangesMany = 10;
constexpr Duration kChangesWithin = Duration::seconds(10 * 60);

bool changes_somebody(const std::string& action) {
  return action.ends_with("_account") || action == "end_sessions" || action == "make_api_key";
}

bool changes_much(const Exchange& exchange) {
  AccessQuery query;
  query.viewer = exchange.viewer.account;
  const v1::AccessList found = exchange.world.trail.find(query);
  const int64_t since_us = (exchange.right_at() - kChangesWithin).us;
  return std::count_if(found.entries().begin(), found.entries().end(), [&](const v1::AccessEntry& one) {
           return one.at_us() > since_us && one.access().allowed() && changes_somebody(one.access().action());
         }) >= kChangesMany;
}

}  // namespace

std::optional<Refusal> refusal(const Exchange& exchange, const Route& route, const std::string& key,
                               const ApiOptions& options) {
  if (exchange.viewer.role != trust::Role::kAdministrator) return std::nullopt;
  const std::string& address = exchange.request.peer;
  if (!options.administration.empty() && !options.administration.hold(address))
    return Refusal{403, "elsewhere", "administrators are answered in their own networks"};
  const auto session =
      options.accounts ? options.accounts->circumstances(key, address, exchange.now) : std::nullopt;
  if (session && session->moved)
    return Refusal{401, "moved", "this session began at another address: sign in here", true};
  // What leads to a passkey is one's own account.
  const bool own = route.action == trust::Action::kSeeSelf || route.action == trust::Action::kRunOwnAccount;
  if (session && options.administration_devices && !session->on_device && !own)
    return Refusal{403, "device_needed",
                   "sign in with a passkey that stays on its device, or show it (POST /api/v1/me/proof)"};
  return std::nullopt;
}

std::string unusual(const Exchange& exchange) {
  if (exchange.world.duty_hours.off_duty(trust::role_name(exchange.viewer.role), exchange.now))
    return "outside of the hours of duty";
  const Result<std::string> key = session::presented_key(exchange.request);
  const trust::Accounts* accounts = exchange.world.accounts;
  if (accounts != nullptr && key.ok())
    if (const auto session = accounts->circumstances(*key, exchange.request.peer, exchange.now);
        session && session->new_place)
      return "from an address that this account was not used from before";
  return changes_much(exchange) ? "many changes within minutes" : "";
}

}  // namespace haechi::api::administering
