// For the tests of the routes about cases: an Api whose facts go through the real engine into its picture.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/json.hpp>
#include <future>
#include <map>
#include <mutex>

#include "api/api.h"
#include "api/bundles.h"
#include "api/failing_log.h"
#include "api/history.h"
#include "api/json.h"
#include "haechi/v1/case_api.pb.h"
#include "spine/engine.h"
#include "store/failing_records.h"

namespace haechi::api {

// How reading the past back fails.
enum class PastFault { kNone, kRefuses, kTorn, kGarbage, kSilent };

// Steps the engine and folds the picture at once. Front loop only.
class EngineSubmit final : public spine::Submit {
 public:
  EngineSubmit(picture::Picture& picture, ManualClock& clock) : picture_(picture), clock_(clock) {}

  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    if (!failing.takes(*fact, done)) return;
    add(*fact);
    if (done && between && fact->has_access_decided()) between();
    if (done) done(spine::Receipt{entry_no, stamp, false});
  }
  // `more` stands for what other machines would say.
  void add(const v1::Fact& fact, const picture::Effects& more = {}) {
    stamp = std::max(clock_.now(), stamp + Duration{1});
    picture::Effects effects = engine_.step({++entry_no, stamp, fact});
    effects.insert(effects.end(), more.begin(), more.end());
    picture_.fold(entry_no, stamp, fact, effects);
    logged.push_back(fact);
    {
      const std::lock_guard lock(mutex_);
      entries_.push_back({stamp, fact.SerializeAsString()});
    }
    if (!folded) return;
    spine::Batch batch;
    batch.entries.push_back({entry_no, stamp, std::make_shared<v1::Fact>(fact), {}});
    folded(batch);
  }
  // What was logged, for the history thread.
  LogSource source() {
    return {[this](Time at) -> Result<uint64_t> {
              if (past == PastFault::kRefuses) return Error{Code::kUnavailable, "", "the log cannot be read"};
              const std::lock_guard lock(mutex_);
              uint64_t no = 1;
              while (no <= entries_.size() && entries_[no - 1].first < at) ++no;
              return no;
            },
            [this](uint64_t from_no, const std::function<bool(const LoggedFact&)>& each) -> Status {
              if (while_reading) while_reading();
              past.wait(PastFault::kSilent);
              const std::lock_guard lock(mutex_);
              for (uint64_t no = from_no; no <= entries_.size(); ++no) {
                if (past == PastFault::kTorn && no == entries_.size())
                  return Error{Code::kCorrupt, "", "the log is damaged"};
                const std::string bytes = past == PastFault::kGarbage ? "\xff" : entries_[no - 1].second;
                if (!each({no, entries_[no - 1].first, bytes})) break;
              }
              return {};
            }};
  }

  FailingLog failing;
  std::atomic<PastFault> past{PastFault::kNone};
  uint64_t entry_no = 0;
  Time stamp{1};
  std::vector<v1::Fact> logged;
  std::function<void(const spine::Batch&)> folded;  // may be empty
  std::function<void()> between;                    // a record being durable and its answer; may be empty
  std::function<void()> while_reading;              // likewise; on the thread that reads the past

 private:
  picture::Picture& picture_;
  ManualClock& clock_;
  spine::Engine engine_{0};
  std::mutex mutex_;
  std::vector<std::pair<Time, std::string>> entries_;
};

// Makes bundles of one line at once.
class PlainBundles final : public Bundles {
 public:
  bool begin(BundleQuery query, Done done) override {
    if (busy) return false;
    asked.push_back(std::move(query));
    if (while_making) while_making();
    if (silent)
      unanswered.push_back(std::move(done));
    else
      done(made);
    return true;
  }
  bool busy = false;
  bool silent = false;  // it is never told what came of it
  std::vector<Done> unanswered;
  Result<std::string> made = std::string("{\"bundle\":{}}\n");
  std::vector<BundleQuery> asked;
  std::function<void()> while_making;  // may be empty
};

