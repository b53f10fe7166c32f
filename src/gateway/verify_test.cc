#include "gateway/verify.h"

#include <gtest/gtest.h>

#include <functional>

#include "gateway/mqtt_test_support.h"
#include "gateway/native.h"
#include "gateway/rejections.h"
#include "gateway/report_reader.h"

namespace haechi::gateway {
namespace {

class VerifyTest : public testing::Test {
 protected:
  VerifyTest() {
    enrol(devices_, "A-1", "secret");
    enrol(devices_, "A-2", "secret", true);
  }
  std::string code(const v1::Report& report) {
    const auto bad = verify(report, kNow, devices_, "mqtt");
    return bad ? bad->code : "";
  }
  std::string code_with(const std::function<void(v1::Report&)>& change) {
    v1::Report report = good_report("A-1");
    change(report);
    return code(report);
  }
  Devices devices_;
};

TEST_F(VerifyTest, PassesAGoodReportAndOneWithoutAFix) {
  EXPECT_EQ(code(good_report("A-1")), "");
  EXPECT_EQ(code_with([](v1::Report& r) { r.clear_fix(); }), "");
}

TEST_F(VerifyTest, RefusesStrangersAndRetiredDevices) {
  EXPECT_EQ(code(good_report("A-9")), "unknown_device");
  EXPECT_EQ(code(good_report("A-2")), "retired_device");
  for (const std::string& id : {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a/b"),
                                std::string("a\0b", 3), std::string("해치")}) {
    EXPECT_EQ(code(good_report(id)), "bad_device_id") << id;
  }
}

TEST_F(VerifyTest, RefusesWhatADeviceThatHasToSignDidNotSignSosIncluded) {
  v1::Fact fact;
  fact.mutable_device_registered()->set_id("A-7");
  fact.mutable_device_registered()->set_signed_only(true);
  devices_.apply(fact);
  v1::Report report = good_report("A-7");
  report.add_events(v1::DEVICE_EVENT_SOS);
  for (const char* protocol : {"mqtt", "http", "osmand", "owntracks", "traccar"})
    EXPECT_EQ(admit(report, kNow, devices_, protocol).rejection->code, "signed_only") << protocol;
  for (const char* protocol : {"mqtt-signed", "http-signed"})
    EXPECT_TRUE(admit(report, kNow, devices_, protocol).admitted) << protocol;
}

TEST_F(VerifyTest, KnowsTheEdgesOfEveryRange) {
  struct Case {
    std::function<void(v1::Report&)> change;
    const char* code;
  };
  const auto place = [](int32_t lat, int32_t lng) {
    return [=](v1::Report& r) {
      r.mutable_fix()->mutable_place()->set_lat_e7(lat);
      r.mutable_fix()->mutable_place()->set_lng_e7(lng);
    };
  };
  const auto fixed_at = [](int64_t us) {
    return [=](v1::Report& r) { r.mutable_fix()->set_fixed_at_us(us); };
  };
  const int64_t day_us = 86'400'000'000;
  const Case table[] = {
      {place(900'000'000, 1'800'000'000), ""},
      {place(-900'000'000, -1'800'000'000), ""},
      {place(900'000'001, 1), "place_out_of_range"},
      {place(INT32_MIN, 1), "place_out_of_range"},
      {place(1, 1'800'000'001), "place_out_of_range"},
      {place(1, INT32_MIN), "place_out_of_range"},
      {place(0, 0), "place_null_island"},
      {place(0, 1), ""},
      {[](v1::Report& r) { r.mutable_fix()->clear_place(); }, "place_missing"},
      {fixed_at(0), "fixed_at_out_of_range"},
      {fixed_at(INT64_MIN), "fixed_at_out_of_range"},
      {fixed_at(INT64_MAX), "fixed_at_out_of_range"},
      {fixed_at(4'294'967'296'000'000), "fixed_at_out_of_range"},  // 2106
      {fixed_at(kFixedAtMin.us - 1), "fixed_at_out_of_range"},
      {fixed_at(kFixedAtMin.us), ""},
      {fixed_at(kNow.us + day_us), ""},
      {fixed_at(kNow.us + day_us + 1), "fixed_at_out_of_range"},
      {[](v1::Report& r) { r.mutable_fix()->set_accuracy_mm(kAccuracyMmMax); }, ""},
      {[](v1::Report& r) { r.mutable_fix()->set_accuracy_mm(kAccuracyMmMax + 1); }, "accuracy_out_of_range"},
      {[](v1::Report& r) { r.mutable_fix()->set_course_cdeg(35'999); }, ""},
      {[](v1::Report& r) { r.mutable_fix()->set_course_cdeg(36'000); }, "course_out_of_range"},
      {[](v1::Report& r) { r.set_battery_percent(100); }, ""},
      {[](v1::Report& r) { r.set_battery_percent(101); }, "battery_out_of_range"},
      {[](v1::Report& r) { r.set_sent_at_us(-1); }, "sent_at_out_of_range"},
      {[](v1::Report& r) { r.set_sent_at_us(INT64_MAX); }, "sent_at_out_of_range"},
  };
  int row = 0;
  for (const Case& one : table) EXPECT_EQ(code_with(one.change), one.code) << "row " << row++;
}

TEST_F(VerifyTest, BoundsTheLists) {
  const auto events = [](int n) {
    return [n](v1::Report& r) {
      for (int i = 0; i < n; ++i) r.add_events(v1::DEVICE_EVENT_SOS);
    };
  };
  const auto contacts = [](int n, const char* id) {
    return [n, id](v1::Report& r) {
      for (int i = 0; i < n; ++i) r.add_contacts()->set_device_id(id);
    };
  };
  EXPECT_EQ(code_with(events(16)), "");
  EXPECT_EQ(code_with(events(17)), "too_many_events");
  EXPECT_EQ(code_with(contacts(64, "B-1")), "");
  EXPECT_EQ(code_with(contacts(65, "B-1")), "too_many_contacts");
  EXPECT_EQ(code_with(contacts(1, "../x")), "bad_contact");
}

TEST_F(VerifyTest, ABadFixDoesNotTakeAnEventDownWithIt) {
  v1::Report report = good_report("A-1");
  report.mutable_fix()->set_fixed_at_us(0);
  EXPECT_FALSE(admit(report, kNow, devices_, "mqtt").admitted);
  report.add_events(v1::DEVICE_EVENT_STRAP_CUT);
  const Admission admission = admit(report, kNow, devices_, "mqtt");
  EXPECT_TRUE(admission.admitted);
  ASSERT_TRUE(admission.rejection);
  EXPECT_EQ(admission.rejection->code, "fixed_at_out_of_range");
  EXPECT_FALSE(report.has_fix());
  EXPECT_EQ(report.events_size(), 1);
}

TEST_F(VerifyTest, AWeekThatAReceiverCountsWronglyIsToldAndMended) {
  constexpr int64_t kWeeksUs = int64_t{1'024} * 7 * 86'400 * 1'000'000;
  const auto admitted = [&](int64_t behind_us, v1::FixSource source = v1::FIX_SOURCE_GNSS) {
    v1::Report report = good_report("A-1");
    report.mutable_fix()->set_source(source);
    report.mutable_fix()->set_fixed_at_us(kNow.us - behind_us);
    report.set_sent_at_us(kNow.us - behind_us);
    const Admission told = admit(report, kNow, devices_, "mqtt");
    EXPECT_TRUE(told.admitted);
    return std::tuple(told.rejection ? told.rejection->code : "", kNow.us - report.fix().fixed_at_us(),
                      kNow.us - report.sent_at_us());
  };
  constexpr int64_t kHourUs = int64_t{3'600} * 1'000'000, kDayUs = 24 * kHourUs;
  for (const int64_t late_us : {int64_t{0}, kHourUs, 6 * kDayUs, -kHourUs})
    EXPECT_EQ(admitted(kWeeksUs + late_us), std::tuple("gps_week", late_us, late_us));
  // Some other old time: it is what it says.
  for (const int64_t behind_us : {kHourUs, 100 * kDayUs, kWeeksUs + 8 * kDayUs, kWeeksUs - 2 * kDayUs})
    EXPECT_EQ(admitted(behind_us), std::tuple("", behind_us, behind_us));
  EXPECT_EQ(admitted(kWeeksUs, v1::FIX_SOURCE_WIFI), std::tuple("", kWeeksUs, kWeeksUs)) << "no satellites";
}

TEST_F(VerifyTest, AReceiverThatIsTwiceAThousandWeeksBehindIsMendedAndAClockThatWasRightIsLeft) {
  constexpr int64_t kWeeksUs = int64_t{1'024} * 7 * 86'400 * 1'000'000;
  const Time later{kNow.us + 2 * kWeeksUs};
  v1::Report report = good_report("A-1");
  report.mutable_fix()->set_source(v1::FIX_SOURCE_GNSS);
  report.mutable_fix()->set_fixed_at_us(later.us - 2 * kWeeksUs);
  report.set_sent_at_us(later.us);
  const Admission told = admit(report, later, devices_, "mqtt");
  EXPECT_TRUE(told.admitted);
  EXPECT_EQ(told.rejection->code, "gps_week");
  EXPECT_EQ(report.fix().fixed_at_us(), later.us);
  EXPECT_EQ(report.sent_at_us(), later.us);
}

TEST_F(VerifyTest, MakesTheFact) {
  const auto fact = make_report_received(good_report("A-1", 7), kNow, "http");
  EXPECT_EQ(fact->report_received().report().seq(), 7u);
  EXPECT_EQ(fact->report_received().received_at_us(), kNow.us);
  EXPECT_EQ(fact->report_received().protocol(), "http");
}

class ReportReaderTest : public VerifyTest {
 protected:
  ReadReports read(const std::string& payload, bool batch = false) {
    return read_reports(payload, batch, "A-1", kNow, "mqtt", devices_);
  }
  std::string code_of(const std::string& payload, bool batch = false) {
    const ReadReports result = read(payload, batch);
    return result.rejections.empty() ? "" : result.rejections.front().code;
  }
};

TEST_F(ReportReaderTest, ReadsProtobufAndJsonAlike) {
  const auto binary = read(good_report("A-1").SerializeAsString());
  const auto json = read(R"({"epoch":1,"seq":"1","fix":{"place":{"latE7":375665000,"lngE7":1269780000},)"
                         R"("fixedAtUs":"1773478512250000","accuracyMm":8000}})");
  ASSERT_EQ(binary.admitted, 1u);
  ASSERT_EQ(json.admitted, 1u);
  EXPECT_EQ(binary.facts[0]->SerializeAsString(), json.facts[0]->SerializeAsString());
}

TEST_F(ReportReaderTest, RefusesWhatItCannotRead) {
  EXPECT_EQ(code_of(""), "empty_payload");
  EXPECT_EQ(code_of("garbage"), "bad_payload");
  EXPECT_EQ(code_of("{"), "bad_payload");
  EXPECT_EQ(code_of(R"({"fix":{"place":{"latE7":NaN}}})"), "bad_payload");
  EXPECT_EQ(code_of(R"({"fix":{"place":{"latE7":1e400}}})"), "bad_payload");
  EXPECT_EQ(code_of(R"({"fix":{"place":{"latE7":37.5}}})"), "bad_payload");
  EXPECT_EQ(code_of(R"({"latitude":37.5})"), "bad_payload");
  std::string deep;
  for (int i = 0; i < 100'000; ++i) deep += "{\"fix\":";
  EXPECT_EQ(code_of(deep), "bad_payload");
  EXPECT_EQ(code_of(good_report("B-1").SerializeAsString()), "device_id_mismatch");
  EXPECT_EQ(code_of(good_report("A-1").SerializeAsString() + "\xA8\x06\x01"), "unknown_field");
}

TEST_F(ReportReaderTest, TakesTheGoodReportsOfABatch) {
  v1::ReportBatch batch;
  *batch.add_reports() = good_report("A-1", 1);
  *batch.add_reports() = good_report("B-1", 2);
  *batch.add_reports() = good_report("", 3);
  const auto result = read(batch.SerializeAsString(), true);
  EXPECT_EQ(result.admitted, 2u);
  ASSERT_EQ(result.facts.size(), 3u);
  EXPECT_EQ(result.facts[1], nullptr);
  EXPECT_EQ(result.facts[2]->report_received().report().device_id(), "A-1");
  EXPECT_EQ(result.rejections.size(), 1u);
  EXPECT_EQ(code_of(R"({"reports":[]})", true), "empty_batch");
  for (int i = 0; i < kBatchReportsMax; ++i) batch.add_reports();
  EXPECT_EQ(code_of(batch.SerializeAsString(), true), "batch_too_long");
}

TEST(DevicesTest, ProvesADeviceByItsSecretOnly) {
  Devices devices;
  enrol(devices, "A-1", "secret");
  enrol(devices, "A-2", "secret", true);
  EXPECT_TRUE(devices.credential_ok("A-1", "secret", kNow));
  EXPECT_FALSE(devices.credential_ok("A-1", "Secret", kNow));
  EXPECT_FALSE(devices.credential_ok("A-1", "", kNow));
  EXPECT_FALSE(devices.credential_ok("A-2", "secret", kNow));
  EXPECT_FALSE(devices.credential_ok("A-9", "secret", kNow));
  v1::Fact without;
  without.mutable_device_registered()->set_id("A-3");
  devices.apply(without);
  EXPECT_FALSE(devices.credential_ok("A-3", "", kNow));
  enrol(devices, "A-1", "changed");
  EXPECT_FALSE(devices.credential_ok("A-1", "secret", kNow));
  EXPECT_TRUE(devices.credential_ok("A-1", "changed", kNow));
}

TEST(DevicesTest, AFormerSecretIsGoodUntilItsGraceEndsAndNoLonger) {
  Devices devices;
  enrol(devices, "A-1", "first");
  const auto change = [&](const std::string& secret, const std::string& former, Time until) {
    v1::Fact fact;
    v1::Device& device = *fact.mutable_device_registered();
    device.set_id("A-1");
    device.set_secret_sha256(std::string(view(sha256(secret))));
    if (!former.empty()) device.set_former_secret_sha256(std::string(view(sha256(former))));
    device.set_former_until_us(until.us);
    devices.apply(fact);
  };
  change("second", "first", kNow + Duration::seconds(60));
  EXPECT_TRUE(devices.credential_ok("A-1", "second", kNow));
  EXPECT_TRUE(devices.credential_ok("A-1", "first", kNow + Duration::seconds(59)));
  EXPECT_FALSE(devices.credential_ok("A-1", "first", kNow + Duration::seconds(60)));
  change("third", "", {});
  EXPECT_FALSE(devices.credential_ok("A-1", "second", kNow)) << "changed without a grace";
  EXPECT_FALSE(devices.credential_ok("A-1", "first", kNow)) << "ended by the next change";
}

TEST(RejectionsTest, TellsTheFirstAtOnceAndCountsThoseAlike) {
  FakeSubmit spine;
  Rejections rejections(spine);
  const Rejection bad{"bad_payload", "", "not a report"};
  const Time start{1'000'000};
  for (int i = 0; i < 100; ++i) rejections.note("A-1", "mqtt", bad, start);
  rejections.note("A-2", "mqtt", bad, start);
  rejections.flush(start + Duration::seconds(59));
  ASSERT_EQ(spine.facts().size(), 2u);
  rejections.flush(start + Duration::seconds(60));
  rejections.flush(start + Duration::seconds(200));
  ASSERT_EQ(spine.facts().size(), 3u);
  EXPECT_EQ(spine.facts()[0].input_rejected().count(), 1u);
  EXPECT_EQ(spine.facts()[2].input_rejected().count(), 99u);
  EXPECT_EQ(spine.facts()[2].input_rejected().device_id(), "A-1");
  EXPECT_EQ(rejections.total(), 101u);
}

}  // namespace
}  // namespace haechi::gateway
