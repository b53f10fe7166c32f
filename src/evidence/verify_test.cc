// Whatever somebody does to a small log, who has a checkpoint of it elsewhere sees it. The second verifier is
// put to the same tests in tests/e2e/evidence_e2e.py.
#include "evidence/verify.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "evidence/test_evidence.h"

namespace haechi::evidence {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr uint64_t kRecords = 12;

struct Row {
  Time stamp;
  std::string fact;
};

class Verify : public testing::Test {
 protected:
  Verify() {
    NotarisedLog world(good.path());
    const auto notary = world.notary();
    world.append(kRecords / 2);
    EXPECT_TRUE((*notary)->round().ok());
    log::spill(kept.file("middle"), *(*notary)->file("checkpoint"));
    world.append(kRecords - kRecords / 2);
    EXPECT_TRUE((*notary)->round().ok());
    log::spill(kept.file("last"), *(*notary)->file("checkpoint"));
    key = (*notary)->verifier();
    for (uint64_t no = 1; no <= kRecords; ++no) rows.push_back({log::stamp_of(no), log::fact_of(no)});
  }

  // What `haechi verify DIR --checkpoint FILE --key KEY` says; empty: all holds.
  std::string verified(const log::TestDirectory& directory, const std::string& checkpoint) const {
    log::VerifyReport chain;
    Status status = log::verify_directory(directory.file("log"), chain);
    EvidenceReport report;
    if (status.ok())
      status =
          verify_evidence({directory.file("log"), directory.file("evidence"), checkpoint, {*key}}, report);
    return status.ok() ? "" : status.error().text();
  }
  std::string verified(const log::TestDirectory& directory) const {
    return verified(directory, kept.file("last"));
  }

  // A whole new log, chain, checksums and watermark and all, as somebody makes it who has the program but not
  // the key.
  void rewrite(const log::TestDirectory& directory, const std::vector<Row>& as) const {
    fs::remove_all(directory.file("log"));
    fs::remove_all(directory.file("evidence"));
    auto log = std::move(*log::open_at(directory.file("log"), 512));
    std::vector<log::NewRecord> records;
    int64_t after = 0;
    for (const Row& row : as) {
      records.push_back({Time{std::max(row.stamp.us, after + 1)}, row.fact});
      after = records.back().stamp.us;
    }
    if (!records.empty()) {
      ASSERT_TRUE(log->append(records).ok());
    }
  }

  const log::TestDirectory good{true}, kept{true};
  std::optional<VerifierKey> key;
  std::vector<Row> rows;
};

TEST_F(Verify, AnUntouchedLogHolds) {
  EXPECT_EQ(verified(good), "");
  EXPECT_EQ(verified(good, kept.file("middle")), "");
  EXPECT_EQ(verified(good, ""), "");
}

TEST_F(Verify, AFlippedByteOfAnyFileOfEvidenceIsNoticed) {
  size_t flips = 0;
  for (const auto& file : fs::directory_iterator(good.file("evidence"))) {
    if (file.path().filename() == kPublicKeyName) continue;  // not asked: the key is known from elsewhere
    const std::string bytes = log::slurp(file.path());
    for (size_t at = 0; at < bytes.size(); ++at) {
      for (const char flip : {static_cast<char>(1 << at % 8), static_cast<char>(0xff)}) {
        std::string damaged = bytes;
        damaged[at] ^= flip;
        log::spill(file.path(), damaged);
        EXPECT_NE(verified(good, ""), "") << file.path() << " byte " << at;
        ++flips;
      }
    }
    log::spill(file.path(), bytes);
  }
  EXPECT_EQ(verified(good), "");
  EXPECT_GT(flips, kRecords * kEntryBytes * 2);
}

// What holds nothing, such as the free part of a page, may differ; no record does.
TEST_F(Verify, AFlippedByteOfTheLogIsNoticedOrChangesNoRecord) {
  const std::string path = good.file("log/log.sqlite"), bytes = log::slurp(path);
  size_t noticed = 0;
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] ^= static_cast<char>(1 << at % 8);
    log::spill(path, damaged);
    if (!verified(good).empty()) {
      ++noticed;
      continue;
    }
    size_t same = 0;
    const Status read = log::read_directory(good.file("log"), 1, [&](const log::Record& record) {
      same += record.stamp == rows[record.no - 1].stamp && record.fact == rows[record.no - 1].fact;
      return true;
    });
    EXPECT_TRUE(read.ok() && same == kRecords) << "byte " << at;
  }
  EXPECT_GT(noticed, 2'000u) << "of " << bytes.size();
}

