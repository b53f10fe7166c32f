// The master key of a ring that is in use: found, made and ended are keys meanwhile, and who asks is
// answered.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

#include "vault/change_request.h"
#include "vault/cipher.h"
#include "vault/key_ring.h"

namespace haechi::vault {
namespace {

class ChangeMaster : public testing::Test {
 protected:
  ChangeMaster() {
    std::string name = testing::TempDir() + "haechi-change-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    place_ = {folder_ + "/ring", folder_ + "/master"};
    ring_ = std::move(open_ring(place_, RingMode::kWrite).value());
  }
  ~ChangeMaster() override { std::filesystem::remove_all(folder_); }

  std::string bytes_of(const std::string& path) const {
    std::ifstream in(path, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }
  Key opened(KeyId id) const {
    Key key;
    EXPECT_EQ(ring_->find(id, key), KeyRing::State::kLiving);
    return key;
  }

  std::string folder_;
  RingPlace place_;
  std::unique_ptr<KeyRing> ring_;
};

TEST_F(ChangeMaster, WhatIsSealedUnderAKeyIsReadableWhileTheMasterKeyChangesAndAfterwards) {
  std::map<KeyId, std::string> made;  // key in clear
  for (int i = 0; i < 500; ++i) {
    const KeyId id = *ring_->key_of("person/old-" + std::to_string(i));
    made[id] = opened(id).view();
  }
  std::atomic<bool> changing{true};
  std::map<KeyId, std::string> meanwhile, ended;
  std::thread writer([&] {
    for (int i = 0; changing || i < 20; ++i) {
      const std::string owner = "person/new-" + std::to_string(i);
      const KeyId id = *ring_->key_of(owner);
      meanwhile[id] = opened(id).view();
      ASSERT_TRUE(ring_->settle().ok());
      if (i % 3 == 0) {
        ended[id] = meanwhile[id];
        meanwhile.erase(id);
        ASSERT_TRUE(ring_->destroy(owner, UINT64_MAX).ok());
      }
    }
  });
  std::thread reader([&] {
    while (changing)
      for (const auto& [id, key] : made) ASSERT_EQ(opened(id).view(), key);
  });
  for (int turn = 0; turn < 5; ++turn) {
    const std::string before = bytes_of(place_.master_file);
    ASSERT_TRUE(change_master(*ring_, place_, "").ok());
    EXPECT_NE(bytes_of(place_.master_file), before);
  }
  changing = false;
  writer.join();
  reader.join();
  made.insert(meanwhile.begin(), meanwhile.end());
  ring_.reset();
  ring_ = std::move(open_ring(place_, RingMode::kWrite).value());
  for (const auto& [id, key] : made) EXPECT_EQ(opened(id).view(), key);
  for (const auto& [id, key] : ended) {
    Key none;
    EXPECT_EQ(ring_->find(id, none), KeyRing::State::kDestroyed) << "ended while it changed";
  }
  EXPECT_FALSE(ended.empty());
  EXPECT_EQ(ring_->living(), made.size());
}

TEST_F(ChangeMaster, AKeyThatEndsWhileTheMasterKeyChangesIsNowhereInTheFile) {
  const KeyId his = *ring_->key_of("person/W-1");
  const std::string key(opened(his).view());
  ASSERT_TRUE(change_master(*ring_, place_, "").ok());
  const std::string wrapped = wrap(*read_master(place_), opened(his));
  ASSERT_NE(bytes_of(place_.path).find(wrapped), std::string::npos);
  ASSERT_TRUE(ring_->destroy("person/W-1", UINT64_MAX).ok());
  EXPECT_EQ(bytes_of(place_.path).find(wrapped), std::string::npos) << "it is the new file that is written";
}

TEST_F(ChangeMaster, OfAChangeThatACrashCutShortNothingIsLeftThatCouldBeUnwrapped) {
  ASSERT_TRUE(ring_->key_of("person/W-1").ok());
  ring_.reset();
  ASSERT_TRUE(make_master(place_.master_file + ".new").ok());
  std::filesystem::copy_file(place_.path, place_.path + ".new");
  ring_ = std::move(open_ring(place_, RingMode::kWrite).value());
  EXPECT_FALSE(std::filesystem::exists(place_.master_file + ".new"));
  EXPECT_FALSE(std::filesystem::exists(place_.path + ".new"));
}

TEST_F(ChangeMaster, WhoAsksIsAnsweredByWhoHasTheRing) {
  std::thread node([this] {
    std::optional<std::string> to;
    while (!(to = change_asked(place_))) std::this_thread::yield();
    EXPECT_EQ(*to, "elsewhere");
    ASSERT_TRUE(take_change(place_).ok());
    ASSERT_TRUE(answer_change(place_, 7).ok());
  });
  const Result<size_t> done = ask_for_change(place_, "elsewhere");
  node.join();
  ASSERT_TRUE(done.ok()) << done.error().text();
  EXPECT_EQ(*done, 7u);
  EXPECT_FALSE(change_asked(place_)) << "nothing is left to be done";
}

TEST_F(ChangeMaster, AnAnswerThatRefusesSaysWhy) {
  std::thread node([this] {
    while (!change_asked(place_)) std::this_thread::yield();
    ASSERT_TRUE(take_change(place_).ok());
    ASSERT_TRUE(answer_change(place_, invalid("to", "is needed")).ok());
  });
  const Result<size_t> done = ask_for_change(place_, "");
  node.join();
  EXPECT_EQ(done.error().code, Code::kUnavailable);
  EXPECT_NE(done.error().text().find("is needed"), std::string::npos);
}

}  // namespace
}  // namespace haechi::vault
