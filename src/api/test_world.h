// For the tests of this room: a small world in a picture, an Api on a loop, and a Submit that can hold facts
// back.
#pragma once

#include <gtest/gtest.h>

#include <future>
#include <map>

#include "api/api.h"
#include "api/failing_log.h"
#include "api/json.h"
#include "haechi/v1/api.pb.h"
#include "store/failing_records.h"

namespace haechi::api {

// Logs in memory and folds into the picture at once; or, while held, only when released. Front loop only.
class HeldSubmit final : public spine::Submit {
 public:
  explicit HeldSubmit(picture::Picture& picture) : picture_(picture) {}

  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    if (!failing.takes(*fact, done)) return;
    if (refuse) return done(Error{Code::kExhausted, "", "the queue is full"});
    waiting.emplace_back(std::move(fact), std::move(done));
    if (!hold) release();
  }
  Result<spine::Room> room(std::span<const std::unique_ptr<v1::Fact>> facts) override {
    if (!facts.empty() && full) return Error{Code::kExhausted, "", "the queue is full"};
    return spine::Room();
  }
  void release() {
    while (!waiting.empty()) {
      auto [fact, done] = std::move(waiting.front());
      waiting.pop_front();
      const bool is_record = fact->has_access_decided();
      add(*fact, {});
      if (done && between && is_record) between();
      if (done) done(spine::Receipt{entry_no, now, false});
    }
  }
  void add(const v1::Fact& fact, const picture::Effects& effects) {
    now = now + Duration::millis(1);
    logged.push_back(fact);
    picture_.fold(++entry_no, now, fact, effects);
  }

  std::function<void()> between;  // a record being durable and its answer; may be empty
  FailingLog failing;
  bool hold = false;
  bool refuse = false;
  bool full = false;  // there is no room for what must be done whole
  uint64_t entry_no = 0;
  Time now{1'700'000'000'000'000};
  std::deque<std::pair<std::unique_ptr<v1::Fact>, spine::Done>> waiting;
  std::vector<v1::Fact> logged;

 private:
  picture::Picture& picture_;
};

// What the ids are in a TestWorld, by the part of the path before them.
inline const std::map<std::string, std::string> kTestIds = {
    {"positions", "W-1"},
    {"tracks", "W-1"},
    {"alerts", "AL-1"},
    {"incidents", "I-1"},
    {"calls", "C-1"},
    {"units", "U-1"},
    {"persons", "W-1"},
    {"devices", "D-1"},
    {"orders", "O-1"},
    {"zones", "Z-1"},
    {"agencies", "A-1"},
    {"jurisdictions", "J-1"},
    {"holiday-calendars", "days"},
    {"accounts", "insp-park"},
};

class TestWorld {
 public:
  // `sends_letters`: by e-mail and text message, to where somebody's account is told.
  explicit TestWorld(bool sends_letters = false);
  ~TestWorld() { loop.stop(); }

  // Asks as that role and waits for the answer. Headers "content-type: application/json" unless given.
  net::Response ask(trust::Role role, const std::string& method, const std::string& target,
                    std::string body = "", net::Headers headers = {});
  net::Response ask_with_key(const std::string& key, const std::string& method, const std::string& target,
                             std::string body = "", net::Headers headers = {});
  std::future<net::Response> begin(const std::string& key, const std::string& method,
                                   const std::string& target, std::string body = "",
                                   net::Headers headers = {});
  // Runs on the front loop and waits.
  void on_loop(const std::function<void()>& task);
  std::vector<v1::Fact> logged();
  // The access decisions logged since the last call.
  std::vector<v1::AccessDecided> new_decisions();

  picture::Picture picture;
  HeldSubmit submit{picture};
  std::unique_ptr<store::FailingRecords> records =
      std::make_unique<store::FailingRecords>(std::move(store::Records::open(":memory:").value()));
  std::unique_ptr<trust::Keys> keys = std::move(trust::Keys::open(*records).value());
  std::unique_ptr<store::AccountRecords> account_records =
      std::move(store::AccountRecords::open(":memory:").value());
  std::unique_ptr<trust::Accounts> accounts =
      std::move(trust::Accounts::open(*account_records, trust::PasswordCost{8, 1}).value());
  trust::KeySessions key_sessions = std::move(trust::KeySessions::open(*account_records, *keys).value());
  ManualClock clock{Time{1'700'000'100'000'000}};
  net::Loop loop{"front"};
  std::map<trust::Role, std::string> key_of;
  std::unique_ptr<notify::Letters> letters;
  std::unique_ptr<Api> api;
  std::vector<notify::Parcel> posted;  // front loop
  std::string peer = "203.0.113.7";    // from where everybody asks
  bool over_tls = false;               // how requests come in

 private:
  void fill();
  size_t seen_ = 0;
};

}  // namespace haechi::api
