#include "store/records.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <thread>
#include <type_traits>

#include "vault/key_ring.h"

namespace haechi::store {
namespace {

// A directory of its own, gone at the end.
class Records_ : public ::testing::Test {
 protected:
  Records_() {
    std::string pattern = (std::filesystem::temp_directory_path() / "haechi-records-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    path_ = directory_ / "records.sqlite";
  }
  ~Records_() override { std::filesystem::remove_all(directory_); }

  std::unique_ptr<Records> open() {
    auto opened = Records::open(path_.string());
    EXPECT_TRUE(opened.ok());
    return std::move(opened.value());
  }
  std::string bytes_on_disk() const {
    std::string all;
    for (const auto& file : std::filesystem::directory_iterator(directory_)) {
      std::ifstream in(file.path(), std::ios::binary);
      all.append(std::istreambuf_iterator<char>(in), {});
    }
    return all;
  }

  std::filesystem::path directory_;
  std::filesystem::path path_;
};

TEST_F(Records_, KeepsAPersonOverARestart) {
  const Personal record(R"({"name":"홍길동","phone":"010-0000-0000"})");
  ASSERT_TRUE(open()->put_person("W-1", record).ok());
  const auto found = open()->person("W-1");
  ASSERT_TRUE(found.ok());
  ASSERT_TRUE(found->has_value());
  EXPECT_EQ(**found, record);
}

TEST_F(Records_, ForgetsAPersonWithoutATraceOnTheDisk) {
  const std::string name = "a-name-seen-nowhere-else";
  {
    auto records = open();
    ASSERT_TRUE(records->put_person("W-1", Personal(name)).ok());
    EXPECT_NE(bytes_on_disk().find(name), std::string::npos);
    EXPECT_TRUE(*records->remove_person("W-1"));
    EXPECT_FALSE(*records->remove_person("W-1"));
    EXPECT_FALSE(records->person("W-1")->has_value());
  }
  open();
  EXPECT_EQ(bytes_on_disk().find(name), std::string::npos);
}

TEST_F(Records_, KeepsConnectorsByAgency) {
  auto records = open();
  ASSERT_TRUE(records->put_connector({"B", "http://b:1/x", Personal("s-b"), "haechi.v1"}).ok());
  ASSERT_TRUE(records->put_connector({"A", "http://a:1/x", Personal("s-a"), "haechi.v1"}).ok());
  ASSERT_TRUE(records->put_connector({"A", "http://a:2/x", Personal("s-c"), "haechi.v1"}).ok());
  const auto all = records->connectors();
  ASSERT_TRUE(all.ok());
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ((*all)[0].endpoint, "http://a:2/x");
  EXPECT_EQ((*all)[0].secret, Personal("s-c"));
  EXPECT_TRUE((*all)[0].former_secret.empty());
  ASSERT_TRUE(
      records->put_connector({"A", "http://a:2/x", Personal("s-d"), "haechi.v1", Personal("s-c"), Time{7}})
          .ok());
  EXPECT_EQ((*records->connector("A"))->former_secret, Personal("s-c"));
  EXPECT_EQ((*records->connector("A"))->former_until, Time{7});
  EXPECT_TRUE(*records->remove_connector("A"));
  EXPECT_FALSE(records->connector("A")->has_value());
}

TEST_F(Records_, KeepsKeysWithAllTheyStandFor) {
  ASSERT_TRUE(open()->put_key({"ab", "po-1", "probation", "", "", "", {"W-1", "W-2"}, Time{5}}).ok());
  auto records = open();
  const auto keys = records->keys();
  ASSERT_TRUE(keys.ok());
  ASSERT_EQ(keys->size(), 1u);
  EXPECT_EQ((*keys)[0].wearer_ids, (std::vector<std::string>{"W-1", "W-2"}));
  EXPECT_EQ((*keys)[0].expires_at, Time{5});
  EXPECT_EQ(*records->remove_keys("po-1"), 1u);
  EXPECT_TRUE(records->keys()->empty());
}

TEST_F(Records_, KeepsAgreements) {
  auto records = open();
  EXPECT_FALSE(records->agreement("A")->has_value());
  ASSERT_TRUE(records->put_agreement({"A", "response", "calls", "http", "hmac", "none", Time{7}}).ok());
  EXPECT_EQ((*records->agreement("A"))->signed_at, Time{7});
}

TEST_F(Records_, IsReadableByItsOwnerOnly) {
  open();
  struct stat info {};
  ASSERT_EQ(::stat(path_.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0077, 0u);
}

TEST_F(Records_, RefusesAFileThatIsNotItsOwn) {
  std::ofstream(path_) << std::string(4096, 'x');
  const auto opened = Records::open(path_.string());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::kCorrupt);
}

TEST_F(Records_, SaysUnavailableWhenTheFolderIsMissing) {
  const auto opened = Records::open((directory_ / "nowhere" / "r.sqlite").string());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, Code::kUnavailable);
}

TEST_F(Records_, StoresTextThatLooksLikeSqlAsText) {
  auto records = open();
  const Personal evil("'); DROP TABLE person; --");
  ASSERT_TRUE(records->put_person("W'1", evil).ok());
  EXPECT_EQ(**records->person("W'1"), evil);
}

TEST_F(Records_, FindsPersonsByPartOfTheirName) {
  const auto records = open();
  for (const auto& [id, record] :
       std::map<std::string, std::string>{{"W-1", R"({"name":"Hong Gildong"})"},
                                          {"W-2", R"({"name":"홍길동","note":"hong"})"},
                                          {"W-3", R"({"phone":"hong"})"},
                                          {"W-4", "no document: hong"}}) {
    ASSERT_TRUE(records->put_person(id, Personal(record)).ok());
  }
  const auto ids = [&](const char* text, size_t limit = 10) {
    std::vector<std::string> out;
    const auto found = records->persons_named(text, limit);
    EXPECT_TRUE(found.ok());
    for (const auto& [id, record] : found.value()) out.push_back(id);
    return out;
  };
  EXPECT_EQ(ids("hong"), std::vector<std::string>{"W-1"});
  EXPECT_EQ(ids("길"), std::vector<std::string>{"W-2"});
  EXPECT_TRUE(ids("name").empty());
  EXPECT_EQ(ids("", 1).size(), 1u);
}

TEST_F(Records_, ForgetsTheNotesAboutAPersonWithHer) {
  const auto records = open();
  ASSERT_TRUE(records->put_note("K-1", "P-1", Personal("she sounded afraid")).ok());
  ASSERT_TRUE(records->put_note("K-2", "P-2", Personal("other")).ok());
  EXPECT_EQ(**records->note("K-1"), Personal("she sounded afraid"));
  ASSERT_TRUE(records->remove_person("P-1").ok());
  EXPECT_FALSE(records->note("K-1")->has_value());
  EXPECT_TRUE(records->note("K-2")->has_value());
}

TEST_F(Records_, KeepsWhereEachIsToldAndForgetsAPersonsWithHer) {
  const auto records = open();
  using H = Holder;
  using K = AddressKind;
  for (const Holder holder : {H::kPerson, H::kAccount, H::kAgency})
    ASSERT_TRUE(records->put_address(holder, "X-1", K::kPush, Personal("push")).ok());
  ASSERT_TRUE(records->put_address(H::kAccount, "X-1", K::kPost, Personal("post")).ok());
  EXPECT_EQ(**records->address(H::kAccount, "X-1", K::kPost), Personal("post"));
  EXPECT_FALSE(records->address(H::kPerson, "X-1", K::kPost)->has_value());
  ASSERT_TRUE(records->remove_person("X-1").ok());
  EXPECT_FALSE(records->address(H::kPerson, "X-1", K::kPush)->has_value());
  EXPECT_TRUE(records->address(H::kAccount, "X-1", K::kPush)->has_value()) << "an account of the same id";
  ASSERT_TRUE(records->put_address(H::kAccount, "X-1", K::kPush, Personal()).ok());
  EXPECT_FALSE(records->address(H::kAccount, "X-1", K::kPush)->has_value());
}

TEST_F(Records_, OpensAFileOfTheFormThatHadNoAddresses) {
  ASSERT_TRUE(open()->put_person("P-1", Personal("her")).ok());
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &file), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(file, "DROP TABLE address; PRAGMA user_version=1", nullptr, nullptr, nullptr),
            SQLITE_OK);
  sqlite3_close(file);
  const auto records = open();
  EXPECT_EQ(**records->person("P-1"), Personal("her"));
  EXPECT_TRUE(records->put_address(Holder::kPerson, "P-1", AddressKind::kPush, Personal("push")).ok());
}

