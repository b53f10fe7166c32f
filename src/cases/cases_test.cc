#include "cases/cases.h"

#include "cases/test_world.h"

namespace haechi::cases {
namespace {

constexpr Duration kHour = Duration::seconds(3'600);
constexpr Duration kDay = Duration::seconds(86'400);

TEST(Cases, ActivateACompleteOrderOnceTheDeviceIsOnAndHerDataAreKnown) {
  World world("2026-06-10T15:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  world.grant("m-2", "c-1", "ST_PROV_2");
  world.grant("m-32", "c-1", "ST_PROV_3_2", keep_away());
  world.fit("m-32");
  EXPECT_TRUE(world.active().empty());
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  ASSERT_EQ(world.active().size(), 1u);
  const v1::Order& order = world.active().begin()->second;
  EXPECT_EQ(order.version(), 1u);
  EXPECT_EQ(order.kind(), "ST_PROV_3_2");
  EXPECT_EQ(order.wearer_id(), "s-1");
  EXPECT_EQ(order.time_zone(), "Asia/Seoul");
  EXPECT_NE(order.legal_basis().find("Stalking Act 9(1)3-2"), std::string::npos);
  EXPECT_NE(order.legal_basis().find("2026-1"), std::string::npos);
  EXPECT_EQ(iso8601(Time{order.ends_at_us()}), "2026-09-10T15:00:00.000Z");
  ASSERT_EQ(order.conditions_size(), 1);
  EXPECT_EQ(order.conditions(0).keep_away().protected_id(), "p-1");
}

TEST(Cases, RaiseVictimDataPendingAndPassItUp) {
  World world("2026-06-10T15:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  world.grant("m-32", "c-1", "ST_PROV_3_2", keep_away());
  world.fit("m-32");
  EXPECT_EQ(world.duty("K14-V").task(), v1::CASE_TASK_SEND_VICTIM_DATA);
  EXPECT_EQ(world.duty("K14-V").party(), v1::CASE_PARTY_POLICE);
  EXPECT_EQ(world.duty("K14-V").level(), 0u);
  EXPECT_NE(world.duty("K14").id(), "");
  EXPECT_NE(world.duty("K14-P").id(), "");
  world.pass_to(world.now() + Duration::seconds(1'799));
  EXPECT_EQ(world.duty("K14-V").level(), 0u);
  world.pass_to(world.now() + Duration::seconds(1));
  EXPECT_EQ(world.duty("K14-V").level(), 1u);
  EXPECT_TRUE(world.duty("K14-V").overdue());
  world.pass_to(world.now() + kHour * 2);
  EXPECT_EQ(world.duty("K14-V").level(), 3u);
  EXPECT_GT(world.told(v1::NOTIFICATION_KIND_DUTY_ESCALATED, v1::CASE_PARTY_CONTROL_ROOM), 0u);
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  EXPECT_EQ(world.duty("K14-V").id(), "");
}

TEST(Cases, LeaveOutAConditionThatNoMeasureInForceMayOrder) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  EXPECT_EQ(world.active().begin()->second.conditions_size(), 1);
  EXPECT_EQ(world.go("m-2", v1::CASE_STEP_CANCEL), "");
  ASSERT_EQ(world.of(v1::CaseEffect::kActivateOrder).size(), 1u);
  EXPECT_EQ(world.active().begin()->second.version(), 2u);
  EXPECT_EQ(world.active().begin()->second.conditions_size(), 0);
  ASSERT_EQ(world.measure("m-32").left_out_ids_size(), 1);
  EXPECT_EQ(world.measure("m-32").left_out_ids(0), "k");
}

TEST(Cases, EndTheOrderInTheEntryThatEndsTheMeasure) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_CANCEL), "");
  ASSERT_EQ(world.of(v1::CaseEffect::kEndOrder).size(), 1u);
  EXPECT_EQ(world.of(v1::CaseEffect::kEndOrder)[0].end_order().reason(), "cancelled");
  EXPECT_NE(world.duty(v1::CASE_TASK_REMOVE_DEVICE, "m-32").id(), "");
}

TEST(Cases, EndAnOrderAtMidnightOnce) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  world.pass_to("2026-09-10T23:59:59.999+09:00");
  EXPECT_EQ(world.active().size(), 1u);
  world.pass_to("2026-09-11T00:00:00+09:00");
  ASSERT_EQ(world.of(v1::CaseEffect::kEndOrder).size(), 1u);
  EXPECT_EQ(world.of(v1::CaseEffect::kEndOrder)[0].end_order().reason(), "expired");
  EXPECT_EQ(world.measure("m-32").end(), v1::MEASURE_END_EXPIRED);
  world.pass_to("2026-09-12T00:00:00+09:00");
  EXPECT_TRUE(world.of(v1::CaseEffect::kEndOrder).empty());
}

TEST(Cases, GiveAnExtendedOrderItsNextVersion) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  for (const char* end : {"2026-12-10T15:00:00.000Z", "2027-03-10T15:00:00.000Z"}) {
    EXPECT_EQ(world.go("m-32", v1::CASE_STEP_EXTEND), "");
    EXPECT_EQ(iso8601(Time{world.active().begin()->second.ends_at_us()}), end);
  }
  // Measure 2 was not extended: its end takes the distance with it.
  world.pass_to("2026-09-11T00:00:00+09:00");
  EXPECT_EQ(world.active().begin()->second.version(), 4u);
  EXPECT_EQ(world.active().begin()->second.conditions_size(), 0);
  EXPECT_NE(world.go("m-32", v1::CASE_STEP_EXTEND), "");
  world.pass_to("2027-03-11T00:00:00+09:00");
  EXPECT_TRUE(world.active().empty());
}

struct Edge {
  const char* kind;
  const char* decided;
  int extensions;
  const char* ends;  // first moment no longer in force
};

class Clock : public testing::TestWithParam<Edge> {};

TEST_P(Clock, RunsToTheLastMomentAndNoFurther) {
  const Edge& edge = GetParam();
  World world(edge.decided);
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  if (std::string(edge.kind).starts_with("ST_URGENT")) {
    EXPECT_EQ(world.begin("m", "c-1", edge.kind), "");
    EXPECT_EQ(world.go("m", v1::CASE_STEP_IMPOSE), "");
    EXPECT_EQ(world.go("m", v1::CASE_STEP_ASK_APPROVAL), "");
    EXPECT_EQ(world.go("m", v1::CASE_STEP_APPROVE), "");
  } else {
    world.grant("m", "c-1", edge.kind);
  }
  for (int i = 0; i < edge.extensions; ++i) EXPECT_EQ(world.go("m", v1::CASE_STEP_EXTEND), "");
  world.pass_to(at(edge.ends) - Duration{1});
  EXPECT_TRUE(world.measure("m").in_force());
  world.pass_to(at(edge.ends));
  EXPECT_FALSE(world.measure("m").in_force());
  EXPECT_EQ(world.measure("m").end(), v1::MEASURE_END_EXPIRED);
}

INSTANTIATE_TEST_SUITE_P(
    Korea, Clock,
    testing::Values(Edge{"ST_URGENT_1", "2026-01-31T10:00:00+09:00", 0, "2026-03-01T00:00:00+09:00"},
                    Edge{"ST_URGENT_1", "2028-01-30T10:00:00+09:00", 0, "2028-03-01T00:00:00+09:00"},
                    Edge{"ST_URGENT_2", "2026-03-05T10:00:00+09:00", 0, "2026-04-06T00:00:00+09:00"},
                    Edge{"ST_PROV_2", "2026-06-10T15:00:00+09:00", 0, "2026-09-11T00:00:00+09:00"},
                    Edge{"ST_PROV_2", "2026-06-10T15:00:00+09:00", 1, "2026-12-11T00:00:00+09:00"},
                    Edge{"ST_PROV_3", "2026-06-10T15:00:00+09:00", 2, "2027-03-11T00:00:00+09:00"},
                    Edge{"ST_PROV_4", "2026-06-10T15:00:00+09:00", 0, "2026-07-10T00:00:00+09:00"}));

TEST(Clock48h, LetsTheJudgeBeAskedUntilTheLastMomentThenDemandsCancelling) {
  const Time imposed = at("2026-03-03T10:00:00+09:00");
  for (const bool late : {false, true}) {
    World world("2026-03-03T09:00:00+09:00");
    EXPECT_EQ(world.open_case("c-1", "s-1"), "");
    EXPECT_EQ(world.begin("m", "c-1", "ST_URGENT_1"), "");
    v1::CaseFact impose = world.stepped("m", v1::CASE_STEP_IMPOSE);
    world.pass_to(imposed);
    impose.set_at_us(imposed.us);
    EXPECT_EQ(world.submit(impose), "");
    EXPECT_EQ(world.duty("N5-2").due_at_us(), (imposed + kHour * 48).us);
    world.pass_to(imposed + kHour * 36);
    EXPECT_EQ(world.duty("N5-2").level(), 1u) << "warned twelve hours before";
    v1::CaseFact ask = world.stepped("m", v1::CASE_STEP_ASK_APPROVAL);
    if (late) {
      world.pass_to(imposed + kHour * 48);
      EXPECT_EQ(world.duty("N5-2").id(), "");
      EXPECT_EQ(world.duty("N5-4").party(), v1::CASE_PARTY_POLICE);
      EXPECT_NE(world.submit(ask), "");
      EXPECT_EQ(world.go("m", v1::CASE_STEP_CANCEL), "");
      EXPECT_EQ(world.measure("m").end(), v1::MEASURE_END_CANCELLED);
    } else {
      world.pass_to(imposed + kHour * 48 - Duration{2});
      EXPECT_EQ(world.submit(ask), "");
      world.pass_to(imposed + kHour * 50);
      EXPECT_EQ(world.duty("N5-4").id(), "");
    }
  }
}

TEST(Cases, EndAnUrgentMeasureWhenTheCourtOrdersTheSameForTheSamePerson) {
  World world("2026-03-05T10:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  for (const char* id : {"u-1", "u-other"}) {
    EXPECT_EQ(world.begin(id, "c-1", "ST_URGENT_1", {}, id == std::string("u-1") ? "p-1" : "p-2"), "");
    EXPECT_EQ(world.go(id, v1::CASE_STEP_IMPOSE), "");
  }
  world.grant("m-2", "c-1", "ST_PROV_2");
  EXPECT_EQ(world.measure("u-1").end(), v1::MEASURE_END_SUPERSEDED);
  EXPECT_EQ(world.measure("u-other").stage(), v1::MEASURE_STAGE_GRANTED);
  EXPECT_EQ(world.duty(v1::CASE_TASK_ASK_APPROVAL, "u-1").id(), "");
}

TEST(Cases, LapseEverythingThatHangsOnTheChargeWhenNobodyIsCharged) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  EXPECT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_NOT_INDICTED), "");
  EXPECT_TRUE(world.active().empty());
  EXPECT_EQ(world.measure("m-2").end(), v1::MEASURE_END_NOT_INDICTED);
  EXPECT_NE(world.duty("K8").id(), "");
  EXPECT_NE(world.close_case("c-1", v1::CASE_CLOSE_REASON_JUDGED), "");
}

