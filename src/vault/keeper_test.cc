// What holds of every keeper: of the ring itself, and of one that is asked over lines.
#include "vault/keeper.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include "base/archive.h"
#include "haechi/v1/fact.pb.h"
#include "vault/keeper_apart.h"
#include "vault/keeper_desk.h"
#include "vault/key_ring.h"
#include "vault/sealer.h"
#include "vault/signing_key.h"

namespace haechi::vault {
namespace {

const std::string kNonce(12, 'n');

// A keeper's side on threads of this process; its process is in tests/e2e/keeper_e2e.py.
class Desk {
 public:
  explicit Desk(int lines) {
    for (int i = 0; i < lines; ++i) {
      int pair[2];
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
      sockets_.push_back(pair[0]);
      threads_.emplace_back([this, socket = pair[1]] {
        KeeperLine line(socket);
        if (!desk_.serve(line)) ++refused_;
      });
    }
  }
  ~Desk() { end(); }
  // When whoever asks has closed his lines. How many of them were ended because of what was asked.
  int end() {
    for (std::thread& one : threads_)
      if (one.joinable()) one.join();
    return refused_;
  }
  const std::vector<int>& sockets() const { return sockets_; }

 private:
  KeeperDesk desk_{false};
  std::atomic<int> refused_{0};
  std::vector<int> sockets_;
  std::vector<std::thread> threads_;
};

enum class Where { kHere, kApart };

class KeeperTest : public testing::TestWithParam<Where> {
 protected:
  KeeperTest() {
    std::string name = testing::TempDir() + "haechi-keeper-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    place_ = {folder_ + "/ring", folder_ + "/master"};
    open();
  }
  ~KeeperTest() override {
    close();
    std::filesystem::remove_all(folder_);
  }

  void open() {
    if (GetParam() == Where::kHere) {
      keeper_ = *open_ring(place_, RingMode::kWrite);
    } else {
      desk_ = std::make_unique<Desk>(2);
      keeper_ = *KeeperApart::open(place_, desk_->sockets());
    }
  }
  void close() {
    keeper_.reset();
    desk_.reset();
  }
  void reopen() {
    close();
    open();
  }
  Keeper::SealedPart seal(const Keeper::Part& part) { return (*keeper_->seal({&part, 1}, part.no)).front(); }
  Keeper::Answer open(uint64_t no, const Keeper::SealedPart& sealed) {
    std::string beside;
    write_beside(beside, no, sealed.key_ids, sealed.commitment);
    const Keeper::Box box{sealed.key_ids, sealed.nonce, beside, sealed.box};
    return keeper_->open({&box, 1}).front();
  }
  std::string text_of(const Keeper::Answer& answer) {
    return answer.whole() ? answer.bytes.substr(kSaltBytes) : "";
  }
  std::string file(const std::string& path) const {
    std::ifstream in(path, std::ios::binary);
    std::stringstream out;
    out << in.rdbuf();
    return out.str();
  }

