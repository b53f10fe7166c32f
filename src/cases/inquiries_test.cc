#include "cases/test_world.h"

namespace haechi::cases {
namespace {

constexpr int64_t kDayUs = 86'400'000'000;

v1::CaseFact asked(const World& world, const std::string& id, bool urgent = false) {
  v1::CaseFact fact;
  fact.set_by("insp-park");
  v1::HistoryRequested& out = *fact.mutable_history_requested();
  out.set_inquiry_id(id);
  out.set_case_id("c-1");
  out.set_person_id("s-1");
  out.set_from_us(world.now().us - 3 * kDayUs);
  out.set_to_us(world.now().us - 2 * kDayUs);
  out.set_use("ST_INQUIRY");
  out.set_court_id("court-1");
  out.set_reason_id("reason-" + id);
  out.set_reason_sha256(std::string(32, 'r'));
  out.set_urgent(urgent);
  if (urgent) out.set_approved_by("chief-oh");
  return fact;
}
v1::CaseFact decided(const std::string& id, bool granted, Time until = {}) {
  v1::CaseFact fact;
  fact.set_by("judge-1");
  fact.mutable_history_decided()->set_inquiry_id(id);
  fact.mutable_history_decided()->set_granted(granted);
  fact.mutable_history_decided()->set_until_us(until.us);
  return fact;
}
v1::CaseFact confirmed(const std::string& id, bool yes = true, const std::string& by = "chief-oh") {
  v1::CaseFact fact;
  fact.set_by(by);
  fact.mutable_history_confirmed()->set_inquiry_id(id);
  fact.mutable_history_confirmed()->set_confirmed(yes);
  return fact;
}
v1::CaseFact destroyed(const std::string& id) {
  v1::CaseFact fact;
  fact.set_by("insp-park");
  fact.mutable_history_destroyed()->set_inquiry_id(id);
  fact.mutable_history_destroyed()->set_proof_id("proof-1");
  fact.mutable_history_destroyed()->set_proof_sha256(std::string(32, 'p'));
  return fact;
}
v1::Inquiry newest(const World& world) {
  const auto all = world.ever(v1::CaseEffect::kUpdateInquiry);
  return all.empty() ? v1::Inquiry() : all.back().update_inquiry();
}

class Inquiries : public testing::Test {
 protected:
  Inquiries() {
    EXPECT_EQ(world_.open_case("c-1", "s-1"), "");
    EXPECT_EQ(world_.wears("s-1", "o-1"), "");
    EXPECT_EQ(world_.supervises("officer-lee", "s-1"), "");
  }
  World world_{"2026-11-22T09:00:00+09:00"};
};

TEST_F(Inquiries, OpenNothingUntilTheCourtGrantsAndThenUntilItsEnd) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1")), "");
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_REQUESTED);
  EXPECT_EQ(newest(world_).open_until_us(), 0);
  EXPECT_EQ(newest(world_).agency_id(), "police-namyangju");
  EXPECT_EQ(world_.duty("K12").id(), "") << "nobody saw anything yet";
  const Time until = world_.now() + Duration::seconds(86'400);
  ASSERT_EQ(world_.submit(decided("i-1", true, until)), "");
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_GRANTED);
  EXPECT_EQ(newest(world_).open_until_us(), until.us);
  EXPECT_EQ(newest(world_).decided_by(), "judge-1");
  EXPECT_EQ(world_.told(v1::NOTIFICATION_KIND_HISTORY, v1::CASE_PARTY_PROBATION), 1u);
  EXPECT_EQ(world_.submit(decided("i-1", false)),
            "conflict: inquiry_id: is decided already, or its time ran out");
}

TEST_F(Inquiries, OpenInUrgencyAtOnceWithTheDutyToGetThePermission) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1", true)), "");
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_PENDING);
  EXPECT_EQ(newest(world_).approved_by(), "chief-oh");
  EXPECT_EQ(newest(world_).open_until_us(), (world_.now() + Duration::seconds(3600)).us)
      << "an hour, before another has confirmed it";
  EXPECT_EQ(newest(world_).permission_by_us(), (world_.now() + Duration::seconds(48 * 3600)).us);
  const v1::Duty duty = world_.duty("K12");
  EXPECT_EQ(duty.party(), v1::CASE_PARTY_POLICE);
  EXPECT_EQ(duty.agency_id(), "police-namyangju");
  EXPECT_EQ(duty.request_id(), "i-1");
  EXPECT_EQ(duty.due_at_us(), newest(world_).permission_by_us());
  EXPECT_EQ(world_.told(v1::NOTIFICATION_KIND_HISTORY, v1::CASE_PARTY_PROBATION), 1u);
  ASSERT_EQ(world_.submit(decided("i-1", true, world_.now() + Duration::seconds(3600))), "");
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_GRANTED);
  EXPECT_EQ(world_.duty("K12").id(), "") << "the permission is there";
  EXPECT_EQ(world_.duty("K12-R").id(), "");
}