TEST_F(Verify, ARewrittenLogIsNoticedWhateverWasDoneToIt) {
  const log::TestDirectory bad(true);
  const auto expect_noticed = [&](const std::vector<Row>& as, const std::string& what,
                                  const std::string& says) {
    rewrite(bad, as);
    log::VerifyReport chain;
    ASSERT_TRUE(log::verify_directory(bad.file("log"), chain).ok())
        << what << ": the chain alone does not see it";
    EXPECT_THAT(verified(bad), HasSubstr(says)) << what;
  };
  rewrite(bad, rows);
  EXPECT_EQ(verified(bad), "") << "the same records are the same log";
  const std::string other = "not those that", cut = "was cut or rolled back";
  for (size_t at = 0; at < kRecords; ++at) {
    const std::string which = std::to_string(at + 1);
    std::vector<Row> as = rows;
    as[at].fact[0] ^= 1;
    expect_noticed(as, "changed " + which, other);
    as = rows;
    as[at].stamp.us += 1;
    expect_noticed(as, "another time " + which, other);
    as = rows;
    as.erase(as.begin() + static_cast<std::ptrdiff_t>(at));
    expect_noticed(as, "deleted " + which, cut);
    as.push_back({log::stamp_of(99), "something else"});
    expect_noticed(as, "deleted and filled up " + which, other);
    as = rows;
    as.insert(as.begin() + static_cast<std::ptrdiff_t>(at), {as[at].stamp, "slipped in"});
    expect_noticed(as, "slipped in before " + which, other);
    expect_noticed({rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(at)}, "cut before " + which,
                   cut);
    for (size_t with = 0; with < at; ++with) {
      as = rows;
      std::swap(as[at].fact, as[with].fact);
      expect_noticed(as, "swapped " + which, other);
    }
  }
}

// As above with a log that is long enough for whole levels of the tree, and one of the changes at each
// record.
TEST_F(Verify, AChangeOfAnyOfAThousandRecordsIsNoticed) {
  constexpr uint64_t kMany = 1'000;
  const log::TestDirectory large(true), bad(true);
  std::vector<Row> all;
  {
    NotarisedLog world(large.path());
    auto notary = world.notary();
    ASSERT_TRUE(notary.ok());
    world.append(kMany);
    ASSERT_TRUE((*notary)->round().ok());
    log::spill(kept.file("large"), *(*notary)->file("checkpoint"));
    key = (*notary)->verifier();
  }
  for (uint64_t no = 1; no <= kMany; ++no) all.push_back({log::stamp_of(no), log::fact_of(no)});
  rewrite(bad, all);
  ASSERT_EQ(verified(bad, kept.file("large")), "");
  for (size_t at = 0; at < kMany; ++at) {
    std::vector<Row> as = all;
    switch (at % 4) {
      case 0:
        as[at].fact[0] ^= 1;
        break;
      case 1:
        as[at].stamp.us += 1;
        break;
      case 2:
        std::swap(as[at].fact, as[at - 1].fact);
        break;
      default:
        as.erase(as.begin() + static_cast<std::ptrdiff_t>(at));
    }
    rewrite(bad, as);
    EXPECT_NE(verified(bad, kept.file("large")), "") << "record " << at + 1;
  }
}

