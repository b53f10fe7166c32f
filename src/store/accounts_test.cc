#include "store/accounts.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "vault/key_ring.h"

namespace haechi::store {
namespace {

namespace fs = std::filesystem;

// A directory of its own, gone at the end, with a ring beside the accounts.
class AccountsFile : public ::testing::Test {
 protected:
  AccountsFile() {
    std::string pattern = (fs::temp_directory_path() / "haechi-accounts-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
  }
  ~AccountsFile() override { fs::remove_all(directory_); }

  std::unique_ptr<vault::KeyRing> ring() const {
    const vault::Key master(std::string(vault::Key::kBytes, 'm'));
    return std::move(
        vault::KeyRing::open((directory_ / "ring").string(), master, vault::RingMode::kWrite).value());
  }
  Result<std::unique_ptr<AccountRecords>> open(vault::KeyRing* ring) const {
    return AccountRecords::open((directory_ / "accounts.sqlite").string(), ring);
  }
  // Is it in the file, or in what SQLite keeps beside it?
  bool holds(const std::string& text) const {
    for (const auto& file : fs::directory_iterator(directory_)) {
      std::ifstream in(file.path(), std::ios::binary);
      const std::string all(std::istreambuf_iterator<char>(in), {});
      if (all.find(text) != std::string::npos) return true;
    }
    return false;
  }

  fs::path directory_;
};

AccountRecord account(const std::string& secret) {
  AccountRecord out;
  out.name = "op-kim";
  out.role = "control";
  out.totp_secret = secret;
  return out;
}

const std::string kSecret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", kLater = "KRSXG5DJNZTSA43FMNZGK5BAKRSXG5DJ";

TEST_F(AccountsFile, KeepsWhatAnAuthenticatorSharesSealedAndGivesItBack) {
  {
    const auto keys = ring();
    const auto records = std::move(open(keys.get()).value());
    ASSERT_TRUE(records->put_account(account(kSecret)).ok());
    ASSERT_TRUE(records->put_enrolment({"digest", "op-kim", kLater, Time{7}}).ok());
    ASSERT_TRUE(
        records->put_passkey({"id", "op-kim", "cred", "key", 3, "the blue one", Time{5}, Time{}}).ok());
    for (const std::string& secret : {kSecret, kLater, std::string("the blue one")})
      EXPECT_FALSE(holds(secret)) << secret;
    EXPECT_TRUE(holds("op-kim")) << "or the search is worth nothing";
  }
  const auto keys = ring();
  const auto records = std::move(open(keys.get()).value());
  EXPECT_EQ((*records->account("op-kim"))->totp_secret, kSecret);
  EXPECT_EQ(records->accounts()->front().totp_secret, kSecret);
  EXPECT_EQ((*records->enrolment("digest"))->totp_secret, kLater);
  EXPECT_EQ(records->passkeys("op-kim")->front().label, "the blue one");
  EXPECT_EQ((*records->passkey("cred"))->counter, 3u);
}

TEST_F(AccountsFile, SealsWhatLayThereInTheClearWhenItIsOpenedWithARing) {
  {
    const auto records = std::move(open(nullptr).value());
    ASSERT_TRUE(records->put_account(account(kSecret)).ok());
    ASSERT_TRUE(records->put_enrolment({"digest", "op-kim", kLater, Time{7}}).ok());
    EXPECT_TRUE(holds(kSecret));
  }
  const auto keys = ring();
  const auto records = std::move(open(keys.get()).value());
  EXPECT_FALSE(holds(kSecret)) << "neither in the file nor in its write-ahead file";
  EXPECT_FALSE(holds(kLater));
  EXPECT_EQ((*records->account("op-kim"))->totp_secret, kSecret);
  EXPECT_EQ((*records->enrolment("digest"))->totp_secret, kLater);
}

TEST_F(AccountsFile, SealsEverySecretAgainUnderTheNextKeySoThatTheOneBeforeCanEnd) {
  const auto keys = ring();
  const auto records = std::move(open(keys.get()).value());
  ASSERT_TRUE(records->put_account(account(kSecret)).ok());
  ASSERT_TRUE(records->put_enrolment({"digest", "op-kim", kLater, Time{7}}).ok());
  ASSERT_TRUE(records->put_passkey({"id", "op-kim", "cred", "key", 3, "the blue one", Time{5}, Time{}}).ok());
  ASSERT_TRUE(keys->renew("account/op-kim").ok());
  EXPECT_EQ((*records->account("op-kim"))->totp_secret, kSecret) << "the key before opens as ever";
  EXPECT_EQ(*records->reseal(), 3u);
  EXPECT_EQ(*keys->destroy_replaced("account/op-kim"), 1u);
  EXPECT_EQ((*records->account("op-kim"))->totp_secret, kSecret);
  EXPECT_EQ((*records->enrolment("digest"))->totp_secret, kLater);
  EXPECT_EQ(records->passkeys("op-kim")->front().label, "the blue one");
  for (const std::string& secret : {kSecret, kLater, std::string("the blue one")})
    EXPECT_FALSE(holds(secret)) << secret;
}

TEST_F(AccountsFile, OfAFormWithoutLinksForOneFactorIsBroughtUpAndItsLinksEnd) {
  {
    constexpr const char* kOlder =
        "CREATE TABLE enrolment(account TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE,"
        "totp_secret TEXT NOT NULL, expires_at_us INTEGER NOT NULL) WITHOUT ROWID;"
        "INSERT INTO enrolment VALUES('op-kim', 'digest', 'LATERLATERLATER', 7);";
    ASSERT_TRUE(open_tables((directory_ / "accounts.sqlite").string(), kOlder, 2, 2).ok());
    EXPECT_TRUE(holds("LATERLATERLATER"));
  }
  const auto keys = ring();
  const auto records = std::move(open(keys.get()).value());
  EXPECT_FALSE((*records->enrolment("digest")).has_value());
  EXPECT_FALSE(holds("LATERLATERLATER"));
  ASSERT_TRUE(records->put_enrolment({"digest", "op-kim", "", Time{7}, LinkSets::kPassword}).ok());
  EXPECT_EQ((*records->enrolment("digest"))->sets, LinkSets::kPassword);
}

TEST_F(AccountsFile, OpensNothingForAnotherAccountOrWithoutItsRing) {
  {
    const auto keys = ring();
    const auto records = std::move(open(keys.get()).value());
    ASSERT_TRUE(records->put_account(account(kSecret)).ok());
  }
  EXPECT_EQ((*open(nullptr))->account("op-kim").error().code, Code::kCorrupt);
  const Connection raw = std::move(open_tables((directory_ / "accounts.sqlite").string(), "", 4, 4).value());
  ASSERT_TRUE(Query(raw, "UPDATE account SET name = 'op-lee'").run().ok());
  const auto keys = ring();
  const auto records = std::move(open(keys.get()).value());
  EXPECT_EQ(records->account("op-lee").error().code, Code::kCorrupt) << "sealed for op-kim";
}

}  // namespace
}  // namespace haechi::store