TEST_F(Inquiries, InUrgencyAreToldToThePrivacyOfficerAndToWhoIsNamedInTheSameEntry) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1", true)), "");
  std::map<v1::CaseParty, std::string> told;
  for (const v1::CaseEffect& effect : world_.of(v1::CaseEffect::kQueueNotification)) {
    const v1::Notification& one = effect.queue_notification();
    if (one.kind() == v1::NOTIFICATION_KIND_URGENT_HISTORY) told[one.party()] = one.account();
  }
  EXPECT_EQ(told, (std::map<v1::CaseParty, std::string>{{v1::CASE_PARTY_PRIVACY_OFFICER, "privacy-officer"},
                                                        {v1::CASE_PARTY_POLICE, "chief-oh"}}));
}

TEST_F(Inquiries, InUrgencyCloseWithinTheHourUnlessTheOneWhoIsNamedConfirms) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1", true)), "");
  const Time hour = world_.now() + Duration::seconds(3600);
  for (const char* other : {"insp-park", "chief-kim", ""})
    EXPECT_EQ(world_.submit(confirmed("i-1", true, other)),
              "conflict: by: must be the account that is named as having approved it");
  world_.pass_to(hour - Duration{1});
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_PENDING);
  world_.pass_to(hour);
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_LAPSED);
  EXPECT_TRUE(newest(world_).to_destroy());
  EXPECT_NE(world_.duty("K12-R").id(), "");
  EXPECT_EQ(world_.submit(confirmed("i-1")), "conflict: inquiry_id: does not wait to be confirmed");
  EXPECT_EQ(world_.submit(confirmed("i-9")), "not_found: inquiry_id: is not the id of an inquiry");
}

TEST_F(Inquiries, InUrgencyAreOpenForTheTermOnceConfirmedAndClosedAtOnceWhereThatWasNotSo) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1", true)), "");
  const Time term = world_.now() + Duration::seconds(48 * 3600);
  world_.pass_to(world_.now() + Duration::seconds(600));
  ASSERT_EQ(world_.submit(confirmed("i-1")), "");
  EXPECT_EQ(newest(world_).confirmed_at_us(), world_.now().us);
  EXPECT_EQ(newest(world_).open_until_us(), term.us);
  EXPECT_EQ(world_.submit(confirmed("i-1", false)), "conflict: inquiry_id: does not wait to be confirmed");
  world_.pass_to(term - Duration{1});
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_PENDING);
  ASSERT_EQ(world_.submit(asked(world_, "i-2", true)), "");
  ASSERT_EQ(world_.submit(confirmed("i-2", false)), "");
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_LAPSED);
  EXPECT_TRUE(newest(world_).to_destroy());
}

TEST_F(Inquiries, ThatNobodyConfirmedAreNotOpenedAnewByTheSameAccountForHalfADay) {
  const Time begun = world_.now();
  ASSERT_EQ(world_.submit(asked(world_, "i-1", true)), "");
  constexpr const char* kOnce =
      "conflict: person_id: was opened to this account in urgency, and nobody confirmed that";
  EXPECT_EQ(world_.submit(asked(world_, "i-2", true)), kOnce);
  world_.pass_to(begun + Duration::seconds(3600));
  ASSERT_EQ(world_.submit(destroyed("i-1")), "");
  EXPECT_EQ(world_.submit(destroyed("i-1")), "conflict: inquiry_id: has nothing that must be destroyed");
  EXPECT_EQ(world_.submit(asked(world_, "i-2", true)), kOnce) << "nor once the copies are gone";
  v1::CaseFact of_another = asked(world_, "i-3", true);
  of_another.set_by("insp-han");
  EXPECT_EQ(world_.submit(of_another), "") << "another officer may, and of that is told as well";
  EXPECT_EQ(world_.submit(asked(world_, "i-4")), "") << "and the court may be asked at any time";
  world_.pass_to(begun + Duration::seconds(12 * 3600));
  EXPECT_EQ(world_.submit(asked(world_, "i-2", true)), "");
}

