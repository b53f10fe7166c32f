#include "evidence/mirror.h"

#include <gtest/gtest.h>

#include "evidence/test_evidence.h"
#include "evidence/verify.h"

namespace haechi::evidence {
namespace {

class MirrorTest : public testing::Test {
 protected:
  MirrorTest() : log(source.path()) {
    notary = *log.notary();
    grow(10);
    open();
  }

  void grow(uint64_t records) {
    log.append(records);
    EXPECT_TRUE(notary->round().ok());
  }
  void open() {
    mirror.reset();
    auto opened = Mirror::open(copy.path(), {notary->verifier()});
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    mirror.emplace(std::move(*opened));
  }
  std::string folder() { return copy.path() + "/" + log.log().id(); }
  std::string push(uint64_t known_size) { return notary->request_to_mirror(known_size)->push; }
  // What `haechi verify --checkpoint --key` says of the copy; empty: it holds.
  std::string verified() {
    mirror.reset();
    EvidenceReport report;
    const Status status = verify_evidence(
        {folder() + "/log", folder() + "/evidence", folder() + "/checkpoint", {notary->verifier()}}, report);
    open();
    return status.ok() ? "" : status.error().text();
  }

  log::TestDirectory source, copy;
  NotarisedLog log;
  std::unique_ptr<Notary> notary;
  std::optional<Mirror> mirror;
};

TEST_F(MirrorTest, KeepsTheSameLogRecordByRecordAndGoesOnAfterARestart) {
  EXPECT_EQ(mirror->take(push(0)).status, 200);
  grow(5);
  open();
  EXPECT_EQ(mirror->take(push(10)).body, "15\n");
  EXPECT_EQ(verified(), "");
  log::VerifyReport original, kept;
  mirror.reset();
  ASSERT_TRUE(log::verify_directory(folder() + "/log", kept).ok());
  EXPECT_EQ(kept.head, log.log().head());
  EXPECT_EQ(kept.identity, log.log().id()) << "it can take the place of the log that is lost";
}

TEST_F(MirrorTest, IsGivenALongLogInPieces) {
  for (int i = 0; i < 4; ++i) {
    std::string fact(kPushBytesMax / 2, static_cast<char>('a' + i));
    ASSERT_TRUE(log.log().append(std::vector<log::NewRecord>{{log::stamp_of(100 + i), fact}}).ok());
  }
  ASSERT_TRUE(notary->round().ok());
  uint64_t size = 0;
  int pieces = 0;
  for (; size < 14; ++pieces) {
    const auto next = notary->request_to_mirror(size);
    ASSERT_TRUE(next.ok());
    EXPECT_LT(next->push.size(), 2 * kPushBytesMax);
    ASSERT_EQ(mirror->take(next->push).status, 200);
    size = next->size;
  }
  EXPECT_GT(pieces, 1);
  EXPECT_EQ(verified(), "");
}

TEST_F(MirrorTest, SaysHowMuchItHasWhenAPushDoesNotBeginThere) {
  EXPECT_EQ(mirror->take(push(4)).body, "0\n");
  EXPECT_EQ(mirror->take(push(0)).status, 200);
  const WitnessAnswer repeated = mirror->take(push(0));
  EXPECT_EQ(repeated.status, 409) << "an answer that got lost is no second copy";
  EXPECT_EQ(repeated.body, "10\n");
  EXPECT_EQ(mirror->take(push(10)).status, 200) << "nothing new is nothing wrong";
}

TEST_F(MirrorTest, TakesNothingThatTheLogDidNotSign) {
  const std::string good = push(0);
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    const int status = mirror->take(bad).status;
    ASSERT_NE(status, 200) << "byte " << at;
    ASSERT_NE(status, 500) << "byte " << at;
  }
  for (size_t size = 0; size < good.size(); ++size)
    ASSERT_NE(mirror->take(good.substr(0, size)).status, 200) << size;
  EXPECT_EQ(mirror->records(), 0u);
  EXPECT_EQ(mirror->take(good).status, 200) << "and has kept nothing of it";
}

TEST_F(MirrorTest, TakesNoOtherHistoryOfTheSameLog) {
  ASSERT_EQ(mirror->take(push(0)).status, 200);
  // The operator's own key, another past: the first record differs.
  log::TestDirectory forged;
  std::filesystem::copy(source.path() + "/key", forged.path() + "/key");
  const auto other = log::open_sqlite_log({.directory = forged.path() + "/log", .identity = log.log().id()});
  ASSERT_TRUE(other.ok());
  for (uint64_t no = 1; no <= 12; ++no)
    ASSERT_TRUE(
        (*other)
            ->append(std::vector<log::NewRecord>{{log::stamp_of(no), no == 1 ? "x" : log::fact_of(no)}})
            .ok());
  const auto reader = (*other)->reader();
  const auto forger =
      Notary::open({forged.path() + "/evidence", {forged.path() + "/key"}}, *reader, log.log().id());
  ASSERT_TRUE(forger.ok());
  ASSERT_TRUE((*forger)->round().ok());
  EXPECT_EQ(mirror->take((*forger)->request_to_mirror(10)->push).status, 422);
  EXPECT_EQ(mirror->records(), 10u);
}

TEST_F(MirrorTest, IsKeptForNamedLogsOnly) {
  log::TestDirectory elsewhere;
  NotarisedLog stranger(elsewhere.path());
  const auto its_notary = stranger.notary();
  stranger.append(3);
  ASSERT_TRUE((*its_notary)->round().ok());
  EXPECT_EQ(mirror->take((*its_notary)->request_to_mirror(0)->push).status, 404);
}

TEST_F(MirrorTest, GivesItsRecordsBackToTheKeyOfTheLogOnly) {
  const auto key = SigningKey::open({source.path() + "/key"}, origin_of(log.log().id()), KeyUse::kLog);
  ASSERT_TRUE(key.ok());
  const Time now{1'800'000'000'000'000};
  const auto asked = [&](uint64_t from_no, Time at, bool is_signed = true) {
    Note note{body_of(GiveBack{origin_of(log.log().id()), from_no, at}), {}};
    if (is_signed) {
      EXPECT_TRUE(key->sign(note, Time{}).ok());
    }
    note.signatures.push_back({"somebody", 7, std::string(64, 'x')});
    return mirror->give_back(text_of(note), now);
  };
  EXPECT_EQ(asked(1, now).status, 404) << "it has nothing yet";
  ASSERT_EQ(mirror->take(push(0)).status, 200);
  const WitnessAnswer answer = asked(4, now);
  ASSERT_EQ(answer.status, 200);
  const Result<Push> given = read_push(answer.body);
  ASSERT_TRUE(given.ok());
  EXPECT_EQ(given->checkpoint.size, 10u);
  ASSERT_EQ(given->records.size(), 7u);
  EXPECT_EQ(given->records[0].fact, log::fact_of(4));
  EXPECT_TRUE(notary->verifier().signed_at(given->note));
  EXPECT_TRUE(read_push(asked(0, now).body)->records.empty());
  EXPECT_TRUE(read_push(asked(11, now).body)->records.empty());

  EXPECT_EQ(asked(4, now, false).status, 403);
  EXPECT_EQ(asked(4, now + Duration::seconds(601)).status, 403)
      << "a note that was captured is good for a while";
  EXPECT_EQ(asked(4, now - Duration::seconds(601)).status, 403);
  EXPECT_EQ(mirror->give_back("nonsense", now).status, 400);
  Note checkpoint = notary->newest().note;
  EXPECT_EQ(mirror->give_back(text_of(checkpoint), now).status, 400) << "a checkpoint asks for nothing";
}

TEST_F(MirrorTest, TellsALogThatWasRolledBack) {
  EXPECT_EQ(notary->request_to_mirror(11).error().code, Code::kCorrupt);
}

}  // namespace
}  // namespace haechi::evidence
