// A log that was harmed in every way comes back from its mirror as it was, or nothing is touched and why is
// said.
#include "evidence/mend.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>

#include "evidence/test_mended.h"
#include "log/test_harm.h"

namespace haechi::evidence {
namespace {

using testing::HasSubstr;

constexpr uint32_t kPageBytes = 512;
const char* const kFiles[] = {"log.sqlite", "log.sqlite-wal", "watermark"};

std::map<std::string, std::string> files_in(const std::string& directory) {
  std::map<std::string, std::string> out;
  for (const char* name : kFiles)
    if (std::filesystem::exists(directory + "/" + name)) out[name] = log::slurp(directory + "/" + name);
  return out;
}

// What became of each harm.
struct Ends {
  int opened = 0, mended = 0, said = 0;
};

// Every record is the one that was written, from the first to the last; and the log takes further ones.
void expect_whole(const std::string& directory, uint64_t records, uint32_t page_bytes) {
  const auto log = log::open_at(directory, page_bytes);
  ASSERT_TRUE(log.ok()) << log.error().text();
  log::expect_facts(**log, records);
  log::append_facts(**log, 1);
}

// Every kind of harm to every sector of every file of a log whose mirror has all of it.
class Harmed {
 public:
  Harmed(MirroredLog& source, std::string good, std::string before, uint64_t records, uint32_t page_bytes)
      : source_(source),
        good_(std::move(good)),
        before_(std::move(before)),
        records_(records),
        page_bytes_(page_bytes) {}

  Ends run() {
    Random random(20261122);
    for (const char* name : kFiles) {
      const std::string path = good_ + "/" + name;
      if (!std::filesystem::exists(path)) continue;
      log::harm_every_sector(log::slurp(path), log::slurp(before_ + "/" + name), random,
                             [&](const std::string& damaged, const std::string& what) {
                               if (testing::Test::HasFailure()) return;
                               put_log(good_, data_);
                               log::spill(data_.file("log") + "/" + name, damaged);
                               one();
                               EXPECT_FALSE(testing::Test::HasFailure()) << name << ": " << what;
                             });
    }
    return ends_;
  }

 private:
  void one() {
    const auto harmed = files_in(data_.file("log"));
    bool opens = false;
    {
      const auto log = log::open_at(data_.file("log"), page_bytes_);
      opens = log.ok();
      if (opens) {
        // A batch that was not whole on the disk, and not acknowledged, may be gone.
        const uint64_t count = (*log)->next_no() - 1;
        EXPECT_GE(count + 2, records_);
        log::expect_facts(**log, count);
      } else {
        EXPECT_EQ(log.error().code, Code::kCorrupt) << log.error().text();
      }
    }
    if (opens) {
      ++ends_.opened;
      return;
    }
    const auto mended = mend_log(source_.options(data_.path()), source_.ask(), kNow);
    if (!mended.ok()) {
      ++ends_.said;
      EXPECT_FALSE(mended.error().reason.empty());
      EXPECT_EQ(files_in(data_.file("log")), harmed) << "it stays as it was";
      return;
    }
    ++ends_.mended;
    EXPECT_EQ(files_in(mended->kept_in), harmed) << "what was harmed is kept";
    expect_whole(data_.file("log"), records_, page_bytes_);
  }

