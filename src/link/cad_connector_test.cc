#include "link/cad_connector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "link/cad_testing.h"

namespace haechi::link {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST_F(CadConnectorTest, WhosePlacesAnAgencyIsToldIsRecordedThoughTheQueueOfFactsIsFullAtFirst) {
  FakeCad cad(take_all);
  start({{"police", cad.url(), kKey}});
  submit_.fail_next(1);
  Message alarm = alarm_new("H-1");
  alarm.mutable_alarm_new()->set_order_id("O-1");
  for (const char* person : {"W-1", "P-1", "P-2"}) {
    v1::Destination& to = *alarm.mutable_alarm_new()->add_destinations();
    to.set_person_id(person);
    if (person != std::string("P-2")) to.mutable_place()->set_lat_e7(370'000'000);
  }
  publish({sending(alarm)});
  ASSERT_TRUE(eventually([&] { return submit_.disclosures().size() == 1 && cad.requests().size() == 1; }));
  const v1::AccessDecided record = submit_.disclosures()[0];
  EXPECT_EQ(record.viewer(), "police");
  EXPECT_EQ(record.subject_id(), "H-1");
  EXPECT_EQ(record.basis(), "O-1");
  EXPECT_THAT(record.shown_ids(), ElementsAre("W-1", "P-1"));
}

TEST_F(CadConnectorTest, AnAlarmArrivesSignedAndItsAnswersBecomeFacts) {
  FakeCad cad([this](size_t, const net::Request&, const net::Respond& respond) {
    respond(signed_response(kKey, "[" + to_json(ack("r-1")) + "]", clock_->now()));
  });
  start({{"police", cad.url(), kKey}});
  publish({sending(alarm_new("H-1"))});
  ASSERT_TRUE(eventually([&] { return submit_.answers().size() == 1 && submit_.hops().size() == 1; }));
  const net::Request request = cad.requests().at(0);
  EXPECT_EQ(request.path, "/cad/handoff");
  EXPECT_EQ(request.header("idempotency-key"), "H-1-1");
  EXPECT_TRUE(check_signature(kKey, request, clock_->now()).ok());
  EXPECT_FALSE(check_signature(kOtherKey, request, clock_->now()).ok());
  const auto read = read_messages(request.body);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->at(0).SerializeAsString(), alarm_new("H-1").SerializeAsString());
  EXPECT_EQ(submit_.answers()[0].ack().message_id(), "H-1-1");
  EXPECT_EQ(submit_.hops()[0].alert_id(), "A-H-1");
  EXPECT_EQ(submit_.hops()[0].hop(), v1::HOP_HANDED_OFF);
  EXPECT_EQ(submit_.hops()[0].who(), "police");
}

TEST_F(CadConnectorTest, AnswersInA2xxThatTheAgencyDidNotSignSayNothingAndWhatFollowsGoesOut) {
  const std::string body = to_json(ack("r-1"));
  const Time now = clock_->now();
  net::Response altered = signed_response(kKey, body, now);
  altered.body = to_json(ack("r-2"));
  const std::vector<net::Response> responses = {
      {200, "application/json", body, {}},
      altered,
      signed_response({"police", "a guess of the secret"}, body, now),
      signed_response(kOtherKey, body, now),
      signed_response(kKey, body, now - Duration::seconds(301))};
  FakeCad cad([&](size_t index, const net::Request&, const net::Respond& respond) {
    respond(index < responses.size() ? responses[index] : status(204));
  });
  start({{"police", cad.url(), kKey}});
  publish({sending(alarm_new("H-1"))});
  for (uint64_t seq = 2; seq <= responses.size() + 1; ++seq) {
    ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == seq - 1; }));
    publish({sending(alarm_update("H-1", seq))});
  }
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == responses.size() + 1; }));
  EXPECT_THAT(cad.ids(), ElementsAre("H-1-1", "H-1-2", "H-1-3", "H-1-4", "H-1-5", "H-1-6"))
      << "each once: the engine repeats what nobody acknowledged";
  EXPECT_THAT(submit_.answers(), IsEmpty());
  EXPECT_EQ(connector_->counters().answers_refused, responses.size());
}

