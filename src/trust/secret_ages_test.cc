#include "trust/secret_ages.h"

#include <gtest/gtest.h>

namespace haechi::trust {
namespace {

constexpr Duration kDay = Duration::seconds(86'400);

class Ages : public testing::Test {
 protected:
  bool look() {
    std::vector<SecretAges::Secret> all;
    for (const auto& [name, secret] : secrets_) all.push_back({name, SecretAges::mark_of(secret)});
    return ages_.look(all, now_).value();
  }
  std::vector<std::string> due(Duration ahead = {}) const {
    std::vector<std::string> out;
    for (const SecretAges::Age& age : ages_.due(now_ + ahead)) out.push_back(age.name);
    return out;
  }

  std::unique_ptr<store::AccountRecords> records_ =
      std::move(store::AccountRecords::open(":memory:").value());
  SecretAges ages_{*records_, kDay * 365};
  std::map<std::string, std::string> secrets_{{"device D-1", "one"}, {"agency A-1", "two"}};
  Time now_{1'800'000'000'000'000};
};

TEST_F(Ages, ASecretIsToldOfBeforeItIsTooOldAndStaysInTheListUntilItChanges) {
  look();
  now_ = now_ + kDay * 334;
  secrets_["device D-2"] = "three";
  look();
  EXPECT_TRUE(due(kSecretTold).empty());
  now_ = now_ + kDay;
  look();
  EXPECT_EQ(due(kSecretTold), (std::vector<std::string>{"agency A-1", "device D-1"}));
  EXPECT_TRUE(due().empty()) << "not too old yet";
  now_ = now_ + kDay * 30;
  secrets_["agency A-1"] = "another";
  look();
  EXPECT_EQ(due(), std::vector<std::string>{"device D-1"});
}

TEST_F(Ages, TheSameSecretGivenAgainDoesNotBecomeYounger) {
  look();
  const Time first = now_;
  now_ = now_ + kDay * 100;
  secrets_["device D-1"] = "one";
  look();
  EXPECT_EQ(ages_.since("device D-1"), first);
}

TEST_F(Ages, AnotherProcessGoesOnWithTheSameAges) {
  look();
  SecretAges next(*records_, kDay * 365);
  EXPECT_TRUE(next.due(now_ + kDay * 1'000).empty()) << "it has not looked";
  ASSERT_TRUE(next.look({{"device D-1", SecretAges::mark_of("one")}}, now_ + kDay * 365).ok());
  EXPECT_EQ(next.due(now_ + kDay * 365).size(), 1u);
  EXPECT_EQ(records_->secret_ages()->size(), 1u) << "what is there no more is forgotten";
}

TEST_F(Ages, NothingOfASecretButAMarkIsKept) {
  secrets_["device D-1"] = "a-secret-of-good-length";
  look();
  const std::vector<store::SecretAgeRecord> rows = records_->secret_ages().value();
  EXPECT_EQ(rows.size(), 2u);
  for (const store::SecretAgeRecord& row : rows) EXPECT_EQ(row.mark.size(), 8u);
}

TEST_F(Ages, ManyAreNotedAFewAtATime) {
  for (int i = 0; i < 4'500; ++i) secrets_["device E-" + std::to_string(i)] = std::to_string(i);
  EXPECT_TRUE(look());
  EXPECT_TRUE(look());
  EXPECT_FALSE(look());
  EXPECT_EQ(records_->secret_ages()->size(), 4'502u);
}

}  // namespace
}  // namespace haechi::trust
