// What a device is answered for its reports over MQTT, and when.
#include "gateway/mqtt_session_testing.h"

namespace haechi::gateway {
namespace {

class MqttAnswersTest : public MqttSessionTest {};

INSTANTIATE_TEST_SUITE_P(Both, MqttAnswersTest, testing::Values(Version::k311, Version::k5),
                         [](const auto& info) { return info.param == Version::k5 ? "V5" : "V311"; });

TEST_P(MqttAnswersTest, AcknowledgesOnlyWhatIsDurable) {
  auto peer = connected();
  peer->send(report(1, 11) + report(2, 12) + report(3, 13), now_);
  EXPECT_EQ(spine_.waiting(), 3u);
  EXPECT_TRUE(peer->silent());
  durable(1);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 11);
  EXPECT_TRUE(peer->silent());
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 12);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 13);
  EXPECT_TRUE(peer->silent());
  const auto facts = spine_.facts(v1::Fact::kReportReceived);
  ASSERT_EQ(facts.size(), 3u);
  EXPECT_EQ(facts[0].report_received().protocol(), "mqtt");
  EXPECT_EQ(facts[0].report_received().received_at_us(), kNow.us);
}

TEST_P(MqttAnswersTest, WakesItsLoopOncePerBurstOfReceipts) {
  auto peer = connected();
  hub_->drain_receipts(now_);
  wakes_ = 0;
  for (uint16_t id = 1; id <= 9; ++id) peer->send(report(id, id), now_);
  spine_.release();
  EXPECT_EQ(wakes_, 1);
}

TEST_P(MqttAnswersTest, ReadsOneByteAtATime) {
  auto peer = stranger();
  for (const char byte : connect_bytes(GetParam(), "A-1", "secret") + report(1, 1)) {
    peer->send(std::string(1, byte), now_);
  }
  peer->expect<mqtt::ConnAck>();
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 1);
}

TEST_P(MqttAnswersTest, AcknowledgesABatchWhenAllOfItIsDurable) {
  auto peer = connected();
  v1::ReportBatch batch;
  *batch.add_reports() = good_report("A-1", 1);
  *batch.add_reports() = good_report("", 2);
  peer->send(publish_bytes(GetParam(), "d/A-1/reports", batch.SerializeAsString(), 1, 5), now_);
  durable(1);
  EXPECT_TRUE(peer->silent());
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 5);
}

TEST_P(MqttAnswersTest, TakesReportsOfQosZeroWithoutAnswer) {
  auto peer = connected();
  peer->send(report(1, 0, 0), now_);
  durable();
  EXPECT_TRUE(peer->silent());
  EXPECT_EQ(hub_->counters().reports_durable, 1u);
}

TEST_P(MqttAnswersTest, AnswersABadReportSoThatItIsNotSentForEver) {
  auto peer = connected();
  v1::Report bad = good_report("A-1");
  bad.mutable_fix()->set_fixed_at_us(0);
  peer->send(report(1, 1), now_);
  peer->send(publish_bytes(GetParam(), "d/A-1/report", bad.SerializeAsString(), 1, 2), now_);
  EXPECT_TRUE(peer->silent()) << "acknowledgements keep the order of arrival";
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 1);
  const auto answer = peer->expect<mqtt::PubAck>();
  EXPECT_EQ(answer.packet_id, 2);
  EXPECT_EQ(answer.code, v5() ? reason::kPayloadInvalid : 0);
  if (v5()) {
    const mqtt::Property* why = answer.properties.find(mqtt::PropertyId::kReasonString);
    ASSERT_NE(why, nullptr);
    EXPECT_THAT(std::string(why->text), testing::HasSubstr("fixed_at_out_of_range"));
  }
  EXPECT_THAT(rejected_codes(), ElementsAre("fixed_at_out_of_range"));
  EXPECT_FALSE(peer->session.ended());
}

