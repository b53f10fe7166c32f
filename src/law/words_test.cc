// What people read of the law: who must do it, what may come next, where it stands.
#include <gtest/gtest.h>

#include <set>

#include "law/identity.h"
#include "law/legal_life_tables.h"
#include "law/order_kinds.h"
#include "law/pack.h"

namespace haechi::law {
namespace {

TEST(Words, EveryPartyHasANameOfItsOwnInBothLanguages) {
  std::set<std::string_view> english, korean;
  size_t count = 0;
  for (auto party = static_cast<uint8_t>(Party::kPolice); words(static_cast<Party>(party)).en != "?";
       ++party) {
    const Words name = words(static_cast<Party>(party));
    english.insert(name.en);
    korean.insert(name.ko);
    ++count;
  }
  EXPECT_EQ(count, 15u);
  EXPECT_EQ(english.size(), count);
  EXPECT_EQ(korean.size(), count);
}

TEST(Words, EveryGroundOfAnIdentityHasANameAndItsPoints) {
  std::set<std::string_view> names;
  for (const Ground ground : {Ground::kDocumentSame, Ground::kDocumentDiffers, Ground::kNameSame,
                              Ground::kNameSounds, Ground::kBornSame, Ground::kBornNear, Ground::kBornDiffers,
                              Ground::kAddressSame, Ground::kAddressNear}) {
    names.insert(words(ground).en);
    EXPECT_NE(words(ground).ko, "?");
    const bool against = ground == Ground::kDocumentDiffers || ground == Ground::kBornDiffers;
    EXPECT_EQ(points(ground) < 0, against) << words(ground).en;
  }
  EXPECT_EQ(names.size(), 9u);
}

TEST(Steps, ThatMayComeNextAreThoseOfTheStageAndTheWayItComesAbout) {
  const auto may = [](Stage stage, Path path, Step step) {
    const std::vector<Step> steps = steps_at(stage, path);
    return std::count(steps.begin(), steps.end(), step) == 1;
  };
  EXPECT_TRUE(may(Stage::kNew, Path::kApplication, Step::kApply));
  EXPECT_FALSE(may(Stage::kNew, Path::kApplication, Step::kImpose))
      << "the police impose what is urgent only";
  EXPECT_FALSE(may(Stage::kNew, Path::kDirect, Step::kApply)) << "she asks for it herself";
  EXPECT_TRUE(may(Stage::kNew, Path::kDirect, Step::kPetition));
  EXPECT_TRUE(may(Stage::kPetitioned, Path::kApplication, Step::kGrant));
  EXPECT_TRUE(may(Stage::kPetitioned, Path::kApplication, Step::kDeny));
  EXPECT_FALSE(may(Stage::kPetitioned, Path::kApplication, Step::kFit));
  EXPECT_TRUE(may(Stage::kActive, Path::kApplication, Step::kCancel));
  for (const Path path : {Path::kApplication, Path::kDirect, Path::kJudgement})
    for (const Stage stage : {Stage::kNew, Stage::kActive, Stage::kEnded})
      EXPECT_FALSE(may(stage, path, Step::kDone)) << "duties are done, they are no step of the measure";
  EXPECT_TRUE(steps_at(Stage::kEnded, Path::kApplication).empty()) << "what has ended goes nowhere";
}

TEST(Trust, IsSaidBehindEverySourceThatIsNoStatute) {
  EXPECT_EQ(cited({"EM Act 9-2", Trust::kStatute}), "EM Act 9-2");
  EXPECT_EQ(cited({"EM Act 9-2", Trust::kSecondary}), "EM Act 9-2 [2nd]");
  EXPECT_EQ(cited({"EM Act 9-2", Trust::kBackground}), "EM Act 9-2 [BG]");
  EXPECT_EQ(cited({"EM Act 9-2", Trust::kReading}), "EM Act 9-2 [D]");
}

}  // namespace
}  // namespace haechi::law
