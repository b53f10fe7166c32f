#include "link/cad_queue.h"

#include <gtest/gtest.h>

namespace haechi::link {
namespace {

v1::HandOffMessage made(const std::string& hand_off_id, uint64_t seq, const std::string& alert_id,
                        uint32_t code) {
  v1::HandOffMessage message;
  message.set_hand_off_id(hand_off_id);
  message.set_seq(seq);
  message.set_id(hand_off_id + "-" + std::to_string(seq));
  auto& alarm = seq == 1 ? *message.mutable_alarm_new() : *message.mutable_alarm_update();
  alarm.set_alert_id(alert_id);
  alarm.set_code(code);
  return message;
}

TEST(CadQueue, GivesTheHighestCodeFirstAndThenTheOldest) {
  CadQueue queue(100);
  queue.put(made("H-1", 1, "A", 2));
  queue.put(made("H-2", 1, "A", 0));
  queue.put(made("H-3", 1, "A", 2));
  queue.put(made("H-4", 1, "A", 1));
  queue.put(made("H-3", 2, "B", 0));
  std::string order;
  while (const auto id = queue.take()) order += *id + " ";
  EXPECT_EQ(order, "H-2 H-3 H-4 H-1 ");
}

TEST(CadQueue, SendsOneMessageOfAHandOffAtATime) {
  CadQueue queue(100);
  queue.put(made("H-1", 1, "A", 1));
  queue.put(made("H-1", 2, "A", 1));
  ASSERT_TRUE(queue.take());
  EXPECT_FALSE(queue.take());
  EXPECT_TRUE(queue.done("H-1", "H-1-1")) << "the first delivery of the alarm";
  ASSERT_TRUE(queue.take());
  EXPECT_EQ(queue.head("H-1")->message_id, "H-1-2");
  EXPECT_FALSE(queue.done("H-1", "H-1-2"));
  EXPECT_EQ(queue.waiting(), 0u);
}

TEST(CadQueue, KeepsUpdatesAboutDifferentAlertsAndReplacesThoseAboutTheSame) {
  CadQueue queue(100);
  queue.put(made("H-1", 1, "A", 1));
  EXPECT_EQ(queue.put(made("H-1", 2, "A", 1)), CadQueue::Put::kQueued);
  EXPECT_EQ(queue.put(made("H-1", 3, "B", 1)), CadQueue::Put::kQueued);
  EXPECT_EQ(queue.put(made("H-1", 4, "A", 1)), CadQueue::Put::kSuperseded);
  EXPECT_EQ(queue.put(made("H-1", 2, "A", 1)), CadQueue::Put::kSuperseded)
      << "an older one is not taken back";
  EXPECT_EQ(queue.waiting(), 3u);
}

TEST(CadQueue, DoesNotTryAFailedUpdateAgainWhenANewerOneWaits) {
  CadQueue queue(100);
  queue.put(made("H-1", 2, "A", 1));
  ASSERT_TRUE(queue.take());
  queue.put(made("H-1", 3, "A", 1));
  EXPECT_EQ(queue.head("H-1")->message_id, "H-1-2") << "on the wire";
  EXPECT_EQ(queue.failed("H-1"), 1u);
  EXPECT_FALSE(queue.take()) << "it rests";
  queue.ready_again("H-1");
  ASSERT_TRUE(queue.take());
  EXPECT_EQ(queue.head("H-1")->message_id, "H-1-3");
  EXPECT_EQ(queue.waiting(), 1u);
}

TEST(CadQueue, DropsUpdatesButNeverANewAlarmWhenFull) {
  CadQueue queue(2);
  queue.put(made("H-1", 1, "A", 1));
  queue.put(made("H-2", 1, "A", 1));
  EXPECT_EQ(queue.put(made("H-1", 2, "A", 1)), CadQueue::Put::kFull);
  EXPECT_EQ(queue.put(made("H-3", 1, "A", 1)), CadQueue::Put::kQueued);
  EXPECT_EQ(queue.waiting(), 3u);
}

TEST(CadQueue, LetsAnUpdateReplaceAnotherThoughAlarmsFilledItBeyondItsBound) {
  CadQueue queue(2);
  queue.put(made("H-1", 2, "A", 1));
  queue.put(made("H-2", 1, "A", 1));
  queue.put(made("H-3", 1, "A", 1));
  queue.put(made("H-4", 1, "A", 1));
  EXPECT_EQ(queue.put(made("H-1", 3, "A", 1)), CadQueue::Put::kSuperseded);
  EXPECT_EQ(queue.waiting(), 4u);
  while (const auto id = queue.take()) {
    ASSERT_NE(queue.head(*id), nullptr) << *id;
    EXPECT_EQ(queue.head(*id)->message_id, *id == "H-1" ? "H-1-3" : *id + "-1");
  }
}

TEST(CadQueue, ForgetsAHandOffThatEndsEvenWhileOnTheWire) {
  CadQueue queue(100);
  queue.put(made("H-1", 1, "A", 1));
  ASSERT_TRUE(queue.take());
  queue.end("H-1");
  EXPECT_EQ(queue.head("H-1"), nullptr);
  EXPECT_FALSE(queue.done("H-1", "H-1-1"));
  EXPECT_FALSE(queue.take());
  EXPECT_EQ(queue.waiting(), 0u);
  queue.put(made("H-2", 1, "A", 1));
  queue.end("H-2");
  EXPECT_FALSE(queue.take());
}

}  // namespace
}  // namespace haechi::link
