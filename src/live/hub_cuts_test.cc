// However often a line breaks, its reader is told each change once.
#include "base/random.h"
#include "live/hub_testing.h"

namespace haechi::live {
namespace {

TEST_F(HubTest, TenThousandAlertsOverALineThatBreaksAgainAndAgainAreEachToldOnce) {
  constexpr size_t kAlerts = 10'000, kAtOnce = 250;
  Random random(10);
  auto begun = watch_ready("control", "topics=alerts");
  tick({alert("begin")});
  ASSERT_TRUE(begun->hears("\"id\":\"begin\""));
  std::string resume = cursor_of(begun->changes().back());
  std::vector<std::string> got;
  for (size_t raised = 0; raised < kAlerts;) {
    for (size_t i = 0; i < kAtOnce; ++i) tick({alert("X" + std::to_string(raised++))});
    auto control = watch("control", "topics=alerts&resume=log-1:" + resume);
    // Some of it is heard, then the line breaks; the last one holds.
    const size_t missed = raised - got.size();
    const size_t heard = raised == kAlerts ? missed : 1 + random.below(missed);
    ASSERT_TRUE(eventually([&] { return control->changes().size() >= heard; })) << raised;
    const std::vector<std::string> changes = control->changes();
    got.insert(got.end(), changes.begin(), changes.begin() + static_cast<ptrdiff_t>(heard));
    EXPECT_FALSE(control->has("\"snapshot\""));
    resume = cursor_of(got.back());
  }
  ASSERT_EQ(got.size(), kAlerts);
  for (size_t i = 0; i < kAlerts; ++i)
    ASSERT_NE(got[i].find("\"id\":\"X" + std::to_string(i) + "\""), std::string::npos) << i;
}

}  // namespace
}  // namespace haechi::live
