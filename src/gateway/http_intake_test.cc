#include "gateway/http_intake.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <future>
#include <mutex>
#include <set>

#include "base/digest.h"
#include "gateway/http_intake_auth.h"
#include "haechi/v1/fact.pb.h"
#include "net/server.h"
#include "net/test_support.h"

namespace haechi::gateway {
namespace {

constexpr Time kNow{1'790'000'000'000'000};

// Keeps facts in memory; answers each as it is told to.
class MemorySpine final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done done) override {
    std::lock_guard lock(mutex);
    if (fact->has_input_rejected()) {
      rejected.push_back(fact->input_rejected());
      return;
    }
    if (failure) return done(*failure);
    std::string key = fact->report_received().report().SerializeAsString();
    bool duplicate = fact->has_report_received() && !seen.insert(key).second;
    facts.push_back(*fact);
    spine::Receipt receipt{duplicate ? 0 : facts.size(), kNow, duplicate};
    if (hold) {
      held.push_back([done, receipt] { done(receipt); });
    } else {
      done(receipt);
    }
  }
  size_t size() {
    std::lock_guard lock(mutex);
    return facts.size();
  }
  v1::Fact last() {
    std::lock_guard lock(mutex);
    return facts.back();
  }

  std::mutex mutex;
  std::optional<Error> failure;
  bool hold = false;
  std::vector<v1::Fact> facts;
  std::vector<v1::InputRejected> rejected;
  std::vector<std::function<void()>> held;
  std::set<std::string> seen;
};

class Intake : public ::testing::Test {
 protected:
  Intake()
      : loop_("gateway"),
        rejections_(spine_),
        intake_(loop_, clock_, spine_, devices_, rejections_,
                {.forwarder_token_sha256 = std::string(view(sha256("forward"))),
                 .former_forwarder_token_sha256 = std::string(view(sha256("before"))),
                 .former_forwarder_good = [this] { return former_good_.load(); },
                 .osmand_addresses = true}) {
    register_device("D-1", "secret", false);
    register_device("D:2.x", "s3:cret", false);
    register_device("GONE", "secret", true);
    register_device("T-1", "", false);
    server_ = *net::HttpServer::listen(loop_, "127.0.0.1", 0, {});
    server_->handle([this](net::Request request, net::Respond respond) {
      intake_.handle(std::move(request), std::move(respond));
    });
    loop_.start();
  }
  ~Intake() override {
    server_.reset();
    loop_.stop();
  }

  void register_device(const std::string& id, const std::string& secret, bool retired) {
    v1::Fact fact;
    fact.mutable_device_registered()->set_id(id);
    if (!secret.empty())
      fact.mutable_device_registered()->set_secret_sha256(std::string(view(sha256(secret))));
    fact.mutable_device_registered()->set_retired(retired);
    devices_.apply(fact);
  }

  std::string ask(const std::string& method, const std::string& target, const std::string& headers,
                  const std::string& body) {
    net::RawConnection connection(server_->port());
    connection.send(method + ' ' + target + " HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: " +
                    std::to_string(body.size()) + "\r\n" + headers + "\r\n" + body);
    return connection.read_to_end();
  }
  std::string post_json(const std::string& path, const std::string& body, const std::string& authorization) {
    return ask("POST", path, "content-type: application/json\r\nauthorization: " + authorization + "\r\n",
               body);
  }
  std::string native(const std::string& body) { return post_json("/ingest/v1/reports", body, kBearer); }

  static std::string report(const std::string& more = "", const std::string& lat = "376361000") {
    return R"({"seq":"7","epoch":1,"fix":{"place":{"latE7":)" + lat +
           R"(,"lngE7":1272165000},"fixedAtUs":"1789999999000000"})" + more + "}";
  }