TEST_F(Inquiries, CloseWithTheRefusalAndWhatWasSeenMustBeDestroyed) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1", true)), "");
  ASSERT_EQ(world_.submit(decided("i-1", false)), "");
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_REFUSED);
  EXPECT_TRUE(newest(world_).to_destroy());
  EXPECT_EQ(world_.duty("K12").id(), "");
  const v1::Duty duty = world_.duty("K12-R");
  EXPECT_EQ(duty.party(), v1::CASE_PARTY_POLICE);
  EXPECT_EQ(duty.request_id(), "i-1");
  ASSERT_EQ(duty.to_size(), 1);
  EXPECT_EQ(duty.to(0), v1::CASE_PARTY_PROBATION);
  v1::CaseFact by_hand;
  by_hand.mutable_duty_done()->set_duty_id(duty.id());
  by_hand.mutable_duty_done()->set_note_code("done");
  EXPECT_EQ(world_.submit(by_hand), "invalid: duty_id: is done where its request is");
  ASSERT_EQ(world_.submit(destroyed("i-1")), "");
  EXPECT_EQ(world_.duty("K12-R").id(), "");
  EXPECT_EQ(newest(world_).destroyed_by(), "insp-park");
  EXPECT_EQ(newest(world_).proof_id(), "proof-1");
  EXPECT_EQ(world_.told(v1::NOTIFICATION_KIND_HISTORY, v1::CASE_PARTY_PROBATION), 3u)
      << "of the look, of the refusal, of the destruction";
  EXPECT_EQ(world_.submit(destroyed("i-1")), "conflict: inquiry_id: has nothing that must be destroyed");
}

TEST_F(Inquiries, LapseInTheEntryInWhichTheTermEnds) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1", true)), "");
  ASSERT_EQ(world_.submit(confirmed("i-1")), "");
  const Time end{newest(world_).open_until_us()};
  world_.pass_to(end - Duration{1});
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_PENDING);
  world_.pass_to(end);
  EXPECT_EQ(newest(world_).state(), v1::INQUIRY_STATE_LAPSED);
  EXPECT_NE(world_.duty("K12-R").id(), "");
  EXPECT_EQ(world_.duty("K12").id(), "");
  EXPECT_EQ(world_.submit(decided("i-1", true, end + Duration::seconds(3600))),
            "conflict: inquiry_id: is decided already, or its time ran out");
  world_.pass_to(end + Duration::seconds(2 * 86'400));
  EXPECT_GT(world_.duty("K12-R").level(), 0u) << "and is passed up while nobody destroys it";
}

TEST_F(Inquiries, ThatWereRefusedBeforeAnybodySawAnythingLeaveNothingToDestroy) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1")), "");
  ASSERT_EQ(world_.submit(decided("i-1", false)), "");
  EXPECT_FALSE(newest(world_).to_destroy());
  EXPECT_EQ(world_.duty("K12-R").id(), "");
}

