#include "node/agreements.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "haechi/v1/fact.pb.h"
#include "spine/submit.h"

namespace haechi::node {
namespace {

using testing::HasSubstr;
using testing::Not;

const Agreement kWhole{.purpose = "a patrol goes to who is in danger",
                       .basis = "112 Act 8",
                       .scope = "places of the two while an alert is open",
                       .method = "signed HTTP",
                       .security = "certificates of both sides",
                       .cost = "each its own"};

class KeptFacts final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done) override { facts.push_back(*fact); }
  Result<spine::Room> room(std::span<const std::unique_ptr<v1::Fact>>) override { return spine::Room(); }
  std::vector<v1::Fact> facts;
};

TEST(Agreements, AreNeededForEachHostElsewhereAndForNoneOnThisMachine) {
  EXPECT_EQ(not_agreed({}, {}), "");
  EXPECT_EQ(not_agreed({{"cad.example", kWhole}}, {.hosts = {"cad.example"}}), "");
  const std::string open = not_agreed({{"cad.example", kWhole}}, {.hosts = {"cad.example", "other.example"}});
  EXPECT_THAT(open, HasSubstr("link.agreements.\"other.example\""));
  EXPECT_THAT(open, HasSubstr("purpose, basis, scope, method, security, cost"));
  EXPECT_THAT(open, Not(HasSubstr("cad.example")));
}

TEST(Agreements, AreWholeOrNone) {
  for (std::string Agreement::*part : {&Agreement::purpose, &Agreement::basis, &Agreement::scope,
                                       &Agreement::method, &Agreement::security, &Agreement::cost}) {
    Agreement one = kWhole;
    (one.*part).clear();
    EXPECT_NE(not_agreed({{"cad.example", one}}, {.hosts = {"cad.example"}}), "");
  }
}

TEST(Agreements, AreWithAHostThatIsNamed) {
  EXPECT_THAT(not_agreed({{"cda.example", kWhole}}, {}), HasSubstr("link.hosts does not name"));
}

TEST(Agreements, AreToldToTheAuditorWithEveryPart) {
  KeptFacts kept;
  tell({{"cad.example", kWhole}}, kept);
  ASSERT_EQ(kept.facts.size(), 1u);
  const v1::AccessDecided& told = kept.facts[0].access_decided();
  EXPECT_EQ(told.action(), "start_with_agreement");
  for (const std::string& part : {std::string("cad.example"), kWhole.purpose, kWhole.basis, kWhole.scope,
                                  kWhole.method, kWhole.security, kWhole.cost})
    EXPECT_THAT(told.reason(), HasSubstr(part));
}

}  // namespace
}  // namespace haechi::node
