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
#include <map>

#include "log/log.h"
#include "log/test_disk.h"
#include "log/test_log.h"
#include "log/watermark.h"

namespace haechi::log {
namespace {

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

// Makes a log, appends 20 batches of 3 and closes it; says each acknowledged number. Exits with 3 when it did
// not open.
void live_once(const std::string& directory, int pipe) {
  ::close(STDERR_FILENO);
  g_calls = 0;
  {
    const auto log = open_at(directory);
    if (!log.ok()) ::_exit(3);
    for (int i = 0; i < 20; ++i) {
      append_facts(**log, 3);
      say(pipe, (*log)->next_no() - 1);
    }
  }
  ::_exit(g_calls >= std::max(g_failing_call.load(), g_dying_call.load()) ? 4 : 5);
}

// One life for each call in turn until there are no more, with that one failing or the process dying before
// it. What was acknowledged is there afterwards, and the log goes on. Gives how many lives ended in which
// way.
std::map<int, int> live_with_each_call(std::atomic<int>& marked) {
  std::map<int, int> ends;
  for (int call = 1; call < 2'000; ++call) {
    const TestDirectory directory(true);
    int pipe[2];
    EXPECT_EQ(::pipe(pipe), 0);
    marked = call;
    const int status = in_child([&] { live_once(directory.path(), pipe[1]); });
    marked = 0;
    ::close(pipe[1]);
    const uint64_t acked = last_said(pipe[0]);
    const int end = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    ++ends[end];
    EXPECT_GE(records_in(directory), acked) << "call " << call;
    const auto log = open_at(directory.path());
    append_facts(**log, 1);
    if (end == 5 || testing::Test::HasFailure()) return ends;
  }
  ADD_FAILURE() << "there is no end to it";
  return ends;
}

TEST(Fault, WhicheverCallToTheDiskFailsNothingAcknowledgedIsLost) {
  std::map<int, int> ends = live_with_each_call(g_failing_call);
  EXPECT_EQ(ends[5], 1);
  EXPECT_GE(ends[-SIGABRT], 100) << "each write and sync of 20 batches and their marks";
  EXPECT_GE(ends[3], 10);
  // As above; and a name that stays, or a file that is not cut, changes nothing that is read.
  EXPECT_LE(ends[4], 12);
  EXPECT_EQ(ends.size(), 4u);
}

TEST(Crash, KilledBeforeEachCallToTheDiskKeepsAllThatWasAcknowledged) {
  std::map<int, int> ends = live_with_each_call(g_dying_call);
  EXPECT_GE(ends[-SIGKILL], 150);
  EXPECT_EQ(ends[5], 1);
  EXPECT_EQ(ends.size(), 2u);
}

Result<std::unique_ptr<Log>> open_with_journal(const TestDirectory& log, const TestDirectory& journal,
                                               Duration hangs_after = Duration::seconds(60)) {
  SqliteOptions options;
  options.hangs_after = hangs_after;
  options.directory = log.path();
  options.journal = journal.path();
  return open_sqlite_log(options);
}

// As live_once, with a journal. Exits with 4 when the journal had to take over, 5 when it had not, 6 when the
// reader beside the writer saw what is in the journal alone.
void live_with_journal(const TestDirectory& directory, const TestDirectory& beside, bool closes, int pipe) {
  ::close(STDERR_FILENO);
  g_calls = 0;
  bool journalled = false;
  {
    auto log = open_with_journal(directory, beside);
    if (!log.ok()) ::_exit(3);
    for (int i = 0; i < 20; ++i) {
      append_facts(**log, 3);
      say(pipe, (*log)->next_no() - 1);
    }
    journalled = (*log)->journalled();
    if (journalled && (*log)->reader()->next_no() > (*log)->next_no()) ::_exit(6);
    if (!closes) ::_exit(journalled ? 4 : 5);
  }
  ::_exit(journalled ? 4 : 5);
}

TEST(Journal, TakesOverWheneverTheDiskOfTheLogDiesAndIsTakenInOnce) {
  std::map<int, int> ends;
  for (int call = 1; call < 2'000 && ends[5] < 2; ++call) {
    const TestDirectory directory(true), beside(true);
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    g_dead_directory = directory.path();
    g_dead_from = call;
    const int status = in_child([&] { live_with_journal(directory, beside, call % 2 == 0, pipe[1]); });
    g_dead_from = 0;
    ::close(pipe[1]);
    const uint64_t acked = last_said(pipe[0]);
    ASSERT_TRUE(WIFEXITED(status)) << "call " << call << ": it goes on";
    ++ends[WEXITSTATUS(status)];
    EXPECT_EQ(acked, WEXITSTATUS(status) == 3 ? 0u : 60u);
    for (int opening = 0; opening < 2; ++opening) {
      const auto log = open_with_journal(directory, beside);
      ASSERT_TRUE(log.ok()) << "call " << call << ": " << log.error().text();
      EXPECT_EQ((*log)->next_no() - 1, acked + opening) << "call " << call;
      expect_facts(**log, acked + opening);
      EXPECT_TRUE(opening == 0 || (*log)->taken_in() == 0) << "once";
      append_facts(**log, 1);
    }
  }
  EXPECT_GE(ends[4], 100) << "each write and sync of 20 batches and their marks";
  EXPECT_GE(ends[3], 10);
  EXPECT_EQ(ends[6], 0);
}

// Exits as live_with_journal, while the disk hangs or when it is back.
void live_while_it_hangs(const TestDirectory& directory, const TestDirectory& beside, int call, int pipe) {
  ::close(STDERR_FILENO);
  auto log = open_with_journal(directory, beside, Duration::millis(20));
  if (!log.ok()) ::_exit(3);
  g_dead_directory = directory.path();
  g_hangs = true;
  g_dead_from = g_calls + call;
  for (int i = 0; i < 6; ++i) {
    append_facts(**log, 3);
    say(pipe, (*log)->next_no() - 1);
  }
  const bool journalled = (*log)->journalled();
  if (call % 2 == 0) {
    g_hangs = false;
    g_hangs.notify_all();
    log->reset();
  }
  ::_exit(journalled ? 4 : 5);
}

TEST(Journal, TakesOverWheneverTheDiskOfTheLogHangsAndIsTakenInOnce) {
  std::map<int, int> ends;
  for (int call = 1; call < 500 && ends[5] < 2; ++call) {
    const TestDirectory directory(true), beside(true);
    int pipe[2];
    ASSERT_EQ(::pipe(pipe), 0);
    const int status = in_child([&] { live_while_it_hangs(directory, beside, call, pipe[1]); });
    ::close(pipe[1]);
    ASSERT_TRUE(WIFEXITED(status)) << "call " << call << ": it goes on";
    ++ends[WEXITSTATUS(status)];
    EXPECT_EQ(last_said(pipe[0]), 18u) << "call " << call;
    for (int opening = 0; opening < 2; ++opening) {
      const auto log = open_with_journal(directory, beside);
      ASSERT_TRUE(log.ok()) << "call " << call << ": " << log.error().text();
      expect_facts(**log, 18);
      EXPECT_TRUE(opening == 0 || (*log)->taken_in() == 0) << "once";
    }
  }
  EXPECT_GE(ends[4], 20) << "each write and sync of six batches and their marks";
}

TEST(Journal, WhoseDiskDiesAsWellEndsTheProcess) {
  const TestDirectory directory(true), beside(true);
  const auto live = [&] {
    const auto log = open_with_journal(directory, beside);
    g_dead_directory = "/";
    g_dead_from = 1;
    append_facts(**log, 1);
  };
  EXPECT_EXIT(live(), testing::KilledBySignal(SIGABRT), "neither log nor journal");
}

// A log of 3 records and a journal with two batches of 3 behind them.
void fill_both(const TestDirectory& directory, const TestDirectory& beside) {
  const int status = in_child([&] {
    const auto log = open_with_journal(directory, beside);
    append_facts(**log, 3);
    g_dead_directory = directory.path();
    g_dead_from = 1;
    append_facts(**log, 3);
    append_facts(**log, 3);
    ::_exit(0);
  });
  ASSERT_TRUE(WIFEXITED(status));
}

TEST(Journal, IsThereAgainWhenTheDiskDiesAgain) {
  const TestDirectory directory(true), beside(true);
  fill_both(directory, beside);
  fill_both(directory, beside);
  const auto log = open_with_journal(directory, beside);
  ASSERT_TRUE(log.ok()) << log.error().text();
  EXPECT_EQ((*log)->taken_in(), 6u);
  expect_facts(**log, 18);
}

TEST(Journal, WhoseEndWasCutOffLosesThatBatchAlone) {
  const TestDirectory directory(true), beside(true);
  fill_both(directory, beside);
  const std::string whole = slurp(beside.file("journal"));
  spill(beside.file("journal"), whole.substr(0, whole.size() - 1));
  const auto log = open_with_journal(directory, beside);
  ASSERT_TRUE(log.ok());
  EXPECT_EQ((*log)->taken_in(), 3u);
  expect_facts(**log, 6);
}

TEST(Journal, ThatIsDamagedOrOfAnotherLogIsRefused) {
  const TestDirectory directory(true), beside(true), other(true);
  fill_both(directory, beside);
  const std::string whole = slurp(beside.file("journal"));
  std::string harmed = whole;
  harmed[harmed.find("fact 4")] ^= 1;  // in the first of its batches
  spill(beside.file("journal"), harmed);
  EXPECT_EQ(open_with_journal(directory, beside).error().code, Code::kCorrupt);
  EXPECT_EQ(slurp(beside.file("journal")), harmed) << "it stays for who looks into it";
  spill(beside.file("journal"), whole);
  ASSERT_TRUE(open_at(other.path()).ok());
  EXPECT_EQ(open_with_journal(other, beside).error().field, "log.journal");
}

TEST(Journal, ThatDoesNotAgreeWithTheLogIsRefused) {
  const TestDirectory directory(true), beside(true);
  fill_both(directory, beside);
  {
    const auto log = open_at(directory.path());  // somebody went on without the journal
    const NewRecord another{(*log)->last_stamp() + Duration::seconds(1), "another fact 4"};
    ASSERT_TRUE((*log)->append({&another, 1}).ok());
  }
  const auto log = open_with_journal(directory, beside);
  ASSERT_FALSE(log.ok());
  EXPECT_THAT(log.error().text(), testing::HasSubstr("do not agree at record 4"));
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
