#include "notify/sender.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/test_support.h"
#include "notify/test_sender.h"

namespace haechi::notify {
namespace {

using net::eventually;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Kind = Outcome::Kind;

TEST_F(SenderTest, SendsATextMessageOnceAndSaysSo) {
  make();
  sender->start();
  publish(notification("note-1", v1::NOTIFICATION_CHANNEL_SMS));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  EXPECT_THAT(submit.reports(), ElementsAre("note-1 SENT SMS"));
  const Parcel parcel = carried.parcel(0);
  EXPECT_EQ(
      parcel.body,
      R"({"to":"01011112222","text":"There is something new\nhttps://haechi.example/me/","id":"note-1"})");
  EXPECT_EQ(header(parcel, "idempotency-key"), "note-1");
  EXPECT_EQ(header(parcel, "authorization"), "Bearer token");
  net::Request as_received;
  as_received.headers = parcel.headers;
  as_received.body = parcel.body;
  EXPECT_TRUE(link::check_signature({"sms", kSecret}, as_received, clock.now()).ok());
  settle();
  EXPECT_EQ(sender->counters().sms.sent, 1u);
  EXPECT_EQ(sender->counters().sms.waiting, 0u);
  EXPECT_EQ(carried.count(), 1u);
}

TEST_F(SenderTest, CallsATelephoneAndIsToldWhetherSomebodyAnswered) {
  make();
  sender->start();
  publish(notification("note-1", v1::NOTIFICATION_CHANNEL_VOICE));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  const Parcel parcel = carried.parcel(0);
  EXPECT_EQ(parcel.url, "https://voice.example/v1");
  EXPECT_EQ(parcel.body,
            R"({"to":"01011112222","text":"There is something new","language":"en","id":"note-1"})");
  EXPECT_EQ(header(parcel, "authorization"), "Bearer voices");
  EXPECT_EQ(header(parcel, "idempotency-key"), "note-1");
  net::Request as_received;
  as_received.headers = parcel.headers;
  as_received.body = parcel.body;
  EXPECT_TRUE(link::check_signature({"voice", kVoiceSecret}, as_received, clock.now()).ok());
  const std::string answered = R"({"id":"note-1","state":"NOTIFICATION_STATE_DELIVERED"})";
  EXPECT_EQ(receipt(answered, {"voice", kSecret}).status, 401) << "signed by the gateway of text messages";
  EXPECT_EQ(receipt(answered, {"voice", kVoiceSecret}).status, 200);
  EXPECT_THAT(submit.reports(), ElementsAre("note-1 SENT VOICE", "note-1 DELIVERED VOICE"));
}

TEST_F(SenderTest, CallsByAFormWithARecordedMessage) {
  Settings with = settings();
  with.voice.body = "To={to}&Play=notice-{language}&Ref={id}&Say={text}";
  with.voice.form = true;
  make(with);
  sender->start();
  v1::Notification about = to_station("note-1", v1::NOTIFICATION_CHANNEL_VOICE);
  about.set_kind(v1::NOTIFICATION_KIND_UNREACHABLE);
  put_address(store::Holder::kAgency, "ps-1", R"({"phone":"+8211","language":"en"})");
  publish(about);
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  EXPECT_EQ(header(carried.parcel(0), "content-type"), "application/x-www-form-urlencoded");
  EXPECT_EQ(carried.parcel(0).body,
            "To=%2B8211&Play=notice-en&Ref=note-1&Say=A%20protected%20person%20cannot%20be%20reached.");
}

TEST_F(SenderTest, SendsAnEmailWithSignInAndNeverInTheClear) {
  make();
  sender->start();
  publish(to_station("note-2", v1::NOTIFICATION_CHANNEL_EMAIL));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  const Parcel parcel = carried.parcel(0);
  EXPECT_EQ(parcel.url, "smtp://mail.example:587");
  EXPECT_TRUE(parcel.must_encrypt);
  EXPECT_EQ(parcel.mail_to, "desk@ps.example");
  EXPECT_EQ(parcel.user, "u");
  EXPECT_THAT(parcel.body, HasSubstr("Message-ID: <note-2@example.org>"));
}

TEST_F(SenderTest, PrefersTheAccountsAddressToThatOfItsAgency) {
  put_address(store::Holder::kAccount, "insp-park", R"({"phone":"+8299","language":"en"})");
  make();
  sender->start();
  v1::Notification about = to_station("note-3", v1::NOTIFICATION_CHANNEL_SMS);
  about.set_account("insp-park");
  publish(about);
  about.set_id("note-4");
  about.set_channel(v1::NOTIFICATION_CHANNEL_EMAIL);
  publish(about);
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 2; }));
  EXPECT_THAT(carried.parcel(0).body, HasSubstr(R"("to":"+8299")"));
  EXPECT_THAT(carried.parcel(0).body, HasSubstr("You have a new duty."));
  EXPECT_EQ(carried.parcel(1).mail_to, "desk@ps.example");
}

