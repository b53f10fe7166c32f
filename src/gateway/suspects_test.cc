#include "gateway/suspects.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <thread>

namespace haechi::gateway {
namespace {

constexpr Time kNow{1'773'446'400'000'000};

class SuspectsTest : public testing::Test {
 protected:
  SuspectsTest() { std::filesystem::remove(path_); }
  ~SuspectsTest() override { std::filesystem::remove(path_); }

  // Begins as a new process would.
  Suspects& start(Time now = kNow, std::string_view build = "1.0") {
    suspects_.reset();
    suspects_ = std::move(*Suspects::open(path_, build, now));
    return *suspects_;
  }
  void fault_while_reading(std::string_view who) {
    const Suspects::Reading reading(who);
    Suspects::note_fault();
  }

  const std::string path_ = testing::TempDir() + "suspects-" + std::to_string(::getpid());
  std::unique_ptr<Suspects> suspects_;
};

TEST_F(SuspectsTest, AreShunnedAfterTheSecondFaultForAnHour) {
  start();
  fault_while_reading("ankle-1");
  EXPECT_FALSE(start().shuns("ankle-1", kNow)) << "once may be chance";
  fault_while_reading("ankle-1");
  EXPECT_TRUE(start().shuns("ankle-1", kNow));
  EXPECT_FALSE(suspects_->shuns("ankle-2", kNow));
  EXPECT_TRUE(suspects_->shuns("ankle-1", kNow + Suspects::kShunnedFor - Duration{1}));
  EXPECT_FALSE(suspects_->shuns("ankle-1", kNow + Suspects::kShunnedFor));
  const Time later = kNow + Duration::seconds(7'200);
  fault_while_reading("ankle-1");
  EXPECT_TRUE(start(later).shuns("ankle-1", later)) << "heard again, it did it again";
}

TEST_F(SuspectsTest, AreNotMadeByAnEndThatIsNoFaultNorByWhatAnotherThreadReads) {
  for (int i = 0; i < 3; ++i) {
    start();
    const Suspects::Reading reading("ankle-1");  // and killed
    std::thread([] { Suspects::note_fault(); }).join();
  }
  EXPECT_FALSE(start().shuns("ankle-1", kNow));
  EXPECT_FALSE(suspects_->shuns("", kNow));
}

TEST_F(SuspectsTest, AreForgottenByAnotherBuild) {
  start();
  fault_while_reading("ankle-1");
  start();
  fault_while_reading("ankle-1");
  EXPECT_TRUE(start().shuns("ankle-1", kNow));
  EXPECT_FALSE(start(kNow, "1.1").shuns("ankle-1", kNow));
}

TEST_F(SuspectsTest, WhoIsReadInsideOfAnotherIsTheOneThatCounts) {
  const std::string address = Suspects::name_of_address("192.0.2.7");
  for (int i = 0; i < 2; ++i) {
    start();
    const Suspects::Reading stranger(address);
    fault_while_reading("ankle-1");
  }
  EXPECT_TRUE(start().shuns("ankle-1", kNow));
  EXPECT_FALSE(suspects_->shuns(address, kNow));
}

TEST_F(SuspectsTest, WithLongNamesAreToldApartByTheirBeginning) {
  const std::string longest(200, 'a');
  for (int i = 0; i < 2; ++i) {
    start();
    fault_while_reading(longest);
  }
  EXPECT_TRUE(start().shuns(longest, kNow));
}

TEST_F(SuspectsTest, ThatAreLongestAgoMakeRoom) {
  for (size_t i = 0; i <= Suspects::kSuspectsMax; ++i) {
    for (int fault = 0; fault < 2; ++fault) {
      start(kNow + Duration::millis(static_cast<int64_t>(i)));
      fault_while_reading("ankle-" + std::to_string(i));
    }
  }
  const Time now = kNow + Duration::seconds(1);
  start(now);
  EXPECT_FALSE(suspects_->shuns("ankle-0", now));
  EXPECT_TRUE(suspects_->shuns("ankle-1", now));
  EXPECT_TRUE(suspects_->shuns("ankle-" + std::to_string(Suspects::kSuspectsMax), now));
}

}  // namespace
}  // namespace haechi::gateway
