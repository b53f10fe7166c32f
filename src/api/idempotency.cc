#include "api/idempotency.h"

#include "base/ensure.h"

namespace haechi::api {

Idempotency::Found Idempotency::begin(const std::string& key, const std::string& request) {
  const auto [entry, is_new] = kept_.try_emplace(key, Kept{request, std::nullopt});
  if (is_new) return {State::kNew};
  if (entry->second.request != request) return {State::kDifferent};
  if (!entry->second.answer) return {State::kRunning};
  return {State::kAnswered, &*entry->second.answer};
}

void Idempotency::finish(const std::string& key, const net::Response& answer) {
  const auto entry = kept_.find(key);
  ENSURE(entry != kept_.end());
  entry->second.answer = answer;
  answered_.push_back(key);
  if (answered_.size() <= kAnswersMax) return;
  kept_.erase(answered_.front());
  answered_.pop_front();
}

void Idempotency::abandon(const std::string& key) {
  kept_.erase(key);
}

}  // namespace haechi::api
