#include "gateway/devices.h"

#include <gtest/gtest.h>

#include "base/saved.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::gateway {
namespace {

v1::Fact registered(const std::string& id, const std::string& secret, uint32_t generation,
                    int64_t former_until_us) {
  v1::Fact fact;
  v1::Device& device = *fact.mutable_device_registered();
  device.set_id(id);
  device.set_secret_sha256(secret);
  device.set_signing_generation(generation);
  device.set_former_until_us(former_until_us);
  return fact;
}

TEST(Devices, AreTakenUpWithWhatWasGoodBeforeAndKeepTheKeysOfWhoTakesThemUp) {
  const std::string old_secret(32, 'o'), new_secret(32, 'n');
  Devices before, whole;
  for (Devices* each : {&before, &whole}) {
    each->apply(registered("D-2", old_secret, 1, 0));
    each->apply(registered("D-1", old_secret, 0, 0));
  }
  Devices after(trust::macs_under(
      [](const std::string&, uint32_t) -> Result<std::string> { return std::string("key"); }));
  after.apply(registered("gone", old_secret, 0, 0));
  ASSERT_TRUE(take_saved(saved(before), after).ok());
  EXPECT_EQ(after.find("gone"), nullptr);
  EXPECT_EQ(*after.mac("D-2", 1, "bytes"), hmac_sha256("key", "bytes"));
  v1::Fact signed_report;
  signed_report.mutable_report_received()->set_protocol("mqtt-signed");
  signed_report.mutable_report_received()->mutable_report()->set_device_id("D-2");
  signed_report.mutable_report_received()->mutable_report()->set_epoch(7);
  v1::Fact renewed = registered("D-2", new_secret, 2, 50);
  renewed.mutable_device_registered()->set_former_secret_sha256(old_secret);
  for (Devices* each : {&after, &whole}) {
    each->apply(renewed);
    each->apply(signed_report);
  }
  EXPECT_EQ(saved(after), saved(whole));
  EXPECT_TRUE(after.proves("D-2", old_secret, Time{49}));
  EXPECT_FALSE(after.proves("D-2", old_secret, Time{50}));
  EXPECT_TRUE(after.find("D-2")->signs_with(1, Time{49}));
  EXPECT_EQ(after.find("D-2")->newest_epoch, 7u);
}

}  // namespace
}  // namespace haechi::gateway