TEST_F(CadConnectorTest, AnswersInA2xxMayBeSignedWithTheFormerSecretAndAreOfTheAgencyThatSigns) {
  const Key former{"police", "the secret that was before"};
  Message of_another = ack("r-2");
  of_another.set_from_agency_id("other");
  FakeCad cad([&](size_t index, const net::Request&, const net::Respond& respond) {
    respond(index == 0 ? signed_response(kKey, to_json(of_another), clock_->now())
                       : signed_response(former, to_json(ack("r-1")), clock_->now()));
  });
  start({{"police", cad.url(), kKey, former, clock_->now() + Duration::seconds(60)}});
  publish({sending(alarm_new("H-1"))});
  ASSERT_TRUE(eventually([&] { return submit_.answers().size() == 1; }));
  EXPECT_EQ(submit_.answers()[0].id(), "r-1");
  EXPECT_EQ(cad.requests().size(), 2u) << "what another agency says was no answer, so it was asked again";
}

TEST_F(CadConnectorTest, AnythingButATakenMessageIsTriedAgainWithTheSameBytes) {
  FakeCad cad([](size_t index, const net::Request&, const net::Respond& respond) {
    const net::Response responses[] = {status(500),
                                       status(302),
                                       status(401),
                                       status(429),
                                       {200, "text/html", "<html>log in</html>", {}},
                                       {200, "application/json", "[{\"id\":7}]", {}},
                                       {200, "application/json", "[" + to_json(alarm_new("H-1")) + "]", {}}};
    respond(index < std::size(responses) ? responses[index] : status(204));
  });
  start({{"police", cad.url(), kKey}});
  publish({sending(alarm_new("H-1"))});
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == 1; }));
  const auto requests = cad.requests();
  ASSERT_EQ(requests.size(), 8u);
  for (const auto& request : requests) {
    EXPECT_EQ(request.body, requests[0].body);
    EXPECT_EQ(request.header("idempotency-key"), "H-1-1");
  }
  EXPECT_THAT(submit_.answers(), IsEmpty());
  EXPECT_EQ(connector_->counters().failed_tries, 7u);
  EXPECT_EQ(connector_->counters().waiting, 0u);
}

TEST_F(CadConnectorTest, AHangingCadDelaysNoOther) {
  std::mutex lock;
  std::vector<net::Respond> held;
  FakeCad hanging([&](size_t, const net::Request&, net::Respond respond) {
    const std::lock_guard guard(lock);
    held.push_back(std::move(respond));
  });
  FakeCad quick(take_all);
  start({{"police", hanging.url(), kKey}, {"other", quick.url(), kOtherKey}});
  std::vector<v1::Effect> effects;
  for (int i = 0; i < 50; ++i) {
    effects.push_back(sending(alarm_new("H-a" + std::to_string(i))));
    effects.push_back(sending(alarm_new("H-b" + std::to_string(i), 1, "other")));
  }
  publish(effects);
  ASSERT_TRUE(eventually([&] { return quick.requests().size() == 50 && hanging.requests().size() == 8; }));
  EXPECT_TRUE(eventually([&] { return connector_->counters().waiting == 50; }));
}

TEST_F(CadConnectorTest, MessagesOfOneHandOffKeepTheirOrderAndOnlyTheNewestUpdateIsSent) {
  std::atomic<bool> open{false};
  FakeCad cad(
      [&](size_t, const net::Request&, const net::Respond& respond) { respond(status(open ? 200 : 503)); });
  start({{"police", cad.url(), kKey}});
  publish({sending(alarm_new("H-1"))});
  for (uint64_t seq = 2; seq <= 6; ++seq) publish({sending(alarm_update("H-1", seq))});
  ASSERT_TRUE(eventually([&] { return connector_->counters().superseded == 4; }));
  for (const std::string& id : cad.ids()) EXPECT_EQ(id, "H-1-1");
  const size_t before = cad.ids().size();
  open = true;
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == 2; }));
  const auto ids = cad.ids();
  EXPECT_GE(ids.size(), before);
  EXPECT_EQ(ids[ids.size() - 2], "H-1-1");
  EXPECT_EQ(ids.back(), "H-1-6");
}

TEST_F(CadConnectorTest, AnIdThatStillWaitsIsNotQueuedTwiceButADeliveredOneGoesOutAgain) {
  std::atomic<bool> open{false};
  FakeCad cad(
      [&](size_t, const net::Request&, const net::Respond& respond) { respond(status(open ? 200 : 503)); });
  start({{"police", cad.url(), kKey}});
  for (int i = 0; i < 3; ++i) publish({sending(alarm_new("H-1"))});
  ASSERT_TRUE(eventually([&] { return connector_->counters().failed_tries >= 2; }));
  EXPECT_EQ(connector_->counters().waiting, 1u);
  open = true;
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == 1; }));
  publish({sending(alarm_new("H-1"))});
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == 2; }));
  EXPECT_THAT(submit_.hops(), SizeIs(1)) << "handed off once";
}