class CaseWorld {
 public:
  CaseWorld() {
    using trust::Role;
    for (const char* text : {
             R"({"person_registered":{"id":"w-1","role":"ROLE_WEARER"}})",
             R"({"person_registered":{"id":"s-77","role":"ROLE_WEARER"}})",
             R"({"person_registered":{"id":"p-1","role":"ROLE_PROTECTED_PERSON"}})",
             R"({"person_registered":{"id":"p-2","role":"ROLE_PROTECTED_PERSON"}})",
             R"({"device_registered":{"id":"d-w","kind":"DEVICE_KIND_ANKLE","person_id":"w-1"}})",
             R"({"device_registered":{"id":"d-p","kind":"DEVICE_KIND_PHONE","person_id":"p-1"}})",
             R"({"agency_registered":{"id":"police-1","name":"Namyangju","desk":"DESK_BUILT_IN"}})",
             R"({"agency_registered":{"id":"police-2","name":"Guri","desk":"DESK_BUILT_IN"}})",
             R"({"agency_registered":{"id":"court-1","name":"Uijeongbu","desk":"DESK_BUILT_IN"}})",
             R"({"order_registered":{"id":"o-post","version":1,"kind":"EM_POST","wearer_id":"w-1",
                 "legal_basis":"EM Act 5",
                 "starts_at_us":"1"}})",
         })
      submit.add(fact(text));
    EXPECT_TRUE(records->put_person("s-77", store::Personal(R"({"name":"Kim"})")).ok());
    EXPECT_TRUE(records->put_person("p-1", store::Personal(R"({"name":"Lee"})")).ok());
    for (const trust::Viewer& viewer : {
             trust::Viewer{.account = "insp-park", .role = Role::kPolice, .agency_id = "police-1"},
             trust::Viewer{.account = "chief-oh", .role = Role::kPolice, .agency_id = "police-1"},
             trust::Viewer{.account = "insp-choi", .role = Role::kPolice, .agency_id = "police-2"},
             trust::Viewer{.account = "judge-1", .role = Role::kCourt, .agency_id = "court-1"},
             trust::Viewer{.account = "judge-2", .role = Role::kCourt, .agency_id = "court-2"},
             trust::Viewer{.account = "officer-lee", .role = Role::kProbation, .wearer_ids = {"w-1"}},
             trust::Viewer{.account = "officer-kang", .role = Role::kProbation, .wearer_ids = {"w-9"}},
             trust::Viewer{.account = "control-1", .role = Role::kControl},
             trust::Viewer{.account = "her", .role = Role::kProtectedPerson, .person_id = "p-1"},
             trust::Viewer{.account = "another", .role = Role::kProtectedPerson, .person_id = "p-2"},
             trust::Viewer{.account = "registrar-1", .role = Role::kRegistrar},
             trust::Viewer{.account = "auditor-1", .role = Role::kAuditor},
             trust::Viewer{.account = "dispatch-1", .role = Role::kDispatch, .agency_id = "police-1"},
         }) {
      keys_[viewer.account] = *keys->issue(viewer, Time{});
      viewers[viewer.account] = viewer;
    }
    ApiOptions options;
    options.bundles = &bundles;
    options.log = submit.source();
    options.time_zones = [](const std::string& name) -> Result<v1::TimeZone> {
      v1::TimeZone zone;
      zone.set_name(name);
      zone.add_transitions()->set_from_s(INT64_MIN);
      zone.mutable_transitions(0)->set_offset_s(9 * 3600);
      return zone;
    };
    api = std::make_unique<Api>(options, loop, submit, picture, *records, *keys, clock);
    loop.start();
    std::promise<void> ready;
    loop.post([&] {
      submit.folded = [this](const spine::Batch& batch) { api->fold(batch); };
      for (size_t i = 0; i < submit.logged.size(); ++i) {
        spine::Batch batch;
        batch.entries.push_back({i + 1, submit.stamp, std::make_shared<v1::Fact>(submit.logged[i]), {}});
        api->fold(batch);
      }
      ready.set_value();
    });
    ready.get_future().wait();
  }
  ~CaseWorld() {
    submit.past = PastFault::kNone;
    submit.past.notify_all();
    loop.stop();
    api.reset();  // its threads read what was logged
  }

  static v1::Fact fact(const std::string& json) {
    v1::Fact out;
    const Status read = read_json(json, out);
    EXPECT_TRUE(read.ok()) << json << (read.ok() ? "" : read.error().text());
    return out;
  }
  std::future<net::Response> begin(const std::string& account, const std::string& method,
                                   const std::string& target, std::string body = "") {
    net::Request request;
    request.method = method;
    const size_t question = target.find('?');
    request.path = "/api/v1" + target.substr(0, question);
    if (question != std::string::npos) request.query = target.substr(question + 1);
    request.headers.emplace_back("authorization", "Bearer " + keys_.at(account));
    if (!body.empty()) request.headers.emplace_back("content-type", "application/json");
    asking = account;
    if (before) before(method, target, body);
    request.body = std::move(body);
    auto promise = std::make_shared<std::promise<net::Response>>();
    api->handler()(std::move(request),
                   [promise](net::Response response) { promise->set_value(std::move(response)); });
    return promise->get_future();
  }
  net::Response ask(const std::string& account, const std::string& method, const std::string& target,
                    std::string body = "") {
    auto answer = begin(account, method, target, std::move(body));
    if (answer.wait_for(std::chrono::seconds(10)) == std::future_status::ready) {
      net::Response response = answer.get();
      if (after) after(response);
      return response;
    }
    ADD_FAILURE() << "no answer to " << method << " " << target;
    return {};
  }
  // The answer as JSON; it must be a 200.
  boost::json::value get(const std::string& account, const std::string& method, const std::string& target,
                         std::string body = "") {
    const net::Response answer = ask(account, method, target, std::move(body));
    if (!may_refuse) {
      EXPECT_EQ(answer.status, 200) << method << " " << target << ": " << answer.body;
    }
    return answer.status == 200 ? boost::json::parse(answer.body) : boost::json::value();
  }
  void log(const v1::Fact& fact, const picture::Effects& more = {}) {
    std::promise<void> done;
    loop.post([&] {
      submit.add(fact, more);
      done.set_value();
    });
    done.get_future().wait();
  }
  // So much later, and a tick.
  void pass(Duration some) {
    clock.set(clock.now() + some);
    v1::Fact tick;
    tick.mutable_clock_ticked();
    log(tick);
  }
  // A case of police-1 against s-77 that protects p-1; its id.
  std::string open_case() {
    get("insp-park", "POST", "/cases",
        R"({"id":"c-1","kind":"CASE_KIND_STALKING","number":"2026-1","subject_id":"s-77",
            "protected_ids":["p-1"]})");
    return "c-1";
  }
  boost::json::value step(const std::string& account, const std::string& measure, const std::string& step,
                          const std::string& more = "") {
    return get(account, "POST", "/measures/" + measure + "/steps",
               R"({"step":"CASE_STEP_)" + step + "\"" + more + "}");
  }

  ManualClock clock{Time{1'780'000'000'000'000}};  // 2026-05-28
  picture::Picture picture;
  EngineSubmit submit{picture, clock};
  std::unique_ptr<store::FailingRecords> records =
      std::make_unique<store::FailingRecords>(std::move(store::Records::open(":memory:").value()));
  std::unique_ptr<trust::Keys> keys = std::move(trust::Keys::open(*records).value());
  net::Loop loop{"front"};
  PlainBundles bundles;
  std::unique_ptr<Api> api;
  std::map<std::string, trust::Viewer> viewers;
  // Each request before it is sent, and its answer; may be empty.
  std::function<void(const std::string& method, const std::string& path, std::string& body)> before;
  std::function<void(const net::Response&)> after;
  std::string asking;       // the account of the newest request
  bool may_refuse = false;  // get() takes a no

  const std::string& key_of(const std::string& account) const { return keys_.at(account); }

 private:
  std::map<std::string, std::string> keys_;
};

}  // namespace haechi::api
