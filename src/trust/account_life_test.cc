#include "trust/account_life.h"

#include <gtest/gtest.h>

#include <set>

#include "trust/accounts.h"
#include "trust/totp.h"

namespace haechi::trust {
namespace {

constexpr PasswordCost kQuick{8, 1};
constexpr Duration kDay = Duration::seconds(86'400);
constexpr Duration kUnused = kDay * 730;

class Life : public testing::Test {
 protected:
  void invite(const std::string& name, Role role = Role::kPolice) {
    Viewer viewer{.account = name, .role = role};
    if (role == Role::kPolice) viewer.agency_id = "ps-1";
    if (role == Role::kProtectedPerson) viewer.person_id = "P-1";
    link_ = *accounts_->create(viewer, now_);
  }
  void enrol(const std::string& name, Role role = Role::kPolice) {
    invite(name, role);
    const PendingEnrolment pending = accounts_->enrolment(link_.token, now_).value();
    Attempt shown{{name, ""}, false, totp_code(*decode_base32(pending.totp_secret), totp_step_at(now_)),
                  {},         now_,  "10.0.0.9"};
    token_ = accounts_->enrol(link_.token, {*hash_password("a green coat at dusk", kQuick), shown}, {}, now_)
                 ->token;
  }
  // As the node does: looks, and ends what is over.
  void look() {
    const std::vector<AccountLife::Over> over = life_.look(gone_, now_).value();
    for (const AccountLife::Over& one : over) {
      ASSERT_TRUE(life_.still_over(one.account, gone_, now_).ok()) << one.account;
      ASSERT_TRUE(life_.end(one.account, now_).ok()) << one.account;
    }
  }
  void days(int count) {
    for (int i = 0; i < count; ++i) now_ = now_ + kDay, look();
  }
  bool there(const std::string& name) { return accounts_->find(name).ok(); }
  size_t told(const std::string& name) {
    size_t count = 0;
    const auto notices = accounts_->notices(name);
    for (const store::NoticeRecord& notice : *notices)
      count += notice.event == store::AccountEvent::kEndsSoon;
    return count;
  }

  std::unique_ptr<store::AccountRecords> records_ =
      std::move(store::AccountRecords::open(":memory:").value());
  std::unique_ptr<Accounts> accounts_ = std::move(Accounts::open(*records_, kQuick).value());
  AccountLife life_{*records_, *accounts_, kUnused};
  std::set<std::string> erased_;
  AccountLife::Gone gone_ = [this](const std::string& id) { return erased_.contains(id); };
  Time now_{1'800'000'000'000'000};
  Link link_;
  std::string token_;
};

TEST_F(Life, AnUnusedAccountIsToldAMonthBeforeItEndsAndNotEarlier) {
  enrol("insp-park");
  look();
  days(699);
  EXPECT_EQ(told("insp-park"), 0u);
  EXPECT_TRUE(life_.ends(now_)->empty());
  days(1);
  EXPECT_EQ(told("insp-park"), 1u);
  EXPECT_EQ(life_.ends(now_)->at("insp-park"), now_ + kEndsSoonTold);
  days(29);
  EXPECT_TRUE(there("insp-park"));
  EXPECT_EQ(told("insp-park"), 1u) << "once";
  days(1);
  EXPECT_FALSE(there("insp-park"));
}

TEST_F(Life, WithItEndsEverythingOfItButItsName) {
  enrol("insp-park");
  ASSERT_TRUE(
      records_->put_passkey({"key", "insp-park", "credential", "public", 0, "phone", now_, now_}).ok());
  ASSERT_TRUE(records_->put_user_handle("insp-park", "handle").ok());
  ASSERT_TRUE(records_->put_subject("insp-park", "police", "sub").ok());
  look();
  days(740);
  EXPECT_FALSE(there("insp-park"));
  EXPECT_TRUE(records_->sessions()->empty());
  EXPECT_TRUE(records_->notices("insp-park")->empty());
  EXPECT_TRUE(records_->passkeys("insp-park")->empty());
  EXPECT_EQ(*records_->recovery_codes_left("insp-park"), 0u);
  EXPECT_EQ(*records_->user_handle("insp-park"), "");
  EXPECT_EQ(*records_->subject_of_account("insp-park"), "");
  EXPECT_EQ(
      accounts_->check_new({.account = "insp-park", .role = Role::kPolice, .agency_id = "ps-1"}).error().code,
      Code::kConflict)
      << "another person's deeds would stand under it";
  Viewer connector{.account = "insp-park", .role = Role::kConnector, .agency_id = "ps-1"};
  EXPECT_EQ(accounts_->api_keys().make(connector, now_ + kDay, "admin", now_).error().code, Code::kConflict);
}

TEST_F(Life, ASignInBeginsItAllAnew) {
  enrol("insp-park");
  look();
  days(705);
  ASSERT_EQ(told("insp-park"), 1u);
  store::AccountRecord record = *accounts_->find("insp-park");
  record.signed_in_at = now_;
  ASSERT_TRUE(records_->put_account(record).ok());
  EXPECT_TRUE(life_.ends(now_)->empty());
  days(720);
  EXPECT_TRUE(there("insp-park"));
  EXPECT_EQ(told("insp-park"), 2u) << "told again, a month before the new end";
  days(10);
  EXPECT_FALSE(there("insp-park"));
}

TEST_F(Life, WhoWasNotLookedAtForYearsIsToldFirstAllTheSame) {
  enrol("insp-park");
  look();
  now_ = now_ + kDay * 3'000;
  look();
  EXPECT_TRUE(there("insp-park")) << "the node was off";
  EXPECT_EQ(told("insp-park"), 1u);
  days(30);
  EXPECT_FALSE(there("insp-park"));
}

TEST_F(Life, AnInvitationThatNobodyTookAndAClosedAccountEndLikewise) {
  invite("insp-choi");
  enrol("insp-park");
  ASSERT_TRUE(accounts_->set_disabled("insp-park", true).ok());
  look();
  days(729);
  EXPECT_TRUE(there("insp-choi") && there("insp-park"));
  days(1);
  EXPECT_FALSE(there("insp-choi") || there("insp-park"));
}

TEST_F(Life, TheLastAdministratorNeverEndsAndTwoAreAskedForEver) {
  enrol("admin-1", Role::kAdministrator);
  enrol("admin-2", Role::kAdministrator);
  look();
  days(800);
  EXPECT_NE(there("admin-1"), there("admin-2")) << "one of the two";
  EXPECT_TRUE(*accounts_->asks_two());
  const std::string left = there("admin-1") ? "admin-1" : "admin-2";
  EXPECT_EQ(life_.still_over(left, gone_, now_).error().code, Code::kConflict);
  days(800);
  EXPECT_TRUE(there(left));
}

TEST_F(Life, AnInvitedAdministratorStaysWhereThereIsNoOther) {
  invite("admin-1", Role::kAdministrator);
  look();
  days(1'000);
  EXPECT_TRUE(there("admin-1"));
  EXPECT_EQ(told("admin-1"), 0u);
}

TEST_F(Life, TheAccountOfAnErasedPersonEndsAtOnceWithItsSessions) {
  enrol("her", Role::kProtectedPerson);
  look();
  EXPECT_TRUE(there("her"));
  erased_.insert("P-1");
  look();
  EXPECT_FALSE(there("her"));
  EXPECT_FALSE(accounts_->viewer_of(token_, now_));
}

TEST_F(Life, ItsHolderIsToldOfASignInFromAnAddressThatIsNewToTheAccount) {
  enrol("insp-park");
  EXPECT_FALSE(*records_->see_address("insp-park", "10.0.0.1", now_)) << "the first is no news";
  EXPECT_TRUE(*records_->see_address("insp-park", "203.0.113.9", now_));
  EXPECT_FALSE(*records_->see_address("insp-park", "203.0.113.9", now_));
  EXPECT_FALSE(*records_->see_address("insp-park", "10.0.0.1", now_));
  for (int i = 0; i < 25; ++i) {
    now_ = now_ + kDay;
    EXPECT_TRUE(*records_->see_address("insp-park", "10.0.1." + std::to_string(i), now_));
  }
  EXPECT_TRUE(*records_->see_address("insp-park", "10.0.0.1", now_)) << "so long ago is not remembered";
}

TEST_F(Life, WhoSignsInBetweenTheLookAndTheEndStays) {
  enrol("insp-park");
  look();
  days(729);
  now_ = now_ + kDay;
  ASSERT_EQ(life_.look(gone_, now_)->size(), 1u);
  store::AccountRecord record = *accounts_->find("insp-park");
  record.signed_in_at = now_;
  ASSERT_TRUE(records_->put_account(record).ok());
  EXPECT_EQ(life_.still_over("insp-park", gone_, now_).error().code, Code::kConflict);
}

TEST_F(Life, OfOnePersonThereIsOneAccount) {
  invite("her-app", Role::kProtectedPerson);
  const Viewer other{.account = "another-app", .role = Role::kProtectedPerson, .person_id = "P-1"};
  const auto refused = accounts_->create(other, now_);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().field, "person_id");
}

}  // namespace
}  // namespace haechi::trust
