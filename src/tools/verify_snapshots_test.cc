#include "tools/verify_snapshots.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <optional>

#include "base/saved.h"
#include "haechi/v1/fact.pb.h"
#include "log/test_log.h"
#include "spine/fold.h"
#include "spine/snapshot.h"
#include "spine/snapshot_maker.h"
#include "vault/key_ring.h"

namespace haechi::tools {
namespace {

class VerifySnapshots : public testing::Test {
 protected:
  VerifySnapshots() {
    ring_ = std::move(*vault::open_ring(ring_place(data_, keys_), vault::RingMode::kWrite));
    for (int i = 0; i < 6; ++i) append("w-" + std::to_string(i));
  }
  void append(const std::string& person_id) {
    v1::Fact fact;
    fact.mutable_person_registered()->set_id(person_id);
    fact.mutable_person_registered()->set_role(v1::ROLE_WEARER);
    const std::string bytes = fact.SerializeAsString();
    const log::NewRecord record{
        Time{1'000'000'000'000'000 + static_cast<int64_t>(log_->next_no()) * 1'000'000}, bytes};
    ASSERT_TRUE(log_->append({&record, 1}).ok());
  }
  // As the node's maker does it, of the log as it is now.
  void take(const std::set<uint64_t>& left_out = {}, std::optional<Digest> digest = std::nullopt) {
    spine::Fold fold(0, ring_.get());
    fold.engine.leave_out(left_out);
    const auto reader = log_->reader();
    ASSERT_TRUE(
        reader->read(1, [&](const log::Record& record) { return fold.take(record, nullptr).ok(); }).ok());
    spine::Snapshot made{{log_->next_no() - 1, digest.value_or(log_->head())}, {}};
    made.parts[spine::kFoldPart] = saved(fold);
    ASSERT_TRUE(spine::SnapshotStore(data_ + "/snapshots", *ring_).write(made).ok());
  }
  std::string verified() {
    log_.reset();
    ring_.reset();
    told_.clear();
    const Status status = verify_snapshots(data_, keys_, told_);
    return status.ok() ? "" : status.error().text();
  }

  const log::TestDirectory directory_{true};
  const std::string data_ = directory_.path();
  const KeysAt keys_{directory_.file("ring"), directory_.file("master")};
  std::unique_ptr<log::Log> log_ = *log::open_at(directory_.file("log"));
  std::unique_ptr<vault::KeyRing> ring_;
  std::string told_;
};

TEST_F(VerifySnapshots, HoldWhereTheLogLeadsToThem) {
  take();
  append("later");
  take();
  append("after both");
  EXPECT_EQ(verified(), "");
  EXPECT_EQ(told_, "snapshot      entry 6: holds\nsnapshot      entry 7: holds\n");
}

TEST_F(VerifySnapshots, DoNotHoldWhereAnEntryWasLeftOut) {
  take({3});
  EXPECT_EQ(verified(), "corrupt: snapshot: that of entry 6 is not the state that the log leads to");
}

TEST_F(VerifySnapshots, DoNotHoldWhereTheyAreOfAnotherLog) {
  take({}, sha256("another history"));
  EXPECT_EQ(verified(), "corrupt: snapshot: that of entry 6 is of another log");
}

TEST_F(VerifySnapshots, DoNotHoldWhereAByteOfThemIsOther) {
  take();
  std::string path;
  for (const auto& file : std::filesystem::directory_iterator(data_ + "/snapshots"))
    path = file.path().string();
  std::string bytes = log::slurp(path);
  bytes[bytes.size() / 2] ^= 1;
  log::spill(path, bytes);
  EXPECT_NE(verified().find("that of entry 6"), std::string::npos);
}

TEST_F(VerifySnapshots, DoNotHoldWhereTheLogEndsBeforeThem) {
  take();
  std::filesystem::rename(directory_.file("snapshots"), directory_.file("kept"));
  log_.reset();
  std::filesystem::remove_all(directory_.file("log"));
  log_ = *log::open_at(directory_.file("log"));
  append("w-0");
  std::filesystem::rename(directory_.file("kept"), directory_.file("snapshots"));
  EXPECT_EQ(verified(), "corrupt: snapshot: that of entry 6 is newer than the log, which ends at 1");
}

TEST_F(VerifySnapshots, AreMissedWhereThereAreNone) {
  EXPECT_TRUE(verified().starts_with("not_found: snapshot: there is none in "));
}

}  // namespace
}  // namespace haechi::tools
