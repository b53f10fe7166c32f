#include "node/elsewhere.h"

#include <spdlog/spdlog.h>

#include <charconv>
#include <memory>
#include <utility>

#include "evidence/mirror.h"
#include "evidence/notary.h"
#include "net/run_on.h"

namespace haechi::node {
namespace {

using evidence::KeyUse;
using evidence::SigningKey;

struct Question {
  std::string url, body;
  bool of_mirror = false;
};

std::vector<SigningKey> keys_of(const LogKeyPlaces& places, const std::string& origin) {
  std::vector<SigningKey> out;
  for (const evidence::KeyPlace& place : {places.key, places.next}) {
    if (!place.named()) continue;
    if (Result<SigningKey> key = SigningKey::open(place, origin, KeyUse::kLog); key.ok())
      out.push_back(*std::move(key));
  }
  return out;
}

std::string signed_text(const std::vector<SigningKey>& keys, std::string body) {
  evidence::Note note{std::move(body), {}};
  for (const SigningKey& key : keys)
    if (const Status good = key.sign(note, Time{}); !good.ok())
      spdlog::warn("not signed for witnesses and mirrors: {}", good.error().text());
  return text_of(note);
}

// A witness that is shown the checkpoint of no entries answers with how many it has seen.
std::vector<Question> questions_of(const Config& config, const std::vector<SigningKey>& keys,
                                   const std::string& origin, Time now) {
  std::vector<Question> out;
  if (keys.empty()) return out;
  const std::string nothing =
      signed_text(keys, body_of(evidence::Checkpoint{origin, 0, evidence::empty_root()}));
  for (const std::string& line : config.witnesses)
    out.push_back({line.substr(line.find(' ') + 1) + "/add-checkpoint", "old 0\n\n" + nothing, false});
  const std::string wanted = signed_text(keys, body_of(evidence::GiveBack{origin, 0, now}));
  for (const std::string& mirror : config.mirrors) out.push_back({mirror + "/give_back", wanted, true});
  return out;
}

Error unheard(std::string why) {
  return Error{Code::kUnavailable, "", std::move(why)};
}

// How many entries the answer speaks of.
Result<uint64_t> seen_by(const Question& question, const std::vector<SigningKey>& keys,
                         const Result<net::Response>& response) {
  if (!response.ok()) return response.error();
  const int status = response->status;
  if (question.of_mirror) {
    if (status == 404) return uint64_t{0};
    if (status != 200)
      return unheard("answers " + std::to_string(status) + " " + response->body.substr(0, 100));
    TRY(const evidence::Push push, evidence::read_push(response->body));
    evidence::LogKeys verifying;
    for (const SigningKey& key : keys) verifying.push_back(key.verifier());
    if (!signed_by_any(verifying, push.note) || push.checkpoint.origin != verifying.front().name())
      return unheard("shows what this log has not signed");
    return push.checkpoint.size;
  }
  if (status == 200) return uint64_t{0};
  uint64_t size = 0;
  const std::string& body = response->body;
  if (status != 409 || std::from_chars(body.data(), body.data() + body.size(), size).ec != std::errc())
    return unheard("answers " + std::to_string(status));
  return size;
}

SeenElsewhere ask_all(const std::vector<Question>& questions, const std::vector<SigningKey>& keys,
                      net::ClientOptions line) {
  net::Loop loop("elsewhere");
  line.timeout = kAskedMax;
  std::unique_ptr<net::HttpClient> client = net::HttpClient::create(loop, std::move(line));
  loop.start();
  std::vector<std::promise<Result<net::Response>>> answers(questions.size());
  for (size_t i = 0; i < questions.size(); ++i)
    client->send("POST", questions[i].url, {{"content-type", "text/plain"}}, questions[i].body, true,
                 [&answers, i](const Result<net::Response>& response) { answers[i].set_value(response); });
  SeenElsewhere seen;
  for (size_t i = 0; i < questions.size(); ++i) {
    const Result<uint64_t> entries = seen_by(questions[i], keys, answers[i].get_future().get());
    if (!entries.ok()) seen.unheard.push_back(questions[i].url + ": " + entries.error().reason);
    if (entries.ok() && *entries > seen.entries) {
      seen.entries = *entries;
      seen.by = questions[i].url;
    }
  }
  net::run_on(loop, [&client] { client.reset(); });
  loop.stop();
  return seen;
}

}  // namespace

AskElsewhere::AskElsewhere(const Config& config, const LogKeyPlaces& places, const std::string& log_id,
                           const net::ClientOptions& line, const Clock& clock) {
  answer_ = std::async(std::launch::async, [&config, places, log_id, line, now = clock.now()] {
    const std::string origin = evidence::origin_of(log_id);
    const std::vector<SigningKey> keys = keys_of(places, origin);
    const std::vector<Question> questions = questions_of(config, keys, origin, now);
    if (questions.empty()) return SeenElsewhere{};
    return ask_all(questions, keys, line);
  });
}

}  // namespace haechi::node
