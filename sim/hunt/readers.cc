#include "hunt/readers.h"

#include <utility>

namespace haechi::hunt {
namespace {

constexpr int64_t kPauseMinUs = 10'000'000, kPauseMaxUs = 70'000'000;
constexpr Duration kPatience = Duration::seconds(10);

}  // namespace

std::vector<trust::Viewer> readers_of(const Town& town) {
  std::vector<trust::Viewer> out = {
      {.account = "reader-control", .role = trust::Role::kControl},
      {.account = "reader-west", .role = trust::Role::kDispatch, .agency_id = kBuiltIn},
      {.account = "reader-car-1", .role = trust::Role::kUnit, .unit_id = "U-1", .agency_id = kBuiltIn},
      {.account = "reader-car-2", .role = trust::Role::kUnit, .unit_id = "U-2", .agency_id = kBuiltIn}};
  for (const Pair& pair : town.pairs) {
    std::string account = "reader-p-" + pair.protected_id.substr(2);
    out.push_back({.account = std::move(account),
                   .role = trust::Role::kProtectedPerson,
                   .person_id = pair.protected_id});
  }
  return out;
}

std::string key_of(const std::string& account) {
  return "the-key-of-" + account;
}

Readers::Readers(Schedule& schedule, Wire& wire, const Town& town, uint64_t seed)
    : schedule_(schedule), wire_(wire), random_(seed), viewers_(readers_of(town)) {
  for (const Pair& pair : town.pairs) persons_.insert(persons_.end(), {pair.wearer_id, pair.protected_id});
}

void Readers::start() {
  for (const trust::Viewer& viewer : viewers_) {
    answered_at_[viewer.account] = schedule_.now();
    ask(viewer);
  }
}

size_t Readers::unanswered(Duration for_long) const {
  size_t out = 0;
  for (const auto& [account, at] : answered_at_) out += schedule_.now() - at > for_long;
  return out;
}

std::string Readers::wish(const trust::Viewer& viewer) {
  if (viewer.role == trust::Role::kProtectedPerson) return "/api/v1/views";
  const std::string person = persons_[random_.below(persons_.size())];
  const bool room = viewer.role != trust::Role::kUnit;
  switch (random_.below(room ? 5 : 3)) {
    case 0:
      return "/api/v1/positions/" + person;
    case 1:
      return "/api/v1/tracks/" + person;
    case 2:
      return "/api/v1/positions";
    case 3:
      return "/api/v1/calls";
    default:
      return "/api/v1/alerts";
  }
}

void Readers::ask(const trust::Viewer& viewer) {
  net::Request request;
  request.method = "GET";
  request.path = wish(viewer);
  request.query = request.path == "/api/v1/alerts" ? "limit=1000" : "";
  request.headers = {{"authorization", "Bearer " + key_of(viewer.account)}};
  request.peer = "192.0.2.1";
  wire_.send_to_node(viewer.account, std::move(request), kPatience,
                     [this, &viewer](const net::Response* answer) {
                       if (answer != nullptr && answer->status < 500)
                         answered_at_[viewer.account] = schedule_.now();
                     });
  schedule_.at(schedule_.now() + Duration{random_.between(kPauseMinUs, kPauseMaxUs)}, kWorld,
               [this, &viewer] { ask(viewer); });
}

}  // namespace haechi::hunt