TEST(Cases, WithdrawRequestsWithTheCaseButKeepWhatWasOrdered) {
  World world("2026-06-10T15:00:00+09:00");
  world.wears("s-1", "o-old");
  world.active_order(keep_away());
  EXPECT_EQ(world.begin("m-3", "c-1", "ST_PROV_3"), "");
  EXPECT_EQ(world.go("m-3", v1::CASE_STEP_APPLY), "");
  EXPECT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_WITHDRAWN), "");
  EXPECT_EQ(world.measure("m-3").end(), v1::MEASURE_END_WITHDRAWN);
  EXPECT_EQ(world.active().size(), 1u);
  EXPECT_EQ(world.link().state(), v1::LINK_STATE_CLOSED);
  EXPECT_NE(world.begin("m-4", "c-1", "ST_PROV_4"), "");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_CANCEL), "");
  EXPECT_TRUE(world.active().empty());
}

TEST(Cases, ActivateJudgementsWithoutACase) {
  World world("2026-06-10T15:00:00+09:00");
  v1::CaseFact fact;
  auto& begun = *fact.mutable_measure_begun();
  begun.set_measure_id("m-post");
  begun.set_country("kr");
  begun.set_kind("EM_POST");
  begun.set_subject_id("w-1");
  EXPECT_EQ(world.submit(fact), "");
  v1::CaseFact grant = world.stepped("m-post", v1::CASE_STEP_GRANT);
  grant.mutable_measure_stepped()->mutable_term()->set_unit(v1::StatedPeriod::YEARS);
  grant.mutable_measure_stepped()->mutable_term()->set_count(10);
  EXPECT_EQ(world.submit(grant), "");
  world.fit("m-post");
  ASSERT_EQ(world.active().size(), 1u);
  EXPECT_EQ(iso8601(Time{world.active().begin()->second.ends_at_us()}), "2036-06-09T15:00:00.000Z");
}

