#include "vault/key_ring.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/digest.h"
#include "vault/cipher.h"

namespace haechi::vault {
namespace {

const Key kMaster(std::string(32, 'm'));
const Key kOther(std::string(32, 'o'));

class KeyRingTest : public testing::Test {
 protected:
  KeyRingTest() {
    std::string name = testing::TempDir() + "haechi-ring-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~KeyRingTest() override { std::filesystem::remove_all(folder_); }

  std::string path() const { return folder_ + "/ring"; }
  std::unique_ptr<KeyRing> open(const Key& master = kMaster) {
    auto ring = KeyRing::open(path(), master, RingMode::kWrite);
    EXPECT_TRUE(ring.ok()) << ring.error().text();
    return ring.ok() ? *std::move(ring) : nullptr;
  }
  std::string bytes() const {
    std::ifstream in(path(), std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  void write(const std::string& all) const {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << all;
  }

  std::string folder_;
};

Key key_of(const KeyRing& ring, KeyId id) {
  Key key;
  EXPECT_EQ(ring.find(id, key), KeyRing::State::kLiving);
  return key;
}

TEST_F(KeyRingTest, GivesTheSameKeyAgainAfterItIsOpenedAgain) {
  auto ring = open();
  const KeyId his = *ring->key_of("person/W-1"), hers = *ring->key_of("person/P-1");
  EXPECT_NE(his, hers);
  EXPECT_EQ(*ring->key_of("person/W-1"), his);
  const Key key = key_of(*ring, his);
  EXPECT_NE(key.view(), key_of(*ring, hers).view());
  ring.reset();
  ring = open();
  EXPECT_EQ(*ring->key_of("person/W-1"), his);
  EXPECT_EQ(key_of(*ring, his).view(), key.view());
  EXPECT_EQ(bytes().find(std::string(key.view())), std::string::npos) << "a key lies on disk in clear";
}

// A token that may be out of reach.
class Token : public Master {
 public:
  explicit Token(const bool& away) : away_(away) {}
  Result<std::string> wrap(const Key& key) override {
    if (away_) return Error{Code::kUnavailable, "token", "does not answer"};
    return inner_->wrap(key);
  }
  std::optional<Key> unwrap(std::string_view wrapped) override {
    return away_ ? std::nullopt : inner_->unwrap(wrapped);
  }

 private:
  const bool& away_;
  std::unique_ptr<Master> inner_ = master_of(kMaster);
};

TEST_F(KeyRingTest, SealsForWhomItKnowsAndForWhomItDoesNotWhileItsTokenIsAway) {
  bool away = false;
  const auto reopened = [&] {
    auto ring = KeyRing::open(path(), std::make_unique<Token>(away), RingMode::kWrite);
    EXPECT_TRUE(ring.ok());
    return *std::move(ring);
  };
  auto ring = reopened();
  const KeyId house = ring->sealing_key(KeyRing::kHouse)->first;
  const auto before = *ring->sealing_key("person/W-1");
  ring.reset();
  ring = reopened();  // of whose keys only the house's is open now
  away = true;
  const auto his = ring->sealing_key("person/W-1"), hers = ring->sealing_key("person/P-1");
  ASSERT_TRUE(his.ok() && hers.ok());
  EXPECT_NE(his->first, before.first) << "which is in the token's hand";
  EXPECT_EQ(ring->sealing_key("person/W-1")->first, his->first) << "one next key, not one for each report";
  EXPECT_EQ(ring->sealing_key(KeyRing::kHouse)->first, house);
  EXPECT_EQ(ring->under_house(), 2u);
  EXPECT_TRUE(ring->settle().ok());
  EXPECT_EQ(bytes().find(std::string(hers->second.view())), std::string::npos)
      << "no key lies there in clear";
  away = false;
  ring.reset();
  ring = reopened();
  EXPECT_EQ(ring->under_house(), 0u) << "the token has wrapped them";
  for (const auto& [id, key] : {before, *his, *hers}) EXPECT_EQ(key_of(*ring, id).view(), key.view());
  EXPECT_EQ(ring->sealing_key("person/W-1")->first, his->first);
  ASSERT_TRUE(ring->destroy("person/W-1", 1).ok());
  Key gone;
  for (const KeyId id : {before.first, his->first})
    EXPECT_EQ(ring->find(id, gone), KeyRing::State::kDestroyed);
}

TEST_F(KeyRingTest, WrapsAnewBeforeAKeyOfTheHouseEndsWhatThatWrapped) {
  bool away = false;
  auto ring = *KeyRing::open(path(), std::make_unique<Token>(away), RingMode::kWrite);
  ASSERT_TRUE(ring->sealing_key(KeyRing::kHouse).ok());
  away = true;
  const auto his = ring->sealing_key("person/W-1");
  ASSERT_TRUE(his.ok());
  away = false;
  ASSERT_TRUE(ring->renew(KeyRing::kHouse).ok());
  ASSERT_EQ(*ring->destroy_replaced(KeyRing::kHouse), 1u);
  EXPECT_EQ(ring->under_house(), 0u);
  ring.reset();
  EXPECT_EQ(key_of(*open(), his->first).view(), his->second.view());
}

TEST_F(KeyRingTest, ADestroyedKeyIsNowhereInTheFileAndItsNumberIsKnownAsDestroyed) {
  auto ring = open();
  const KeyId his = *ring->key_of("person/W-1"), hers = *ring->key_of("person/P-1");
  const std::string wrapped = wrap(kMaster, key_of(*ring, his));
  ASSERT_NE(bytes().find(wrapped), std::string::npos);
  ring->reach(10);
  ASSERT_TRUE(ring->destroy("person/W-1", 10).ok());
  EXPECT_EQ(bytes().find(wrapped), std::string::npos);
  for (int opened = 0; opened < 2; ++opened) {
    Key key;
    EXPECT_EQ(ring->find(his, key), KeyRing::State::kDestroyed);
    EXPECT_EQ(ring->find(hers, key), KeyRing::State::kLiving);
    EXPECT_EQ(ring->find(his ^ 1, key), KeyRing::State::kUnknown);
    ring.reset();
    ring = open();
  }
}

TEST_F(KeyRingTest, AnErasureThatIsReplayedSparesTheKeyThatCameAfterIt) {
  auto ring = open();
  const KeyId first = *ring->key_of("person/W-1");
  ASSERT_TRUE(ring->destroy("person/W-1", 10).ok());
  ring->reach(11);
  const KeyId second = *ring->key_of("person/W-1");
  EXPECT_NE(first, second);
  EXPECT_FALSE(ring->has_older("person/W-1", 10));
  ASSERT_TRUE(ring->destroy("person/W-1", 10).ok());
  Key key;
  EXPECT_EQ(ring->find(second, key), KeyRing::State::kLiving);
  ASSERT_TRUE(ring->destroy("person/W-1", 12).ok());
  EXPECT_EQ(ring->find(second, key), KeyRing::State::kDestroyed);
}

TEST_F(KeyRingTest, ANextKeySealsFromThenOnAndTheOnesBeforeItStillOpen) {
  auto ring = open();
  const KeyId first = *ring->key_of("person/W-1");
  const Key before = key_of(*ring, first);
  const KeyId second = *ring->renew("person/W-1"), third = *ring->renew("person/W-1");
  for (int opened = 0; opened < 2; ++opened) {
    EXPECT_EQ(*ring->key_of("person/W-1"), third);
    EXPECT_EQ(key_of(*ring, first).view(), before.view());
    EXPECT_NE(key_of(*ring, second).view(), key_of(*ring, third).view());
    EXPECT_EQ(ring->living(), 3u);
    EXPECT_EQ(ring->owners(), std::vector<std::string>{"person/W-1"});
    ring.reset();
    ring = open();
  }
  ring.reset();
  ASSERT_TRUE(open()->rewrap(master_of(kOther)).ok());
  EXPECT_EQ(*open(kOther)->key_of("person/W-1"), third) << "under another master key as well";
}

TEST_F(KeyRingTest, AnErasureEndsEveryKeyFromBeforeItAndNoneFromAfterwards) {
  auto ring = open();
  const KeyId first = *ring->key_of("person/W-1");
  ring->reach(5);
  const KeyId second = *ring->renew("person/W-1");
  const std::string wrapped[] = {wrap(kMaster, key_of(*ring, first)), wrap(kMaster, key_of(*ring, second))};
  ring->reach(10);
  const KeyId third = *ring->renew("person/W-1"), hers = *ring->key_of("person/P-1");
  EXPECT_TRUE(ring->has_older("person/W-1", 1));
  ASSERT_TRUE(ring->destroy("person/W-1", 10).ok());
  EXPECT_FALSE(ring->has_older("person/W-1", 10));
  EXPECT_TRUE(ring->has_older("person/W-1", 11));
  for (const std::string& one : wrapped) EXPECT_EQ(bytes().find(one), std::string::npos);
  for (int opened = 0; opened < 2; ++opened) {
    Key key;
    EXPECT_EQ(ring->find(first, key), KeyRing::State::kDestroyed);
    EXPECT_EQ(ring->find(second, key), KeyRing::State::kDestroyed);
    EXPECT_EQ(*ring->key_of("person/W-1"), third);
    EXPECT_EQ(*ring->key_of("person/P-1"), hers);
    ring.reset();
    ring = open();
  }
  ASSERT_TRUE(ring->destroy("person/W-1", 11).ok());
  EXPECT_EQ(ring->living(), 1u);
  EXPECT_EQ(ring->owners(), std::vector<std::string>{"person/P-1"});
}

TEST_F(KeyRingTest, EndsTheReplacedKeysOfOneOwnerAlone) {
  auto ring = open();
  const KeyId first = *ring->key_of("account/kim"), second = *ring->renew("account/kim");
  const KeyId other = *ring->key_of("account/lee");
  ASSERT_TRUE(ring->renew("account/lee").ok());
  EXPECT_EQ(*ring->destroy_replaced("account/kim"), 1u);
  EXPECT_EQ(*ring->destroy_replaced("account/kim"), 0u);
  EXPECT_EQ(*ring->destroy_replaced("account/nobody"), 0u);
  Key key;
  EXPECT_EQ(ring->find(first, key), KeyRing::State::kDestroyed);
  EXPECT_EQ(ring->find(second, key), KeyRing::State::kLiving);
  EXPECT_EQ(ring->find(other, key), KeyRing::State::kLiving);
}

// A power cut keeps any part of what was not synced.
TEST_F(KeyRingTest, AnErasureOfSeveralKeysThatIsCutShortIsFinishedWhenItIsReplayed) {
  auto ring = open();
  ASSERT_TRUE(ring->key_of("person/W-1").ok());
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(ring->renew("person/W-1").ok());
  const std::string before = bytes();
  ASSERT_TRUE(ring->destroy("person/W-1", 1).ok());
  const std::string after = bytes();
  ring.reset();
  const size_t slot = before.size() / 4;
  for (int kept = 0; kept < 8; ++kept) {
    std::string cut = before;
    for (size_t i = 0; i < 3; ++i)
      if ((kept >> i & 1) != 0) cut.replace((i + 1) * slot, slot, after, (i + 1) * slot, slot);
    write(cut);
    ring = open();
    EXPECT_EQ(ring->has_older("person/W-1", 1), kept != 7) << "or a replay would not go on";
    ASSERT_TRUE(ring->destroy("person/W-1", 1).ok());
    EXPECT_EQ(ring->living(), 0u);
    ring.reset();
    EXPECT_EQ(bytes(), after);
  }
}

TEST_F(KeyRingTest, RefusesAnotherMasterKeyAndASecondProcess) {
  auto ring = open();
  EXPECT_EQ(KeyRing::open(path(), kMaster, RingMode::kWrite).error().code, Code::kUnavailable);
  EXPECT_TRUE(KeyRing::open(path(), kMaster, RingMode::kReadOnly).ok());
  ring.reset();
  EXPECT_EQ(KeyRing::open(path(), kOther, RingMode::kWrite).error().code, Code::kInvalid);
  EXPECT_EQ(KeyRing::open(path() + "x", kMaster, RingMode::kReadOnly).error().code, Code::kNotFound);
}

TEST_F(KeyRingTest, ASlotThatWasCutWhileItWasWrittenIsNoKeyAndTheNextOneIsAKeyAgain) {
  auto ring = open();
  const KeyId his = *ring->key_of("person/W-1");
  const std::string before = bytes();
  ASSERT_TRUE(ring->key_of("person/P-1").ok());
  const std::string after = bytes();
  ring.reset();
  for (size_t size = before.size(); size < after.size(); ++size) {
    write(after.substr(0, size));
    ring = open();
    ASSERT_TRUE(ring);
    EXPECT_EQ(ring->living(), 1u);
    key_of(*ring, his);
    const KeyId hers = *ring->key_of("person/P-1");
    ring.reset();
    ring = open();
    key_of(*ring, hers);
    ring.reset();
  }
}

TEST_F(KeyRingTest, ADamagedSlotIsAKeyThatIsNotKnownAndADamagedFirstOneIsNoRing) {
  auto ring = open();
  const KeyId his = *ring->key_of("person/W-1"), hers = *ring->key_of("person/P-1");
  const std::string good = bytes();
  const size_t slot = good.size() / 3;
  ring.reset();
  for (size_t at = 0; at < 2 * slot; at += 7) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 4);
    write(bad);
    const auto opened = KeyRing::open(path(), kMaster, RingMode::kReadOnly);
    ASSERT_EQ(opened.ok(), at >= slot) << "byte " << at;
    if (!opened.ok()) continue;
    Key key;
    EXPECT_EQ((*opened)->find(his, key), KeyRing::State::kUnknown) << "byte " << at;
    EXPECT_EQ((*opened)->find(hers, key), KeyRing::State::kLiving);
  }
}

TEST_F(KeyRingTest, RefusesAFormThatItDoesNotKnow) {
  ASSERT_TRUE(open()->key_of("person/W-1").ok());
  std::string newer = bytes();
  constexpr size_t kSlotBytes = 256, kVersionAt = 7, kCrcAt = 252;
  for (size_t slot = 0; slot < newer.size(); slot += kSlotBytes) {
    newer[slot + kVersionAt] = '2';
    const uint32_t crc = crc32c(std::string_view(newer).substr(slot, kCrcAt));
    for (size_t i = 0; i < 4; ++i) newer[slot + kCrcAt + i] = static_cast<char>(crc >> (24 - 8 * i));
  }
  write(newer);
  EXPECT_FALSE(KeyRing::open(path(), kMaster, RingMode::kWrite).ok());
  EXPECT_EQ(bytes(), newer) << "and it is left as it was";
}

TEST_F(KeyRingTest, AKillInTheMiddleOfADestructionLeavesTheKeyWholeOrGone) {
  auto ring = open();
  const KeyId his = *ring->key_of("person/W-1");
  const Key whole = key_of(*ring, his);
  const std::string before = bytes();
  ring.reset();
  int gone = 0, kept = 0;
  for (int round = 0; round < 40; ++round) {
    write(before);
    const pid_t child = ::fork();
    if (child == 0) {
      auto mine = KeyRing::open(path(), kMaster, RingMode::kWrite);
      if (mine.ok()) (void)(*mine)->destroy("person/W-1", 1).ok();
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(round * 100));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    ring = open();
    ASSERT_TRUE(ring);
    Key key;
    if (ring->find(his, key) == KeyRing::State::kDestroyed) {
      ++gone;
    } else {
      ++kept;
      EXPECT_EQ(key.view(), whole.view());
    }
    ring.reset();
  }
  EXPECT_EQ(gone + kept, 40);
}

TEST_F(KeyRingTest, AnotherMasterKeyTakesOverAndTheOldOneOpensNothingAnyMore) {
  auto ring = open();
  const KeyId his = *ring->key_of("person/W-1"), hers = *ring->key_of("person/P-1");
  ASSERT_TRUE(ring->destroy("person/P-1", 1).ok());
  const Key key = key_of(*ring, his);
  ASSERT_TRUE(ring->rewrap(master_of(kOther)).ok());
  ASSERT_TRUE(ring->key_of("person/W-2").ok());
  ring.reset();
  EXPECT_FALSE(KeyRing::open(path(), kMaster, RingMode::kWrite).ok());
  ring = open(kOther);
  ASSERT_TRUE(ring);
  EXPECT_EQ(key_of(*ring, his).view(), key.view());
  EXPECT_EQ(ring->living(), 2u);
  Key none;
  EXPECT_EQ(ring->find(hers, none), KeyRing::State::kDestroyed);
}

class Rotation : public KeyRingTest {
 protected:
  Rotation() : place_{folder_ + "/ring", folder_ + "/master"} {
    auto ring = open_ring(place_, RingMode::kWrite);
    his_ = *(*ring)->key_of("person/W-1");
    key_ = key_of(**ring, his_);
    EXPECT_TRUE((*ring)->settle().ok());
  }
  static std::string read(const std::string& path) {
    std::ifstream in(path);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  static void put(const std::string& path, const std::string& text) { std::ofstream(path) << text; }
  // Opens with whatever lies there, and nothing but one ring and one master key is left.
  void expect_whole(const std::string& master) {
    for (const RingMode mode : {RingMode::kReadOnly, RingMode::kWrite}) {
      auto ring = open_ring(place_, mode);
      ASSERT_TRUE(ring.ok()) << ring.error().text();
      EXPECT_EQ(key_of(**ring, his_).view(), key_.view());
    }
    EXPECT_EQ(read(place_.master_file), master);
    EXPECT_FALSE(std::filesystem::exists(place_.master_file + ".new"));
  }

  const RingPlace place_;
  KeyId his_ = 0;
  Key key_;
};

TEST_F(Rotation, PutsANewMasterKeyInThePlaceOfTheOldOneWhichOpensNothingAnyMore) {
  const std::string old = read(place_.master_file);
  EXPECT_EQ(*rotate_master(place_, ""), 1u);
  const std::string next = read(place_.master_file);
  EXPECT_NE(next, old);
  expect_whole(next);
  put(folder_ + "/old", old);
  EXPECT_EQ(open_ring({place_.path, folder_ + "/old"}, RingMode::kReadOnly).error().code, Code::kInvalid);
}

size_t bytes_of_file(int file) {
  struct stat about {};
  ::fstat(file, &about);
  return static_cast<size_t>(about.st_size);
}

TEST_F(Rotation, LeavesNothingOfTheOldRingToUnwrap) {
  const int old = ::open(place_.path.c_str(), O_RDONLY);
  ASSERT_TRUE(rotate_master(place_, "").ok());
  std::string bytes(bytes_of_file(old), 'x');
  EXPECT_EQ(::pread(old, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size()));
  EXPECT_EQ(bytes, std::string(bytes.size(), '\0'));
  ::close(old);
}

TEST_F(Rotation, IsFinishedOrUndoneAfterACrashAtAnyOfItsSteps) {
  const std::string old_master = read(place_.master_file), old_ring = bytes();
  ASSERT_TRUE(rotate_master(place_, "").ok());
  const std::string new_master = read(place_.master_file), new_ring = bytes();
  const std::string next = place_.master_file + ".new";
  const std::string wiped(old_master.size(), '\0');
  struct Crash {
    std::string ring, master, next;
    const std::string& stays;
  };
  for (const Crash& crash : {Crash{old_ring, old_master, "", old_master},
                             Crash{old_ring, old_master, new_master.substr(0, 20), old_master},
                             Crash{old_ring, old_master, new_master, old_master},
                             Crash{new_ring, old_master, new_master, new_master},
                             Crash{new_ring, wiped, new_master, new_master}}) {
    write(crash.ring);
    put(place_.master_file, crash.master);
    put(next, crash.next);
    expect_whole(crash.stays);
  }
}

TEST_F(Rotation, AKillInTheMiddleOfItLosesNoKey) {
  std::set<bool> changed;
  // Where processors are busy the child begins late: then it is given twice as long again and again.
  for (int round = 0; round < 60 || (round < 72 && !changed.contains(true)); ++round) {
    const std::string before = read(place_.master_file);
    const pid_t child = ::fork();
    if (child == 0) {
      (void)rotate_master(place_, "").ok();
      ::_exit(0);
    }
    ::usleep(static_cast<useconds_t>(round < 60 ? round * 60 : 3'600 << (round - 60)));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    auto ring = open_ring(place_, RingMode::kWrite);
    ASSERT_TRUE(ring.ok()) << "round " << round << ": " << ring.error().text();
    EXPECT_EQ(key_of(**ring, his_).view(), key_.view());
    changed.insert(read(place_.master_file) != before);
  }
  EXPECT_TRUE(changed.contains(true)) << "the kills came too early to try anything";
}

TEST_F(Rotation, MovesToAnotherFileAndSaysWhatItCannotDo) {
  const std::string elsewhere = folder_ + "/elsewhere/master";
  ASSERT_EQ(*rotate_master(place_, elsewhere), 1u);
  EXPECT_EQ(open_ring(place_, RingMode::kReadOnly).error().code, Code::kInvalid);
  EXPECT_TRUE(open_ring({place_.path, elsewhere}, RingMode::kReadOnly).ok());
  EXPECT_EQ(rotate_master({place_.path, ""}, "").error().field, "to");
  EXPECT_EQ(rotate_master({folder_ + "/none", elsewhere}, "").error().code, Code::kNotFound);
  const auto in_use = open_ring({place_.path, elsewhere}, RingMode::kWrite);
  EXPECT_EQ(rotate_master({place_.path, elsewhere}, "").error().code, Code::kUnavailable);
}

TEST_F(KeyRingTest, IsMadeWithAMasterKeyOfItsOwnAndNeverWithoutTheOneItHad) {
  const RingPlace place{folder_ + "/made/ring", folder_ + "/made/master"};
  EXPECT_EQ(open_ring(place, RingMode::kReadOnly).error().code, Code::kNotFound);
  ASSERT_TRUE(open_ring(place, RingMode::kWrite).ok());
  ASSERT_TRUE(open_ring(place, RingMode::kWrite).ok());
  EXPECT_EQ(std::filesystem::status(place.master_file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  std::filesystem::remove(place.master_file);
  EXPECT_EQ(open_ring(place, RingMode::kWrite).error().code, Code::kNotFound);
  std::ofstream(place.master_file) << "not a key";
  EXPECT_EQ(open_ring(place, RingMode::kWrite).error().code, Code::kInvalid);
}

TEST_F(KeyRingTest, TakesItsMasterKeyFromTheEnvironment) {
  ::setenv(kMasterVariable, hex(kMaster.view()).c_str(), 1);
  const RingPlace place = place_beside(folder_ + "/data/");
  EXPECT_EQ(place.path, folder_ + "/data.keys/ring");
  EXPECT_TRUE(place.master_file.empty());
  ASSERT_TRUE(open_ring(place, RingMode::kWrite).ok());
  EXPECT_TRUE(KeyRing::open(place.path, kMaster, RingMode::kWrite).ok());
  ::unsetenv(kMasterVariable);
}

}  // namespace
}  // namespace haechi::vault
