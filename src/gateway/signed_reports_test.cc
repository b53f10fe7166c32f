#include "gateway/signed_reports.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/hex.h"
#include "gateway/mqtt_test_support.h"

namespace haechi::gateway {
namespace {

TEST(MacOfReport, IsTheOneOfTheVectors) {
  std::ifstream in(std::string(HAECHI_SOURCE_DIR) + "/tests/vectors/signed_reports.txt");
  std::string line;
  std::getline(in, line);
  int rows = 0;
  for (; std::getline(in, line); ++rows) {
    std::istringstream words(line);
    std::string device, root, key, report, mac;
    uint32_t generation = 0;
    words >> device >> generation >> root >> key >> report >> mac;
    const std::string bytes = report == "-" ? "" : decode_hex(report).value();
    EXPECT_EQ(hex(view(mac_of_report(decode_hex(key).value(), device, generation, bytes))), mac) << line;
  }
  EXPECT_EQ(rows, 4);
}

std::string key_of(const std::string& device_id, uint32_t generation) {
  return device_id + std::to_string(generation) + std::string(30, 'k');
}

class SignedReportsTest : public testing::Test {
 protected:
  SignedReportsTest() { enrol_signing("A-1", 2, 0); }

  void enrol_signing(const std::string& id, uint32_t generation, int64_t former_until_us) {
    v1::Fact fact;
    fact.mutable_device_registered()->set_id(id);
    fact.mutable_device_registered()->set_signing_generation(generation);
    fact.mutable_device_registered()->set_former_until_us(former_until_us);
    devices_.apply(fact);
  }
  void log(const v1::Report& report, const std::string& protocol) {
    devices_.apply(*make_report_received(report, kNow, protocol));
  }
  v1::SignedReport sign(const v1::Report& report, uint32_t generation = 2) const {
    v1::SignedReport out;
    out.set_report(report.SerializeAsString());
    out.set_generation(generation);
    out.set_mac(std::string(view(mac_of_report(key_of("A-1", generation), "A-1", generation, out.report()))));
    return out;
  }
  // What is wrong with it, as "code field"; nothing when it opens.
  std::string fault(const v1::SignedReport& from, Time now = kNow, const std::string& device_id = "A-1") {
    v1::Report report;
    const auto bad = open_signed(from, device_id, now, devices_, report);
    return bad ? bad->code + " " + bad->field : "";
  }

