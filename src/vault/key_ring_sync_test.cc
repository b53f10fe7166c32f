// What a key ring has synced when: its keys must survive a power cut before anything is sealed under them.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "vault/key_ring.h"

namespace {
int g_syncs = 0;
bool g_failing = false;
}  // namespace

// The program's own comes first.
extern "C" int fdatasync(int file) {
  ++g_syncs;
  if (g_failing) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, file));
}

namespace haechi::vault {
namespace {

class KeyRingSyncTest : public testing::Test {
 protected:
  KeyRingSyncTest() {
    std::string name = testing::TempDir() + "haechi-sync-XXXXXX";
    directory_ = ::mkdtemp(name.data());
  }
  ~KeyRingSyncTest() override { std::filesystem::remove_all(directory_); }
  std::unique_ptr<KeyRing> open() {
    auto ring = open_ring(place_beside(directory_ + "/data"), RingMode::kWrite);
    EXPECT_TRUE(ring.ok()) << ring.error().text();
    return *std::move(ring);
  }
  static int syncs_of_settling(KeyRing& ring) {
    const int before = g_syncs;
    EXPECT_TRUE(ring.settle().ok());
    return g_syncs - before;
  }
  std::string directory_;
};

TEST_F(KeyRingSyncTest, SettlingSyncsWhatWasMadeOnce) {
  const auto ring = open();
  EXPECT_TRUE(ring->settle().ok());
  ASSERT_TRUE(ring->key_of("person/W-1").ok());
  EXPECT_EQ(syncs_of_settling(*ring), 1);
  EXPECT_EQ(syncs_of_settling(*ring), 0);
  ASSERT_TRUE(ring->key_of("person/W-1").ok());
  EXPECT_EQ(syncs_of_settling(*ring), 0);
}

TEST_F(KeyRingSyncTest, AKeyOfARunThatWasKilledBeforeItSettledIsSyncedBeforeItIsUsed) {
  const auto made = open()->key_of("person/W-1");  // and never settled
  const auto ring = open();
  const auto found = ring->key_of("person/W-1");
  ASSERT_TRUE(made.ok() && found.ok());
  EXPECT_EQ(*found, *made);
  EXPECT_EQ(syncs_of_settling(*ring), 1);
}

TEST_F(KeyRingSyncTest, ASyncThatFailsEndsTheProcess) {
  const auto ring = open();
  ASSERT_TRUE(ring->key_of("person/W-1").ok());
  ring->reach(2);
  EXPECT_DEATH((g_failing = true, ring->settle()), "could not be synced.*never retried");
  EXPECT_DEATH((g_failing = true, ring->destroy("person/W-1", 2)), "could not be synced.*never retried");
}

}  // namespace
}  // namespace haechi::vault
