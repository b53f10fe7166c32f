// WatchedKey: a key that signs in a token, and what becomes of it told and counted: the first time it does
// not sign, and when it does again.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>

#include "base/signer.h"
#include "node/metrics.h"

namespace haechi::node {

class WatchedKey final : public Signer {
 public:
  // `text` as of vault::open_token_key(); `setting` names it. Null when the text names no token.
  static Result<std::shared_ptr<WatchedKey>> open(const std::string& text, const std::string& setting);

  WatchedKey(std::shared_ptr<Signer> key, std::string setting)
      : key_(std::move(key)), setting_(std::move(setting)) {}

  const std::string& public_key() const override { return key_->public_key(); }
  Result<std::string> sign(How how, std::string_view bytes) override;
  static void count(const std::shared_ptr<WatchedKey>& key, Metrics& metrics);

 private:
  const std::shared_ptr<Signer> key_;
  const std::string setting_;
  std::atomic<bool> away_{false};
  std::atomic<uint64_t> signed_{0}, failed_{0};
};

}  // namespace haechi::node
