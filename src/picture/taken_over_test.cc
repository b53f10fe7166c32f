#include "picture/taken_over.h"

#include <gtest/gtest.h>

namespace haechi::picture {
namespace {

v1::ViolationTakenOver violation(const std::string& id, const std::string& protected_id,
                                 int64_t happened_at_us) {
  v1::ViolationTakenOver made;
  made.set_id(id);
  made.set_source("old-system");
  made.set_kind(v1::ALERT_KIND_KEEP_AWAY);
  made.set_wearer_id("w-1");
  made.set_protected_id(protected_id);
  made.set_happened_at_us(happened_at_us);
  made.set_distance_mm(84'500);
  return made;
}

TEST(TakenOver, StandsAsAPastAlertThatSaysWhoJudgedIt) {
  TakenOver taken;
  taken.put(7, violation("v-1", "p-1", 5'000'000));
  ASSERT_NE(taken.of("w-1"), nullptr);
  const v1::PastAlert& one = taken.of("w-1")->begin()->second;
  EXPECT_EQ(one.source(), "old-system");
  EXPECT_EQ(one.entry_no(), 7u);
  EXPECT_EQ(one.opened_at_us(), 5'000'000);
  EXPECT_EQ(one.distance_m(), 84u);
  EXPECT_EQ(one.code(), 3u) << "0 would be the most urgent";
}

TEST(TakenOver, StandsOnceHoweverOftenItIsTold) {
  TakenOver taken;
  taken.put(7, violation("v-1", "p-1", 5));
  taken.put(8, violation("v-1", "p-1", 6));
  ASSERT_EQ(taken.of("w-1")->size(), 1u);
  EXPECT_EQ(taken.of("w-1")->begin()->second.entry_no(), 7u) << "as it was told first";
  EXPECT_EQ(*taken.told(violation("v-1", "", 0)), TakenOver::digest_of(violation("v-1", "p-1", 5)));
  EXPECT_EQ(taken.told(violation("v-2", "", 0)), nullptr);
}

TEST(TakenOver, KeepsEveryOneThatNamesAProtectedPersonAndOfTheOthersTheNewest) {
  TakenOver taken;
  for (int64_t i = static_cast<int64_t>(kTakenOverMax) + 2; i >= 0; --i) {
    taken.put(1, violation("hers-" + std::to_string(i), "p-1", i));
    taken.put(1, violation("nobody-" + std::to_string(i), "", i));
  }
  EXPECT_EQ(taken.of("w-1")->size(), 2 * kTakenOverMax + 3);
  EXPECT_EQ(taken.told(violation("nobody-2", "", 0)), nullptr) << "three went";
  EXPECT_NE(taken.told(violation("nobody-3", "", 0)), nullptr);
  EXPECT_NE(taken.told(violation("hers-0", "", 0)), nullptr);
}

TEST(TakenOver, GoesWithEitherPerson) {
  TakenOver taken;
  taken.put(1, violation("hers", "p-1", 1));
  taken.put(2, violation("others", "p-2", 2));
  taken.forget("p-1");
  EXPECT_EQ(taken.of("w-1")->size(), 1u);
  EXPECT_EQ(taken.told(violation("hers", "", 0)), nullptr);
  taken.forget("w-1");
  EXPECT_TRUE(taken.of("w-1")->empty());
}

}  // namespace
}  // namespace haechi::picture
