// Her phone: woken when an alert concerns her, and dark while she calls silently.
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
using HerPhoneTest = SenderTest;

// That an alert concerns her, as the monitoring machine says it.
std::shared_ptr<spine::Batch> alerting(const std::string& effect_id) {
  auto effect = std::make_shared<v1::Effect>();
  effect->set_id(effect_id);
  effect->mutable_notify_protected()->set_protected_id("p-1");
  effect->mutable_notify_protected()->set_alert_id("a-1");
  auto raised = std::make_shared<v1::Effect>();
  raised->mutable_raise_alert()->set_id("a-1");
  raised->mutable_raise_alert()->set_incident_id("i-1");
  auto batch = std::make_shared<spine::Batch>();
  batch->entries.push_back({1, Time{1}, std::make_shared<v1::Fact>(), {raised, effect}});
  return batch;
}

TEST_F(HerPhoneTest, WakesHerPhoneWhenAnAlertConcernsHerAndWritesNothingOfItIntoTheLog) {
  subscribe_her();
  make();
  sender->start();
  sender->on_batch(alerting("e-1"));
  ASSERT_TRUE(eventually([&] { return carried.count() == 1; }));
  EXPECT_EQ(carried.parcel(0).url, "https://push.example/her");
  ASSERT_TRUE(eventually([&] { return sender->counters().push.sent == 1; }));
  EXPECT_EQ(sender->counters().push.waiting, 0u);
  EXPECT_THAT(submit.reports(), IsEmpty());
}

std::shared_ptr<spine::Batch> effect_alone(const std::function<void(v1::Effect&)>& fill) {
  auto effect = std::make_shared<v1::Effect>();
  fill(*effect);
  auto batch = std::make_shared<spine::Batch>();
  batch->entries.push_back({1, Time{1}, std::make_shared<v1::Fact>(), {effect}});
  return batch;
}

TEST_F(HerPhoneTest, HoldsBackEveryNoticeToWhoeverCallsSilentlyUntilTheCallIsOverAlsoAfterARestart) {
  make();
  sender->start();
  const auto calls = effect_alone([](v1::Effect& effect) {
    effect.mutable_raise_alert()->set_id("sos-1");
    effect.mutable_raise_alert()->set_protected_id("p-1");
    effect.mutable_raise_alert()->set_silent(true);
  });
  published.push_back(calls);
  sender->on_batch(calls);
  publish(notification("hers", v1::NOTIFICATION_CHANNEL_SMS));
  v1::Notification another = to_station("another's", v1::NOTIFICATION_CHANNEL_SMS);
  publish(another);
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 1; }));
  EXPECT_THAT(submit.reports(), ElementsAre("another's SENT SMS"));
  another.set_state(v1::NOTIFICATION_STATE_SENT);
  publish(another);
  const std::string bytes = spine::saved_by(sender->part());
  EXPECT_EQ(spine::saved_by_copy(sender->part(), published), bytes);
  settle();
  make();
  ASSERT_TRUE(spine::load_into(sender->part(), bytes).ok());
  sender->start();
  settle();
  EXPECT_EQ(carried.count(), 1u) << "she still calls";
  sender->on_batch(effect_alone([](v1::Effect& effect) { effect.mutable_clear_alert()->set_id("sos-1"); }));
  ASSERT_TRUE(eventually([&] { return submit.reports().size() == 2; }));
  EXPECT_THAT(submit.reports(), ElementsAre("another's SENT SMS", "hers SENT SMS"));
}

TEST_F(HerPhoneTest, WakesHerByATextMessageInNeutralWordsWhereNoPushGets) {
  subscribe_her();
  carried.behaviour = [](size_t, const Parcel& parcel) {
    return parcel.url.starts_with("https://push") ? Outcome{Kind::kRefused, 410, "refused_410"}
                                                  : Outcome{Kind::kTaken, 200, ""};
  };
  make();
  sender->start();
  sender->on_batch(alerting("e-1"));
  ASSERT_TRUE(eventually([&] { return sender->counters().sms.sent == 1; }));
  ASSERT_EQ(carried.count(), 2u);
  EXPECT_THAT(carried.parcel(1).body, HasSubstr("There is something new"));
  for (const char* word : {"a-1", "p-1", "KEEP_AWAY", "alert"})
    EXPECT_EQ(carried.parcel(1).body.find(word), std::string::npos) << word;
  EXPECT_THAT(submit.reports(), IsEmpty());
}

TEST_F(HerPhoneTest, TakesAReceiptOfAWakeUpWithoutAWordToTheLog) {
  put_person(R"({"name":"김가해","phone":"010-1111-2222"})");
  Settings silent = settings();
  silent.voice = {};
  make(silent);
  sender->start();
  sender->on_batch(alerting("e-1"));
  ASSERT_TRUE(eventually([&] { return sender->counters().sms.sent == 1; })) << "she has no browser";
  const std::string failed = R"({"id":"note.e-1","state":"NOTIFICATION_STATE_FAILED"})";
  EXPECT_EQ(receipt(failed, {"sms", kSecret}).status, 200);
  EXPECT_TRUE(eventually([&] { return sender->counters().unseen == 1; })) << "nobody takes calls";
  EXPECT_EQ(receipt(failed, {"sms", kSecret}).status, 200);
  EXPECT_EQ(sender->counters().unseen, 1u);
  EXPECT_THAT(submit.reports(), IsEmpty());
}

TEST_F(HerPhoneTest, WakesNobodyWhereNoChannelEndsAtAPhone) {
  options.wakes_phones = false;
  make();
  sender->start();
  sender->on_batch(alerting("e-1"));
  settle();
  EXPECT_EQ(sender->counters().unseen, 0u);
  EXPECT_THAT(submit.contacts(), IsEmpty());
}

TEST_F(HerPhoneTest, NotesInTheIncidentWhomItCannotWakeAtAll) {
  Settings none = settings();
  none.sms = {};
  none.voice = {};
  make(none);
  submit.fail_next(2);
  sender->start();
  sender->on_batch(alerting("e-1"));
  ASSERT_TRUE(eventually([&] { return submit.contacts().size() == 1; }));
  const v1::ContactLogged tried = submit.contacts()[0];
  EXPECT_EQ(tried.incident_id(), "i-1");
  EXPECT_EQ(tried.person_id(), "p-1");
  EXPECT_EQ(tried.unreached_alert_id(), "a-1") << "an officer is paged";
  EXPECT_EQ(tried.with(), v1::ContactLogged::PROTECTED_PERSON);
  EXPECT_EQ(tried.outcome(), v1::ContactLogged::NO_ANSWER);
  EXPECT_EQ(sender->counters().unseen, 1u);
  EXPECT_EQ(carried.count(), 0u);
  sender->on_batch(alerting("e-2"));
  EXPECT_TRUE(eventually([&] { return sender->counters().unseen == 2; }));
  EXPECT_EQ(submit.contacts().size(), 1u) << "once in ten minutes";
}

}  // namespace
}  // namespace haechi::notify
