// Answers of POSTs that carried an Idempotency-Key, so that a repeated request gets the first answer and does
// nothing. In memory and bounded: the oldest of kAnswersMax is forgotten, and all of them at a restart.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>

#include "net/http.h"

namespace haechi::api {

inline constexpr size_t kAnswersMax = 4096;
inline constexpr size_t kIdempotencyKeyMax = 128;

class Idempotency {
 public:
  enum class State {
    kNew,        // go on; finish() or abandon() must follow
    kRunning,    // the first request is not answered yet
    kDifferent,  // the key was used for another request
    kAnswered,   // here is the first answer
  };
  struct Found {
    State state;
    const net::Response* answer = nullptr;
  };

  // `key` includes the account; `request` identifies method, path and body (a digest).
  Found begin(const std::string& key, const std::string& request);
  void finish(const std::string& key, const net::Response& answer);
  void abandon(const std::string& key);  // nothing was done: the same key may try again
  size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    std::string request;
    std::optional<net::Response> answer;
  };
  std::map<std::string, Kept> kept_;
  std::deque<std::string> answered_;  // oldest first
};

}  // namespace haechi::api
