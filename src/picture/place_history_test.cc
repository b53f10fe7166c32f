#include "picture/place_history.h"

#include <gtest/gtest.h>

#include "picture/picture.h"

namespace haechi::picture {
namespace {

class HerPlaces : public ::testing::Test {
 protected:
  void log(const v1::Fact& fact) { picture_.fold(++no_, Time{now_us_ += 10}, fact, {}); }

  void draw(const std::string& id, int32_t lat_e7) {
    v1::Fact fact;
    v1::Zone& zone = *fact.mutable_zone_registered();
    zone.set_id(id);
    zone.mutable_shape()->mutable_circle()->mutable_centre()->set_lat_e7(lat_e7);
    log(fact);
  }

  void order(uint32_t version, const std::vector<std::string>& zone_ids, bool withdrawn = false) {
    v1::Fact fact;
    v1::Order& order = *fact.mutable_order_registered();
    order.set_id("o-1");
    order.set_version(version);
    order.set_withdrawn(withdrawn);
    for (const std::string& id : zone_ids) {
      v1::Exclusion& exclusion = *order.add_conditions()->mutable_exclusion();
      exclusion.set_zone_id(id);
      exclusion.set_protected_id("p-1");
    }
    log(fact);
  }

  // Oldest first: "o-1 v2 30..50: home(5) work(6)".
  std::string told() const {
    std::string out;
    const auto* rows = picture_.place_history().of("p-1");
    if (rows == nullptr) return out;
    for (const v1::PlaceVersion& row : *rows) {
      out += row.order_id() + " v" + std::to_string(row.version()) + " " + std::to_string(row.since_us()) +
             ".." + (row.until_us() == 0 ? "" : std::to_string(row.until_us())) + ":";
      for (const v1::Zone& zone : row.zones())
        out += " " + zone.id() + "(" + std::to_string(zone.shape().circle().centre().lat_e7()) + ")";
      out += "\n";
    }
    return out;
  }

  Picture picture_;
  uint64_t no_ = 0;
  int64_t now_us_ = 0;
};

TEST_F(HerPlaces, StayReadableUnderTheVersionOfTheOrderThatNamedThem) {
  draw("home", 1);         // 10
  draw("new-home", 2);     // 20
  order(1, {"home"});      // 30
  order(2, {"home"});      // 40: extended, no place changed
  order(3, {"new-home"});  // 50
  EXPECT_EQ(told(), "o-1 v1 30..50: home(1)\no-1 v3 50..: new-home(2)\n");
}

TEST_F(HerPlaces, EndWithTheOrder) {
  draw("home", 1);
  order(1, {"home"});
  order(2, {"home"}, true);
  EXPECT_EQ(told(), "o-1 v1 20..30: home(1)\n");
}

TEST_F(HerPlaces, KeepTheShapeThatCountedWhenAZoneIsDrawnAnew) {
  draw("home", 1);
  order(1, {"home"});
  draw("home", 9);
  draw("home", 9);
  EXPECT_EQ(told(), "o-1 v1 20..30: home(1)\no-1 v1 30..: home(9)\n");
}

TEST_F(HerPlaces, AreForgottenWithHer) {
  draw("home", 1);
  order(1, {"home"});
  v1::Fact removed;
  removed.mutable_person_registered()->set_id("p-1");
  removed.mutable_person_registered()->set_removed(true);
  log(removed);
  EXPECT_EQ(told(), "");
}

TEST_F(HerPlaces, AreKeptUpToABound) {
  for (uint32_t i = 1; i <= kPlaceVersionsMax + 7; ++i) order(i, {"home-" + std::to_string(i)});
  EXPECT_EQ(picture_.place_history().of("p-1")->size(), kPlaceVersionsMax);
  EXPECT_EQ(picture_.place_history().of("p-1")->front().version(), 8u);
}

TEST(CasePlaces, AreKeptVersionForVersionAsThePoliceWroteThemDown) {
  Picture picture;
  const auto say = [&picture](uint64_t no, uint32_t version, const std::string& zone_id) {
    v1::Effect effect;
    v1::Case& one = *effect.mutable_case_effect()->mutable_update_case();
    one.set_id("c-1");
    v1::PlaceSet& set = *one.add_places();
    set.set_protected_id("p-1");
    set.set_version(version);
    set.set_since_us(static_cast<int64_t>(no) * 10);
    set.add_zone_ids(zone_id);
    v1::Fact tick;
    tick.mutable_clock_ticked();
    picture.fold(no, Time{static_cast<int64_t>(no) * 10}, tick, {std::make_shared<const v1::Effect>(effect)});
  };
  say(1, 1, "home");
  say(2, 1, "home");  // the case changed, her places did not
  say(3, 2, "shelter");
  const auto& rows = *picture.place_history().of("p-1");
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].case_id(), "c-1");
  EXPECT_EQ(rows[0].until_us(), 30);
  EXPECT_EQ(rows[1].version(), 2u);
  EXPECT_EQ(rows[1].zones(0).id(), "shelter");
}

}  // namespace
}  // namespace haechi::picture
