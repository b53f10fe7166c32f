#include "api/pace.h"

#include <algorithm>
#include <array>

namespace haechi::api {
namespace {

constexpr size_t kAccountsMax = 20'000;
constexpr size_t kAddressesMax = 20'000;

constexpr std::array<std::string_view, 2> kAlarms = {"/api/v1/me/sos", "/api/v1/me/position"};
constexpr std::array<std::string_view, 4> kLookUps = {"/api/v1/persons/{id}", "/api/v1/positions/{id}",
                                                      "/api/v1/tracks/{id}", "/api/v1/search"};

template <size_t N>
bool is_among(const std::array<std::string_view, N>& paths, std::string_view path) {
  return std::find(paths.begin(), paths.end(), path) != paths.end();
}

}  // namespace

Pace::Pace(const PaceRates& rates)
    : requests_(rates.requests, kAccountsMax),
      alarms_(rates.alarms, kAccountsMax),
      look_ups_(rates.look_ups, kAccountsMax),
      registers_(rates.registers, kAccountsMax),
      wrong_keys_(rates.wrong_keys, kAddressesMax) {}

Duration Pace::counted(Duration wait) {
  if (wait.us > 0) ++refused_;
  return wait;
}

Duration Pace::wait(const trust::Viewer& viewer, std::string_view path, Time now) {
  const std::string& account = viewer.account;
  if (is_among(kAlarms, path)) return counted(alarms_.take(account, now));
  if (viewer.role == trust::Role::kRegistrar) return counted(registers_.take(account, now));
  if (const Duration wait = requests_.take(account, now); wait.us > 0) return counted(wait);
  return is_among(kLookUps, path) ? counted(look_ups_.take(account, now)) : Duration{};
}

Duration Pace::wait_after_wrong_key(const std::string& address, std::string_view key, Time now) {
  return counted(wrong_keys_.take(address, key, now));
}

net::Response too_many(Duration wait) {
  net::Response response = net::problem(429, "too_many", "", "too many requests; wait, then ask again");
  const int64_t seconds = (wait.us + 999'999) / 1'000'000;
  response.headers.emplace_back("retry-after", std::to_string(std::max<int64_t>(1, seconds)));
  return response;
}

}  // namespace haechi::api
