// The files of this room, with the real calls: the process dies before each call to the disk in turn, or that
// one call fails. What was confirmed is there afterwards, nothing else is told of as there, and it goes on.
#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <set>
#include <vector>

#include "store/fix_index.h"
#include "store/records.h"

namespace {

std::atomic<int> g_calls{0};
int g_failing_call = 0, g_dying_call = 0;  // 0: none

// True: this one fails.
bool storage_call() {
  const int turn = ++g_calls;
  if (turn == g_dying_call) ::kill(::getpid(), SIGKILL);
  if (turn != g_failing_call) return false;
  errno = EIO;
  return true;
}

}  // namespace

// No power is cut here, so nothing has to reach the disk. SQLite reaches it through these names, and the
// program's own come first.
extern "C" int fdatasync(int) {
  return storage_call() ? -1 : 0;
}
extern "C" int fsync(int) {
  return storage_call() ? -1 : 0;
}
extern "C" ssize_t pwrite64(int file, const void* bytes, size_t size, off64_t at) {
  return storage_call() ? -1 : ::syscall(SYS_pwrite64, file, bytes, size, at);
}
extern "C" ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  return pwrite64(file, bytes, size, at);
}
extern "C" int ftruncate64(int file, off64_t size) noexcept {
  return storage_call() ? -1 : static_cast<int>(::syscall(SYS_ftruncate, file, size));
}
extern "C" int ftruncate(int file, off_t size) noexcept {
  return ftruncate64(file, size);
}
extern "C" int unlink(const char* path) noexcept {
  return storage_call() ? -1 : static_cast<int>(::syscall(SYS_unlink, path));
}

