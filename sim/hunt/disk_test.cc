#include "hunt/disk.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "hunt/schedule.h"

namespace haechi::hunt {
namespace {

constexpr Time kStart{1'773'446'400'000'000};
constexpr char kPath[] = "/hunt/file";

// A disk that one process uses; what it does runs on a thread of that process.
class DiskTest : public testing::Test {
 protected:
  DiskTest() { running = &schedule_; }
  ~DiskTest() override { running = nullptr; }

  void use(Disk& disk, const std::function<void(int file)>& what) {
    schedule_.spawn(schedule_.begin_process(), [&] { what(disk.open(kPath, O_RDWR | O_CREAT)); });
    schedule_.run_until(schedule_.now() + Duration::seconds(10));
  }
  static std::string content(Disk& disk) {
    std::string out(4'096, '\0');
    const int file = disk.open(kPath, O_RDONLY);
    if (file < 0) return "no such file";
    out.resize(static_cast<size_t>(disk.pread(file, out.data(), out.size(), 0)));
    return out;
  }
  // The name is kept as well.
  static void sync_names(Disk& disk) {
    disk.mkdir("/hunt/");
    disk.sync(disk.open("/hunt/", O_RDONLY));
  }

  Schedule schedule_{kStart, 1};
};

TEST_F(DiskTest, KeepsThroughAPowerCutWhatWasSynced) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Disk disk(seed);
    use(disk, [&](int file) {
      disk.pwrite(file, "kept", 4, 0);
      disk.sync(file);
      sync_names(disk);
    });
    disk.crash(Death::kPowerCut);
    EXPECT_EQ(content(disk), "kept");
  }
}

TEST_F(DiskTest, LosesTearsOrKeepsInAPowerCutWhatWasNotSynced) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Disk disk(seed);
    use(disk, [&](int file) {
      disk.pwrite(file, std::string(1'024, 'a').data(), 1'024, 0);
      disk.sync(file);
      sync_names(disk);
      disk.pwrite(file, std::string(1'024, 'b').data(), 1'024, 0);
    });
    disk.crash(Death::kPowerCut);
    const std::string left = content(disk);
    ASSERT_EQ(left.size(), 1'024u);
    outcomes.insert({left[0], left[1'023]});
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"aa", "ab", "ba", "bb"}));
}

TEST_F(DiskTest, LosesNothingWhenOnlyTheProcessDies) {
  Disk disk(1);
  use(disk, [&](int file) { disk.pwrite(file, "cached", 6, 0); });
  disk.crash(Death::kKilled);
  EXPECT_EQ(content(disk), "cached");
}

TEST_F(DiskTest, TellsAFailedSyncOnceAndHasLostWhatItWasToSave) {
  Disk disk(3);
  int first = 0, second = 0;
  use(disk, [&](int file) {
    sync_names(disk);
    disk.pwrite(file, "gone", 4, 0);
    disk.faults.error_chance = 1;
    first = disk.sync(file);
    disk.faults.error_chance = 0;
    second = disk.sync(file);
  });
  EXPECT_EQ(first, -EIO);
  EXPECT_EQ(second, 0) << "which is why a program must not try again";
  disk.crash(Death::kPowerCut);
  EXPECT_EQ(content(disk), "");
}

TEST_F(DiskTest, ForgetsANameWhoseDirectoryWasNotSynced) {
  std::set<std::string> outcomes;
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    Disk disk(seed);
    use(disk, [&](int file) {
      disk.pwrite(file, "kept", 4, 0);
      disk.sync(file);
    });
    disk.crash(Death::kPowerCut);
    outcomes.insert(content(disk));
  }
  EXPECT_EQ(outcomes, (std::set<std::string>{"kept", "no such file"}));
}

TEST_F(DiskTest, KeepsOfAMappedPageThroughAKillWhatWasSetAndThroughAPowerCutWhatWasSynced) {
  for (const Death death : {Death::kKilled, Death::kPowerCut}) {
    std::set<std::string> outcomes;
    for (uint64_t seed = 1; seed <= 50; ++seed) {
      Disk disk(seed);
      use(disk, [&](int file) {
        ASSERT_EQ(disk.allocate(file, 4), 0);
        char* page = static_cast<char*>(disk.map(file, 4));
        std::copy_n("good", 4, page);
        disk.sync_map(page);
        sync_names(disk);
        std::copy_n("last", 4, page);
      });
      disk.crash(death);
      outcomes.insert(content(disk));
    }
    EXPECT_EQ(outcomes, death == Death::kKilled ? (std::set<std::string>{"last"})
                                                : (std::set<std::string>{"good", "last"}));
  }
}

TEST_F(DiskTest, HoldsDecayAgainstItselfUntilWhatDecayedIsWrittenOver) {
  Disk disk(1);
  use(disk, [&](int file) { disk.pwrite(file, "good", 4, 0); });
  EXPECT_NE(disk.rot("/hunt/"), "");
  EXPECT_NE(content(disk), "good");
  use(disk, [&](int file) { disk.pwrite(file, "else", 4, 0); });
  EXPECT_FALSE(disk.decayed());
  disk.mend();
  EXPECT_EQ(content(disk), "else");
}

TEST_F(DiskTest, KillsTheProcessAtTheWriteThatWasNamed) {
  Disk disk(1);
  std::string died;
  schedule_.on_death([&](Process, const std::string& why) { died = why; });
  disk.die_after = 2;
  use(disk, [&](int file) {
    disk.pwrite(file, "one", 3, 0);
    disk.pwrite(file, "two", 3, 3);
    ADD_FAILURE() << "the second write returned";
  });
  EXPECT_EQ(died, "killed while writing");
  EXPECT_EQ(content(disk), "one");
}

}  // namespace
}  // namespace haechi::hunt