TEST_F(CadConnectorTest, AHandOffThatEndedIsNoLongerTried) {
  FakeCad cad([](size_t, const net::Request&, const net::Respond& respond) { respond(status(503)); });
  start({{"police", cad.url(), kKey}});
  publish({sending(alarm_new("H-1"))});
  ASSERT_TRUE(eventually([&] { return cad.requests().size() >= 2; }));
  publish({ending("H-1"), sending(alarm_new("H-2"))});
  EXPECT_TRUE(eventually([&] {
    const auto ids = cad.ids();
    return ids.size() > 20 &&
           std::all_of(ids.end() - 20, ids.end(), [](const auto& id) { return id == "H-2-1"; });
  }));
}

TEST_F(CadConnectorTest, AfterARestartOpenHandOffsAreSentAgainUnderTheirIdsAndEndedOnesAreNot) {
  FakeCad cad(take_all);
  endpoints_ = {{"police", cad.url(), kKey}};
  connector_ = std::make_unique<CadConnector>(
      loop_, submit_, *clock_, [this]() -> Result<std::vector<CadEndpoint>> { return endpoints_; },
      CadConnectorOptions{});
  loop_.start();
  publish({sending(alarm_new("H-1")), sending(alarm_new("H-2")), sending(alarm_update("H-1", 2))}, true);
  publish({sending(alarm_update("H-1", 3)), ending("H-2")}, true);
  std::atomic<bool> folded{false};
  loop_.post([&] { folded = true; });
  ASSERT_TRUE(eventually([&] { return folded.load(); }));
  EXPECT_THAT(cad.requests(), IsEmpty());
  connector_->start();
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == 2; }));
  EXPECT_THAT(cad.ids(), ElementsAre("H-1-1", "H-1-3"));
}

TEST_F(CadConnectorTest, WhatAnAgencyWasToldForInformationIsNotSentAgainOnceTheIncidentIsClosed) {
  FakeCad cad(take_all);
  endpoints_ = {{"police", cad.url(), kKey}};
  connector_ = std::make_unique<CadConnector>(
      loop_, submit_, *clock_, [this]() -> Result<std::vector<CadEndpoint>> { return endpoints_; },
      CadConnectorOptions{});
  loop_.start();
  v1::Effect closed;
  closed.mutable_close_incident()->add_hand_off_ids("H-1");
  publish({sending(alarm_new("H-1")), sending(alarm_new("H-2")), closed}, true);
  connector_->start();
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == 1; }));
  EXPECT_THAT(cad.ids(), ElementsAre("H-2-1"));
}

TEST_F(CadConnectorTest, AnotherConnectorThatTakesUpWhatThisOneSavedSendsWhatIsOpenAndNothingElse) {
  FakeCad slow([](size_t, const net::Request&, const net::Respond&) {});
  start({{"police", slow.url(), kKey}});
  publish({sending(alarm_new("H-0"))}, true);
  publish({sending(alarm_new("H-1")), sending(alarm_new("H-2")), sending(alarm_update("H-1", 2))});
  publish({sending(alarm_update("H-1", 3)), ending("H-2")});
  const std::string bytes = spine::saved_by(connector_->part());
  EXPECT_EQ(spine::saved_by_copy(connector_->part(), published_), bytes);

  FakeCad cad(take_all);
  net::Loop loop{"next"};
  const std::vector<CadEndpoint> endpoints = {{"police", cad.url(), kKey}};
  CadConnector next(loop, submit_, *clock_, [&]() -> Result<std::vector<CadEndpoint>> { return endpoints; },
                    {});
  loop.start();
  EXPECT_FALSE(spine::load_into(next.part(), bytes.substr(1)).ok());
  ASSERT_TRUE(spine::load_into(next.part(), bytes).ok());
  EXPECT_EQ(spine::saved_by(next.part()), bytes);
  next.start();
  ASSERT_TRUE(eventually([&] { return next.counters().delivered == 3; }));
  EXPECT_THAT(cad.ids(), ElementsAre("H-0-1", "H-1-1", "H-1-3"));
  loop.stop();
}