TEST(Cases, FollowThePackOfTheCountry) {
  World world("2026-06-10T15:00:00+01:00");
  EXPECT_EQ(world.open_case("c-1", "s-1", "p-1", "es"), "");
  EXPECT_NE(world.begin("m-k", "c-1", "ST_PROV_3_2", keep_away()), "");
  EXPECT_EQ(world.begin("m-1", "c-1", "ES_COMETA", keep_away()), "");
  EXPECT_EQ(world.go("m-1", v1::CASE_STEP_PETITION), "");
  EXPECT_EQ(world.go("m-1", v1::CASE_STEP_GRANT), "");
  world.fit("m-1");
  EXPECT_EQ(world.go("m-1", v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  ASSERT_EQ(world.active().size(), 1u);
  EXPECT_EQ(world.active().begin()->second.time_zone(), "Europe/Madrid");
  EXPECT_EQ(world.active().begin()->second.conditions_size(), 1);
}

TEST(Cases, MoveAnOrdersPlacesWithHer) {
  World world("2026-06-10T15:00:00+09:00");
  v1::Order stated = keep_away();
  auto& home = *stated.add_conditions();
  home.set_id("home");
  home.mutable_exclusion()->set_zone_id("z-old");
  home.mutable_exclusion()->set_protected_id("p-1");
  world.active_order(stated);
  v1::CaseFact fact;
  auto& changed = *fact.mutable_places_changed();
  changed.set_case_id("c-1");
  changed.set_protected_id("p-1");
  auto& place = *changed.add_places();
  place.set_old_zone_id("z-old");
  place.set_new_zone_id("z-new");
  changed.add_places()->set_new_zone_id("z-school");
  EXPECT_EQ(world.submit(fact), "");
  const v1::Order& order = world.active().begin()->second;
  EXPECT_EQ(order.version(), 2u);
  ASSERT_EQ(order.conditions_size(), 3);
  EXPECT_EQ(order.conditions(1).exclusion().zone_id(), "z-new");
  EXPECT_EQ(order.conditions(2).exclusion().zone_id(), "z-school");
  EXPECT_EQ(world.duty("K14-U").party(), v1::CASE_PARTY_POLICE);
  const auto updates = world.of(v1::CaseEffect::kUpdateCase);
  ASSERT_EQ(updates.size(), 1u);
  EXPECT_EQ(updates[0].update_case().places(0).version(), 1u);
}

TEST(Cases, ShowHerNothingBeforeThePenaltyNoticeAndHerConsent) {
  World world("2026-06-10T15:00:00+09:00");
  const auto allowed = [&] {
    const auto said = world.ever(v1::CaseEffect::kUpdateConsent);
    return !said.empty() && said.back().update_consent().view_allowed();
  };
  v1::CaseFact consent;
  consent.mutable_consent_recorded()->set_protected_id("p-1");
  consent.mutable_consent_recorded()->set_given(true);
  EXPECT_NE(world.submit(consent), "") << "the notice comes first";
  v1::CaseFact notice;
  notice.mutable_notice_given()->set_protected_id("p-1");
  notice.mutable_notice_given()->set_notice_code("any words");
  EXPECT_NE(world.submit(notice), "") << "of no text that anybody knows";
  notice.mutable_notice_given()->set_notice_code(std::string(law::kr().exposure.notice_code));
  notice.mutable_notice_given()->set_text_sha256(std::string(32, 'x'));
  EXPECT_EQ(world.submit(notice), "");
  EXPECT_FALSE(allowed());
  EXPECT_EQ(world.submit(consent), "");
  EXPECT_TRUE(allowed());
  const v1::Consent kept = world.ever(v1::CaseEffect::kUpdateConsent).back().update_consent();
  EXPECT_EQ(kept.notice_code(), law::kr().exposure.notice_code);
  EXPECT_EQ(kept.notice_sha256(), std::string(32, 'x'));
  consent.mutable_consent_recorded()->set_given(false);
  EXPECT_EQ(world.submit(consent), "");
  EXPECT_FALSE(allowed());
}

TEST(Cases, ForgetAMeasureFiveYearsAfterItsEndOnceItsCaseIsClosed) {
  World world("2026-06-10T15:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  EXPECT_EQ(world.begin("m-2", "c-1", "ST_PROV_2", keep_away()), "");
  EXPECT_EQ(world.go("m-2", v1::CASE_STEP_DECLINE_TO_APPLY), "");
  for (const std::string& id : world.some_ids(v1::CaseEffect::kUpdateDuty)) {
    v1::CaseFact done;
    done.mutable_duty_done()->set_duty_id(id);
    EXPECT_EQ(world.submit(done), "");
  }
  const auto forgotten = [&] { return world.ever(v1::CaseEffect::kForgetMeasure).size(); };
  world.pass_to(at("2031-06-10T23:59:00+09:00"));
  EXPECT_EQ(forgotten(), 0u) << "five years are not over";
  world.pass_to(at("2031-06-12T00:00:00+09:00"));
  EXPECT_EQ(forgotten(), 0u) << "the case is open";
  EXPECT_EQ(world.close_case("c-1", v1::CASE_CLOSE_REASON_JUDGED), "");
  world.pass_to(at("2031-08-01T00:00:00+09:00"));
  ASSERT_EQ(forgotten(), 1u);
  EXPECT_EQ(world.ever(v1::CaseEffect::kForgetMeasure)[0].forget_measure().measure_id(), "m-2");
  EXPECT_EQ(world.ever(v1::CaseEffect::kUpdateCase).back().update_case().measure_ids_size(), 0);
  EXPECT_NE(world.go("m-2", v1::CASE_STEP_APPLY), "") << "nobody knows it any more";
}

TEST(Cases, TakeHisNotComingToBeFittedForARefusal) {
  World world("2026-06-10T15:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  EXPECT_EQ(world.begin("m-32", "c-1", "ST_PROV_3_2", keep_away()), "");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_APPLY), "");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_PETITION), "");
  v1::CaseFact grant = world.stepped("m-32", v1::CASE_STEP_GRANT);
  grant.mutable_measure_stepped()->set_report_by_us(at("2026-06-12T18:00:00+09:00").us);
  EXPECT_EQ(world.submit(grant), "");
  EXPECT_EQ(world.go("m-32", v1::CASE_STEP_SERVE), "");
  world.pass_to("2026-06-12T17:59:59+09:00");
  EXPECT_EQ(world.duty("K1").id(), "");
  world.pass_to("2026-06-12T18:00:00+09:00");
  EXPECT_EQ(world.duty("K1").party(), v1::CASE_PARTY_PROBATION);
}

TEST(Cases, RaiseTheDutiesOfATriggerOncePerAlertAndCloseThemWhenDone) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  v1::CaseFact fact;
  fact.mutable_trigger_seen()->set_trigger(v1::DUTY_TRIGGER_BAN_BREACH);
  fact.mutable_trigger_seen()->set_order_id(world.active().begin()->first);
  fact.mutable_trigger_seen()->set_alert_id("a-1");
  EXPECT_EQ(world.submit(fact), "");
  EXPECT_EQ(world.of(v1::CaseEffect::kUpdateDuty).size(), 3u) << "K2, K2-V, K6";
  EXPECT_EQ(world.duty("K2").case_id(), "c-1");
  EXPECT_TRUE(world.duty("K2-V").may());
  EXPECT_EQ(world.submit(fact), "");
  EXPECT_TRUE(world.of(v1::CaseEffect::kUpdateDuty).empty());
  v1::CaseFact done;
  done.set_by("officer-lee");
  done.mutable_duty_done()->set_duty_id(world.duty("K2").id());
  done.mutable_duty_done()->set_note_code("phone");
  EXPECT_EQ(world.submit(done), "");
  const auto updates = world.of(v1::CaseEffect::kUpdateDuty);
  ASSERT_EQ(updates.size(), 2u);
  EXPECT_EQ(updates[0].update_duty().done_by(), "officer-lee");
  EXPECT_EQ(updates[1].update_duty().code(), "K7") << "told, the police must go";
  EXPECT_NE(world.submit(done), "") << "it is done";
}

TEST(Cases, GoThroughTheChannelsAndThenSayThatSheCannotBeReached) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  const auto hers = [&] {
    for (const auto& [id, one] : world.notifications())
      if (one.kind() == v1::NOTIFICATION_KIND_ORDER_ACTIVE && one.party() == v1::CASE_PARTY_PROTECTED_PERSON)
        return one;
    return v1::Notification();
  };
  EXPECT_EQ(hers().channel(), v1::NOTIFICATION_CHANNEL_PUSH);
  const Time begun = world.now();
  world.pass_to(begun + Duration::seconds(600));
  EXPECT_EQ(hers().channel(), v1::NOTIFICATION_CHANNEL_SMS);
  EXPECT_TRUE(hers().fallback());
  v1::CaseFact failed;
  failed.mutable_notification_reported()->set_notification_id(hers().id());
  failed.mutable_notification_reported()->set_state(v1::NOTIFICATION_STATE_FAILED);
  failed.mutable_notification_reported()->set_channel(v1::NOTIFICATION_CHANNEL_SMS);
  EXPECT_EQ(world.submit(failed), "");
  EXPECT_EQ(hers().channel(), v1::NOTIFICATION_CHANNEL_VOICE);
  EXPECT_NE(world.submit(failed), "") << "that channel is not tried any more";
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_UNREACHABLE, v1::CASE_PARTY_POLICE), 0u);
  world.pass_to(begun + Duration::seconds(1'300));
  EXPECT_EQ(hers().state(), v1::NOTIFICATION_STATE_FAILED);
  EXPECT_GT(world.told(v1::NOTIFICATION_KIND_UNREACHABLE, v1::CASE_PARTY_POLICE), 0u);
  EXPECT_GT(world.told(v1::NOTIFICATION_KIND_UNREACHABLE, v1::CASE_PARTY_PROTECTION_OFFICER), 0u);
}

TEST(Notifications, PageHerOfficerWhenNoChannelReachedHerWithAnAlert) {
  World world("2026-03-02T08:00:00+09:00");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  EXPECT_EQ(world.open_case("c-2", "s-2", "p-2"), "");
  EXPECT_EQ(world.open_case("c-3", "s-3"), "");
  EXPECT_EQ(world.close_case("c-3", v1::CASE_CLOSE_REASON_MISTAKE), "");
  const size_t before = world.told(v1::NOTIFICATION_KIND_UNREACHABLE, v1::CASE_PARTY_PROTECTION_OFFICER);
  world.unreached("p-1");
  const auto paged = world.of(v1::CaseEffect::kQueueNotification);
  ASSERT_EQ(paged.size(), 1u) << "of her one open case";
  EXPECT_EQ(paged[0].queue_notification().account(), "officer-kim");
  EXPECT_EQ(paged[0].queue_notification().case_id(), "c-1");
  EXPECT_EQ(paged[0].queue_notification().channel(), v1::NOTIFICATION_CHANNEL_PUSH) << "not a dark screen";
  EXPECT_EQ(world.told(v1::NOTIFICATION_KIND_UNREACHABLE, v1::CASE_PARTY_PROTECTION_OFFICER), before + 1);
}

v1::CaseFact reported(const std::string& id, v1::NotificationState state, v1::NotificationChannel channel,
                      const std::string& reason = "") {
  v1::CaseFact fact;
  v1::NotificationReported& report = *fact.mutable_notification_reported();
  report.set_notification_id(id);
  report.set_state(state);
  report.set_channel(channel);
  report.set_reason(reason);
  return fact;
}

// The newest one to that party that an order is active.
v1::Notification told(const World& world, v1::CaseParty party) {
  for (const auto& [id, one] : world.notifications())
    if (one.kind() == v1::NOTIFICATION_KIND_ORDER_ACTIVE && one.party() == party) return one;
  return {};
}

TEST(Cases, KeepWhyAChannelFailedAndDoNotTakeItsLateWordForTheNext) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  const auto hers = [&] { return told(world, v1::CASE_PARTY_PROTECTED_PERSON); };
  const std::string id = hers().id();
  EXPECT_EQ(
      world.submit(reported(id, v1::NOTIFICATION_STATE_FAILED, v1::NOTIFICATION_CHANNEL_PUSH, "no_address")),
      "");
  EXPECT_EQ(hers().channel(), v1::NOTIFICATION_CHANNEL_SMS);
  EXPECT_EQ(hers().reason(), "no_address");
  EXPECT_NE(world.submit(reported(id, v1::NOTIFICATION_STATE_SENT, v1::NOTIFICATION_CHANNEL_PUSH)), "");
  EXPECT_EQ(hers().state(), v1::NOTIFICATION_STATE_QUEUED) << "no text message has left";
  world.pass_to(world.now() + Duration::seconds(600));
  EXPECT_EQ(hers().channel(), v1::NOTIFICATION_CHANNEL_VOICE);
  EXPECT_EQ(hers().reason(), "time_ran_out");
  EXPECT_EQ(world.submit(reported(id, v1::NOTIFICATION_STATE_DELIVERED, v1::NOTIFICATION_CHANNEL_SMS)), "");
  EXPECT_EQ(hers().state(), v1::NOTIFICATION_STATE_DELIVERED) << "she has it all the same";
  EXPECT_EQ(hers().channel(), v1::NOTIFICATION_CHANNEL_SMS);
  world.pass_to(world.now() + Duration::seconds(3'600));
  EXPECT_EQ(hers().state(), v1::NOTIFICATION_STATE_DELIVERED);
}

TEST(Cases, LeaveAnEmailThatAServerTookAsSentBecauseNobodyTellsMore) {
  World world("2026-06-10T15:00:00+09:00");
  world.active_order(keep_away());
  const auto police = [&] { return told(world, v1::CASE_PARTY_POLICE); };
  const std::string id = police().id();
  world.pass_to(world.now() + Duration::seconds(600));
  EXPECT_EQ(
      world.submit(reported(id, v1::NOTIFICATION_STATE_FAILED, v1::NOTIFICATION_CHANNEL_SMS, "no_address")),
      "");
  ASSERT_EQ(police().channel(), v1::NOTIFICATION_CHANNEL_EMAIL);
  EXPECT_EQ(world.submit(reported(id, v1::NOTIFICATION_STATE_SENT, v1::NOTIFICATION_CHANNEL_EMAIL)), "");
  world.pass_to(world.now() + Duration::seconds(86'400));
  EXPECT_EQ(police().state(), v1::NOTIFICATION_STATE_SENT);
  EXPECT_EQ(world.submit(reported(id, v1::NOTIFICATION_STATE_OPENED, v1::NOTIFICATION_CHANNEL_SCREEN)), "");
  EXPECT_EQ(police().state(), v1::NOTIFICATION_STATE_OPENED);
}

TEST(Cases, PushToTheBrowserOfAnOfficerWhoIsNamedAndOfNoOffice) {
  World world("2026-06-10T15:00:00+09:00");
  world.supervises("officer-a", "s-1");
  world.active_order(keep_away());
  const v1::Notification officer = told(world, v1::CASE_PARTY_PROBATION);
  ASSERT_EQ(officer.account(), "officer-a");
  EXPECT_EQ(std::count(officer.channels().begin(), officer.channels().end(), v1::NOTIFICATION_CHANNEL_PUSH),
            1);
  world.pass_to(world.now() + Duration::seconds(600));
  EXPECT_EQ(told(world, v1::CASE_PARTY_PROBATION).channel(), v1::NOTIFICATION_CHANNEL_PUSH)
      << "nobody read the screen";
  const v1::Notification police = told(world, v1::CASE_PARTY_POLICE);
  EXPECT_EQ(std::count(police.channels().begin(), police.channels().end(), v1::NOTIFICATION_CHANNEL_PUSH), 0);
}

TEST(Cases, CountEachOfficersWearers) {
  World world("2026-06-10T15:00:00+09:00");
  world.supervises("officer-a", "w-1");
  world.supervises("officer-a", "w-2");
  world.supervises("officer-b", "w-1");
  const auto loads = world.of(v1::CaseEffect::kUpdateCaseload);
  ASSERT_EQ(loads.size(), 2u);
  EXPECT_EQ(loads[0].update_caseload().wearer_ids_size(), 1);
  EXPECT_EQ(loads[1].update_caseload().officer(), "officer-b");
  EXPECT_EQ(loads[1].update_caseload().guideline_thousandths(), 10'000);
}

TEST(Cases, RefuseWhatDoesNotFitAndSayWhy) {
  World world("2026-06-10T15:00:00+09:00");
  EXPECT_NE(world.submit({}), "");
  EXPECT_NE(world.begin("m", "c-none", "ST_PROV_2"), "");
  EXPECT_EQ(world.open_case("c-1", "s-1"), "");
  EXPECT_NE(world.open_case("c-1", "s-1"), "");
  EXPECT_NE(world.open_case("c-2", "s-1", "s-1"), "");
  EXPECT_NE(world.begin("m", "c-1", "ST_NONE"), "");
  EXPECT_NE(world.begin("m", "c-1", "ST_PROV_3_2", keep_away("s-1")), "") << "keep away from himself";
  v1::CaseFact future = world.stepped("m", v1::CASE_STEP_APPLY);
  future.set_at_us((world.now() + kDay).us);
  EXPECT_NE(world.submit(future).find("future"), std::string::npos);
  EXPECT_EQ(world.begin("m", "c-1", "ST_PROV_3_2"), "");
  EXPECT_NE(world.go("m", v1::CASE_STEP_FIT).find("served first"), std::string::npos);
}

}  // namespace
}  // namespace haechi::cases