  Devices devices_{trust::macs_under([](const std::string& id, uint32_t generation) -> Result<std::string> {
    return key_of(id, generation);
  })};
};

TEST_F(SignedReportsTest, OpensWhatTheDeviceSigned) {
  v1::Report report;
  EXPECT_FALSE(open_signed(sign(good_report("A-1", 7)), "A-1", kNow, devices_, report));
  EXPECT_EQ(report.SerializeAsString(), good_report("A-1", 7).SerializeAsString());
  v1::Report unnamed = good_report("A-1", 8);
  unnamed.clear_device_id();
  EXPECT_FALSE(open_signed(sign(unnamed), "A-1", kNow, devices_, report));
  EXPECT_EQ(report.device_id(), "A-1");
}

TEST_F(SignedReportsTest, AnyOtherBitIsNoSignature) {
  const v1::SignedReport good = sign(good_report("A-1"));
  for (size_t bit = 0; bit < good.mac().size() * 8; ++bit) {
    v1::SignedReport bad = good;
    (*bad.mutable_mac())[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_EQ(fault(bad), "bad_mac mac") << bit;
  }
  for (size_t bit = 0; bit < good.report().size() * 8; ++bit) {
    v1::SignedReport bad = good;
    (*bad.mutable_report())[bit / 8] ^= static_cast<char>(1 << bit % 8);
    EXPECT_EQ(fault(bad), "bad_mac mac") << bit;
  }
  for (const std::string& mac : {std::string(), good.mac().substr(1), good.mac() + '\0'}) {
    v1::SignedReport bad = good;
    bad.set_mac(mac);
    EXPECT_EQ(fault(bad), "bad_mac mac");
  }
}

TEST_F(SignedReportsTest, ASignatureIsOfOneDeviceAndOneGeneration) {
  enrol_signing("A-2", 2, 0);
  EXPECT_EQ(fault(sign(good_report("A-1")), kNow, "A-2"), "bad_mac mac");
  v1::SignedReport renamed = sign(good_report("A-1"), 1);
  renamed.set_generation(2);
  EXPECT_EQ(fault(renamed), "bad_mac mac");
  EXPECT_EQ(fault(sign(good_report("A-2"))), "device_id_mismatch report.device_id");
}

TEST_F(SignedReportsTest, AFormerGenerationIsGoodUntilItsGraceEndsAndNoLonger) {
  EXPECT_EQ(fault(sign(good_report("A-1"), 1)), "unknown_generation generation") << "never this device's";
  enrol_signing("A-1", 3, kNow.us + 60'000'000);
  EXPECT_EQ(fault(sign(good_report("A-1"), 3)), "");
  EXPECT_EQ(fault(sign(good_report("A-1"), 2), kNow + Duration::seconds(59)), "");
  EXPECT_EQ(fault(sign(good_report("A-1"), 2), kNow + Duration::seconds(60)),
            "unknown_generation generation");
  EXPECT_EQ(fault(sign(good_report("A-1"), 4)), "unknown_generation generation");
  // What only changes the secret, with a grace of its own, brings no ended key back.
  enrol_signing("A-1", 3, kNow.us + 3600'000'000);
  EXPECT_EQ(fault(sign(good_report("A-1"), 2), kNow + Duration::seconds(60)),
            "unknown_generation generation");
}

TEST_F(SignedReportsTest, ADeviceWithoutAKeySignsNothing) {
  enrol(devices_, "A-9", "secret");
  EXPECT_EQ(fault(sign(good_report("A-9")), kNow, "A-9"), "not_signing generation");
  EXPECT_EQ(fault(sign(good_report("A-8")), kNow, "A-8"), "unknown_device device_id");
  Devices without;
  v1::Fact fact;
  fact.mutable_device_registered()->set_id("A-1");
  fact.mutable_device_registered()->set_signing_generation(2);
  without.apply(fact);
  v1::Report report;
  EXPECT_EQ(open_signed(sign(good_report("A-1")), "A-1", kNow, without, report)->code, "no_key");
}

TEST_F(SignedReportsTest, EveryOneIsCountedAndItsEpochNeverGoesBack) {
  v1::Report uncounted = good_report("A-1");
  uncounted.set_epoch(0);
  EXPECT_EQ(fault(sign(uncounted)), "not_counted report.epoch");
  uncounted.set_epoch(5);
  uncounted.set_seq(0);
  EXPECT_EQ(fault(sign(uncounted)), "not_counted report.seq");
  v1::Report later = good_report("A-1");
  later.set_epoch(5);
  EXPECT_EQ(fault(sign(later)), "");
  log(later, "mqtt");
  EXPECT_EQ(fault(sign(good_report("A-1"))), "") << "who has only the secret locks nobody out";
  log(later, "http-signed");
  EXPECT_EQ(fault(sign(good_report("A-1"))), "epoch_went_back report.epoch");
  EXPECT_EQ(fault(sign(later)), "") << "the same again is for the spine to drop";
}

TEST_F(SignedReportsTest, WhatIsSignedAndIsNoReportIsToldFromWhatIsNotSigned) {
  v1::SignedReport nonsense;
  nonsense.set_report("\xff\xff nonsense");
  nonsense.set_generation(2);
  EXPECT_EQ(fault(nonsense), "bad_mac mac");
  nonsense.set_mac(std::string(view(mac_of_report(key_of("A-1", 2), "A-1", 2, nonsense.report()))));
  EXPECT_EQ(fault(nonsense), "bad_payload report");
}

}  // namespace
}  // namespace haechi::gateway