TEST_F(CadConnectorTest, AnAgencyRegisteredLaterIsServedFromThenOn) {
  FakeCad cad(take_all);
  start({});
  publish({sending(alarm_new("H-1"))});
  endpoints_ = {{"police", cad.url(), kKey}};
  auto batch = std::make_shared<spine::Batch>();
  auto fact = std::make_shared<v1::Fact>();
  fact->mutable_agency_registered()->set_id("police");
  batch->entries.push_back({1, Time{1}, fact, {}});
  connector_->on_batch(batch);
  publish({sending(alarm_new("H-1"))});
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == 1; }));
}

TEST_F(CadConnectorTest, PostedAnswersBecomeFactsOnceTheyAreDurable) {
  start({{"police", "http://127.0.0.1:9", kKey}});
  const std::string body = "[" + to_json(ack("r-1")) + "," + to_json(ack("r-2", "H-2")) + "]";
  EXPECT_EQ(post(signed_request(body, kKey)), 200);
  EXPECT_THAT(submit_.answers(), SizeIs(2));
  EXPECT_EQ(post(signed_request(body, kKey)), 200) << "again is harmless: the engine knows the ids";
  EXPECT_EQ(post(signed_request(to_json(ack("r-3")), kKey)), 200) << "one message without an array";
  submit_.fail_next(1);
  EXPECT_EQ(post(signed_request(to_json(ack("r-4")), kKey)), 503);
  EXPECT_EQ(post(signed_request(to_json(ack("r-4")), kKey)), 200);
}

TEST_F(CadConnectorTest, AFormerSecretIsTakenUntilItsGraceEndsAndWhatLeavesIsSignedWithTheNewOne) {
  FakeCad cad([](size_t, const net::Request&, const net::Respond& respond) { respond({200, "", "", {}}); });
  const Key former{"police", "the secret that was before"};
  start({{"police", cad.url(), kKey, former, clock_->now() + Duration::seconds(60)}});
  EXPECT_EQ(post(signed_request(to_json(ack("r-1")), former)), 200);
  EXPECT_EQ(post(signed_request(to_json(ack("r-2")), kKey)), 200);
  publish({sending(alarm_new("H-1"))});
  ASSERT_TRUE(eventually([&] { return !cad.requests().empty(); }));
  EXPECT_TRUE(check_signature(kKey, cad.requests()[0], clock_->now()).ok());
  endpoints_[0].former_until = clock_->now();
  auto registered = std::make_shared<spine::Batch>();
  auto fact = std::make_shared<v1::Fact>();
  fact->mutable_agency_registered()->set_id("police");
  registered->entries.emplace_back().fact = fact;
  connector_->on_batch(registered);
  EXPECT_EQ(post(signed_request(to_json(ack("r-3")), former)), 401);
  EXPECT_EQ(post(signed_request(to_json(ack("r-4")), kKey)), 200);
}

TEST_F(CadConnectorTest, WhatIsNotSignedByItsAgencyHasNoEffect) {
  start({{"police", "http://127.0.0.1:9", kKey}, {"other", "http://127.0.0.1:9", kOtherKey}});
  const std::string body = to_json(ack("r-1"));
  net::Request altered = signed_request(body, kKey);
  altered.body[altered.body.size() / 2] ^= 1;
  net::Request unsigned_request = signed_request(body, kKey);
  unsigned_request.headers.clear();
  net::Request newer = signed_request(body, kKey);
  for (auto& [name, value] : newer.headers)
    if (name == "x-haechi-timestamp") value += "0";
  EXPECT_EQ(post(altered), 401);
  EXPECT_EQ(post(unsigned_request), 401);
  EXPECT_EQ(post(newer), 401);
  EXPECT_EQ(post(signed_request(body, {"police", "a guess of the secret"})), 401);
  EXPECT_EQ(post(signed_request(body, {"nobody", kKey.secret})), 401);
  EXPECT_EQ(post(signed_request(body, kKey, Duration::seconds(301))), 401);
  EXPECT_EQ(post(signed_request(body, kKey, Duration::seconds(-301))), 401);
  EXPECT_EQ(post(signed_request(body, kOtherKey)), 403) << "signed by another agency";
  EXPECT_EQ(post(signed_request("<html>", kKey)), 400);
  EXPECT_EQ(post(signed_request("7", kKey)), 400);
  Message alarm = alarm_new("H-1");
  alarm.set_from_agency_id("police");
  EXPECT_EQ(post(signed_request(to_json(alarm), kKey)), 400) << "not for an agency to say";
  EXPECT_THAT(submit_.answers(), IsEmpty());
  EXPECT_EQ(connector_->counters().answers_refused, 11u);
}

}  // namespace
}  // namespace haechi::link
