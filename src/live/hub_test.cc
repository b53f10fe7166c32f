#include "live/hub_testing.h"

namespace haechi::live {
namespace {

TEST_F(HubTest, SendsWhatIsOpenAndThenEveryChangeInOrder) {
  tick({alert("X0"), incident()});
  auto control = watch_ready("control");
  EXPECT_TRUE(control->has("\"hello\":{\"epoch\":\"log-1\""));
  EXPECT_TRUE(control->has("\"id\":\"X0\""));
  for (int i = 1; i <= 50; ++i) tick({alert("X" + std::to_string(i)), incident()});
  ASSERT_TRUE(control->hears("\"id\":\"X50\""));
  int next = 1;
  for (const std::string& message : control->changes()) {
    const bj::object document = bj::parse(message).as_object();
    if (!document.contains("alert")) continue;
    EXPECT_EQ(document.at("alert").as_object().at("id").as_string(), "X" + std::to_string(next++));
    EXPECT_EQ(document.at("durable_at_us").as_int64(), kStart + 5 * kS);
  }
  EXPECT_EQ(next, 51);
}

TEST_F(HubTest, ResumesWithoutLossAfterACutAtEveryMessage) {
  auto control = watch_ready("control", "topics=alerts,calls");
  for (int i = 0; i < 10; ++i) tick({alert("X" + std::to_string(i)), incident()});
  open_call();
  close_call();
  ASSERT_TRUE(eventually([&] { return control->changes().size() == 22; }));
  const std::vector<std::string> all = control->changes();
  for (size_t cut = 0; cut < all.size(); ++cut) {
    auto again = watch("control", "topics=alerts,calls&resume=log-1:" + cursor_of(all[cut]));
    ASSERT_TRUE(again->hears("\"resumed\":{\"recovered\":true"));
    const size_t missed = all.size() - cut - 1;
    ASSERT_TRUE(eventually([&] { return again->changes().size() >= missed; })) << "cut after " << cut;
    const std::vector<std::string> rest = again->changes();
    ASSERT_EQ(rest.size(), missed);
    for (size_t i = 0; i < missed; ++i) EXPECT_EQ(cursor_of(rest[i]), cursor_of(all[cut + 1 + i]));
    EXPECT_FALSE(again->has("\"snapshot\""));
  }
}

TEST_F(HubTest, ACursorItCannotHonourGetsASnapshotThatSaysSo) {
  for (const char* cursor : {"log-2:1.1", "log-1:99999.1", "log-1:", "nonsense"}) {
    auto control = watch("control", std::string("resume=") + cursor);
    EXPECT_TRUE(control->hears("\"snapshot\":{\"recovered\":false")) << cursor;
  }
}

TEST_F(HubTest, TakesUpThePictureOfAnotherAndTellsWhoWantsToGoOnBehindAnOlderMessageAllOfIt) {
  tick({alert("X0"), incident()});
  open_call();
  move("W1", 371'000'000);
  const std::string bytes = spine::saved_by(hub_->part());
  EXPECT_EQ(spine::saved_by_copy(hub_->part(), published_), bytes);
  const std::string entry = std::to_string(no_);
  tick({alert("only in the other history"), incident()});
  EXPECT_FALSE(spine::load_into(hub_->part(), bytes.substr(1)).ok());
  ASSERT_TRUE(spine::load_into(hub_->part(), bytes).ok());
  EXPECT_EQ(spine::saved_by(hub_->part()), bytes);
  --no_;
  tick({alert("X1"), incident()}, true);

  auto control = watch_ready("control", "resume=log-1:1.1");
  EXPECT_TRUE(control->has("\"snapshot\":{\"recovered\":false"));
  EXPECT_TRUE(control->has("\"id\":\"X0\""));
  EXPECT_TRUE(control->has("\"id\":\"X1\""));
  EXPECT_TRUE(control->has("\"id\":\"C1\""));
  EXPECT_FALSE(control->has("only in the other history"));
  EXPECT_TRUE(control->hears("371000000"));
  auto knowing = watch("control", "resume=log-1:" + entry + ".999999");
  EXPECT_TRUE(knowing->hears("\"resumed\":{\"recovered\":true")) << "who had heard everything until then";
  EXPECT_TRUE(knowing->hears("\"id\":\"X1\""));
  EXPECT_FALSE(knowing->has("\"id\":\"X0\""));
}

TEST_F(HubTest, SlowReaderGetsNewestPositionsAndEveryAlert) {
  auto control = watch_ready("control");
  control->stall(true);
  const int kRounds = 3'000;
  const std::string padding(200, 'x');
  int alerts = 0;
  for (int i = 0; i < kRounds; ++i) {
    move("W1", 370'000'000 + i);
    if (i % 10 == 0) {
      v1::Effect raised = alert("X" + std::to_string(alerts++));
      raised.mutable_raise_alert()->set_sentence_en(padding);
      tick({raised});
    }
    if (i % 100 == 0) settle();
  }
  settle();
  control->stall(false);
  ASSERT_TRUE(control->hears("\"lat_e7\":" + std::to_string(370'000'000 + kRounds - 1)));
  ASSERT_TRUE(eventually([&] { return control->changes().size() == static_cast<size_t>(alerts); }));
  size_t positions = 0;
  for (const std::string& message : control->messages()) {
    positions += message.find("\"positions\"") != std::string::npos;
  }
  EXPECT_LT(positions, static_cast<size_t>(kRounds) / 2);
  EXPECT_FALSE(control->closed());
}

TEST_F(HubTest, AReaderTooSlowForTheAlertsIsClosedAndResumesWithoutLoss) {
  auto control = watch_ready("control");
  control->stall(true);
  const size_t kAlerts = 3'000;
  const std::string padding(4'096, 'x');  // 12 MB in all: more than the kernel takes
  for (size_t i = 0; i < kAlerts; ++i) {
    v1::Effect raised = alert("X" + std::to_string(i));
    raised.mutable_raise_alert()->set_sentence_en(padding);
    tick({raised});
  }
  settle();
  control->stall(false);
  ASSERT_TRUE(eventually([&] { return control->closed(); }));
  std::vector<std::string> got = control->changes();
  ASSERT_FALSE(got.empty());
  ASSERT_LT(got.size(), kAlerts);
  auto again = watch("control", "resume=log-1:" + cursor_of(got.back()));
  ASSERT_TRUE(eventually([&] { return got.size() + again->changes().size() >= kAlerts; }));
  for (std::string& message : again->changes()) got.push_back(std::move(message));
  ASSERT_EQ(got.size(), kAlerts);
  for (size_t i = 0; i < kAlerts; ++i) {
    EXPECT_NE(got[i].find("\"id\":\"X" + std::to_string(i) + "\""), std::string::npos);
  }
}

TEST_F(HubTest, PositionWaitsForItsAuditRecord) {
  move("W1", 371'000'001);
  submit_.hold();
  auto control = watch_ready("control");
  ASSERT_TRUE(eventually([&] { return submit_.recorded("op-1", "W1"); }));
  tick({alert("X1")});
  ASSERT_TRUE(control->hears("\"id\":\"X1\"")) << "an alert does not wait";
  EXPECT_FALSE(control->has("lat_e7")) << "but no place is in it";
  submit_.release();
  EXPECT_TRUE(control->hears("\"lat_e7\":371000001"));
  EXPECT_TRUE(control->hears("\"lat_e7\":371234567")) << "the alert again, now with its place";
}

// Between the record and what it is of: the right ends, and nothing goes out for it.
TEST_F(HubTest, NothingIsSentWhereTheCallClosesWhileTheRecordIsWritten) {
  move("W1", 371'000'001);
  auto unit = watch_ready("unit"), frames = watch_ready("unit", "tracks=binary");
  auto control = watch_ready("control");
  submit_.hold();
  tick({alert("X1"), incident()});
  open_call();
  ASSERT_TRUE(unit->hears("\"call\":{\"id\":\"C1\""));
  move("W1", 371'000'002);
  ASSERT_TRUE(eventually([&] { return submit_.recorded("un-1", "W1"); }));
  close_call();
  ASSERT_TRUE(unit->hears("\"revoked\":{\"kind\":\"call\",\"id\":\"C1\""));
  submit_.release();
  move("W1", 371'000'003);
  ASSERT_TRUE(control->hears("\"lat_e7\":371000003")) << "others still see him";
  tick({alert("X2")});
  ASSERT_TRUE(control->hears("\"id\":\"X2\"")) << "all that was to be sent was sent";
  EXPECT_FALSE(unit->has("\"lat_e7\":37100000"));
  EXPECT_FALSE(frames->has("\"holders\"")) << "nor is anybody named whom frames would show";
}

TEST_F(HubTest, NothingIsSentWhereTheKeyEndsWhileTheRecordIsWritten) {
  move("W1", 371'000'001);
  submit_.hold();
  auto control = watch_ready("control");
  ASSERT_TRUE(eventually([&] { return submit_.recorded("op-1", "W1"); }));
  {
    std::lock_guard lock(mutex_);
    viewers_.erase("control");
  }
  ASSERT_TRUE(eventually([&] { return control->closed(); }));
  submit_.release();
  EXPECT_FALSE(control->has("lat_e7"));
}

TEST_F(HubTest, UnitFollowsTheWearerUntilTheCallClosesAndNothingAfter) {
  move("W1", 371'000'001);
  move("P1", 372'000'001);
  auto unit = watch_ready("unit");
  EXPECT_FALSE(unit->has("lat_e7"));
  tick({alert("X1"), incident()});
  open_call();
  ASSERT_TRUE(unit->hears("\"call\":{\"id\":\"C1\""));
  ASSERT_TRUE(unit->hears("\"track\":{\"person_id\":\"W1\""));
  ASSERT_TRUE(unit->hears("\"positions\":[{\"person_id\":\"W1\""));
  move("W1", 371'000'002);
  ASSERT_TRUE(unit->hears("\"lat_e7\":371000002"));

  close_call();
  move("W1", 371'000'003);
  ASSERT_TRUE(unit->hears("\"revoked\":{\"kind\":\"track\",\"id\":\"C1\",\"person_id\":\"W1\""));
  ASSERT_TRUE(unit->hears("\"revoked\":{\"kind\":\"call\",\"id\":\"C1\""));
  auto control = watch_ready("control");
  ASSERT_TRUE(control->hears("\"lat_e7\":371000003")) << "others still see him";
  EXPECT_FALSE(unit->has("371000003"));
  EXPECT_FALSE(unit->has("37200")) << "never her place: the unit was sent to him";
  EXPECT_FALSE(unit->has("372222222")) << "nor within the call";
  EXPECT_FALSE(unit->has("\"alert\":")) << "a unit sees its call, not the queue";
}

// An incident may concern two protected persons; the call's own fields name only the first.
TEST_F(HubTest, ASecondProtectedPersonOfACallIsShownToTheDeskButNotToTheUnitSentToTheWearer) {
  tick({incident(), alert("X1")});
  auto unit = watch_ready("unit");
  auto dispatch = watch_ready("dispatch");
  v1::Effect opened;
  *opened.mutable_open_call() = call_of_u1();
  v1::Destination& second = *opened.mutable_open_call()->add_destinations();
  second.set_person_id("P2");
  second.set_target(v1::TARGET_PROTECTED_PERSON);
  second.mutable_place()->set_lat_e7(374'444'444);
  tick({opened});
  EXPECT_TRUE(dispatch->hears("374444444"));
  EXPECT_TRUE(submit_.recorded("dp-1", "P2"));
  EXPECT_TRUE(unit->hears("\"call\""));
  move("W2", 375'000'000);
  settle();
  EXPECT_FALSE(unit->has("374444444"));
  EXPECT_FALSE(unit->has("372222222"));
  EXPECT_FALSE(submit_.recorded("un-1", "P2"));
}

TEST_F(HubTest, ACallThatAUnitHasLeftIsNotToldToItAgain) {
  tick({incident()});
  auto unit = watch_ready("unit");
  ASSERT_TRUE(eventually([&] { return unit->has("\"hello\""); }));
  const std::string cursor = "log-1:" + std::to_string(no_);
  open_call();
  EXPECT_TRUE(unit->hears("\"call\""));
  close_call();
  EXPECT_TRUE(unit->hears("\"revoked\""));
  auto again = watch("unit", "resume=" + cursor);
  EXPECT_TRUE(again->hears("\"revoked\""));
  EXPECT_FALSE(again->has("\"call\":{"));
}

TEST_F(HubTest, AKeyInTheAddressOpensNothing) {
  auto stranger = watch("nobody", "ticket=control");
  EXPECT_TRUE(eventually([&] { return stranger->closed(); }));
  EXPECT_TRUE(stranger->messages().empty());
}

TEST_F(HubTest, ProtectedPersonGetsNoCoordinateOutsideMapMode) {
  move("W1", 371'000'001);
  auto her = watch_ready("her");
  tick({alert("X1"), incident(), view(v1::VIEW_MODE_DISTANCE)});
  ASSERT_TRUE(her->hears("\"distance_m\":420"));
  ASSERT_TRUE(
      her->hears("\"alert\":{\"id\":\"X1\",\"incident_id\":\"I1\",\"kind\":\"ALERT_KIND_KEEP_AWAY\""));
  open_call();
  EXPECT_FALSE(her->has("lat_e7"));
  EXPECT_FALSE(her->has("\"call\""));
  v1::Effect map = view(v1::VIEW_MODE_MAP);
  tick({map});
  ASSERT_TRUE(her->hears("\"lat_e7\":371333333"));
  EXPECT_TRUE(submit_.recorded("pp-1", "W1"));
  v1::Effect closed;
  closed.mutable_close_view()->set_view_id("V1");
  closed.mutable_close_view()->set_protected_id("P1");
  closed.mutable_close_view()->set_wearer_id("W1");
  tick({closed});
  EXPECT_TRUE(her->hears("\"view_closed\":{\"view_id\":\"V1\""));
  EXPECT_TRUE(her->hears("\"revoked\":{\"kind\":\"view\""));
}

TEST_F(HubTest, ProtectedPersonHearsThatAnAlertIsSettledButNotByWhom) {
  auto her = watch_ready("her");
  tick({alert("X1"), incident()});
  v1::Effect settled;
  *settled.mutable_update_alert() = alert("X1").raise_alert();
  settled.mutable_update_alert()->set_handling(v1::ALERT_HANDLING_RESOLVED);
  settled.mutable_update_alert()->set_handled_by("op-1");
  tick({settled});
  ASSERT_TRUE(her->hears("ALERT_HANDLING_RESOLVED"));
  EXPECT_FALSE(her->has("op-1"));
}

TEST_F(HubTest, ProtectedPersonHearsThatHelpWasSentButNotWhoNorWhere) {
  auto her = watch_ready("her");
  auto stranger = watch_ready("other-her");
  tick({alert("X1"), incident()});
  v1::Effect told;
  v1::HandOff& hand_off = *told.mutable_update_hand_off();
  hand_off.set_id("H1");
  hand_off.set_incident_id("I1");
  hand_off.set_agency_id("A1");
  hand_off.set_event_no("C-77");
  hand_off.set_accepted_at_us(5'000'001);
  hand_off.set_assigned_at_us(5'000'002);
  hand_off.set_on_scene_at_us(5'000'003);
  tick({told});
  ASSERT_TRUE(her->hears("\"hand_off\":{\"id\":\"H1\",\"incident_id\":\"I1\""));
  EXPECT_TRUE(her->has("5000001"));
  EXPECT_TRUE(her->has("5000002"));
  EXPECT_FALSE(her->has("5000003")) << "at whose door they are";
  EXPECT_FALSE(her->has("C-77"));
  EXPECT_FALSE(her->has("\"A1\""));
  settle();
  EXPECT_FALSE(stranger->has("H1"));
  told.mutable_update_hand_off()->set_id("H2");
  told.mutable_update_hand_off()->set_informative(true);
  tick({told});
  settle();
  EXPECT_FALSE(her->has("H2"));
}

TEST_F(HubTest, AnOutageIsSeenByTheControlRoomAndToldToWhomItLeavesUncoveredAlsoWhenSheComesLater) {
  auto control = watch_ready("control");
  auto desk = watch_ready("dispatch");
  auto her = watch_ready("her");
  v1::Effect outage;
  v1::Alert& body = *outage.mutable_raise_alert();
  body.set_id("X9");
  body.set_kind(v1::ALERT_KIND_AREA_OUTAGE);
  body.set_code(2);
  body.set_state(v1::ALERT_STATE_ACTIVE);
  body.set_handling(v1::ALERT_HANDLING_NEW);
  body.set_devices(7);
  body.add_uncovered_ids("P1");
  body.mutable_place()->set_lat_e7(371'000'000);
  v1::Effect notice;
  notice.mutable_notify_protected()->set_protected_id("P1");
  notice.mutable_notify_protected()->set_alert_id("X9");
  notice.mutable_notify_protected()->set_code(2);
  notice.mutable_notify_protected()->set_reason(v1::ProtectedNotice::COVER_LOST);
  tick({outage, notice});
  ASSERT_TRUE(control->hears("ALERT_KIND_AREA_OUTAGE"));
  EXPECT_TRUE(control->has("371000000"));
  const std::string told =
      "\"notice\":{\"protected_id\":\"P1\",\"alert_id\":\"X9\",\"code\":2,\"reason\":\"COVER_LOST\"}";
  ASSERT_TRUE(her->hears(told));
  auto later = watch("her");
  EXPECT_TRUE(later->hears(told));
  auto stranger = watch_ready("other-her");
  settle();
  EXPECT_FALSE(her->has("AREA_OUTAGE"));
  EXPECT_FALSE(desk->has("AREA_OUTAGE"));
  EXPECT_FALSE(stranger->has("COVER_LOST"));
  EXPECT_FALSE(control->has("COVER_LOST"));
}

TEST_F(HubTest, DispatchSeesOnlyPersonsOfItsOpenCalls) {
  move("W1", 371'000'001);
  move("W2", 373'000'001);
  auto dispatch = watch_ready("dispatch");
  tick({alert("X1"), incident()});
  open_call();
  ASSERT_TRUE(dispatch->hears("\"lat_e7\":371000001"));
  EXPECT_TRUE(dispatch->hears("\"alert\":{\"id\":\"X1\"")) << "raised before the call, told with it";
  close_call();
  move("W1", 371'000'009);
  ASSERT_TRUE(dispatch->hears("\"revoked\":{\"kind\":\"track\""));
  auto control = watch_ready("control");
  ASSERT_TRUE(control->hears("\"lat_e7\":371000009"));
  EXPECT_FALSE(dispatch->has("371000009"));
  EXPECT_FALSE(dispatch->has("373000001"));
}

TEST_F(HubTest, AuditorAndUnknownKeysGetNothingLive) {
  move("W1", 371'000'001);
  for (const char* key : {"auditor", "no such key", ""}) {
    auto refused = watch(key);
    EXPECT_TRUE(eventually([&] { return refused->closed(); }));
    EXPECT_TRUE(refused->messages().empty());
  }
}

TEST_F(HubTest, WhoMaySeeCasesIsToldThatTheyChangedAndNothingOfWhich) {
  auto court = watch_ready("court");
  auto control = watch_ready("control", "topics=alerts,cases");
  auto without = watch_ready("control", "topics=alerts");
  auto her = watch_ready("her");
  v1::Effect changed, duty;
  changed.mutable_case_effect()->mutable_update_case()->set_id("secret-case");
  duty.mutable_case_effect()->mutable_update_duty()->set_id("secret-duty");
  tick({changed, duty});
  tick({alert("X1"), incident()});
  ASSERT_TRUE(court->hears("\"cases\":{}"));
  for (const auto* viewer : {&control, &without, &her}) ASSERT_TRUE((*viewer)->hears("\"id\":\"X1\""));
  ASSERT_EQ(court->changes().size(), 1u) << "one for all that an entry changed, and no alert";
  EXPECT_TRUE(control->has("\"cases\":{}"));
  for (const auto* viewer : {&without, &her}) EXPECT_FALSE((*viewer)->has("\"cases\""));
  for (const auto* viewer : {&court, &control, &without, &her}) EXPECT_FALSE((*viewer)->has("secret"));
}

TEST_F(HubTest, HopsOfANewAlertAreKeptAsFactsAndThoseOfAReplayedOneAreNot) {
  tick({alert("X0")}, true);
  auto control = watch_ready("control");
  EXPECT_EQ(submit_.hops(v1::HOP_JUDGED), 0u);
  tick({alert("X1")});
  ASSERT_TRUE(control->hears("\"id\":\"X1\""));
  EXPECT_EQ(submit_.hops(v1::HOP_DURABLE), 1u);
  EXPECT_EQ(submit_.hops(v1::HOP_JUDGED), 1u);
  for (int i = 0; i < 3; ++i) control->send("{\"shown\":{\"alert_id\":\"X1\"}}");
  control->send("{\"shown\":{\"alert_id\":\"unknown\"}}");
  ASSERT_TRUE(control->hears("\"error\""));
  EXPECT_EQ(submit_.hops(v1::HOP_SHOWN_CONTROL), 1u) << "shown counts once";
}

TEST_F(HubTest, AKeyThatEndsClosesItsOpenSocket) {
  auto control = watch_ready("control");
  {
    std::lock_guard lock(mutex_);
    viewers_.erase("control");
  }
  EXPECT_TRUE(eventually([&] { return control->closed(); }));
}

TEST_F(HubTest, TooManyMessagesWithoutSenseCloseTheSocket) {
  auto control = watch_ready("control");
  for (int i = 0; i < 12; ++i) control->send(i % 2 == 0 ? "{" : "[[[[1]]]]");
  EXPECT_TRUE(eventually([&] { return control->closed(); }));
}

}  // namespace
}  // namespace haechi::live