TEST_F(Inquiries, CloseWithTheirCaseButForWhatWaitsForItsPermission) {
  ASSERT_EQ(world_.submit(asked(world_, "i-1")), "");
  ASSERT_EQ(world_.submit(decided("i-1", true, world_.now() + Duration::seconds(86'400))), "");
  ASSERT_EQ(world_.submit(asked(world_, "i-2", true)), "");
  ASSERT_EQ(world_.close_case("c-1", v1::CASE_CLOSE_REASON_JUDGED), "");
  const auto closed = world_.of(v1::CaseEffect::kUpdateInquiry);
  ASSERT_EQ(closed.size(), 1u);
  EXPECT_EQ(closed[0].update_inquiry().id(), "i-1");
  EXPECT_EQ(closed[0].update_inquiry().state(), v1::INQUIRY_STATE_CLOSED);
  EXPECT_EQ(world_.submit(decided("i-2", true, world_.now() + Duration::seconds(60))), "");
}

TEST_F(Inquiries, SayWhatIsWrongWithARequest) {
  const auto refused = [&](const std::function<void(v1::HistoryRequested&)>& change, bool urgent = false) {
    v1::CaseFact fact = asked(world_, "i-9", urgent);
    change(*fact.mutable_history_requested());
    return world_.submit(fact);
  };
  using Asked = v1::HistoryRequested;
  EXPECT_EQ(refused([](Asked& one) { one.set_case_id("c-9"); }),
            "not_found: case_id: is not the id of a case");
  EXPECT_EQ(refused([](Asked& one) { one.set_person_id("p-1"); }),
            "invalid: person_id: is not whom the case is against, nor whom he wears a device as");
  EXPECT_EQ(refused([](Asked& one) { one.set_use("EM_SUPERVISION"); }),
            "invalid: use: is not a use of the country that a court permits");
  EXPECT_EQ(refused([](Asked& one) { one.set_to_us(one.from_us()); }),
            "invalid: to_us: must be later than from_us");
  EXPECT_EQ(refused([](Asked& one) { one.set_to_us(one.from_us() + 32 * kDayUs); }),
            "invalid: to_us: must be at most 31 days after from_us");
  EXPECT_EQ(refused([](Asked& one) { one.clear_reason_sha256(); }), "invalid: reason_sha256: must be given");
  EXPECT_EQ(refused([](Asked& one) { one.clear_approved_by(); }, true),
            "invalid: approved_by: must be the account of whoever approved it");
  EXPECT_EQ(refused([](Asked& one) { one.set_approved_by("insp-park"); }, true),
            "invalid: approved_by: must be another than who asks");
  EXPECT_EQ(world_.ever(v1::CaseEffect::kUpdateInquiry).size(), 0u);
}

TEST_F(Inquiries, AreNeverUrgentWhereTheCountryDoesNotKnowIt) {
  ASSERT_EQ(world_.open_case("c-es", "s-1", "p-1", "es"), "");
  v1::CaseFact fact = asked(world_, "i-1", true);
  fact.mutable_history_requested()->set_case_id("c-es");
  EXPECT_EQ(world_.submit(fact), "invalid: use: is not a use of the country that a court permits");
}

v1::CaseFact pictures_asked(const World& world, const std::string& id) {
  v1::CaseFact fact;
  fact.set_by("control-1");
  v1::PicturesRequested& out = *fact.mutable_pictures_requested();
  out.set_request_id(id);
  out.set_wearer_id("s-1");
  out.set_provider("namyangju-city");
  out.set_from_us(world.now().us - 3'600'000'000);
  out.set_to_us(world.now().us - 1'800'000'000);
  out.set_text_id("text-" + id);
  out.set_text_sha256(std::string(32, 't'));
  return fact;
}
v1::CaseFact viewed(const World& world, const std::string& id) {
  v1::CaseFact fact;
  fact.set_by("control-2");
  fact.mutable_pictures_viewed()->set_request_id(id);
  fact.mutable_pictures_viewed()->set_from_us(world.now().us);
  return fact;
}
v1::CaseFact noticed(const std::string& id, const std::string& channel) {
  v1::CaseFact fact;
  fact.set_by("control-1");
  fact.mutable_picture_notice_sent()->set_request_id(id);
  fact.mutable_picture_notice_sent()->set_channel(channel);
  fact.mutable_picture_notice_sent()->set_text_sha256(std::string(32, 'n'));
  return fact;
}
v1::PictureRequest newest_pictures(const World& world) {
  return world.ever(v1::CaseEffect::kUpdatePictures).back().update_pictures();
}

TEST_F(Inquiries, IntoPicturesOweTheWearerANoticeWithinThirtyDaysOfTheViewing) {
  ASSERT_EQ(world_.submit(pictures_asked(world_, "x-1")), "");
  EXPECT_EQ(world_.duty("K13-N").id(), "") << "nothing was viewed yet";
  ASSERT_EQ(world_.submit(viewed(world_, "x-1")), "");
  const v1::Duty duty = world_.duty("K13-N");
  EXPECT_EQ(duty.party(), v1::CASE_PARTY_MONITORING_CENTRE);
  EXPECT_EQ(duty.request_id(), "x-1");
  // Thirty days, the first one not counted, to the end of the last: Criminal Procedure Act 66.
  EXPECT_EQ(iso8601(Time{duty.due_at_us()}), iso8601(at("2026-12-23T00:00:00+09:00")));
  EXPECT_EQ(newest_pictures(world_).notice_due_at_us(), duty.due_at_us());
  world_.pass_to("2026-12-01T09:00:00+09:00");
  ASSERT_EQ(world_.submit(viewed(world_, "x-1")), "");
  EXPECT_EQ(world_.duty("K13-N").due_at_us(), duty.due_at_us()) << "the first viewing counts";
  EXPECT_EQ(newest_pictures(world_).viewings_size(), 2);
  EXPECT_EQ(world_.submit(noticed("x-1", "pigeon")), "invalid: channel: is not one that the country names");
  ASSERT_EQ(world_.submit(noticed("x-1", "letter")), "");
  EXPECT_EQ(world_.duty("K13-N").id(), "");
  EXPECT_EQ(newest_pictures(world_).notice_channel(), "letter");
  EXPECT_EQ(newest_pictures(world_).notice_sent_by(), "control-1");
  EXPECT_EQ(world_.submit(noticed("x-1", "letter")),
            "conflict: request_id: has no viewing of which he was not told");
  world_.pass_to("2026-12-05T09:00:00+09:00");
  ASSERT_EQ(world_.submit(viewed(world_, "x-1")), "");
  EXPECT_NE(world_.duty("K13-N").id(), "") << "of a later viewing he is told again";
}

TEST_F(Inquiries, IntoPicturesAreOverdueWhenNobodyTellsHim) {
  ASSERT_EQ(world_.submit(pictures_asked(world_, "x-1")), "");
  ASSERT_EQ(world_.submit(viewed(world_, "x-1")), "");
  world_.pass_to("2026-12-23T00:00:01+09:00", Duration::seconds(86'400));
  EXPECT_TRUE(world_.duty("K13-N").overdue());
  EXPECT_GT(world_.told(v1::NOTIFICATION_KIND_DUTY_ESCALATED, v1::CASE_PARTY_MONITORING_CENTRE), 0u);
}

TEST_F(Inquiries, IntoPicturesAreAboutWearersOfACountryThatKnowsThem) {
  v1::CaseFact fact = pictures_asked(world_, "x-1");
  fact.mutable_pictures_requested()->set_wearer_id("nobody");
  EXPECT_EQ(world_.submit(fact), "not_found: wearer_id: is not known to wear a device");
  fact = pictures_asked(world_, "x-1");
  fact.mutable_pictures_requested()->clear_text_sha256();
  EXPECT_EQ(world_.submit(fact), "invalid: text_sha256: must be given");
  fact = viewed(world_, "x-1");
  EXPECT_EQ(world_.submit(fact), "not_found: request_id: is not the id of a request");
}

TEST(Witnesses, AreProtectedAndShownNothing) {
  World world("2026-11-22T09:00:00+09:00");
  v1::CaseFact fact;
  v1::CaseOpened& opened = *fact.mutable_case_opened();
  opened.set_case_id("c-1");
  opened.set_country("kr");
  opened.set_kind(v1::CASE_KIND_STALKING);
  opened.set_agency_id("police-namyangju");
  opened.set_subject_id("s-1");
  opened.add_protected_ids("p-1");
  opened.add_witness_ids("p-2");
  EXPECT_EQ(world.submit(fact), "invalid: witness_ids: must be among protected_ids");
  opened.add_protected_ids("p-2");
  ASSERT_EQ(world.submit(fact), "");
  for (const std::string who : {"p-1", "p-2"}) {
    const std::string m2 = "m-2-" + who, m32 = "m-32-" + who;
    world.grant(m2, "c-1", "ST_PROV_2", {}, who);
    ASSERT_EQ(world.go(m2, v1::CASE_STEP_SERVE), "");
    world.grant(m32, "c-1", "ST_PROV_3_2", keep_away(who), who);
    world.fit(m32);
    ASSERT_EQ(world.go(m32, v1::CASE_STEP_RECEIVE_VICTIM_DATA), "");
  }
  ASSERT_EQ(world.active().size(), 2u);
  for (const auto& [id, order] : world.active()) {
    const v1::KeepAway& away = order.conditions(0).keep_away();
    EXPECT_EQ(away.no_view(), away.protected_id() == "p-2") << away.protected_id();
  }
}

}  // namespace
}  // namespace haechi::cases
