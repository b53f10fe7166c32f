#include "live/change.h"

#include <gtest/gtest.h>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::live {
namespace {

TEST(CurrentChanges, AreWrittenOnceForAllWhoWaitAndAnewWhenTheStateHasChanged) {
  picture::Picture picture;
  v1::Effect raised, updated;
  raised.mutable_raise_alert()->set_id("a-1");
  updated.mutable_update_alert()->set_id("a-1");
  updated.mutable_update_alert()->set_handled_by("somebody");
  picture.fold(1, Time{1'000}, v1::Fact(), {std::make_shared<const v1::Effect>(raised)});
  CurrentChanges current(picture);
  const auto first = current.of({"alert", "a-1"});
  ASSERT_NE(first, nullptr);
  EXPECT_TRUE(first->resent);
  EXPECT_EQ(current.of({"alert", "a-1"}), first);
  EXPECT_EQ(current.of({"alert", "a-2"}), nullptr);

  picture.fold(2, Time{2'000}, v1::Fact(), {std::make_shared<const v1::Effect>(updated)});
  const auto second = current.of({"alert", "a-1"});
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->cursor.entry, 2u);
  EXPECT_NE(second->text(0)->find("somebody"), std::string::npos);
  EXPECT_EQ(first->text(0)->find("somebody"), std::string::npos);
}

}  // namespace
}  // namespace haechi::live
