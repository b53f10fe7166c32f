#include "law/sentence.h"

#include <gtest/gtest.h>

namespace haechi::law {
namespace {

TEST(Sentence, ExplainsEveryKindInBothLanguagesWithItsNumbers) {
  v1::Alert alert;
  alert.set_id("a-1-0");
  alert.set_wearer_id("w-7");
  alert.set_protected_id("p-9");
  alert.set_zone_id("z-3");
  alert.set_device_id("d-5");
  alert.set_devices(12);
  alert.set_margin_mm(-12'400);
  alert.set_sigma_mm(9'000);
  alert.mutable_proximity()->set_distance_mm(87'600);
  alert.mutable_proximity()->set_sigma_mm(9'000);
  alert.mutable_proximity()->set_closing_known(true);
  alert.mutable_proximity()->set_closing_mmps(1'400);
  for (int kind = v1::ALERT_KIND_KEEP_AWAY; kind <= v1::AlertKind_MAX; ++kind) {
    alert.set_kind(static_cast<v1::AlertKind>(kind));
    const Sentence made = sentence(alert, {100'000, 12, 40});
    const char* who = kind == v1::ALERT_KIND_SOS || kind == v1::ALERT_KIND_PROTECTED_SILENCE ? "p-9"
                      : kind == v1::ALERT_KIND_AREA_OUTAGE                                   ? "12 devices"
                                                                                             : "w-7";
    EXPECT_NE(made.en.find(who), std::string::npos) << made.en;
    EXPECT_FALSE(made.ko.empty());
    EXPECT_EQ(made.en.back(), '.');
    EXPECT_EQ(made.en.find("a-1-0"), std::string::npos) << "a kind without a sentence of its own";
  }
  alert.set_kind(v1::ALERT_KIND_KEEP_AWAY);
  EXPECT_EQ(sentence(alert, {100'000, 0, 0}).en,
            "Wearer w-7 is 88 m (±9 m) from protected person p-9, inside the 100 m that the court ordered, "
            "approaching at 5 km/h.");
}

v1::Alert pair_alert(v1::AlertKind kind) {
  v1::Alert alert;
  alert.set_kind(kind);
  alert.set_wearer_id("w-7");
  alert.set_protected_id("p-9");
  alert.set_order_id("o-2");
  alert.mutable_proximity()->set_distance_mm(2'900'000);
  alert.mutable_proximity()->set_sigma_mm(14'000);
  return alert;
}

TEST(Sentence, SaysHowOldThePlacesAreAndUnderWhichOrderItRings) {
  v1::Alert alert = pair_alert(v1::ALERT_KIND_NEAR_WARN);
  alert.set_wearer_age_s(3);
  alert.set_protected_age_s(22);
  EXPECT_EQ(sentence(alert, {2'000'000, 0, 0}).en,
            "Wearer w-7 is 2900 m (±14 m) from protected person p-9, inside the 2000 m warning distance; "
            "positions 3 s "
            "and 22 s old; order o-2.");
}

TEST(Sentence, ForeseesWithTheTimeThatIsLeft) {
  v1::Alert alert = pair_alert(v1::ALERT_KIND_APPROACHING);
  alert.mutable_proximity()->set_closing_known(true);
  alert.mutable_proximity()->set_closing_mmps(16'667);
  alert.set_time_to_contact_s(168);
  const Sentence made = sentence(alert, {100'000, 0, 0});
  EXPECT_EQ(made.en,
            "Wearer w-7 is 2900 m (±14 m) from protected person p-9, approaching at 60 km/h: contact "
            "possible in 3 min; "
            "order o-2.");
  EXPECT_EQ(made.ko,
            "피부착자 w-7, 보호대상자 p-9에게서 2900 m (±14 m), 시속 60 km로 접근 중: 3분 안에 접촉 가능; "
            "결정 o-2.");
}

TEST(Sentence, SaysHowFarAnUnaccountedWearerMayHaveCome) {
  v1::Alert alert = pair_alert(v1::ALERT_KIND_UNACCOUNTED_NEAR);
  alert.set_wearer_age_s(7'500);
  alert.set_protected_age_s(15);
  alert.set_reach_mm(2'800'000);
  EXPECT_EQ(
      sentence(alert, {100'000, 0, 0}).en,
      "Wearer w-7 may be near protected person p-9: last 2900 m apart, positions 2 h 5 min and 15 s old, and "
      "2800 m could have been covered since; order o-2.");
}

TEST(Sentence, NamesWhomAnOutageLeavesUncovered) {
  v1::Alert alert;
  alert.set_kind(v1::ALERT_KIND_AREA_OUTAGE);
  alert.set_devices(31);
  alert.set_carrier("k");
  alert.add_uncovered_ids("p-1");
  alert.add_uncovered_ids("p-2");
  EXPECT_EQ(sentence(alert, {}).en,
            "31 devices fell silent together on carrier k; without protection for now: p-1, p-2.");
}

}  // namespace
}  // namespace haechi::law