TEST_F(Records_, RefusesAFormThatItDoesNotKnow) {
  ASSERT_TRUE(open()->put_person("P-1", Personal("her")).ok());
  sqlite3* file = nullptr;
  ASSERT_EQ(sqlite3_open(path_.c_str(), &file), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(file, "PRAGMA user_version=1000", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(file);
  const auto opened = Records::open(path_.string());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().reason, "not a record file of this version");
}

TEST_F(Records_, TakesWritersOnSeveralThreads) {
  const auto records = open();
  const auto write = [&](const std::string& mine) {
    for (int i = 0; i < 200; ++i) {
      EXPECT_TRUE(records->put_person(mine, Personal("p")).ok());
      EXPECT_TRUE(records->put_address(Holder::kPerson, mine, AddressKind::kPush, Personal()).ok());
    }
  };
  std::thread other(write, "P-1");
  write("P-2");
  other.join();
  EXPECT_TRUE(records->person("P-1")->has_value());
}

template <typename T, typename = void>
struct Prints : std::false_type {};
template <typename T>
struct Prints<T, std::void_t<decltype(std::declval<std::ostream&>() << std::declval<const T&>())>>
    : std::true_type {};

// With a ring beside the record file.
class SealedRecords : public Records_ {
 protected:
  SealedRecords() {
    ring_folder_ = directory_.string() + ".keys";
    std::filesystem::create_directory(ring_folder_);
    ring_ = *vault::KeyRing::open(ring_folder_ + "/ring", vault::Key(std::string(32, 'm')),
                                  vault::RingMode::kWrite);
  }
  ~SealedRecords() override { std::filesystem::remove_all(ring_folder_); }
  std::unique_ptr<Records> open_sealed() { return *Records::open(path_.string(), ring_.get()); }

  std::string ring_folder_;
  std::unique_ptr<vault::KeyRing> ring_;
};

TEST_F(SealedRecords, HoldsNamesNotesAndAddressesInClearNowhere) {
  auto records = open_sealed();
  const Personal record(R"({"name":"Canary Name"})"), note("canary note"),
      address(R"({"email":"canary@example"})");
  ASSERT_TRUE(records->put_person("W-1", record).ok());
  ASSERT_TRUE(records->put_note("K-1", "W-1", note).ok());
  ASSERT_TRUE(records->put_address(Holder::kPerson, "W-1", AddressKind::kPost, address).ok());
  records.reset();
  for (const char* sign : {"Canary", "canary"})
    EXPECT_EQ(bytes_on_disk().find(sign), std::string::npos) << sign;
  records = open_sealed();
  EXPECT_EQ(records->person("W-1")->value(), record);
  EXPECT_EQ(records->note("K-1")->value(), note);
  EXPECT_EQ(records->address(Holder::kPerson, "W-1", AddressKind::kPost)->value(), address);
  EXPECT_EQ(records->persons_named("canary", 5)->size(), 1u);
  EXPECT_TRUE(records->persons_named("somebody", 5)->empty());
}

TEST_F(SealedRecords, SealsWhatWasWrittenBeforeThereWasARing) {
  ASSERT_TRUE(open()->put_person("W-1", Personal(R"({"name":"Canary Name"})")).ok());
  ASSERT_TRUE(open()->put_note("K-1", "W-1", Personal("canary note")).ok());
  ASSERT_NE(bytes_on_disk().find("Canary"), std::string::npos);
  EXPECT_EQ(open_sealed()->persons_named("canary", 5)->size(), 1u);
  for (const char* sign : {"Canary", "canary"})
    EXPECT_EQ(bytes_on_disk().find(sign), std::string::npos) << sign;
}

TEST_F(SealedRecords, WhatADestroyedKeySealedIsAsIfItWereNotThere) {
  auto records = open_sealed();
  ASSERT_TRUE(records->put_person("W-1", Personal(R"({"name":"his"})")).ok());
  ASSERT_TRUE(records->put_person("P-1", Personal(R"({"name":"hers"})")).ok());
  ASSERT_TRUE(ring_->destroy("person/W-1", 1).ok());
  EXPECT_FALSE(records->person("W-1")->has_value());
  EXPECT_TRUE(records->person("P-1")->has_value());
  EXPECT_EQ(records->persons_named("h", 5)->size(), 1u);
}

TEST_F(SealedRecords, SealsEverythingAgainUnderTheNextKeysSoThatTheOnesBeforeCanEnd) {
  auto records = open_sealed();
  const Personal record(R"({"name":"Canary Name"})"), note("canary note"),
      address(R"({"email":"canary@example"})"), gone("gone");
  ASSERT_TRUE(records->put_person("W-1", record).ok());
  ASSERT_TRUE(records->put_note("K-1", "W-1", note).ok());
  ASSERT_TRUE(records->put_address(Holder::kPerson, "W-1", AddressKind::kPost, address).ok());
  ASSERT_TRUE(records->put_person("W-2", gone).ok());
  ASSERT_TRUE(ring_->destroy("person/W-2", 1).ok());
  const std::string before = bytes_on_disk();
  ASSERT_TRUE(ring_->renew("person/W-1").ok());
  EXPECT_EQ(records->person("W-1")->value(), record) << "the key before opens as ever";
  EXPECT_EQ(*records->reseal(), 3u) << "what an ended key sealed stays as it is";
  EXPECT_NE(bytes_on_disk(), before);
  EXPECT_EQ(*ring_->destroy_replaced("person/W-1"), 1u);
  EXPECT_EQ(records->person("W-1")->value(), record);
  EXPECT_EQ(records->note("K-1")->value(), note);
  EXPECT_EQ(records->address(Holder::kPerson, "W-1", AddressKind::kPost)->value(), address);
  EXPECT_EQ(records->persons_named("canary", 5)->size(), 1u);
  EXPECT_FALSE(records->person("W-2")->has_value());
  for (const char* sign : {"Canary", "canary"})
    EXPECT_EQ(bytes_on_disk().find(sign), std::string::npos) << sign;
}

TEST_F(SealedRecords, ACrashBeforeTheEndOfAResealLeavesEachTextUnderAKeyThatLives) {
  ASSERT_TRUE(open_sealed()->put_person("W-1", Personal("{}")).ok());
  ASSERT_TRUE(ring_->renew("person/W-1").ok());  // and no more: the texts are still under the key before
  ASSERT_TRUE(open_sealed()->put_note("K-1", "W-1", Personal("later")).ok());
  EXPECT_EQ(open_sealed()->person("W-1")->value(), Personal("{}"));
  EXPECT_EQ(open_sealed()->note("K-1")->value(), Personal("later"));
  ASSERT_TRUE(ring_->renew("person/W-1").ok());
  EXPECT_EQ(*open_sealed()->reseal(), 2u);
  EXPECT_EQ(*ring_->destroy_replaced("person/W-1"), 2u);
  EXPECT_EQ(open_sealed()->note("K-1")->value(), Personal("later"));
}

TEST_F(SealedRecords, DoesNotGiveOutWhatItCannotOpen) {
  ASSERT_TRUE(open_sealed()->put_person("W-1", Personal("{}")).ok());
  EXPECT_EQ(open()->person("W-1").error().code, Code::kCorrupt);
}

TEST(Personal, CannotBePrintedOrTurnedIntoText) {
  EXPECT_TRUE(Prints<std::string>::value);
  EXPECT_FALSE(Prints<Personal>::value);
  EXPECT_FALSE((std::is_convertible_v<Personal, std::string>));
  EXPECT_FALSE((std::is_convertible_v<Personal, std::string_view>));
  EXPECT_FALSE((std::is_convertible_v<std::string, Personal>));
}

}  // namespace
}  // namespace haechi::store