  const std::string kBearer = "Bearer D-1.secret";
  const std::string kForm = "content-type: application/x-www-form-urlencoded\r\n";
  const std::string kBasic = "Basic RC0xOnNlY3JldA==";  // D-1:secret
  ManualClock clock_{kNow};
  MemorySpine spine_;
  net::Loop loop_;
  Devices devices_;
  Rejections rejections_;
  std::atomic<bool> former_good_{true};
  HttpIntake intake_;
  std::unique_ptr<net::HttpServer> server_;
};

TEST_F(Intake, AnswersAFixedTimeAfterTheReportHoweverSoonItIsDurable) {
  constexpr auto kAfter = std::chrono::milliseconds(30);
  HttpIntake slow(loop_, clock_, spine_, devices_, rejections_, {.answer_after = Duration::millis(30)});
  net::Request request;
  request.method = "POST";
  request.path = "/ingest/v1/reports";
  request.headers = {{"content-type", "application/json"}, {"authorization", kBearer}};
  request.body = report();
  std::promise<net::Response> answered;
  const auto came = std::chrono::steady_clock::now();
  slow.handle(std::move(request), [&](net::Response response) { answered.set_value(std::move(response)); });
  EXPECT_EQ(answered.get_future().get().status, 200);
  EXPECT_GE(std::chrono::steady_clock::now() - came, kAfter);
}

TEST_F(Intake, TakesANativeReportUnderBothKindsOfCredential) {
  std::string answer = native(report());
  EXPECT_EQ(net::status_of(answer), 200) << answer;
  EXPECT_EQ(net::body_of(answer), R"({"durable":1,"duplicates":0,"without_fix":0})");
  v1::ReportReceived received = spine_.last().report_received();
  EXPECT_EQ(received.protocol(), "http");
  EXPECT_EQ(received.received_at_us(), kNow.us);
  EXPECT_EQ(received.report().device_id(), "D-1");
  EXPECT_EQ(received.report().seq(), 7u);
  EXPECT_EQ(net::body_of(post_json("/ingest/v1/reports", report(), kBasic)),
            R"({"durable":0,"duplicates":1,"without_fix":0})");
}

TEST_F(Intake, TakesProtobufBatchesAndSingleReports) {
  v1::ReportBatch batch;
  for (int i = 1; i <= 3; ++i) {
    v1::Report& one = *batch.add_reports();
    one.set_seq(static_cast<uint64_t>(i));
    one.add_events(v1::DEVICE_EVENT_SOS);
  }
  std::string headers = "authorization: " + kBearer + "\r\ncontent-type: application/x-protobuf";
  EXPECT_EQ(net::status_of(ask("POST", "/ingest/v1/reports", headers + "\r\n", batch.SerializeAsString())),
            200);
  EXPECT_EQ(spine_.size(), 3u);
  batch.mutable_reports(0)->set_device_id("D-1");
  std::string single = batch.reports(0).SerializeAsString();
  EXPECT_EQ(net::status_of(ask("POST", "/ingest/v1/reports", headers + ";type=report\r\n", single)), 200);
  EXPECT_EQ(spine_.size(), 4u);
  EXPECT_EQ(net::status_of(ask("POST", "/ingest/v1/reports", headers + "\r\n", "\xff\xff\xff")), 400);
}

TEST_F(Intake, TakesTheFormerTokenOfAForwarderWhileThatIsGoodAndNoLonger) {
  const auto forward = [this](const char* token) {
    return net::status_of(
        ask("POST", "/ingest/traccar/positions",
            std::string("authorization: Bearer ") + token + "\r\ncontent-type: application/json\r\n", "{}"));
  };
  EXPECT_NE(forward("before"), 401) << "it is let in, and says nothing";
  EXPECT_NE(forward("forward"), 401);
  EXPECT_EQ(forward("guessed"), 401);
  former_good_ = false;
  EXPECT_EQ(forward("before"), 401);
  EXPECT_NE(forward("forward"), 401);
}

TEST_F(Intake, KeepsNothingOfABatchWithOneBadReportAndNamesIt) {
  std::string answer =
      native("{\"reports\":[" + report() + "," + report() + "," + report("", "900000001") + "]}");
  EXPECT_EQ(net::status_of(answer), 400);
  EXPECT_NE(answer.find("\"field\":\"reports[2].fix.place.lat_e7\""), std::string::npos) << answer;
  EXPECT_EQ(spine_.size(), 0u);
  EXPECT_EQ((intake_.counters().refused[{"http", "place_out_of_range"}]), 1u);
}

TEST_F(Intake, KeepsAnSosWhosePositionIsBroken) {
  std::string answer = native(report(R"(,"events":["DEVICE_EVENT_SOS"])", "900000001"));
  EXPECT_EQ(net::body_of(answer), R"({"durable":1,"duplicates":0,"without_fix":1})");
  EXPECT_FALSE(spine_.last().report_received().report().has_fix());
  EXPECT_EQ(spine_.last().report_received().report().events_size(), 1);
  std::string osmand = ask("GET", "/ingest/osmand?id=D-1&key=secret&lat=nan&lon=1&alarm=sos", "", "");
  EXPECT_EQ(net::status_of(osmand), 200) << osmand;
  EXPECT_EQ(spine_.size(), 2u);
}

TEST_F(Intake, AnswersOnlyWhenEveryFactIsDurable) {
  spine_.hold = true;
  net::RawConnection connection(server_->port());
  std::string body = "{\"reports\":[" + report() + "," + report(R"(,"batteryPercent":5)") + "]}";
  connection.send("POST /ingest/v1/reports HTTP/1.1\r\nhost: x\r\nauthorization: " + kBearer +
                  "\r\ncontent-type: application/json\r\ncontent-length: " + std::to_string(body.size()) +
                  "\r\n\r\n" + body);
  ASSERT_TRUE(net::eventually([&] { return spine_.size() == 2; }));
  spine_.held[0]();
  EXPECT_EQ(intake_.counters().durable["http"], 0u) << "half of a request is not an answer";
  spine_.held[1]();
  EXPECT_EQ(net::status_of(connection.read_answer()), 200);
  EXPECT_EQ(intake_.counters().durable["http"], 2u);
}

TEST_F(Intake, AsksToComeAgainWhenTheSpineIsFullOrGone) {
  spine_.failure = Error{Code::kExhausted, "", "full"};
  std::string full = native(report());
  EXPECT_EQ(net::status_of(full), 503);
  EXPECT_NE(full.find("retry-after: 1\r\n"), std::string::npos);
  spine_.failure = Error{Code::kUnavailable, "", "stopped"};
  EXPECT_EQ(net::status_of(native(report())), 503);
  EXPECT_EQ((intake_.counters().refused[{"http", "not_stored"}]), 2u);
}

TEST_F(Intake, RefusesEveryBadNativeRequest) {
  struct Case {
    const char* name;
    std::string body;
    int status;
    const char* code;
  };
  const std::string place = R"("place":{"latE7":1,"lngE7":1})";
  const Case cases[] = {
      {"no JSON", "{", 400, "unreadable"},
      {"empty", "", 400, "unreadable"},
      {"an array", "[]", 400, "unreadable"},
      {"empty batch", R"({"reports":[]})", 400, "unreadable"},
      {"unknown member", R"({"seq":"1","colour":"red"})", 400, "unreadable"},
      {"number too large", R"({"fix":{"place":{"latE7":1e400}}})", 400, "unreadable"},
      {"not a number", R"({"fix":{"place":{"latE7":"NaN"}}})", 400, "unreadable"},
      {"fraction of a unit", R"({"fix":{"place":{"latE7":1.5}}})", 400, "unreadable"},
      {"deep", std::string(100'000, '['), 400, "unreadable"},
      {"foreign device", R"({"deviceId":"D:2.x","seq":"1"})", 403, "foreign_device"},
      {"unknown foreign device", R"({"deviceId":"NOBODY","seq":"1"})", 403, "foreign_device"},
      {"latitude", report("", "-900000001"), 400, "place_out_of_range"},
      {"no place", R"({"fix":{"fixedAtUs":"1789999999000000"}})", 400, "place_missing"},
      {"null island", R"({"fix":{"place":{},"fixedAtUs":"1789999999000000"}})", 400, "place_null_island"},
      {"year 1970", "{\"fix\":{" + place + ",\"fixedAtUs\":\"5\"}}", 400, "fixed_at_out_of_range"},
      {"year 2106", "{\"fix\":{" + place + ",\"fixedAtUs\":\"4300000000000000\"}}", 400,
       "fixed_at_out_of_range"},
      {"battery", report(R"(,"batteryPercent":101)"), 400, "battery_out_of_range"},
  };
  for (const Case& bad : cases) {
    std::string answer = native(bad.body);
    EXPECT_EQ(net::status_of(answer), bad.status) << bad.name << ": " << answer;
    EXPECT_NE(answer.find("\"code\":\"" + std::string(bad.code) + "\""), std::string::npos)
        << bad.name << answer;
  }
  std::string many = "{\"reports\":[{}";
  for (int i = 0; i < 1000; ++i) many += ",{}";
  EXPECT_EQ(net::status_of(native(many + "]}")), 400);
  EXPECT_EQ(spine_.size(), 0u);
  EXPECT_EQ(net::status_of(native(report())), 200) << "and goes on";
}

TEST_F(Intake, RefusesStrangersWrongSecretsTypesAndMethods) {
  auto status = [&](const std::string& method, const std::string& path, const std::string& headers) {
    return net::status_of(ask(method, path, headers, method == "GET" ? "" : "{}"));
  };
  const std::string json = "content-type: application/json\r\n";
  EXPECT_EQ(status("POST", "/ingest/v1/reports", json), 401);
  EXPECT_EQ(status("POST", "/ingest/v1/reports", json + "authorization: Basic !!\r\n"), 401);
  EXPECT_EQ(status("POST", "/ingest/v1/reports", json + "authorization: Bearer D-1.wrong\r\n"), 401);
  EXPECT_EQ(status("POST", "/ingest/v1/reports", json + "authorization: Bearer NOBODY.secret\r\n"), 401);
  EXPECT_EQ(status("POST", "/ingest/v1/reports", json + "authorization: Bearer GONE.secret\r\n"), 401);
  EXPECT_EQ(status("POST", "/ingest/v1/reports", "authorization: " + kBearer + "\r\n"), 415);
  EXPECT_EQ(
      status("POST", "/ingest/v1/reports", "content-type: text/xml\r\nauthorization: " + kBearer + "\r\n"),
      415);
  EXPECT_EQ(status("GET", "/ingest/v1/reports", "authorization: " + kBearer + "\r\n"), 405);
  EXPECT_EQ(status("PUT", "/ingest/osmand", "authorization: " + kBearer + "\r\n"), 405);
  EXPECT_EQ(status("POST", "/ingest/elsewhere", json), 404);
  EXPECT_EQ(spine_.size(), 0u);
}

TEST_F(Intake, TellsAStrangerTheSameOfEveryDevice) {
  const std::string wrong = net::body_of(post_json("/ingest/v1/reports", "{}", "Bearer D-1.wrong"));
  EXPECT_EQ(net::body_of(post_json("/ingest/v1/reports", "{}", "Bearer NOBODY.wrong")), wrong);
  EXPECT_EQ(net::body_of(post_json("/ingest/v1/reports", "{}", "Bearer GONE.secret")), wrong);
  const auto refused = intake_.counters().refused;
  for (const char* code : {"bad_credential", "unknown_device", "retired_device"})
    EXPECT_EQ(refused.at({"http", code}), 1u) << code;
}

TEST_F(Intake, RefusesMoreReportsThanADeviceCanHaveButNoAlarmAndNobodyElse) {
  std::string many = R"({"reports":[{"seq":"1001","epoch":1})";
  for (int i = 1002; i <= 1600; ++i) many += R"(,{"epoch":1,"seq":")" + std::to_string(i) + "\"}";
  EXPECT_EQ(net::status_of(native(many + "]}")), 200) << "a backlog comes at once";
  const std::string refused = native(report());
  EXPECT_EQ(net::status_of(refused), 429) << refused;
  EXPECT_NE(refused.find("retry-after: "), std::string::npos) << refused;
  EXPECT_EQ(net::status_of(native(report(R"(,"events":["DEVICE_EVENT_SOS"])"))), 200);
  EXPECT_EQ(net::status_of(post_json("/ingest/v1/reports", report(), "Bearer D:2.x.s3:cret")), 200);
  EXPECT_EQ(intake_.counters().refused.at({"http", "too_many"}), 1u);
}

TEST_F(Intake, WantsTheCertificateToBeThatOfTheDevice) {
  HttpIntake strict(loop_, clock_, spine_, devices_, rejections_, {.certificates = true});
  const auto status = [&](const std::string& certificate) {
    net::Request request;
    request.method = "POST";
    request.path = "/ingest/v1/reports";
    request.headers = {{"content-type", "application/json"}, {"authorization", kBearer}};
    request.body = report();
    request.certificate = certificate;
    std::promise<int> answered;
    strict.handle(std::move(request),
                  [&](const net::Response& response) { answered.set_value(response.status); });
    return answered.get_future().get();
  };
  EXPECT_EQ(status(""), 403);
  EXPECT_EQ(status("D:2.x"), 403);
  EXPECT_EQ(spine_.size(), 0u);
  EXPECT_EQ(status("D-1"), 200);
}

TEST_F(Intake, LetsIdsHoldColonsAndDots) {
  EXPECT_EQ(net::status_of(post_json("/ingest/v1/reports", report(), "Bearer D:2.x.s3:cret")), 200);
  EXPECT_EQ(net::status_of(ask("GET", "/ingest/osmand?id=D%3A2.x&key=s3%3Acret&lat=1&lon=2", "", "")), 200);
}

TEST_F(Intake, TakesOsmandInEveryForm) {
  EXPECT_EQ(net::status_of(
                ask("GET", "/ingest/osmand?id=D-1&lat=60&lon=30", "authorization: " + kBasic + "\r\n", "")),
            200);
  EXPECT_EQ(net::status_of(ask("POST", "/ingest/osmand", kForm, "id=D-1&key=secret&lat=61&lon=30&speed=10")),
            200);
  v1::ReportReceived received = spine_.last().report_received();
  EXPECT_EQ(received.protocol(), "osmand");
  EXPECT_EQ(received.report().fix().speed_mmps(), 5'144u);
  EXPECT_EQ(net::status_of(post_json("/ingest/osmand?key=secret",
                                     R"({"device_id":"D-1","location":{"timestamp":"2026-06-15T13:45:12.862Z",
                                         "coords":{"latitude":37.4,"longitude":-122.084}}})",
                                     "none")),
            200);
  EXPECT_EQ(spine_.size(), 3u);
}

TEST_F(Intake, TakesNothingOutOfAddressesUnlessItIsSaid) {
  HttpIntake strict(loop_, clock_, spine_, devices_, rejections_, {});
  const auto status = [&](const std::string& method, const std::string& query, const std::string& body) {
    std::promise<int> answered;
    net::Request request;
    request.method = method;
    request.path = "/ingest/osmand";
    request.query = query;
    request.body = body;
    request.headers = {{"content-type", "application/x-www-form-urlencoded"}};
    strict.handle(std::move(request), [&](net::Response response) { answered.set_value(response.status); });
    return answered.get_future().get();
  };
  EXPECT_EQ(status("GET", "id=D-1&key=secret&lat=60&lon=30", ""), 403);
  EXPECT_EQ(status("POST", "key=secret", "id=D-1&lat=60&lon=30"), 403);
  EXPECT_EQ(spine_.size(), 0u);
  EXPECT_EQ(status("POST", "", "id=D-1&key=secret&lat=60&lon=30"), 200);
}

TEST_F(Intake, RefusesBadOsmandAsItsPeersDo) {
  auto get = [&](const std::string& query) {
    return net::status_of(ask("GET", "/ingest/osmand?" + query, "", ""));
  };
  EXPECT_EQ(get("lat=60&lon=30"), 400) << "no id";
  EXPECT_EQ(get("id=D-1&lat=60&lon=30"), 401) << "no key";
  EXPECT_EQ(get("id=D-1&key=wrong&lat=60&lon=30"), 401);
  EXPECT_EQ(get("id=NOBODY&key=secret&lat=60&lon=30"), 401) << "unknown device";
  EXPECT_EQ(get("id=D-1&key=secret&lat=91&lon=30"), 400);
  EXPECT_EQ(net::status_of(ask("POST", "/ingest/osmand?key=secret&id=D-1", kForm, "id=D-1&lat=60&lon=30")),
            400)
      << "an address and a form that say the same";
  EXPECT_EQ(get("id=D-1&key=secret&lat=60&lon=30&timestamp=0"), 400);
  std::string json = R"({"device_id":"NOBODY","location":{"timestamp":"2026-06-15T13:45:12Z"}})";
  EXPECT_EQ(net::status_of(post_json("/ingest/osmand?key=secret", json, "none")), 401);
  EXPECT_EQ(net::status_of(ask("POST", "/ingest/osmand", "content-type: text/xml\r\n", "<a/>")), 415);
  EXPECT_EQ(net::status_of(
                ask("GET", "/ingest/osmand?id=D%3A2.x&lat=1&lon=2", "authorization: " + kBasic + "\r\n", "")),
            403);
  EXPECT_EQ(spine_.size(), 0u);
}

TEST_F(Intake, AnswersOwntracksWithAnEmptyList) {
  std::string location = R"({"_type":"location","lat":37.6361,"lon":127.2165,"tst":1787368455,"vel":36})";
  std::string answer = post_json("/ingest/owntracks", location, kBasic);
  EXPECT_EQ(net::status_of(answer), 200);
  EXPECT_EQ(net::body_of(answer), "[]");
  EXPECT_EQ(spine_.last().report_received().protocol(), "owntracks");
  EXPECT_EQ(net::body_of(post_json("/ingest/owntracks", R"({"_type":"lwt","tst":1})", kBasic)), "[]");
  EXPECT_EQ(net::body_of(post_json("/ingest/owntracks", "", kBasic)), "[]");
  EXPECT_EQ(spine_.size(), 1u);
  std::string encrypted = post_json("/ingest/owntracks", R"({"_type":"encrypted","data":"AA=="})", kBasic);
  EXPECT_EQ(net::status_of(encrypted), 422);
  EXPECT_NE(encrypted.find("encryption"), std::string::npos);
  EXPECT_EQ(net::status_of(post_json("/ingest/owntracks", R"({"_type":"location"})", kBasic)), 400);
  EXPECT_EQ(net::status_of(ask("POST", "/ingest/owntracks", "", location)), 401);
}

TEST_F(Intake, TakesWhatATraccarServerForwardsUnderItsTokenOnly) {
  const std::string device = R"("device":{"uniqueId":"T-1"})";
  const std::string position =
      R"({"position":{"attributes":{},"fixTime":"2026-08-21T16:18:48.000+00:00","valid":true,
      "latitude":37.6361,"longitude":127.2165,"speed":2.0},)" +
      device + "}";
  const std::string path = "/ingest/traccar/positions";
  EXPECT_EQ(net::status_of(post_json(path, position, "Bearer forward")), 200);
  EXPECT_EQ(spine_.last().report_received().protocol(), "traccar");
  EXPECT_EQ(net::status_of(post_json(path, position, kBearer)), 401);
  EXPECT_EQ(net::status_of(post_json(path, position, "Basic forward")), 401);
  std::string unknown = position;
  unknown.replace(unknown.find("T-1"), 3, "T-9");
  EXPECT_EQ(net::status_of(post_json(path, unknown, "Bearer forward")), 404);
  std::string offline = R"({"event":{"type":"deviceOffline"},)" + device + "}";
  EXPECT_EQ(net::status_of(post_json("/ingest/traccar/events", offline, "Bearer forward")), 200);
  EXPECT_TRUE(spine_.last().has_device_connection_changed());
  EXPECT_FALSE(spine_.last().device_connection_changed().connected());
  std::string alarm = R"({"event":{"type":"alarm","attributes":{"alarm":"sos"}},)" + device + "}";
  EXPECT_EQ(net::status_of(post_json("/ingest/traccar/events", alarm, "Bearer forward")), 200);
  EXPECT_EQ(spine_.last().report_received().report().events_size(), 1);
  EXPECT_EQ(net::status_of(post_json("/ingest/traccar/events", "{}", "Bearer forward")), 400);
  EXPECT_EQ(spine_.size(), 3u);
}

