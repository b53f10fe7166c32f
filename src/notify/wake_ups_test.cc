#include "notify/wake_ups.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/submit.h"

namespace haechi::notify {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class WakeUpsTest : public testing::Test {
 protected:
  std::vector<std::string> fold(const v1::Effect& effect, const v1::Fact& fact = {}, bool replayed = false) {
    auto one = std::make_shared<v1::Effect>(effect);
    one->set_id("e" + std::to_string(++effects_));
    spine::Batch batch;
    batch.replayed = replayed;
    batch.entries.push_back({1, Time{7}, std::make_shared<v1::Fact>(fact), {one}});
    return told(wake_ups_.fold(batch));
  }
  static v1::Effect notice(const std::string& person, const std::string& alert,
                           v1::ProtectedNotice::Reason reason = v1::ProtectedNotice::REASON_UNSPECIFIED) {
    v1::Effect effect;
    effect.mutable_notify_protected()->set_protected_id(person);
    effect.mutable_notify_protected()->set_alert_id(alert);
    effect.mutable_notify_protected()->set_reason(reason);
    return effect;
  }
  void shown(const std::string& alert) {
    v1::Fact fact;
    fact.mutable_hop_observed()->set_alert_id(alert);
    fact.mutable_hop_observed()->set_hop(v1::HOP_SHOWN_PROTECTED);
    EXPECT_THAT(fold({}, fact), IsEmpty());
  }
  // What is sent in so many seconds, with the second.
  std::vector<std::string> in(int seconds) {
    std::vector<std::string> out;
    for (int i = 1; i <= seconds; ++i)
      for (const std::string& one : told(wake_ups_.look())) out.push_back(std::to_string(i) + " " + one);
    return out;
  }
  static std::vector<std::string> told(const std::vector<v1::Notification>& some) {
    std::vector<std::string> out;
    for (const v1::Notification& one : some) {
      const std::string& channel = v1::NotificationChannel_Name(one.channel());
      out.push_back(one.person_id() + " " + channel.substr(channel.rfind('_') + 1));
      EXPECT_EQ(one.party(), v1::CASE_PARTY_PROTECTED_PERSON);
      EXPECT_EQ(one.state(), v1::NOTIFICATION_STATE_QUEUED);
    }
    return out;
  }

