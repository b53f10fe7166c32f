#include "net/networks.h"

#include <gtest/gtest.h>

namespace haechi::net {
namespace {

TEST(Networks, HoldTheAddressesOfTheirPrefixesAndNoOthers) {
  const Networks networks = *Networks::from({"10.1.0.0/16", "192.0.2.7", "2001:db8::/33"}, "f");
  for (const char* in :
       {"10.1.0.0", "10.1.255.255", "192.0.2.7", "2001:db8::1", "2001:db8:7fff::", "::ffff:10.1.2.3"})
    EXPECT_TRUE(networks.hold(in)) << in;
  for (const char* out :
       {"10.2.0.0", "10.0.255.255", "192.0.2.8", "2001:db8:8000::", "::1", "", "10.1", "a name"})
    EXPECT_FALSE(networks.hold(out)) << out;
  EXPECT_FALSE(Networks().hold("10.1.0.0"));
  EXPECT_TRUE(Networks::from({"0.0.0.0/0"}, "f")->hold("203.0.113.9"));
}

TEST(Networks, NameWhatIsNoPrefix) {
  for (const char* wrong :
       {"", "10.1.0.0/33", "10.1.0.0/", "10.1.0.0/-1", "10.1.0.1/16", "office", "::/129", "10.1.0.0/16x"}) {
    const auto made = Networks::from({wrong}, "accounts.administration");
    ASSERT_FALSE(made.ok()) << wrong;
    EXPECT_EQ(made.error().field, "accounts.administration");
  }
}

}  // namespace
}  // namespace haechi::net
