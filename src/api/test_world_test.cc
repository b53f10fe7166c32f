#include "api/test_world.h"

namespace haechi::api {
namespace {

v1::Fact fact(const std::string& json) {
  v1::Fact out;
  const Status read = read_json(json, out);
  EXPECT_TRUE(read.ok()) << json;
  return out;
}

std::shared_ptr<const v1::Effect> effect(const std::string& json) {
  auto out = std::make_shared<v1::Effect>();
  const Status read = read_json(json, *out);
  EXPECT_TRUE(read.ok()) << json << (read.ok() ? "" : read.error().text());
  return out;
}

v1::Fact report(const char* device, int seq, int32_t lat_e7, int32_t lng_e7) {
  v1::Fact out;
  v1::Report& report = *out.mutable_report_received()->mutable_report();
  report.set_device_id(device);
  report.set_seq(static_cast<uint64_t>(seq));
  report.mutable_fix()->mutable_place()->set_lat_e7(lat_e7);
  report.mutable_fix()->mutable_place()->set_lng_e7(lng_e7);
  report.mutable_fix()->set_fixed_at_us(1'700'000'000'000'000);
  out.mutable_report_received()->set_received_at_us(1'700'000'000'000'000);
  return out;
}

}  // namespace

TestWorld::TestWorld(bool sends_letters) {
  using trust::Role;
  fill();
  for (trust::Viewer viewer : {
           trust::Viewer{.account = "control-1", .role = Role::kControl},
           trust::Viewer{.account = "dispatch-1", .role = Role::kDispatch, .agency_id = "A-1"},
           trust::Viewer{.account = "unit-1", .role = Role::kUnit, .unit_id = "U-1", .agency_id = "A-1"},
           trust::Viewer{.account = "her", .role = Role::kProtectedPerson, .person_id = "P-1"},
           trust::Viewer{.account = "po-1", .role = Role::kProbation, .wearer_ids = {"W-1"}},
           trust::Viewer{.account = "registrar-1", .role = Role::kRegistrar},
           trust::Viewer{.account = "connector-1", .role = Role::kConnector, .agency_id = "A-1"},
           trust::Viewer{.account = "auditor-1", .role = Role::kAuditor},
           trust::Viewer{.account = "police-1", .role = Role::kPolice, .agency_id = "A-1"},
           trust::Viewer{.account = "court-1", .role = Role::kCourt, .agency_id = "A-2"},
           trust::Viewer{.account = "privacy-1", .role = Role::kPrivacy},
           trust::Viewer{.account = "admin-1", .role = Role::kAdministrator},
       }) {
    key_of[viewer.role] = *keys->issue(viewer, Time{});
  }
  const trust::Viewer system{.account = "archive-1", .role = Role::kAuditor};
  EXPECT_TRUE(accounts->api_keys()
                  .make(system, clock.now() + Duration::seconds(86'400), "admin-1", clock.now())
                  .ok());
  ApiOptions options;
  options.accounts = accounts.get();
  options.key_sessions = &key_sessions;
  // The clock stands still and tests ask much: pace_test.cc is about rates.
  constexpr Throttle::Rate kAny{.per_minute = 1'000'000, .burst = 1'000'000};
  options.rates = {kAny, kAny, kAny, kAny, kAny};
  if (sends_letters) {
    notify::Settings settings;
    settings.pages = "https://haechi.example";
    settings.email = {.server = "mail.example:587", .from = "h@example.org"};
    settings.sms = {.url = "https://sms.example/v1", .secret = "a secret of sixteen bytes"};
    letters = std::make_unique<notify::Letters>(settings, std::nullopt, *records, clock);
    options.letters = letters.get();
    options.post_letter = [this](notify::Parcel letter, const std::string&) {
      posted.push_back(std::move(letter));
    };
  }
  api = std::make_unique<Api>(options, loop, submit, picture, *records, *keys, clock);
  seen_ = submit.logged.size();
  loop.start();
}

void TestWorld::fill() {
  for (
      const char* text : {
          R"({"person_registered":{"id":"W-1","role":"ROLE_WEARER"}})",
          R"({"person_registered":{"id":"W-2","role":"ROLE_WEARER"}})",
          R"({"person_registered":{"id":"P-1","role":"ROLE_PROTECTED_PERSON"}})",
          R"({"device_registered":{"id":"D-1","kind":"DEVICE_KIND_ANKLE","person_id":"W-1"}})",
          R"({"device_registered":{"id":"D-2","kind":"DEVICE_KIND_ANKLE","person_id":"W-2"}})",
          R"({"device_registered":{"id":"D-3","kind":"DEVICE_KIND_PHONE","person_id":"P-1"}})",
          R"({"agency_registered":{"id":"A-1","name":"North","desk":"DESK_BUILT_IN"}})",
          R"({"agency_registered":{"id":"A-2","name":"South","desk":"DESK_BUILT_IN"}})",
          R"({"unit_registered":{"id":"U-1","agency_id":"A-1","call_sign":"21"}})",
          R"({"unit_registered":{"id":"U-2","agency_id":"A-2","call_sign":"22"}})",
          R"({"zone_registered":{"id":"Z-1","shape":{"circle":{"centre":{"lat_e7":370000000,"lng_e7":1270000000},
               "radius_mm":500000}}}})",
          R"({"jurisdiction_registered":{"id":"J-1","agency_id":"A-1","shape":{"circle":{"centre":{
               "lat_e7":370000000,"lng_e7":1270000000},"radius_mm":50000000}}}})",
          R"({"holiday_calendar_registered":{"name":"days","dates":["2026-10-03"]}})",
          R"({"order_registered":{"id":"O-1","version":1,"kind":"ST_PROV_3_2","legal_basis":"9(1)3-2","wearer_id":"W-1",
               "starts_at_us":"1","conditions":[{"id":"c1","keep_away":{"protected_id":"P-1"}}]}})",
      }) {
    submit.add(fact(text), {});
  }
  submit.add(report("D-1", 1, 371234567, 1271234567), {});
  submit.add(report("D-2", 1, 372222222, 1272222222), {});
  submit.add(report("D-3", 1, 373333333, 1273333333), {});
  const picture::Effects effects = {
      effect(R"({"id":"e1","open_incident":{"id":"I-1","wearer_id":"W-1","protected_ids":["P-1"],
          "alert_ids":["AL-1"],"hand_off_ids":["H-1"],"opened_at_us":"5"}})"),
      effect(
          R"({"id":"e2","raise_alert":{"id":"AL-1","incident_id":"I-1","kind":"ALERT_KIND_KEEP_AWAY","code":2,
          "state":"ALERT_STATE_ACTIVE","handling":"ALERT_HANDLING_NEW","wearer_id":"W-1","protected_id":"P-1",
          "order_id":"O-1","opened_at_us":"5","place":{"lat_e7":371234567,"lng_e7":1271234567}}})"),
      effect(R"({"id":"e3","update_hand_off":{"id":"H-1","incident_id":"I-1","agency_id":"A-1",
          "state":"HAND_OFF_STATE_SENT"}})"),
      effect(R"({"id":"e4","open_call":{"id":"C-1","incident_id":"I-1","hand_off_id":"H-1","agency_id":"A-1",
          "state":"CALL_STATE_DISPATCHED","wearer_id":"W-1","protected_id":"P-1","destinations":[
          {"target":"TARGET_WEARER","person_id":"W-1","place":{"lat_e7":371234567,"lng_e7":1271234567}},
          {"target":"TARGET_PROTECTED_PERSON","person_id":"P-1","place":{"lat_e7":373333333,"lng_e7":1273333333}}],
          "assignments":[{"target":"TARGET_WEARER","unit_id":"U-1","status":"UNIT_STATUS_ASSIGNED"}]}})"),
      effect(R"({"id":"e7","case_effect":{"update_consent":{"protected_id":"P-1","view_allowed":true}}})"),
      effect(R"({"id":"e5","grant_track":{"unit_id":"U-1","call_id":"C-1","person_id":"W-1",
          "target":"TARGET_WEARER","from_us":"1"}})"),
      effect(R"({"id":"e6","open_view":{"id":"V-1","protected_id":"P-1","wearer_id":"W-1","order_id":"O-1",
          "mode":"VIEW_MODE_DISTANCE","distance_m":800,"place":{"lat_e7":371234567,"lng_e7":1271234567}}})"),
  };
  submit.add(fact(R"({"clock_ticked":{}})"), effects);
}