TEST_F(SenderTest, PushesWhatOnlyHerBrowserCanReadUnderOneTopic) {
  subscribe_her();
  make();
  sender->start();
  carried.behaviour = [](size_t index, const Parcel&) {
    return index == 0 ? Outcome{Kind::kUnknown, 0, "no_answer"} : Outcome{Kind::kTaken, 201, ""};
  };
  publish(notification("note-5", v1::NOTIFICATION_CHANNEL_PUSH));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  EXPECT_THAT(submit.reports(), ElementsAre("note-5 SENT PUSH"));
  const Parcel first = carried.parcel(0), again = carried.parcel(1);
  EXPECT_EQ(first.url, "https://push.example/her");
  EXPECT_EQ(header(first, "content-encoding"), "aes128gcm");
  EXPECT_EQ(header(first, "topic"), header(again, "topic"))
      << "so that the push service keeps one of the two";
  EXPECT_EQ(header(first, "topic").size(), 32u);
  EXPECT_THAT(header(first, "authorization"), testing::StartsWith("vapid t="));
  EXPECT_EQ(first.body.find("note-5"), std::string::npos);
  EXPECT_EQ(sender->counters().push.unknown, 1u);
}

TEST_F(SenderTest, SaysAtOnceWhyNothingCanBeSent) {
  Settings only_sms = settings();
  only_sms.email.server.clear();
  only_sms.voice.url.clear();
  make(only_sms);
  sender->start();
  publish(notification("a", v1::NOTIFICATION_CHANNEL_PUSH));
  publish(notification("b", v1::NOTIFICATION_CHANNEL_VOICE));
  publish(to_station("c", v1::NOTIFICATION_CHANNEL_EMAIL));
  put_person(R"({"phone":"none"})");
  publish(notification("d", v1::NOTIFICATION_CHANNEL_SMS));
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 4; }));
  put_person(R"({"phone":"01011112222","contact_rule":"never by message: he reads her phone"})");
  publish(notification("e", v1::NOTIFICATION_CHANNEL_SMS));
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 5; }));
  EXPECT_THAT(submit.reports(), ElementsAre("a FAILED PUSH no_address", "b FAILED VOICE no_connector",
                                            "c FAILED EMAIL no_connector", "d FAILED SMS no_address",
                                            "e FAILED SMS contact_rule"));
  EXPECT_EQ(carried.count(), 0u);
}

TEST_F(SenderTest, LeavesTheScreenOfAnAgencyToTheScreen) {
  make();
  sender->start();
  publish(notification("note-6", v1::NOTIFICATION_CHANNEL_SCREEN));
  settle();
  EXPECT_THAT(submit.reports(), IsEmpty());
}

TEST_F(SenderTest, TriesAgainWithTheSameBytesAndThenGivesTheChannelUp) {
  make();
  sender->start();
  carried.behaviour = [](size_t, const Parcel&) { return Outcome{Kind::kTryAgain, 503, "refused_503"}; };
  publish(notification("note-7", v1::NOTIFICATION_CHANNEL_SMS));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  EXPECT_THAT(submit.reports(), ElementsAre("note-7 FAILED SMS refused_503"));
  ASSERT_EQ(carried.count(), options.tries_max);
  for (size_t i = 1; i < options.tries_max; ++i) EXPECT_EQ(carried.parcel(i).body, carried.parcel(0).body);
  EXPECT_EQ(sender->counters().sms.failed_tries, options.tries_max);
  EXPECT_EQ(sender->counters().sms.failed, 1u);
}