TEST_F(Intake, LetsAForwarderReportForNoDeviceThatHasASecretOfItsOwn) {
  const std::string device = R"("device":{"uniqueId":"D-1"}})";
  const std::string position =
      R"({"position":{"fixTime":"2026-08-21T16:18:48.000+00:00","valid":true,"latitude":37.6,"longitude":127.2},)";
  for (const auto& [path, body] :
       {std::pair("positions", position),
        {"events", R"({"event":{"type":"deviceOffline"},)"},
        {"events", R"({"event":{"type":"alarm","attributes":{"alarm":"sos"}},)"}}) {
    const std::string said =
        post_json(std::string("/ingest/traccar/") + path, body + device, "Bearer forward");
    EXPECT_EQ(net::status_of(said), 403) << body;
    EXPECT_THAT(said, testing::HasSubstr("reports for itself"));
  }
  EXPECT_EQ(spine_.size(), 0u);
}

TEST_F(Intake, HearsNobodyWhoseBytesEndedTheProgramTwice) {
  const std::string path = testing::TempDir() + "intake-suspects-" + std::to_string(::getpid());
  std::unique_ptr<Suspects> suspects;
  for (int i = 0; i < 3; ++i) {
    suspects.reset();
    suspects = std::move(*Suspects::open(path, "test", clock_.now()));
    if (i == 2) break;
    const Suspects::Reading reading("D-1");
    Suspects::note_fault();
  }
  intake_.heed(suspects.get());
  const std::string said = native(report());
  EXPECT_EQ(net::status_of(said), 503);
  EXPECT_THAT(said, testing::HasSubstr("ended this program twice"));
  EXPECT_EQ(spine_.size(), 0u);
  EXPECT_EQ(
      net::status_of(ask("POST", "/ingest/v1/reports",
                         "authorization: Bearer D:2.x.s3:cret\r\ncontent-type: application/json\r\n", "{}")),
      200)
      << "another device is heard";
  intake_.heed(nullptr);
  std::filesystem::remove(path);
}

TEST_F(Intake, TellsTheLogOfRefusalsWithoutNamingStrangers) {
  native(report("", "900000001"));
  post_json("/ingest/v1/reports", report(), "Bearer NOBODY.secret");
  ASSERT_TRUE(net::eventually([&] {
    std::lock_guard lock(spine_.mutex);
    return spine_.rejected.size() == 2;
  }));
  EXPECT_EQ(spine_.rejected[0].device_id(), "D-1");
  EXPECT_EQ(spine_.rejected[0].protocol(), "http");
  EXPECT_EQ(spine_.rejected[1].device_id(), "");
}

TEST(ReadCredentials, RefusesWhatIsNone) {
  for (const char* header : {"", "Basic", "Basic ", "Basic ===", "Basic QQ", "Basic QQ==", "Digest a.b",
                             "Bearer", "Bearer nodot", "BasicRC0xOnNlY3JldA=="}) {
    EXPECT_TRUE(read_credentials(header).empty()) << header;
  }
}

}  // namespace
}  // namespace haechi::gateway
