#include "law/restore_fence.h"

#include <gtest/gtest.h>

#include "haechi/v1/fact.pb.h"

namespace haechi::law {
namespace {

constexpr Time kT0{1'800'000'000'000'000};
constexpr Duration kMinute = Duration::seconds(60);

class Fence : public testing::Test {
 protected:
  // The log ends at kT0; an hour later it is started again, older than it was.
  void accept_older_log() {
    see(kT0, v1::Fact());
    v1::Fact started, older;
    started.mutable_process_started();
    see(kT0 + kMinute * 60, started);
    older.mutable_node_condition()->set_kind(v1::NodeCondition::OLDER_LOG);
    see(kT0 + kMinute * 60 + Duration{1}, older);
  }
  void see(Time at, const v1::Fact& fact) { fence_.see({++no_, at, fact}); }
  bool behind(Duration after_the_end, const char* protocol = "mqtt-signed") const {
    v1::ReportReceived received;
    received.set_protocol(protocol);
    received.mutable_report()->mutable_fix()->set_fixed_at_us((kT0 + after_the_end).us);
    return fence_.behind(received);
  }

  RestoreFence fence_;
  uint64_t no_ = 0;
};

TEST_F(Fence, WithoutAnOlderLogNothingIsBehindIt) {
  see(kT0, v1::Fact());
  v1::Fact started;
  started.mutable_process_started();
  see(kT0 + kMinute * 60, started);
  EXPECT_FALSE(behind(kMinute));
}

TEST_F(Fence, BehindItIsWhatWasSignedAfterTheOlderLogEndedAndBeforeItWasAccepted) {
  accept_older_log();
  EXPECT_FALSE(behind(Duration{})) << "that log would know it";
  EXPECT_TRUE(behind(Duration{1}));
  EXPECT_TRUE(behind(kMinute * 60));
  EXPECT_FALSE(behind(kMinute * 60 + Duration{2})) << "nobody could have captured it";
  EXPECT_FALSE(behind(kMinute, "mqtt")) << "not signed: its secret lets anybody make one anew";
}

TEST_F(Fence, WhatWasSignedWhenItWasSentCountsByThat) {
  accept_older_log();
  v1::ReportReceived received;
  received.set_protocol("http-signed");
  received.mutable_report()->mutable_fix()->set_fixed_at_us((kT0 + kMinute).us);
  received.mutable_report()->set_stored(true);
  EXPECT_TRUE(fence_.behind(received));
  received.mutable_report()->set_sent_at_us((kT0 + kMinute * 61).us);
  EXPECT_FALSE(fence_.behind(received)) << "what the device kept and signed since";
}

TEST_F(Fence, AWrongClockOrNoneSilencesNoDevice) {
  accept_older_log();
  EXPECT_FALSE(behind(kMinute * -60 * 24 * 7 * 1'024)) << "1,024 weeks back";
  v1::ReportReceived untimed;
  untimed.set_protocol("mqtt-signed");
  EXPECT_FALSE(fence_.behind(untimed));
}

TEST_F(Fence, ASecondOlderLogAddsASpanAndTakesNoneAway) {
  accept_older_log();
  v1::Fact started, older;
  started.mutable_process_started();
  older.mutable_node_condition()->set_kind(v1::NodeCondition::OLDER_LOG);
  see(kT0 + kMinute * 120, v1::Fact());
  see(kT0 + kMinute * 180, started);
  see(kT0 + kMinute * 180 + Duration{1}, older);
  EXPECT_TRUE(behind(kMinute));
  EXPECT_FALSE(behind(kMinute * 90));
  EXPECT_TRUE(behind(kMinute * 150));
}

}  // namespace
}  // namespace haechi::law
