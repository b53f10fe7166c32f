// Many connections and one spine: who is read when all are eager, and when who is answered.
#include <gtest/gtest.h>

#include "gateway/mqtt_hub.h"
#include "gateway/mqtt_session.h"
#include "gateway/mqtt_test_support.h"

namespace haechi::gateway {
namespace {

using mqtt::Version;

class MqttShareTest : public testing::Test {
 protected:
  // A device that has sent `reports` at once.
  struct Eager {
    Eager(MqttHub& hub, std::string name, uint16_t reports) : session(hub, kNow), id(std::move(name)) {
      unheard = connect_bytes(Version::k311, id, "secret");
      for (uint16_t seq = 1; seq <= reports; ++seq)
        unheard += publish_bytes(Version::k311, "d/" + id + "/report",
                                 good_report(id, seq).SerializeAsString(), 1, seq);
    }
    void hear() { unheard.erase(0, session.on_bytes(unheard, kNow)); }
    std::vector<uint16_t> acknowledged() {
      std::vector<uint16_t> ids;
      std::string held;
      while (!session.output().empty()) {
        const mqtt::Packet packet = take_packet(session.output(), held, Version::k311);
        if (const auto* ack = std::get_if<mqtt::PubAck>(&packet)) ids.push_back(ack->packet_id);
      }
      return ids;
    }
    MqttSession session;
    std::string id, unheard;
  };

  MqttShareTest() {
    limits_.inflight_all_max = 12;
    for (const char* id : {"A-1", "A-2", "A-3"}) enrol(devices_, id, "secret");
    hub_ = std::make_unique<MqttHub>(limits_, devices_, spine_, clock_, [] {});
  }
  void durable(size_t count) {
    spine_.release(count);
    hub_->drain_receipts(kNow);
  }
  std::map<std::string, int> at_spine() {
    std::map<std::string, int> count;
    const auto facts = spine_.facts(v1::Fact::kReportReceived);
    for (size_t i = facts.size() - spine_.waiting(); i < facts.size(); ++i)
      ++count[facts[i].report_received().report().device_id()];
    return count;
  }

  MqttLimits limits_;
  Devices devices_;
  FakeSubmit spine_;
  ManualClock clock_{kNow};
  std::unique_ptr<MqttHub> hub_;
};

TEST_F(MqttShareTest, WhoCameFirstLeavesTheOthersTheirShare) {
  Eager first(*hub_, "A-1", 40), second(*hub_, "A-2", 40), third(*hub_, "A-3", 40);
  first.hear();
  EXPECT_EQ(at_spine(), (std::map<std::string, int>{{"A-1", 12}}));
  second.hear();
  third.hear();
  EXPECT_EQ(at_spine(), (std::map<std::string, int>{{"A-1", 12}, {"A-2", 4}, {"A-3", 4}}));
  durable(8);  // all of the first; it has its share still
  first.hear();
  EXPECT_EQ(at_spine(), (std::map<std::string, int>{{"A-1", 4}, {"A-2", 4}, {"A-3", 4}}));
  EXPECT_TRUE(first.session.blocked() && second.session.blocked() && third.session.blocked());
}

TEST_F(MqttShareTest, ABatchCountsAsTheReportsInIt) {
  Eager batched(*hub_, "A-1", 0), second(*hub_, "A-2", 40);
  v1::ReportBatch batch;
  for (uint64_t seq = 1; seq <= 12; ++seq) *batch.add_reports() = good_report("A-1", seq);
  for (uint16_t id = 1; id <= 2; ++id)
    batched.unheard += publish_bytes(Version::k311, "d/A-1/reports", batch.SerializeAsString(), 1, id);
  batched.hear();
  second.hear();
  EXPECT_EQ(at_spine(), (std::map<std::string, int>{{"A-1", 12}, {"A-2", 6}}));
  durable(12);
  batched.hear();
  EXPECT_EQ(at_spine(), (std::map<std::string, int>{{"A-1", 12}, {"A-2", 6}}));
  EXPECT_EQ(batched.acknowledged(), (std::vector<uint16_t>{1}));
}

TEST_F(MqttShareTest, ADeviceIsAnsweredAFixedTimeAfterItsReportHoweverSoonThatIsDurable) {
  constexpr Duration kAfter = Duration::millis(20);
  limits_.answer_after = kAfter;
  hub_ = std::make_unique<MqttHub>(limits_, devices_, spine_, clock_, [] {});
  Eager soon(*hub_, "A-1", 1), late(*hub_, "A-2", 1);
  soon.hear();
  late.hear();
  hub_->drain_receipts(kNow);
  durable(1);
  EXPECT_TRUE(soon.acknowledged().empty());
  EXPECT_EQ(hub_->next_receipt_at(), kNow + kAfter);
  hub_->drain_receipts(kNow + kAfter - Duration{1});
  EXPECT_TRUE(soon.acknowledged().empty());
  hub_->drain_receipts(kNow + kAfter);
  EXPECT_EQ(soon.acknowledged(), std::vector<uint16_t>{1});
  EXPECT_FALSE(hub_->next_receipt_at().known());
  EXPECT_TRUE(late.acknowledged().empty());
  spine_.release(1);
  hub_->drain_receipts(kNow + kAfter + Duration::millis(3));
  EXPECT_EQ(late.acknowledged(), std::vector<uint16_t>{1}) << "what is durable later is said at once";
}

TEST_F(MqttShareTest, OneAloneHasItAll) {
  Eager alone(*hub_, "A-1", 12);
  Eager silent(*hub_, "A-2", 0), also_silent(*hub_, "A-3", 0);
  alone.hear();
  EXPECT_EQ(at_spine(), (std::map<std::string, int>{{"A-1", 12}}));
}

TEST_F(MqttShareTest, InTheEndEverybodyIsHeardAndAcknowledgedInOrder) {
  Eager first(*hub_, "A-1", 40), second(*hub_, "A-2", 40), third(*hub_, "A-3", 40);
  const auto all = {&first, &second, &third};
  std::map<std::string, std::vector<uint16_t>> heard;
  for (int turn = 0; turn < 40; ++turn) {
    for (Eager* one : all) {
      one->hear();
      for (const uint16_t id : one->acknowledged()) heard[one->id].push_back(id);
    }
    ASSERT_LE(spine_.waiting(), 20u) << turn;
    durable(5);
  }
  std::vector<uint16_t> in_order(40);
  for (uint16_t i = 0; i < 40; ++i) in_order[i] = i + 1;
  for (const Eager* one : all) EXPECT_EQ(heard[one->id], in_order) << one->id;
}

}  // namespace
}  // namespace haechi::gateway
