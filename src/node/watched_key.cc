#include "node/watched_key.h"

#include <spdlog/spdlog.h>

#include "vault/master.h"
#include "vault/token_key.h"

namespace haechi::node {

Result<std::shared_ptr<WatchedKey>> WatchedKey::open(const std::string& text, const std::string& setting) {
  if (!vault::is_token_uri(text)) return std::shared_ptr<WatchedKey>();
  TRY(std::shared_ptr<Signer> key, vault::open_token_key(text, setting));
  return std::make_shared<WatchedKey>(std::move(key), setting);
}

Result<std::string> WatchedKey::sign(How how, std::string_view bytes) {
  Result<std::string> signature = key_->sign(how, bytes);
  ++(signature.ok() ? signed_ : failed_);
  if (away_.exchange(!signature.ok()) == !signature.ok()) return signature;
  if (signature.ok()) {
    spdlog::info("{}: its token signs again", setting_);
  } else {
    spdlog::critical("{}", signature.error().text());
  }
  return signature;
}

void WatchedKey::count(const std::shared_ptr<WatchedKey>& key, Metrics& metrics) {
  if (!key) return;
  metrics.add({"haechi_token_signatures_total",
               "Signatures of a key that lies in a token.",
               {{"key", key->setting_}},
               true,
               [key] { return static_cast<double>(key->signed_); }});
  metrics.add({"haechi_token_signatures_failed_total",
               "Signatures that the token of a key did not give, or not in time.",
               {{"key", key->setting_}},
               true,
               [key] { return static_cast<double>(key->failed_); }});
  metrics.add({"haechi_token_away",
               "1: the token of a key did not give the last signature that was asked for.",
               {{"key", key->setting_}},
               false,
               [key] { return key->away_ ? 1.0 : 0.0; }});
}

}  // namespace haechi::node
