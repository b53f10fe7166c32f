#include "notify/account_notices.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace haechi::notify {
namespace {

using testing::HasSubstr;
using testing::Not;

class Notices : public testing::Test {
 protected:
  // Keeps what it was given, and answers as told.
  struct Kept final : Carrier {
    explicit Kept(Notices& in) : test(in) {}
    void send(Parcel parcel, std::function<void(Outcome)> done) override {
      test.parcels.push_back(std::move(parcel));
      done({test.answer, 0, ""});
    }
    Notices& test;
  };
  static Settings settings() {
    Settings out;
    out.pages = "https://haechi.example";
    out.email = {.server = "mail.example:587", .user = "u", .password = "p", .from = "h@example.org"};
    out.sms = {.url = "https://sms.example/v1", .bearer = "token", .secret = "0123456789abcdef"};
    return out;
  }
  void address(const std::string& account, const std::string& json) {
    ASSERT_TRUE(
        records
            ->put_address(store::Holder::kAccount, account, store::AddressKind::kPost, store::Personal(json))
            .ok());
  }

  std::unique_ptr<store::Records> records = std::move(store::Records::open(":memory:").value());
  ManualClock clock{Time{1'795'342'680'000'000}};
  Letters letters{settings(), std::nullopt, *records, clock};
  std::vector<Parcel> parcels;
  Outcome::Kind answer = Outcome::Kind::kTaken;
  AccountNotices notices{letters, std::make_unique<Kept>(*this)};
};

TEST_F(Notices, GoByEmailAndSayNeitherWhoNorWhat) {
  address("insp-park", R"({"email":"park@ps.example","phone":"+8299","language":"en"})");
  notices.tell("insp-park", clock.now());
  ASSERT_EQ(parcels.size(), 1u);
  EXPECT_EQ(parcels[0].mail_to, "park@ps.example");
  EXPECT_TRUE(parcels[0].must_encrypt);
  EXPECT_THAT(parcels[0].body, HasSubstr("Message-ID: <account-"));
  EXPECT_THAT(parcels[0].body, Not(HasSubstr("insp-park")));
  EXPECT_EQ(notices.counters().sent, 1u);
}

TEST_F(Notices, GoAsATextMessageWhereThereIsNoEmailAndNowhereWhereThereIsNeither) {
  address("op-kim", R"({"phone":"+8299","language":"en"})");
  ASSERT_TRUE(records
                  ->put_address(store::Holder::kAgency, "ps-1", store::AddressKind::kPost,
                                store::Personal(R"({"email":"desk@ps.example"})"))
                  .ok());
  notices.tell("op-kim", clock.now());
  ASSERT_EQ(parcels.size(), 1u);
  EXPECT_EQ(parcels[0].url, "https://sms.example/v1");
  EXPECT_THAT(parcels[0].body, HasSubstr("Something happened to your account"));
  EXPECT_THAT(parcels[0].body, HasSubstr("https://haechi.example/account/"));
  notices.tell("op-lee", clock.now());
  EXPECT_EQ(parcels.size(), 1u);
  EXPECT_EQ(notices.counters().not_sent, 1u);
}

TEST_F(Notices, GoOnceAnHourSoThatGuessingFillsNoMailbox) {
  address("op-kim", R"({"email":"kim@example.org"})");
  address("op-lee", R"({"email":"lee@example.org"})");
  for (int i = 0; i < 100; ++i) notices.tell("op-kim", clock.now() + Duration::seconds(i));
  EXPECT_EQ(parcels.size(), 1u);
  notices.tell("op-lee", clock.now());
  EXPECT_EQ(parcels.size(), 2u) << "another account";
  notices.tell("op-kim", clock.now() + kNoticeEvery);
  EXPECT_EQ(parcels.size(), 3u);
}

TEST_F(Notices, ThatCannotBeSentAreCounted) {
  address("op-kim", R"({"email":"kim@example.org"})");
  answer = Outcome::Kind::kTryAgain;
  notices.tell("op-kim", clock.now());
  EXPECT_EQ(notices.counters().sent, 0u);
  EXPECT_EQ(notices.counters().not_sent, 1u);
}

}  // namespace
}  // namespace haechi::notify