TEST_F(Verify, AForkSignedWithTheLogsOwnKeyIsNoticedByWhoKeptACheckpoint) {
  const log::TestDirectory fork(true);
  for (uint64_t from = 0; from < kRecords; ++from) {
    std::vector<Row> as = rows;
    as[from].fact = "another history";
    rewrite(fork, as);
    // The operator himself signs the fork: his own directory is in order.
    auto log = std::move(*log::open_at(fork.file("log"), 512));
    RunningRoot root;
    for (uint64_t no = 1; no <= kRecords; ++no)
      root.add(leaf_hash(entry_of(no, as[no - 1].stamp, as[no - 1].fact)));
    Note note{body_of({key->name(), kRecords, root.root()}), {}};
    ASSERT_TRUE(
        SigningKey::open_or_make({good.file("key")}, key->name(), KeyUse::kLog)->sign(note, Time{}).ok());
    log.reset();
    log::spill(fork.file("signed"), text_of(note));
    EXPECT_EQ(verified(fork, fork.file("signed")), "");
    EXPECT_THAT(verified(fork), HasSubstr("changed or is another branch")) << from;
  }
}

TEST_F(Verify, AWholeOlderDirectoryIsNoticedByWhoKeptACheckpoint) {
  const log::TestDirectory older(true);
  {
    NotarisedLog world(older.path());
    world.append(kRecords / 2);
    const auto reader = world.log().reader();
    const auto notary = Notary::open({older.file("evidence"), {good.file("key")}}, *reader,
                                     key->name().substr(key->name().find('/') + 1));
    ASSERT_TRUE((*notary)->round().ok());
  }
  EXPECT_EQ(verified(older, ""), "") << "in itself it is whole";
  EXPECT_EQ(verified(older, kept.file("middle")), "");
  EXPECT_THAT(verified(older), HasSubstr("was cut or rolled back"));
}

TEST_F(Verify, ALogWhoseSignerChangedHoldsForWhoIsToldBothKeysOrTrustsTheOneBefore) {
  const log::TestDirectory changed(true);
  {
    NotarisedLog world(changed.path());
    auto notary = std::move(*world.notary());
    world.append(4);
    ASSERT_TRUE(notary->round().ok());
    log::spill(changed.file("before"), *notary->file("checkpoint"));
    key = notary->verifier();
    notary = std::move(*world.notary("key", "next"));
    world.append(1);
    ASSERT_TRUE(notary->round().ok());
    notary = std::move(*world.notary("next"));
    world.append(1);
    ASSERT_TRUE(notary->round().ok());
    rows.clear();
  }
  const VerifierKey next = *read_succession({*key}, log::slurp(changed.file("evidence/succession")));
  const auto says = [&](const LogKeys& keys, const std::string& checkpoint) {
    EvidenceReport report;
    return verify_evidence({changed.file("log"), changed.file("evidence"), checkpoint, keys}, report);
  };
  EXPECT_TRUE(says({*key, next}, changed.file("before")).ok());
  EXPECT_TRUE(says({*key}, changed.file("before")).ok()) << "the key before names the next one";
  EXPECT_TRUE(says({next}, "").ok());
  EXPECT_TRUE(says({}, "").ok());
  EXPECT_THAT(says({next}, changed.file("before")).error().reason, HasSubstr("is not signed by"));
  fs::remove(changed.file("evidence/succession"));
  EXPECT_THAT(says({*key}, changed.file("before")).error().reason, HasSubstr("is not signed by"));
  EXPECT_TRUE(says({*key, next}, changed.file("before")).ok());
}

TEST_F(Verify, ACheckpointOfAStrangerIsRefused) {
  const log::TestDirectory other(true);
  NotarisedLog world(other.path());
  world.append(kRecords);
  const auto notary = world.notary();
  ASSERT_TRUE((*notary)->round().ok());
  EXPECT_THAT(verified(good, other.file("evidence/checkpoint")), HasSubstr("is not signed by"));
}

}  // namespace
}  // namespace haechi::evidence