TEST_F(SenderTest, GivesUpAtOnceWhatIsRefusedForGoodAndForgetsASubscriptionThatEnded) {
  subscribe_her();
  make();
  sender->start();
  carried.behaviour = [](size_t, const Parcel&) { return Outcome{Kind::kRefused, 410, "refused_410"}; };
  publish(notification("note-8", v1::NOTIFICATION_CHANNEL_PUSH));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  EXPECT_THAT(submit.reports(), ElementsAre("note-8 FAILED PUSH refused_410"));
  EXPECT_EQ(carried.count(), 1u);
  EXPECT_FALSE(records->address(store::Holder::kPerson, "p-1", store::AddressKind::kPush)->has_value());
}

TEST_F(SenderTest, KeepsTheSubscriptionThatCameWhileTheOldOneWasRefused) {
  subscribe_her();
  make();
  sender->start();
  carried.behaviour = [&](size_t, const Parcel&) {
    subscribe_her("https://push.example/her-new-phone");
    return Outcome{Kind::kRefused, 410, "refused_410"};
  };
  publish(notification("note-8", v1::NOTIFICATION_CHANNEL_PUSH));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  EXPECT_TRUE(records->address(store::Holder::kPerson, "p-1", store::AddressKind::kPush)->has_value());
}

TEST_F(SenderTest, SendsAfterARestartWhatIsStillQueuedAndNothingElse) {
  make();
  publish(notification("sent", v1::NOTIFICATION_CHANNEL_SMS), true);
  publish(notification("sent", v1::NOTIFICATION_CHANNEL_SMS, v1::NOTIFICATION_STATE_SENT), true);
  publish(notification("queued", v1::NOTIFICATION_CHANNEL_SMS), true);
  publish(notification("passed-on", v1::NOTIFICATION_CHANNEL_PUSH), true);
  publish(notification("passed-on", v1::NOTIFICATION_CHANNEL_SMS), true);
  publish(notification("failed", v1::NOTIFICATION_CHANNEL_SMS, v1::NOTIFICATION_STATE_FAILED), true);
  settle();
  EXPECT_EQ(carried.count(), 0u) << "not before the whole log was replayed";
  sender->start();
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 2; }));
  EXPECT_THAT(submit.reports(), ElementsAre("queued SENT SMS", "passed-on SENT SMS"));
}

TEST_F(SenderTest, AnotherSenderThatTakesUpWhatThisOneSavedSendsWhatIsQueuedInItsOrderAndNothingTwice) {
  make();
  sender->start();
  publish(notification("sent", v1::NOTIFICATION_CHANNEL_SMS));
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 1; }));
  publish(notification("sent", v1::NOTIFICATION_CHANNEL_SMS, v1::NOTIFICATION_STATE_SENT));
  {
    const std::lock_guard guard(carried.lock);
    carried.behaviour = [](size_t, const Parcel&) { return std::nullopt; };  // no answer ever comes
  }
  publish(notification("z-first", v1::NOTIFICATION_CHANNEL_SMS));
  publish(notification("a-second", v1::NOTIFICATION_CHANNEL_SMS));
  const std::string bytes = spine::saved_by(sender->part());
  EXPECT_EQ(spine::saved_by_copy(sender->part(), published), bytes);
  settle();
  make();
  {
    const std::lock_guard guard(carried.lock);
    carried.behaviour = [](size_t, const Parcel&) { return Outcome{Kind::kTaken, 201, ""}; };
  }
  publish(notification("of another history", v1::NOTIFICATION_CHANNEL_SMS), true);
  EXPECT_FALSE(spine::load_into(sender->part(), bytes.substr(1)).ok());
  ASSERT_TRUE(spine::load_into(sender->part(), bytes).ok());
  EXPECT_EQ(spine::saved_by(sender->part()), bytes);
  sender->start();
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 3; }));
  EXPECT_THAT(submit.reports(), ElementsAre("sent SENT SMS", "z-first SENT SMS", "a-second SENT SMS"));
  EXPECT_EQ(sender->counters().sms.waiting, 0u);
}