  std::string folder_;
  RingPlace place_;
  std::unique_ptr<Desk> desk_;
  std::unique_ptr<Keeper> keeper_;
};

TEST_P(KeeperTest, OpensWhatItSealedAlsoAfterItIsOpenedAgain) {
  const auto one = seal({1, {"person/W-1"}, "where he was"});
  const auto both = seal({2, {"person/W-1", "person/P-1"}, "who was near"});
  EXPECT_EQ(one.key_ids.size(), 1u);
  EXPECT_EQ(both.key_ids.size(), 2u);
  EXPECT_LT(both.key_ids[0], both.key_ids[1]);
  EXPECT_EQ(one.box.find("where he was"), std::string::npos);
  reopen();
  EXPECT_EQ(text_of(open(1, one)), "where he was");
  EXPECT_EQ(text_of(open(2, both)), "who was near");
  EXPECT_EQ(one.commitment, view(sha256(open(1, one).bytes)));
}

TEST_P(KeeperTest, TellsWhatIsNotWhatWasSealedFromWhatItDoesNotKnow) {
  auto sealed = seal({1, {"person/W-1"}, "where he was"});
  EXPECT_EQ(open(2, sealed).key, KeyState::kLiving);
  EXPECT_FALSE(open(2, sealed).intact) << "it was moved to another entry";
  sealed.key_ids[0] ^= 1;
  EXPECT_EQ(open(1, sealed).key, KeyState::kUnknown);
  sealed.key_ids.clear();
  EXPECT_EQ(open(1, sealed).key, KeyState::kUnknown);
}

TEST_P(KeeperTest, EndsTheKeysOfAnEntryAndNoYoungerOnes) {
  const Keeper::Part parts[] = {{5, {"person/W-1"}, "a"}, {8, {"person/P-1"}, "b"}};
  const auto sealed = *keeper_->seal(parts, 9);
  EXPECT_TRUE(keeper_->has_older("person/W-1", 6));
  EXPECT_FALSE(keeper_->has_older("person/P-1", 8));
  ASSERT_TRUE(keeper_->destroy("person/W-1", 6).ok());
  ASSERT_TRUE(keeper_->destroy("person/P-1", 8).ok());
  ASSERT_TRUE(keeper_->destroy("person/nobody", 8).ok());
  EXPECT_EQ(open(5, sealed[0]).key, KeyState::kDestroyed);
  EXPECT_EQ(text_of(open(8, sealed[1])), "b");
  reopen();
  EXPECT_EQ(open(5, sealed[0]).key, KeyState::kDestroyed);
  EXPECT_EQ(text_of(open(8, sealed[1])), "b");
}

TEST_P(KeeperTest, MakesKeysAsOfTheEntryThatWasReached) {
  keeper_->reach(7);
  ASSERT_TRUE(keeper_->key_of("person/W-1").ok());
  EXPECT_FALSE(keeper_->has_older("person/W-1", 7));
  EXPECT_TRUE(keeper_->has_older("person/W-1", 8));
  const Keeper::Part part{9, {"person/P-1"}, "a"};
  ASSERT_TRUE(keeper_->seal({&part, 1}, 12).ok());
  ASSERT_TRUE(keeper_->key_of("person/P-2").ok());
  EXPECT_FALSE(keeper_->has_older("person/P-2", 12)) << "the last entry of the batch is reached";
}

TEST_P(KeeperTest, SealsTextsUnderOneKey) {
  const KeyId id = *keeper_->key_of("person/W-1");
  ASSERT_TRUE(keeper_->settle().ok());
  const Keeper::Text texts[] = {{id, kNonce, "beside", "first"}, {id + 1, kNonce, "beside", "second"}};
  const auto boxes = keeper_->seal(texts);
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_TRUE(boxes[0].whole());
  EXPECT_EQ(boxes[1].key, KeyState::kUnknown);
  const Keeper::Box asked[] = {{{&id, 1}, kNonce, "beside", boxes[0].bytes},
                               {{&id, 1}, kNonce, "elsewhere", boxes[0].bytes}};
  const auto opened = keeper_->open(asked);
  EXPECT_EQ(opened[0].bytes, "first");
  EXPECT_FALSE(opened[1].intact);
}

TEST_P(KeeperTest, AnswersAsManyAsAreAskedWhateverTheirSize) {
  std::vector<Keeper::Part> parts;
  for (uint64_t no = 1; no <= 40; ++no)
    parts.push_back(
        {no, {"person/W-" + std::to_string(no % 3)}, std::string(100'000, static_cast<char>(no))});
  const auto sealed = *keeper_->seal(parts, 41);
  ASSERT_EQ(sealed.size(), parts.size());
  for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(text_of(open(parts[i].no, sealed[i])), parts[i].text);
  std::vector<std::string> besides(sealed.size());
  std::vector<Keeper::Box> boxes;
  for (size_t i = 0; i < sealed.size(); ++i) {
    write_beside(besides[i], parts[i].no, sealed[i].key_ids, sealed[i].commitment);
    boxes.push_back({sealed[i].key_ids, sealed[i].nonce, besides[i], sealed[i].box});
  }
  const auto opened = keeper_->open(boxes);
  for (size_t i = 0; i < parts.size(); ++i) EXPECT_EQ(text_of(opened[i]), parts[i].text);
}

TEST_P(KeeperTest, SignsForDevicesTheSameForEver) {
  const std::string key = *keeper_->device_key("ankle-7", 1);
  EXPECT_EQ(*keeper_->device_mac("ankle-7", 1, "report"), hmac_sha256(key, "report"));
  EXPECT_NE(*keeper_->device_mac("ankle-7", 2, "report"), hmac_sha256(key, "report"));
  const Digest way = *keeper_->coarse_digest("W-1");
  EXPECT_NE(*keeper_->coarse_digest("W-2"), way);
  reopen();
  EXPECT_EQ(*keeper_->device_key("ankle-7", 1), key);
  EXPECT_EQ(*keeper_->coarse_digest("W-1"), way);
}

TEST_P(KeeperTest, GoesOnUnderAnotherMasterKey) {
  const auto before = seal({1, {"person/W-1"}, "before"});
  const std::string master = file(place_.master_file);
  EXPECT_EQ(*keeper_->change_master(place_, ""), 1u);
  EXPECT_NE(file(place_.master_file), master);
  const auto after = seal({2, {"person/P-1"}, "after"});
  reopen();
  EXPECT_EQ(text_of(open(1, before)), "before");
  EXPECT_EQ(text_of(open(2, after)), "after");
  EXPECT_EQ(keeper_->under_house(), 0u);
  EXPECT_FALSE(keeper_->change_master({place_.path, "pkcs11:token=T"}, "").ok());
  EXPECT_EQ(text_of(open(2, after)), "after");
}

TEST_P(KeeperTest, IsAskedByManyAtATime) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      const std::string owner = "person/W-" + std::to_string(t);
      const KeyId id = *keeper_->key_of(owner);
      for (int i = 0; i < 200; ++i) {
        const std::string said = owner + std::to_string(i);
        const Keeper::Text text{id, kNonce, owner, said};
        const std::string box = keeper_->seal({&text, 1}).front().bytes;
        const Keeper::Box asked{{&id, 1}, kNonce, owner, box};
        EXPECT_EQ(keeper_->open({&asked, 1}).front().bytes, said);
      }
    });
  }
  for (std::thread& one : threads) one.join();
}

TEST_P(KeeperTest, SealsEntriesForTheLog) {
  Sealer sealer(*keeper_);
  v1::Fact device;
  device.mutable_device_registered()->set_id("D-W");
  device.mutable_device_registered()->set_person_id("W-1");
  v1::Fact report;
  report.mutable_report_received()->mutable_report()->set_device_id("D-W");
  report.mutable_report_received()->mutable_report()->mutable_fix()->mutable_place()->set_lat_e7(376'123'457);
  const std::string clear = report.SerializeAsString();
  sealer.add(1, device);
  sealer.add(2, report);
  const auto bytes = *sealer.finish();
  EXPECT_EQ(report.SerializeAsString(), clear) << "sealing changed the fact";
  ASSERT_EQ(bytes.size(), 2u);
  EXPECT_EQ(bytes[0], device.SerializeAsString());
  v1::Fact read[2];
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(read[i].ParseFromString(bytes[static_cast<size_t>(i)]));
  EXPECT_FALSE(read[1].report_received().report().has_fix());
  const FactAt both[] = {{1, &read[0]}, {2, &read[1]}};
  ASSERT_TRUE(vault::open(*keeper_, both).ok());
  EXPECT_EQ(read[1].SerializeAsString(), clear);
}

INSTANTIATE_TEST_SUITE_P(Both, KeeperTest, testing::Values(Where::kHere, Where::kApart),
                         [](const auto& one) { return one.param == Where::kHere ? "Here" : "Apart"; });

class KeeperDeskTest : public testing::Test {
 protected:
  KeeperDeskTest() {
    std::string name = testing::TempDir() + "haechi-desk-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  ~KeeperDeskTest() override { std::filesystem::remove_all(folder_); }

  // Is the line ended by that, as the question after a ring was opened?
  bool ends(const std::string& question) {
    Desk desk(2);
    const auto keeper = KeeperApart::open({folder_ + "/ring", folder_ + "/master"}, {desk.sockets()[0]});
    EXPECT_TRUE(keeper.ok());
    bool answered = false;
    {
      KeeperLine line(desk.sockets()[1]);
      EXPECT_TRUE(line.send(question));
      answered = line.receive().has_value();
    }
    std::unique_ptr<Keeper>(std::move(const_cast<std::unique_ptr<KeeperApart>&>(*keeper))).reset();
    return desk.end() == 1 && !answered;
  }
  template <typename... Each>
  static std::string asked(Ask ask, const Each&... each) {
    Writer out;
    write(out, ask);
    (write(out, each), ...);
    return std::string(out.written());
  }

  std::string folder_;
};

TEST_F(KeeperDeskTest, EndsALineOnWhichNoQuestionIsAsked) {
  EXPECT_FALSE(ends(asked(Ask::kUnderHouse))) << "that is one";
  EXPECT_TRUE(ends(""));
  EXPECT_TRUE(ends("\xff"));
  EXPECT_TRUE(ends(asked(Ask::kUnderHouse, uint64_t{1}))) << "too much";
  EXPECT_TRUE(ends(asked(Ask::kKeyOf, std::string("person/W-1")))) << "too little";
  EXPECT_TRUE(ends(asked(Ask::kKeyOf, std::string(), uint64_t{1}))) << "nobody";
  EXPECT_TRUE(ends(asked(Ask::kKeyOf, std::string(129, 'a'), uint64_t{1})));
  EXPECT_TRUE(ends(asked(Ask::kSealParts, uint64_t{1} << 60)));
  EXPECT_TRUE(ends(asked(Ask::kSealParts, std::vector<Keeper::Part>{{1, {}, "of nobody"}}, uint64_t{1})));
  EXPECT_TRUE(ends(
      asked(Ask::kSealTexts, uint64_t{1}, uint64_t{7}, std::string("short"), std::string(), std::string())));
  EXPECT_TRUE(ends(asked(Ask::kOpenBoxes, uint64_t{1}, uint64_t{1} << 61)));
  EXPECT_TRUE(ends(asked(Ask::kOpenRing, RingPlace{folder_ + "/ring", folder_ + "/master"})))
      << "it is open already";
}

TEST_F(KeeperDeskTest, OpensNoRingUnderAnotherMasterKey) {
  const RingPlace place{folder_ + "/ring", folder_ + "/master"};
  ASSERT_TRUE(open_ring(place, RingMode::kWrite).ok());
  ASSERT_TRUE(make_master(folder_ + "/other").ok());
  Desk desk(1);
  const auto keeper = KeeperApart::open({place.path, folder_ + "/other"}, desk.sockets());
  ASSERT_FALSE(keeper.ok());
  EXPECT_EQ(keeper.error().code, Code::kInvalid);
}

// Which the node bears by ending too.
TEST_F(KeeperDeskTest, IsMissedAtOnce) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_DEATH(
      {
        int pair[2];
        ENSURE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) == 0);
        ::close(pair[1]);
        (void)KeeperApart::open({folder_ + "/ring", folder_ + "/master"}, {pair[0]});
      },
      "nothing can be sealed");
}

}  // namespace
}  // namespace haechi::vault
