#include "node/door.h"

#include <spdlog/spdlog.h>

#include "net/turned_away.h"

namespace haechi::node {
namespace {

constexpr Duration kTellEach = Duration::seconds(10);

}  // namespace

net::Door door_of(const std::string& name, const Config& config, std::shared_ptr<net::Tls> tls,
                  net::Loop& loop) {
  const auto turned_away =
      std::make_shared<net::TurnedAway>(name, [](const std::string& line) { spdlog::warn("{}", line); });
  loop.every(kTellEach, [turned_away] { turned_away->flush(); });
  return {.tls = std::move(tls),
          .trusted_proxies = config.trusted_proxies,
          .turned_away = [turned_away](const std::string& address, const std::string& why) {
            turned_away->note(address, why);
          }};
}

}  // namespace haechi::node