std::future<net::Response> TestWorld::begin(const std::string& key, const std::string& method,
                                            const std::string& target, std::string body,
                                            net::Headers headers) {
  net::Request request;
  request.method = method;
  const size_t question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string::npos) request.query = target.substr(question + 1);
  request.headers = std::move(headers);
  if (!key.empty()) request.headers.emplace_back("authorization", "Bearer " + key);
  if (request.header("content-type").empty() && !body.empty()) {
    request.headers.emplace_back("content-type", "application/json");
  }
  request.body = std::move(body);
  request.secure = over_tls;
  request.peer = peer;
  auto promise = std::make_shared<std::promise<net::Response>>();
  api->handler()(std::move(request),
                 [promise](net::Response response) { promise->set_value(std::move(response)); });
  return promise->get_future();
}

net::Response TestWorld::ask_with_key(const std::string& key, const std::string& method,
                                      const std::string& target, std::string body, net::Headers headers) {
  auto answer = begin(key, method, target, std::move(body), std::move(headers));
  if (answer.wait_for(std::chrono::seconds(10)) != std::future_status::ready) {
    ADD_FAILURE() << "no answer to " << method << " " << target;
    return {};
  }
  return answer.get();
}

net::Response TestWorld::ask(trust::Role role, const std::string& method, const std::string& target,
                             std::string body, net::Headers headers) {
  return ask_with_key(key_of.at(role), method, target, std::move(body), std::move(headers));
}

void TestWorld::on_loop(const std::function<void()>& task) {
  std::promise<void> done;
  loop.post([&] {
    task();
    done.set_value();
  });
  done.get_future().wait();
}

std::vector<v1::Fact> TestWorld::logged() {
  std::vector<v1::Fact> out;
  on_loop([&] { out = submit.logged; });
  return out;
}

std::vector<v1::AccessDecided> TestWorld::new_decisions() {
  const std::vector<v1::Fact> all = logged();
  std::vector<v1::AccessDecided> out;
  for (; seen_ < all.size(); ++seen_) {
    if (all[seen_].has_access_decided()) out.push_back(all[seen_].access_decided());
  }
  return out;
}

}  // namespace haechi::api