TEST_P(MqttAnswersTest, RefusesReportsInAnotherDevicesName) {
  auto peer = connected();
  peer->send(publish_bytes(GetParam(), "d/A-1/report", good_report("A-2").SerializeAsString(), 1, 2), now_);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().code, v5() ? reason::kPayloadInvalid : 0);
  EXPECT_THAT(rejected_codes(), ElementsAre("device_id_mismatch"));
  EXPECT_EQ(spine_.waiting(), 0u);
}

TEST_P(MqttAnswersTest, SendsAgainWhatTheSpineHadNoRoomFor) {
  auto peer = connected();
  spine_.set_full(true);
  peer->send(report(1, 1), now_);
  hub_->drain_receipts(now_);
  peer->send(report(2, 2), now_);
  EXPECT_TRUE(peer->session.blocked());
  EXPECT_TRUE(hub_->has_waiting());
  EXPECT_TRUE(peer->silent());
  spine_.set_full(false);
  now_ = now_ + Duration::seconds(1);
  peer->session.resume(now_);
  durable();
  peer->send("", now_);
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 1);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().packet_id, 2);
  EXPECT_EQ(spine_.facts(v1::Fact::kReportReceived).size(), 2u);
}

TEST_P(MqttAnswersTest, DoesNotSaySuccessOfAReportThatIsKeptNowhereForTheDeviceWasRetiredMeanwhile) {
  auto peer = connected();
  spine_.set_full(true);
  peer->send(report(1, 1), now_);
  hub_->drain_receipts(now_);
  enrol(devices_, "A-1", "secret", true);
  spine_.set_full(false);
  now_ = now_ + Duration::seconds(1);
  peer->session.resume(now_);
  EXPECT_EQ(peer->expect<mqtt::PubAck>().code, v5() ? reason::kPayloadInvalid : 0);
  EXPECT_THAT(rejected_codes(), ElementsAre("refused_since"));
  EXPECT_EQ(hub_->counters().reports_refused, 1u);
}

TEST_P(MqttAnswersTest, SaysWhatOfABatchIsNotKept) {
  auto peer = connected();
  v1::ReportBatch batch;
  *batch.add_reports() = good_report("A-1", 1);
  *batch.add_reports() = good_report("A-1", 2);
  batch.mutable_reports(1)->mutable_fix()->set_fixed_at_us(0);
  peer->send(publish_bytes(GetParam(), "d/A-1/reports", batch.SerializeAsString(), 1, 1), now_);
  durable();
  const auto answer = peer->expect<mqtt::PubAck>();
  EXPECT_EQ(answer.code, 0) << "sent again, it would be refused again";
  const mqtt::Property* why = answer.properties.find(mqtt::PropertyId::kReasonString);
  ASSERT_EQ(why != nullptr, v5());
  if (v5()) {
    EXPECT_THAT(std::string(why->text), testing::HasSubstr("fixed_at_out_of_range"));
  }
}

TEST_P(MqttAnswersTest, ASignedReportThatWasProvenIsSentAgainThoughALaterEpochIsKnownByThen) {
  change_secret("secret", "", {});
  auto peer = connected();
  spine_.set_full(true);
  peer->send(signed_report(1, 4, 1), now_);
  hub_->drain_receipts(now_);
  v1::Report later = good_report("A-1");
  later.set_epoch(5);
  devices_.apply(*make_report_received(later, kNow, "http-signed"));
  spine_.set_full(false);
  now_ = now_ + Duration::seconds(1);
  peer->session.resume(now_);
  durable();
  EXPECT_EQ(peer->expect<mqtt::PubAck>().code, 0);
  const v1::ReportReceived kept = spine_.facts(v1::Fact::kReportReceived).at(0).report_received();
  EXPECT_EQ(kept.protocol() + " " + std::to_string(kept.report().epoch()), "mqtt-signed 4");
  peer->send(signed_report(2, 4, 2), now_);
  EXPECT_THAT(rejected_codes(), ElementsAre("epoch_went_back"));
}

}  // namespace
}  // namespace haechi::gateway
