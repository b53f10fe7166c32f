// Mending with the real files, ended before each call to the disk in turn and with each of them failing.
#include <gtest/gtest.h>

#include <filesystem>

#include "evidence/test_mended.h"
#include "log/test_disk.h"

namespace haechi::evidence {
namespace {

using log::g_calls;
using log::g_dying_call;
using log::g_failing_call;

constexpr uint32_t kPageBytes = 512;
constexpr uint64_t kRecords = 40;

// Mends a harmed log with the marked call failing, or ending the process before it. Exits with 3 when it was
// not mended, 4 when it was, 5 when there were fewer calls.
int mend_in_child(MirroredLog& source, const std::string& data) {
  return log::in_child([&] {
    ::close(STDERR_FILENO);
    g_calls = 0;
    const bool mended = mend_log(source.options(data), source.ask(), kNow).ok();
    if (g_calls < std::max(g_failing_call.load(), g_dying_call.load())) ::_exit(5);
    ::_exit(mended ? 4 : 3);
  });
}

// What a start does after that.
void start(MirroredLog& source, const std::string& data) {
  ASSERT_TRUE(finish_mending(data).ok());
  if (!log::open_at(data + "/log", kPageBytes).ok()) {
    const auto mended = mend_log(source.options(data), source.ask(), kNow);
    ASSERT_TRUE(mended.ok()) << mended.error().text();
  }
  const auto log = log::open_at(data + "/log", kPageBytes);
  ASSERT_TRUE(log.ok()) << log.error().text();
  log::expect_facts(**log, kRecords);
  EXPECT_NE(untold_mending(data), "") << "somebody is told, though the process ended in the midst";
}

int kept(const std::string& data, const std::string& harmed) {
  int copies = 0;
  for (const auto& entry : std::filesystem::directory_iterator(data))
    if (entry.path().filename().string().starts_with("log.harmed-"))
      copies += log::slurp(entry.path().string() + "/log.sqlite") == harmed;
  return copies;
}

void mend_with_each_call(std::atomic<int>& marked, int ends_min) {
  MirroredLog source(kPageBytes);
  source.append(kRecords);
  source.feed();
  source.close();
  const log::TestDirectory data(true);
  int ended = 0;
  for (int call = 1; call < 500; ++call) {
    put_log(source.path() + "/log", data);
    std::string bytes = log::slurp(data.file("log") + "/log.sqlite");
    bytes[bytes.find("fact 12 ")] ^= 1;
    log::spill(data.file("log") + "/log.sqlite", bytes);
    marked = call;
    const int status = mend_in_child(source, data.path());
    marked = 0;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 5) {
      EXPECT_GE(ended, ends_min);
      return;
    }
    ++ended;
    start(source, data.path());
    EXPECT_EQ(kept(data.path(), bytes), 1) << "call " << call;
    if (testing::Test::HasFailure()) FAIL() << "call " << call;
  }
  FAIL() << "there is no end to it";
}

TEST(MendFault, EndedBeforeEachCallToTheDiskTheNextStartHasTheWholeLog) {
  mend_with_each_call(g_dying_call, 40);
}

TEST(MendFault, WhicheverCallToTheDiskFailsTheNextStartHasTheWholeLog) {
  mend_with_each_call(g_failing_call, 40);
}

}  // namespace
}  // namespace haechi::evidence