  MirroredLog& source_;
  const std::string good_, before_;
  const uint64_t records_;
  const uint32_t page_bytes_;
  const log::TestDirectory data_{true};
  Ends ends_;
};

TEST(Mend, EveryHarmToAnySectorOfAClosedLogIsMended) {
  Ends sum;
  for (const uint32_t page_bytes : {512u, 8192u}) {
    MirroredLog source(page_bytes);
    source.append(48);
    const log::TestDirectory before(true), good(true);
    {
      source.sign();
      before.replace_with(source.path() + "/log");
    }
    source.append(48);
    source.feed();
    source.close();
    good.replace_with(source.path() + "/log");
    const Ends ends = Harmed(source, good.path(), before.path(), 96, page_bytes).run();
    sum = {sum.opened + ends.opened, sum.mended + ends.mended, sum.said + ends.said};
  }
  EXPECT_GT(sum.mended, 2'000);
  EXPECT_EQ(sum.said, 0);
  RecordProperty("harms", sum.opened + sum.mended + sum.said);
  RecordProperty("mended", sum.mended);
}

TEST(Mend, EveryHarmToAnySectorOfALogThatWasKilledIsMended) {
  Ends sum;
  for (const auto& [page_bytes, batches] : {std::pair(512u, 12), std::pair(8192u, 3)}) {
    MirroredLog source(page_bytes);
    source.append(4);
    const log::TestDirectory before(true), good(true);
    before.replace_with(source.path() + "/log");
    for (int batch = 0; batch < batches; ++batch) source.append(2);
    source.feed();
    good.replace_with(source.path() + "/log");
    const Ends ends = Harmed(source, good.path(), before.path(), 4 + 2 * batches, page_bytes).run();
    sum = {sum.opened + ends.opened, sum.mended + ends.mended, sum.said + ends.said};
  }
  EXPECT_GT(sum.mended, 300);
  EXPECT_EQ(sum.said, 2) << "its watermark cut to nothing: what it had acknowledged nobody knows";
  RecordProperty("harms", sum.opened + sum.mended + sum.said);
  RecordProperty("mended", sum.mended);
}

// One log of 40 records with a mirror, and a data directory to harm it in.
class MendTest : public testing::Test {
 protected:
  MendTest() : source(kPageBytes) {
    source.append(30);
    source.feed();
    source.append(10);
  }
  void close() {
    source.close();
    put_log(source.path() + "/log", data);
  }
  std::string file(const std::string& name) { return data.file("log") + "/" + name; }
  void harm_fact(uint64_t no) {
    std::string bytes = log::slurp(file("log.sqlite"));
    const size_t at = bytes.find("fact " + std::to_string(no) + " ");
    ASSERT_NE(at, std::string::npos);
    bytes[at] ^= 1;
    log::spill(file("log.sqlite"), bytes);
  }
  Result<Mended> mend() { return mend_log(source.options(data.path()), source.ask(), kNow); }

  MirroredLog source;
  const log::TestDirectory data{true};
};

TEST_F(MendTest, TakesFromTheMirrorWhatIsHarmedAndTheRestFromItself) {
  close();
  harm_fact(12);
  harm_fact(13);
  const auto mended = mend();
  ASSERT_TRUE(mended.ok()) << mended.error().text();
  EXPECT_EQ(mended->records, 40u) << "the last ten are on no mirror";
  EXPECT_EQ(mended->from_mirror, 2u);
  EXPECT_EQ(mended->first_no, 12u);
  EXPECT_EQ(mended->last_no, 13u);
  expect_whole(data.file("log"), 40, kPageBytes);
  EXPECT_THAT(untold_mending(data.path()), HasSubstr("records 12 to 13 came from a mirror"));
  EXPECT_THAT(untold_mending(data.path()), HasSubstr("log.harmed-1"));
  ASSERT_TRUE(forget_mending(data.path()).ok());
  EXPECT_EQ(untold_mending(data.path()), "");
}

TEST_F(MendTest, KeepsWhatWasHarmedEachTime) {
  close();
  for (int turn = 1; turn <= 2; ++turn) {
    harm_fact(12);
    const auto mended = mend();
    ASSERT_TRUE(mended.ok());
    EXPECT_EQ(mended->kept_in, data.file("log.harmed-" + std::to_string(turn)));
  }
}

TEST_F(MendTest, SaysWhichRecordsLieNowhere) {
  close();
  harm_fact(35);
  const auto mended = mend();
  ASSERT_FALSE(mended.ok());
  EXPECT_EQ(mended.error().code, Code::kCorrupt);
  EXPECT_THAT(mended.error().reason, HasSubstr("records of the log's own checkpoint"));
  EXPECT_FALSE(std::filesystem::exists(data.file("log.mending")));
  EXPECT_EQ(untold_mending(data.path()), "");
}

TEST_F(MendTest, SaysWhatWasAcknowledgedAndNeverSigned) {
  put_log(source.path() + "/log", data);  // as a kill leaves it: ten records are signed nowhere
  std::filesystem::remove(file("log.sqlite-wal"));
  const auto mended = mend();
  ASSERT_FALSE(mended.ok());
  EXPECT_THAT(mended.error().reason, HasSubstr("were acknowledged and lie neither here nor on the mirror"));
}

TEST_F(MendTest, WithoutWatermarkGoesByTheCheckpointOfALogThatWasClosedInGoodOrder) {
  put_log(source.path() + "/log", data);
  log::spill(file("watermark"), "");
  ASSERT_FALSE(mend().ok()) << "killed: nobody knows what was acknowledged";
  close();
  log::spill(file("watermark"), "");
  const auto mended = mend();
  ASSERT_TRUE(mended.ok()) << mended.error().text();
  expect_whole(data.file("log"), 40, kPageBytes);
}

TEST_F(MendTest, OfALogThatIsGoneAfterAKillSaysThatItsEndIsNotKnown) {
  source.feed();
  put_log(source.path() + "/log", data);
  for (const char* name : kFiles) std::filesystem::remove(file(name));
  EXPECT_THAT(mend().error().reason, HasSubstr("was not closed in good order"));
  close();
  ASSERT_TRUE(open_again(source.path() + "/evidence").ok());
  EXPECT_FALSE(std::filesystem::exists(source.path() + "/evidence/closed"));
}

TEST_F(MendTest, OfALogThatIsGoneTakesAllFromTheMirror) {
  source.feed();
  close();
  std::filesystem::remove_all(data.file("log"));
  const auto mended = mend();
  ASSERT_TRUE(mended.ok()) << mended.error().text();
  EXPECT_EQ(mended->from_mirror, 40u);
  expect_whole(data.file("log"), 40, kPageBytes);
}

// Somebody rewrote the fifth record and gave what follows a right chain.
TEST_F(MendTest, GoesByWhatTheLogSignedWhereItsRecordsWereChanged) {
  source.feed();
  const std::string id = source.identity();
  close();
  const std::string watermark = log::slurp(file("watermark"));
  const log::TestDirectory forged(true);
  {
    const auto log =
        log::open_sqlite_log({.directory = forged.path(), .page_bytes = kPageBytes, .identity = id});
    ASSERT_TRUE(log.ok());
    for (uint64_t no = 1; no <= 40; ++no) {
      const std::string fact = no == 5 ? "nothing happened" : log::fact_of(no);
      ASSERT_TRUE((*log)->append(std::vector<log::NewRecord>{{log::stamp_of(no), fact}}).ok());
    }
  }
  put_log(forged.path(), data);
  EXPECT_THAT(mend().error().reason, HasSubstr("the watermark names another record"))
      << "who changed all of it: a person must look";
  log::spill(file("watermark"), watermark);
  const auto mended = mend();
  ASSERT_TRUE(mended.ok()) << mended.error().text();
  EXPECT_EQ(mended->from_mirror, 40u);
  expect_whole(data.file("log"), 40, kPageBytes);
}

TEST_F(MendTest, BelievesNoMirrorThatGivesOtherRecords) {
  source.feed();
  close();
  harm_fact(12);
  const auto honest = source.ask();
  int lies = 0;
  const auto liar = [&](const std::string& note) -> Result<std::string> {
    Result<std::string> answer = honest(note);
    const size_t at = answer->find("fact 12 ");
    if (at == std::string::npos) return answer;
    (*answer)[at] ^= 2;
    ++lies;
    return answer;
  };
  const auto mended = mend_log(source.options(data.path()), liar, kNow);
  ASSERT_FALSE(mended.ok());
  EXPECT_GT(lies, 0);
  EXPECT_THAT(mended.error().reason, HasSubstr("not what the log signed to the mirror"));
  const auto silent = [](const std::string&) -> Result<std::string> {
    return Error{Code::kUnavailable, "mirror", "is away"};
  };
  EXPECT_EQ(mend_log(source.options(data.path()), silent, kNow).error().reason, "is away");
  const auto forger = [&](const std::string& note) -> Result<std::string> {
    std::string answer = *honest(note);
    const size_t root = answer.find("\n40\n") + 4;
    answer[root] = answer[root] == 'A' ? 'B' : 'A';
    return answer;
  };
  EXPECT_THAT(mend_log(source.options(data.path()), forger, kNow).error().reason,
              HasSubstr("has not signed"));
  EXPECT_TRUE(mend().ok());
}

TEST_F(MendTest, WithoutTheKeyOfTheLogAsksNobody) {
  close();
  harm_fact(12);
  MendOptions options = source.options(data.path());
  options.key.file = data.file("no-key");
  const auto mended = mend_log(
      options,
      [](const std::string&) -> Result<std::string> {
        ADD_FAILURE() << "asked";
        return std::string();
      },
      kNow);
  EXPECT_EQ(mended.error().code, Code::kNotFound);
}

TEST_F(MendTest, WhatWasMendedStaysWhereAStartFindsItLeftBehind) {
  close();
  harm_fact(12);
  // Ended between the two renames.
  std::filesystem::copy(data.file("log"), data.file("log.mended"));
  std::filesystem::rename(data.file("log"), data.file("log.harmed-1"));
  ASSERT_TRUE(finish_mending(data.path()).ok());
  EXPECT_TRUE(std::filesystem::exists(data.file("log")));
  EXPECT_FALSE(std::filesystem::exists(data.file("log.mended")));
  // Ended before the first.
  std::filesystem::copy(data.file("log"), data.file("log.mended"));
  log::spill(data.file("mended"), "said too soon\n");
  ASSERT_TRUE(finish_mending(data.path()).ok());
  EXPECT_FALSE(std::filesystem::exists(data.file("log.mended")));
  EXPECT_EQ(untold_mending(data.path()), "");
}

}  // namespace
}  // namespace haechi::evidence