TEST_F(SenderTest, ReportsUntilTheReportIsKeptAndDoesNotSendAgainMeanwhile) {
  make();
  sender->start();
  submit.fail_next(3);
  publish(notification("note-9", v1::NOTIFICATION_CHANNEL_SMS));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  EXPECT_THAT(submit.reports(), ElementsAre("note-9 SENT SMS"));
  EXPECT_EQ(carried.count(), 1u);
}

TEST_F(SenderTest, TakesNoNoticeOfAnAnswerForAChannelThatWasLeftMeanwhile) {
  subscribe_her();
  make();
  sender->start();
  carried.behaviour = [&](size_t, const Parcel& parcel) -> std::optional<Outcome> {
    if (parcel.url == "https://push.example/her") {
      publish(notification("note-10", v1::NOTIFICATION_CHANNEL_SMS));  // its time ran out
      loop.post([] {});
    }
    return Outcome{Kind::kTaken, 201, ""};
  };
  publish(notification("note-10", v1::NOTIFICATION_CHANNEL_PUSH));
  ASSERT_TRUE(eventually([&] { return carried.count() == 2 && submit.reports().size() >= 1; }));
  settle();
  EXPECT_EQ(submit.reports().back(), "note-10 SENT SMS");
  EXPECT_EQ(sender->counters().push.waiting + sender->counters().sms.waiting, 0u);
}

TEST_F(SenderTest, DoesNotLetOneChannelHoldUpAnother) {
  make();
  sender->start();
  carried.behaviour = [](size_t, const Parcel& parcel) -> std::optional<Outcome> {
    if (parcel.mail_from.empty()) return std::nullopt;  // the gateway never answers
    return Outcome{Kind::kTaken, 250, ""};
  };
  for (int i = 0; i < 100; ++i)
    publish(notification("sms-" + std::to_string(i), v1::NOTIFICATION_CHANNEL_SMS));
  publish(to_station("mail", v1::NOTIFICATION_CHANNEL_EMAIL));
  ASSERT_TRUE(eventually([&] { return !submit.reports().empty(); }));
  EXPECT_THAT(submit.reports(), ElementsAre("mail SENT EMAIL"));
  EXPECT_EQ(carried.count(), options.in_flight_max + 1);
  EXPECT_EQ(sender->counters().sms.waiting, 100u);
}

TEST_F(SenderTest, DropsAndCountsWhatIsBeyondItsBound) {
  options.waiting_max = 2;
  make();
  for (const char* id : {"a", "b", "c"}) publish(notification(id, v1::NOTIFICATION_CHANNEL_SMS), true);
  sender->start();
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 2; }));
  EXPECT_EQ(sender->counters().dropped, 1u);
}

TEST_F(SenderTest, TakesReceiptsThatTheGatewaySigned) {
  make();
  const std::string body = R"({"id":"note-11","state":"NOTIFICATION_STATE_DELIVERED"})";
  EXPECT_EQ(receipt(body, {"sms", kSecret}).status, 200);
  EXPECT_EQ(receipt(body, {"sms", "another secret of ours"}).status, 401);
  EXPECT_EQ(receipt("{}", {"sms", kSecret}).status, 400);
  submit.fail_next(1);
  EXPECT_EQ(receipt(body, {"sms", kSecret}).status, 503) << "the gateway must send it again";
  EXPECT_THAT(submit.reports(), ElementsAre("note-11 DELIVERED SMS"));
  EXPECT_EQ(sender->counters().receipts, 1u);
  EXPECT_EQ(sender->counters().receipts_refused, 2u);
}

TEST_F(SenderTest, TakesNoReceiptWithoutASecret) {
  options.sms_secret.clear();
  make();
  EXPECT_EQ(receipt(R"({"id":"n","state":"NOTIFICATION_STATE_DELIVERED"})", {"sms", ""}).status, 401);
}

}  // namespace
}  // namespace haechi::notify