namespace haechi::store {
namespace {

constexpr int kSteps = 12;
constexpr uint64_t kBlock = 4;

class Folder {
 public:
  Folder() {
    std::string name = testing::TempDir() + "haechi-store-fault-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string records() const { return path_ + "/records.sqlite"; }
  std::string fixes() const { return path_ + "/fixes.sqlite"; }

 private:
  std::string path_;
};

using Say = std::function<void(int)>;
// Lives for kSteps steps, says the number of each that was confirmed, and whether there was no failure.
using Life = std::function<bool(const Folder&, const Say&)>;

Personal record_of(int step) {
  return Personal(R"({"name":"the name of )" + std::to_string(step) + R"("})");
}

bool write_records(const Folder& folder, const Say& say) {
  auto records = Records::open(folder.records());
  if (!records.ok()) return false;
  bool whole = true;
  for (int step = 1; step <= kSteps; ++step) {
    const bool kept = (*records)->put_person("W-" + std::to_string(step), record_of(step)).ok();
    if (kept) say(step);
    whole &= kept;
  }
  return whole;
}

void check_records(const Folder& folder, const std::set<int>& confirmed) {
  auto records = Records::open(folder.records());
  ASSERT_TRUE(records.ok()) << records.error().text();
  for (int step = 1; step <= kSteps; ++step) {
    const auto found = (*records)->person("W-" + std::to_string(step));
    ASSERT_TRUE(found.ok());
    if (confirmed.contains(step)) {
      ASSERT_TRUE(found->has_value()) << "step " << step << " is lost";
    }
    if (found->has_value()) {
      EXPECT_EQ(**found, record_of(step));
    }
  }
  EXPECT_TRUE((*records)->put_person("W-new", record_of(0)).ok());
}

// The index is behind the log by what it did not keep: it may cover less than it had, never tell of other
// fixes or entries.
constexpr FixIndex::Bounds kBounds{.entries = kBlock, .fixes_each = 0};

PastFix fix_of(uint64_t no) {
  return {.no = no,
          .at = Time{static_cast<int64_t>(no)},
          .lat_e7 = 1,
          .lng_e7 = 2,
          .accuracy_mm = 3,
          .source = 1};
}

bool take_entries(const Folder& folder, const Say&) {
  auto index = FixIndex::open(folder.fixes(), "log-1", nullptr, kBounds);
  if (!index.ok()) return false;
  for (uint64_t no = (*index)->covered() + 1; no <= 5 * kBlock + 1; ++no) {
    std::optional<FixIndex::Taken> taken;
    std::vector<std::string> names;
    if (no % 2 == 0) taken = {.person_id = "W-1", .key = 0, .fix = fix_of(no)};
    if (no % 2 != 0) names = {"by op-1"};
    if (!(*index)->take(no, Time{static_cast<int64_t>(no)}, names, taken).ok()) return false;
  }
  return true;
}

void check_index(const Folder& folder, const std::set<int>&) {
  ASSERT_TRUE(take_entries(folder, {})) << "it does not go on";
  auto index = FixIndex::open(folder.fixes(), "log-1", nullptr, kBounds);
  ASSERT_TRUE(index.ok()) << index.error().text();
  const uint64_t covered = (*index)->covered();
  EXPECT_EQ(covered, 5 * kBlock);
  std::vector<PastFix> even, found;
  for (uint64_t no = 2; no <= covered; no += 2) even.push_back(fix_of(no));
  for (uint64_t first = 1; first <= covered;) {
    const auto past = (*index)->past("W-1", first, covered);
    ASSERT_TRUE(past.ok());
    found.insert(found.end(), past->fixes.begin(), past->fixes.end());
    first = past->through + 1;
  }
  EXPECT_EQ(found, even);
  EXPECT_EQ((*index)->newest({"by op-1"}, covered, 5 * kBlock)->numbers.size(), (covered + 1) / 2);
}

// One life, with a call that fails or before which it dies: what it confirmed, and how it ended (3: it was
// told of a failure, 4: it was not though there was one, 5: there was no such call).
int live(const Life& life, const Folder& folder, int& marked, int call, std::set<int>& confirmed) {
  int ends[2];
  EXPECT_EQ(::pipe(ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    g_calls = 0;
    marked = call;
    const bool whole = life(folder, [&](int step) {
      if (::write(ends[1], &step, sizeof step) != sizeof step) ::_exit(9);
    });
    ::_exit(!whole ? 3 : g_calls >= call ? 4 : 5);
  }
  ::close(ends[1]);
  for (int step = 0; ::read(ends[0], &step, sizeof step) == sizeof step;) confirmed.insert(step);
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

std::map<int, int> live_with_each_call(const Life& life,
                                       const std::function<void(const Folder&, const std::set<int>&)>& check,
                                       int& marked) {
  std::map<int, int> ends;
  for (int call = 1; call < 1'000; ++call) {
    SCOPED_TRACE("call " + std::to_string(call));
    const Folder folder;
    std::set<int> confirmed;
    const int end = live(life, folder, marked, call, confirmed);
    ++ends[end];
    check(folder, confirmed);
    if (end == 5 || testing::Test::HasFailure()) return ends;
  }
  ADD_FAILURE() << "there is no end to it";
  return ends;
}

TEST(StoreFault, RecordsOfAProcessThatIsKilledBeforeEachCallToTheDiskAreThere) {
  std::map<int, int> ends = live_with_each_call(write_records, check_records, g_dying_call);
  EXPECT_GE(ends[-SIGKILL], 2 * kSteps);
  EXPECT_EQ(ends[5], 1);
  EXPECT_EQ(ends.size(), 2u);
}

TEST(StoreFault, WhicheverCallToTheDiskFailsNoConfirmedRecordIsLost) {
  std::map<int, int> ends = live_with_each_call(write_records, check_records, g_failing_call);
  EXPECT_GE(ends[3], 2 * kSteps) << "each write and sync of each step is told of";
  EXPECT_EQ(ends[5], 1);
}

TEST(StoreFault, AnIndexOfFixesThatIsKilledBeforeEachCallToTheDiskNamesTheSameEntries) {
  std::map<int, int> ends = live_with_each_call(take_entries, check_index, g_dying_call);
  EXPECT_GE(ends[-SIGKILL], 10);
  EXPECT_EQ(ends[5], 1);
  EXPECT_EQ(ends.size(), 2u);
}

TEST(StoreFault, AnIndexOfFixesWithACallThatFailsNamesTheSameEntries) {
  std::map<int, int> ends = live_with_each_call(take_entries, check_index, g_failing_call);
  EXPECT_GE(ends[3], 5);
  EXPECT_EQ(ends[5], 1);
}

}  // namespace
}  // namespace haechi::store