  WakeUps wake_ups_;
  int effects_ = 0;
};

TEST_F(WakeUpsTest, GoFromPushToTextAfterTenSecondsToACallAfterThirtyAndAreThenCounted) {
  EXPECT_THAT(fold(notice("p-1", "a-1")), ElementsAre("p-1 PUSH"));
  EXPECT_THAT(in(60), ElementsAre("10 p-1 SMS", "30 p-1 VOICE"));
  EXPECT_EQ(wake_ups_.unseen(), 0u);
  EXPECT_THAT(in(60), IsEmpty());
  EXPECT_EQ(wake_ups_.unseen(), 1u);
}

TEST_F(WakeUpsTest, PageAnOfficerOnceInTenMinutesWhereNoChannelReachedHer) {
  fold(notice("p-1", "a-1"));
  in(90);
  const auto paged = wake_ups_.take_unseen();
  ASSERT_EQ(paged.size(), 1u);
  EXPECT_EQ(paged[0].person_id(), "p-1");
  EXPECT_EQ(paged[0].unreached_alert_id(), "a-1");
  EXPECT_EQ(paged[0].outcome(), v1::ContactLogged::NO_ANSWER);
  fold(notice("p-1", "a-2"));
  in(90);
  EXPECT_THAT(wake_ups_.take_unseen(), IsEmpty());
}

TEST_F(WakeUpsTest, PageForWhoIsUncoveredByAnOutageAndNotForWhoIsCoveredAgain) {
  fold(notice("p-1", "outage", v1::ProtectedNotice::COVER_LOST));
  in(90);
  const auto paged = wake_ups_.take_unseen();
  ASSERT_EQ(paged.size(), 1u);
  EXPECT_EQ(paged[0].unreached_alert_id(), "outage");
  fold(notice("p-2", "outage", v1::ProtectedNotice::COVER_BACK));
  in(90);
  EXPECT_THAT(wake_ups_.take_unseen(), IsEmpty());
}

TEST_F(WakeUpsTest, LeaveThePhoneOfWhoHasCalledSilentlyInPeace) {
  v1::Effect effect = notice("p-1", "a-1");
  effect.mutable_notify_protected()->set_quiet(true);
  EXPECT_THAT(fold(effect), IsEmpty());
  EXPECT_THAT(in(90), IsEmpty());
}

TEST_F(WakeUpsTest, EndWhenSheCallsSilentlyAndDoNotComeBackWithAStart) {
  fold(notice("p-1", "a-1"));
  fold(notice("p-2", "a-2"));
  v1::Effect call;
  call.mutable_raise_alert()->set_protected_id("p-1");
  call.mutable_raise_alert()->set_silent(true);
  fold(call);
  EXPECT_THAT(in(10), ElementsAre("10 p-2 SMS"));
  EXPECT_THAT(told(wake_ups_.resume()), ElementsAre("p-2 PUSH"));
}

TEST_F(WakeUpsTest, GoOnAtOnceWhereAChannelFailed) {
  fold(notice("p-1", "a-1"));
  const std::string id = "note.e1";
  ASSERT_TRUE(wake_ups_.holds(id));
  EXPECT_EQ(wake_ups_.failed(id)->channel(), v1::NOTIFICATION_CHANNEL_SMS);
  EXPECT_EQ(wake_ups_.failed(id)->channel(), v1::NOTIFICATION_CHANNEL_VOICE);
  EXPECT_FALSE(wake_ups_.failed(id));
  EXPECT_EQ(wake_ups_.unseen(), 1u);
  EXPECT_FALSE(wake_ups_.failed(id)) << "it is gone";
  EXPECT_EQ(wake_ups_.unseen(), 1u);
}

TEST_F(WakeUpsTest, AreTriedOnOneChannelAtATime) {
  fold(notice("p-1", "a-1"));
  EXPECT_TRUE(wake_ups_.is_tried_on("note.e1", v1::NOTIFICATION_CHANNEL_PUSH));
  wake_ups_.failed("note.e1");
  EXPECT_FALSE(wake_ups_.is_tried_on("note.e1", v1::NOTIFICATION_CHANNEL_PUSH));
  EXPECT_TRUE(wake_ups_.is_tried_on("note.e1", v1::NOTIFICATION_CHANNEL_SMS));
}

TEST_F(WakeUpsTest, EndOnceSheWasShownAnyAlertOfHers) {
  fold(notice("p-1", "a-1"));
  fold(notice("p-1", "a-2"));
  fold(notice("p-2", "a-3"));
  shown("a-2");
  EXPECT_THAT(in(10), ElementsAre("10 p-2 SMS"));
}

TEST_F(WakeUpsTest, EndWithTheAlert) {
  fold(notice("p-1", "a-1"));
  fold(notice("p-1", "a-2"));
  v1::Effect cleared;
  cleared.mutable_clear_alert()->set_id("a-1");
  fold(cleared);
  EXPECT_THAT(in(10), ElementsAre("10 p-1 SMS")) << "of the one that holds";
}

TEST_F(WakeUpsTest, PushEachTimeAndAgainWhileNothingElseMayBeSentAndSendOneTextInTenMinutes) {
  fold(notice("p-1", "a-1"));
  EXPECT_THAT(in(30), ElementsAre("10 p-1 SMS", "30 p-1 VOICE"));
  EXPECT_THAT(fold(notice("p-1", "a-2")), ElementsAre("p-1 PUSH"));
  EXPECT_THAT(in(130), ElementsAre("120 p-1 PUSH")) << "an officer was told at 90, and this may be worse";
  EXPECT_THAT(in(440), ElementsAre("60 p-1 PUSH", "130 p-1 PUSH", "200 p-1 PUSH", "270 p-1 PUSH",
                                   "340 p-1 PUSH", "410 p-1 PUSH"));
  fold(notice("p-1", "a-3"));
  EXPECT_THAT(in(20), ElementsAre("10 p-1 SMS"));
}

TEST_F(WakeUpsTest, OfAnOutageAreNotEndedByWhatAnotherWasShown) {
  fold(notice("p-1", "outage", v1::ProtectedNotice::COVER_LOST));
  fold(notice("p-2", "outage", v1::ProtectedNotice::COVER_LOST));
  shown("outage");
  EXPECT_THAT(in(10), ElementsAre("10 p-1 SMS", "10 p-2 SMS"));
}

TEST_F(WakeUpsTest, GoOnAfterAStartWithWhatSheWasNotShown) {
  EXPECT_THAT(fold(notice("p-1", "a-1"), {}, true), IsEmpty()) << "not while the log is read back";
  EXPECT_THAT(told(wake_ups_.resume()), ElementsAre("p-1 PUSH"));
  EXPECT_THAT(in(10), ElementsAre("10 p-1 SMS"));
}

TEST_F(WakeUpsTest, AreNotMadeAgainOfWhatSheWasShownOrIsOverOrGivenUp) {
  v1::Fact shown, given_up;
  shown.mutable_hop_observed()->set_alert_id("a-1");
  shown.mutable_hop_observed()->set_hop(v1::HOP_SHOWN_PROTECTED);
  given_up.mutable_contact_logged()->set_person_id("p-3");
  given_up.mutable_contact_logged()->set_unreached_alert_id("a-3");
  v1::Effect cleared;
  cleared.mutable_clear_alert()->set_id("a-2");
  fold(notice("p-1", "a-1"), {}, true);
  fold(notice("p-2", "a-2"), {}, true);
  fold(notice("p-3", "a-3"), {}, true);
  fold(notice("p-4", "outage", v1::ProtectedNotice::COVER_LOST), {}, true);
  fold({}, shown, true);
  fold(cleared, {}, true);
  fold({}, given_up, true);
  EXPECT_THAT(told(wake_ups_.resume()), IsEmpty());
}

}  // namespace
}  // namespace haechi::notify
