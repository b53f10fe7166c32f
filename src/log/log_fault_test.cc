// Crashes and failing disks, with the real files: the process dies rather than acknowledge what it is not
// sure of.
#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>

#include "log/log.h"
#include "log/test_log.h"
#include "log/watermark.h"

namespace {

std::atomic<int> g_syncs{0};         // syncs asked for since the start
std::atomic<int> g_failing_sync{0};  // the one that fails; every later one "succeeds", as Linux does. 0: none

int counted_sync(long call, int file) {
  const int turn = ++g_syncs;
  const int failing = g_failing_sync;
  if (failing != 0 && turn == failing) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(::syscall(call, file));
}

}  // namespace

// SQLite and this room both sync through these names, and the program's own come first.
extern "C" int fdatasync(int file) {
  return counted_sync(SYS_fdatasync, file);
}
extern "C" int fsync(int file) {
  return counted_sync(SYS_fsync, file);
}

namespace haechi::log {
namespace {

// Runs `child` in a process of its own and gives how it ended.
template <typename Child>
int in_child(Child child) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    child();
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

void say(int pipe, uint64_t no) {
  ASSERT_EQ(::write(pipe, &no, sizeof no), static_cast<ssize_t>(sizeof no));
}

// The last number that came through the pipe, whose write end must be closed here.
uint64_t last_said(int pipe) {
  uint64_t no = 0, last = 0;
  while (::read(pipe, &no, sizeof no) == static_cast<ssize_t>(sizeof no)) last = no;
  ::close(pipe);
  return last;
}

uint64_t records_in(const TestDirectory& directory) {
  const auto log = open_at(directory.path());
  EXPECT_TRUE(log.ok()) << log.error().text();
  if (!log.ok()) return 0;
  const uint64_t count = (*log)->next_no() - 1;
  expect_facts(**log, count);
  return count;
}

TEST(Fault, SyncsAreSeenByThisTest) {
  const TestDirectory directory;
  const auto log = open_at(directory.path());
  const int before = g_syncs;
  append_facts(**log, 1);
  append_facts(**log, 1);
  EXPECT_GE(g_syncs - before, 3);  // two of the database, at least the first of the watermark
}

// Appends 20 batches of 3 with one failing sync; says each acknowledged number. Exits with 3 when the log did
// not open, 4 when the failed sync passed unnoticed, 5 when there were fewer syncs.
void append_with_failing_sync(const std::string& directory, int failing, int pipe) {
  ::close(STDERR_FILENO);
  g_syncs = 0;
  g_failing_sync = failing;
  {
    const auto log = open_at(directory);
    if (!log.ok()) ::_exit(3);
    for (uint64_t batch = 0; batch < 20; ++batch) {
      append_facts(**log, 3);
      say(pipe, (*log)->next_no() - 1);
    }
  }
  ::_exit(g_syncs >= failing ? 4 : 5);
}

TEST(Fault, WhateverSyncFailsNothingMoreIsAcknowledgedAndNothingAcknowledgedIsLost) {
  int aborted = 0, unopened = 0, unnoticed = 0, failing = 1;
  for (bool ran_through = false; !ran_through; ++failing) {
    ASSERT_LT(failing, 200);
    const TestDirectory directory(true);
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const int status = in_child([&] { append_with_failing_sync(directory.path(), failing, ends[1]); });
    ::close(ends[1]);
    const uint64_t acked = last_said(ends[0]);
    if (WIFSIGNALED(status)) {
      EXPECT_EQ(WTERMSIG(status), SIGABRT);
      ++aborted;
    } else if (WEXITSTATUS(status) == 3) {
      EXPECT_EQ(acked, 0u);
      ++unopened;
    } else if (WEXITSTATUS(status) == 4) {
      ++unnoticed;
    } else {
      EXPECT_EQ(WEXITSTATUS(status), 5);
      ran_through = true;
    }
    EXPECT_GE(records_in(directory), acked) << "sync " << failing;
  }
  EXPECT_GE(aborted, 40);  // one for each batch, one for each mark
  EXPECT_GE(unopened, 5);
  // SQLite does not look at the result when it syncs the directory, which this room therefore syncs itself;
  // and the checkpoint at closing may fail, for the next opening does it again.
  EXPECT_LE(unnoticed, 5) << aborted << " aborted, " << unopened << " did not open";
}

TEST(Fault, AFullDiskEndsTheProcessWithAWord) {
  const TestDirectory directory(true);
  const auto fill = [&] {
    ::signal(SIGXFSZ, SIG_IGN);
    const auto log = open_at(directory.path());
    const rlimit limit{200'000, 200'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    for (int i = 0; i < 1'000; ++i) append_facts(**log, 100);
  };
  EXPECT_EXIT(fill(), testing::KilledBySignal(SIGABRT), "haechi storage: .*never retried");
  EXPECT_GT(records_in(directory), 0u);
}

TEST(Crash, KilledAtAnyMomentKeepsAllThatWasAcknowledged) {
  const TestDirectory directory(true);
  Random random(20260314);
  uint64_t acked = 0;
  for (int round = 0; round < 60; ++round) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::close(ends[0]);
      const auto log = open_at(directory.path());
      if (!log.ok()) ::_exit(3);
      for (uint64_t i = 0;; ++i) {
        append_facts(**log, 1 + i % 9);
        say(ends[1], (*log)->next_no() - 1);
      }
    }
    ::close(ends[1]);
    // After some acknowledgements, at whatever instruction it then is.
    uint64_t said = 0;
    for (uint64_t wait = random.below(25) + 1; wait > 0; --wait) {
      ASSERT_EQ(::read(ends[0], &said, sizeof said), static_cast<ssize_t>(sizeof said))
          << "refused in round " << round;
      acked = said;
    }
    ::kill(pid, SIGKILL);
    int status = 0;
    ::waitpid(pid, &status, 0);
    ASSERT_TRUE(WIFSIGNALED(status));
    acked = std::max(acked, last_said(ends[0]));
    VerifyReport report;
    const Status verified = verify_directory(directory.path(), report);
    ASSERT_TRUE(verified.ok()) << verified.error().text();
    EXPECT_LE(report.acknowledged, report.records);
    EXPECT_GE(report.records, acked);
  }
  EXPECT_GE(records_in(directory), acked);
  EXPECT_GT(acked, 500u);
}

TEST(Crash, TheLockOfADeadProcessDoesNotStandInTheWay) {
  const TestDirectory directory(true);
  const int status = in_child([&] {
    const auto log = open_at(directory.path());
    append_facts(**log, 2);
    ::raise(SIGKILL);
  });
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(records_in(directory), 2u);
}

}  // namespace
}  // namespace haechi::log
