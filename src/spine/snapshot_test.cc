#include "spine/snapshot.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>

#include "base/files.h"
#include "base/saved.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "spine/spine.h"
#include "vault/key_ring.h"

namespace haechi::spine {
namespace {

// A house with a wearer, a real log, a real ring and snapshots; it can be closed and opened again.
class SnapshotTest : public testing::Test {
 protected:
  SnapshotTest() {
    std::string name = testing::TempDir() + "haechi-snapshot-XXXXXX";
    directory_ = ::mkdtemp(name.data());
    open_ring();
  }
  ~SnapshotTest() override {
    spine_.reset();
    ring_.reset();
    std::filesystem::remove_all(directory_);
  }

  void open_ring() {
    auto ring =
        vault::KeyRing::open(directory_ + "/ring", vault::Key(std::string(32, 'k')), vault::RingMode::kWrite);
    ASSERT_TRUE(ring.ok()) << ring.error().text();
    ring_ = *std::move(ring);
    store_ = std::make_unique<SnapshotStore>(directory_ + "/snapshots", *ring_);
  }
  // As a start does it. Entries that subscribers were given are counted.
  void open(uint64_t every = 1'000'000) {
    spine_.reset();
    passed_over_.clear();
    failures_.clear();
    replayed_ = 0;
    auto opened =
        open_log({.directory = directory_ + "/log"}, *store_, [this](uint64_t no, const Error& why) {
          passed_over_.push_back({no, why.reason});
        });
    ASSERT_TRUE(opened.ok()) << opened.error().text();
    SpineOptions options;
    options.tick = {};
    options.ring = ring_.get();
    options.snapshots = store_.get();
    options.snapshot_entries = every;
    options.snapshot_failed = [this](const Error& why) { failures_.push_back(why.reason); };
    log_ = opened->log.get();
    spine_ = std::make_unique<Spine>(options, std::move(opened->log), clock_);
    spine_->subscribe([this](const std::shared_ptr<const Batch>& batch) {
      for (const PublishedEntry& entry : batch->entries) {
        for (const auto& effect : entry.effects) {
          if (!erases_ || !effect->settle_erasure().erased()) continue;
          EXPECT_TRUE(ring_->destroy("person/W-1", entry.no).ok());
        }
      }
      if (batch->replayed) replayed_ += batch->entries.size();
      for (const PublishedEntry& entry : batch->entries)
        for (const auto& effect : entry.effects) effects_ += effect->SerializeAsString();
    });
    spine_->take_part({"room",
                       [this](SaveDone done) {
                         ++asked_;
                         done(room_);
                       },
                       [this](Reader& in) -> Status {
                         const std::string bytes(in.bytes(in.left()));
                         if (bytes == refused_) return Error{Code::kCorrupt, "room", "cannot be read"};
                         room_ = bytes;
                         return {};
                       },
                       [this] { return std::make_unique<Copy>(room_, erase_while_it_folds_); }});
    const Status done = spine_->replay(opened->snapshot ? &*opened->snapshot : nullptr);
    ASSERT_TRUE(done.ok()) << done.error().text();
  }
  // A second state of the room: what it was, and how many entries were folded since.
  class Copy final : public PartCopy {
   public:
    Copy(std::string state, std::function<void()> at_fold)
        : state_(std::move(state)), at_fold_(std::move(at_fold)) {}
    void fold(const Batch& batch) override {
      if (at_fold_) at_fold_();
      for (const PublishedEntry& entry : batch.entries) state_ += " " + std::to_string(entry.no);
    }
    std::string save() const override { return state_; }
    Status load(Reader& in) override {
      state_ = in.bytes(in.left());
      return {};
    }

   private:
    std::string state_;
    const std::function<void()> at_fold_;
  };
  // Until the writer, which has a thread of its own, has nothing under way.
  bool taken(uint64_t snapshots) {
    for (int i = 0; i < 5'000 && spine_->stats().snapshots < snapshots; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    return spine_->stats().snapshots == snapshots;
  }
  std::string part(uint64_t no, const char* name) {
    const auto stored = store_->read(no);
    if (!stored.ok()) return stored.error().text();
    Reader in = stored->part(name);
    return std::string(in.bytes(in.left()));
  }
  void withdraw_and_erase() {
    v1::Fact fact;
    v1::Order& order = *fact.mutable_order_registered();
    order.set_id("O-1");
    order.set_version(2);
    order.set_kind("EM_POST");
    order.set_legal_basis("EM Act 5, 2024-1");
    order.set_wearer_id("W-1");
    order.set_starts_at_us(1);
    order.set_withdrawn(true);
    submit(fact);
    fact.mutable_person_erased()->set_person_id("W-1");
    submit(fact);
  }
  void submit(v1::Fact fact) {
    clock_.advance(Duration::seconds(1));
    spine_->submit(std::make_unique<v1::Fact>(std::move(fact)), {});
    ASSERT_TRUE(spine_->run_once());
  }
  void people() {
    v1::Fact fact;
    fact.mutable_person_registered()->set_id("W-1");
    fact.mutable_person_registered()->set_role(v1::ROLE_WEARER);
    submit(fact);
    fact.mutable_device_registered()->set_id("ANK-1");
    fact.mutable_device_registered()->set_kind(v1::DEVICE_KIND_ANKLE);
    fact.mutable_device_registered()->set_person_id("W-1");
    submit(fact);
    v1::Order& order = *fact.mutable_order_registered();
    order.set_id("O-1");
    order.set_version(1);
    order.set_kind("EM_POST");
    order.set_legal_basis("EM Act 5, 2024-1");
    order.set_wearer_id("W-1");
    order.set_starts_at_us(1);
    submit(fact);
  }
  void report(int count = 1) {
    for (int i = 0; i < count; ++i) {
      v1::Fact fact;
      v1::Report& report = *fact.mutable_report_received()->mutable_report();
      report.set_device_id("ANK-1");
      report.set_epoch(1);
      report.set_seq(++seq_);
      report.mutable_fix()->mutable_place()->set_lat_e7(377'000'000 + static_cast<int32_t>(seq_));
      report.mutable_fix()->mutable_place()->set_lng_e7(1'272'000'000);
      report.mutable_fix()->set_fixed_at_us(clock_.now().us);
      report.mutable_fix()->set_accuracy_mm(8'000);
      submit(fact);
    }
  }
  // He is silent until that rings.
  std::string what_silence_brings() {
    effects_.clear();
    for (int i = 0; i < 20; ++i) {
      clock_.advance(Duration::seconds(60));
      v1::Fact tick;
      tick.mutable_clock_ticked();
      submit(tick);
    }
    return effects_;
  }
  std::string file(uint64_t no) const {
    return directory_ + "/snapshots/" + std::to_string(no) + ".snapshot";
  }
  void change(uint64_t no, size_t at) {
    std::fstream bytes(file(no), std::ios::in | std::ios::out | std::ios::binary);
    bytes.seekg(static_cast<std::streamoff>(at));
    const char old = static_cast<char>(bytes.get());
    bytes.seekp(static_cast<std::streamoff>(at));
    bytes.put(static_cast<char>(old ^ 1));
  }

  std::string directory_, room_ = "as it is", refused_ = "refused";
  ManualClock clock_{Time{1'773'446'112'000'000}};
  std::unique_ptr<vault::KeyRing> ring_;
  std::unique_ptr<SnapshotStore> store_;
  std::unique_ptr<Spine> spine_;
  log::Log* log_ = nullptr;  // the spine's
  bool erases_ = false;      // ends the key of who is erased, as the node does
  std::vector<std::pair<uint64_t, std::string>> passed_over_;
  std::vector<std::string> failures_;
  std::string effects_;
  uint64_t replayed_ = 0, seq_ = 0;
  int asked_ = 0;  // the room, to save itself
  std::function<void()> erase_while_it_folds_;
};

TEST_F(SnapshotTest, AStartReadsTheSnapshotAndTheEntriesAfterItAndGoesOnAlike) {
  open();
  people();
  report(10);
  spine_->stop();
  ASSERT_EQ(store_->entries(), std::vector<uint64_t>{13});
  std::filesystem::copy(directory_, directory_ + "-whole", std::filesystem::copy_options::recursive);
  room_ = "changed since";
  open();
  EXPECT_EQ(replayed_, 0U);
  EXPECT_EQ(room_, "as it is");
  const std::string from_snapshot = what_silence_brings();
  EXPECT_NE(from_snapshot, "");

  spine_.reset();
  ring_.reset();
  std::filesystem::remove_all(directory_);
  std::filesystem::rename(directory_ + "-whole", directory_);
  std::filesystem::remove_all(directory_ + "/snapshots");
  open_ring();
  clock_.advance(Duration::seconds(-20 * 61));
  open();
  EXPECT_EQ(replayed_, 13U);
  EXPECT_EQ(what_silence_brings(), from_snapshot);
}

TEST_F(SnapshotTest, WhatWasSeenBeforeTheSnapshotIsADuplicateAfterIt) {
  open();
  people();
  report(10);
  open();
  seq_ = 9;
  report();
  EXPECT_EQ(spine_->stats().duplicates, 0U) << "other content under a known number is kept";
  EXPECT_EQ(spine_->stats().conflicting, 1U);
}

TEST_F(SnapshotTest, WhatComesAfterItIsSealedForWhoHeldTheDeviceBeforeIt) {
  open();
  people();
  open();
  ASSERT_EQ(replayed_, 0U);
  EXPECT_FALSE(ring_->has_older("person/W-1", 100)) << "nothing of his was sealed so far";
  report();
  EXPECT_TRUE(ring_->has_older("person/W-1", 100));
}

TEST_F(SnapshotTest, OneIsTakenAfterSoManyEntriesAndTheNewestTwoAreKept) {
  open(5);
  people();
  report(2);
  for (uint64_t snapshots = 1; snapshots <= 3; ++snapshots) {
    ASSERT_TRUE(taken(snapshots));
    ASSERT_EQ(store_->entries().front(), snapshots * 5);
    report(5);
  }
  ASSERT_TRUE(taken(4));
  spine_->stop();
  EXPECT_EQ(store_->entries(), (std::vector<uint64_t>{20, 15}));
}

TEST_F(SnapshotTest, WhileItRunsNothingIsAskedOfTheRoomsAndTheSpineSavesNothing) {
  open(5);
  people();
  report(2);
  ASSERT_TRUE(taken(1));
  report(5);
  ASSERT_TRUE(taken(2));
  EXPECT_EQ(asked_, 0);
  EXPECT_EQ(part(5, "room"), "as it is 1 2 3 4 5");
  EXPECT_EQ(part(10, "room"), "as it is 1 2 3 4 5 6 7 8 9 10") << "it went on where the one before it ends";
}

TEST_F(SnapshotTest, TheOneThatIsMadeBesideTheSpineIsToTheByteTheOneThatTheSpineItselfWouldHaveSaved) {
  open(33);
  people();
  report(10);
  what_silence_brings();
  ASSERT_TRUE(taken(1));
  report(13);
  what_silence_brings();
  ASSERT_TRUE(taken(2));
  const uint64_t no = store_->entries().front();
  const std::string made = part(no, kFoldPart);
  spine_.reset();
  std::filesystem::remove_all(directory_ + "/snapshots");
  open();
  ASSERT_GE(replayed_, no);
  Fold fold(0, ring_.get());
  const auto reader = log_->reader();
  ASSERT_TRUE(reader
                  ->read(1,
                         [&](const log::Record& record) {
                           EXPECT_TRUE(fold.take(record, nullptr).ok());
                           return record.no < no;
                         })
                  .ok());
  EXPECT_EQ(saved(fold), made);
}

TEST_F(SnapshotTest, ADamagedOneIsPassedOverWhicheverByteItIs) {
  open();
  people();
  spine_->stop();
  open();
  report(3);
  spine_->stop();
  ASSERT_EQ(store_->entries(), (std::vector<uint64_t>{6, 3}));
  const size_t size = std::filesystem::file_size(file(6));
  for (size_t at = 0; at < size; at += 1 + size / 60) {
    change(6, at);
    EXPECT_FALSE(store_->read(6).ok()) << at;
    change(6, at);
  }
  for (const size_t torn : {size_t{0}, size_t{20}, size / 2, size - 1}) {
    std::filesystem::resize_file(file(6), torn);
    EXPECT_FALSE(store_->read(6).ok()) << torn;
  }
  open();
  ASSERT_EQ(passed_over_.size(), 1U);
  EXPECT_EQ(passed_over_[0].first, 6U);
  EXPECT_EQ(replayed_, 3U) << "after the one before it";
}

TEST_F(SnapshotTest, OneOfAnotherHistoryIsPassedOver) {
  open();
  people();
  report(2);
  spine_.reset();
  std::filesystem::remove_all(directory_ + "/log");
  seq_ = 100;
  spine_.reset();
  std::filesystem::rename(directory_ + "/snapshots", directory_ + "/foreign");
  open();
  people();
  report(2);
  spine_.reset();
  std::filesystem::remove_all(directory_ + "/snapshots");
  std::filesystem::rename(directory_ + "/foreign", directory_ + "/snapshots");
  open();
  ASSERT_EQ(passed_over_.size(), 1U);
  EXPECT_EQ(replayed_, 5U);
}

TEST_F(SnapshotTest, OneThatIsNewerThanTheLogIsPassedOver) {
  open();
  people();
  spine_->stop();
  spine_.reset();
  std::filesystem::copy(directory_ + "/log", directory_ + "/old", std::filesystem::copy_options::recursive);
  open();
  report(2);
  spine_.reset();
  std::filesystem::remove_all(directory_ + "/log");
  std::filesystem::rename(directory_ + "/old", directory_ + "/log");
  open();
  ASSERT_EQ(passed_over_.size(), 1U);
  EXPECT_EQ(passed_over_[0].first, 5U);
  EXPECT_EQ(replayed_, 0U) << "the one at 3 fits";
}

TEST_F(SnapshotTest, APartThatCannotBeReadLeavesNothingOfTheOthers) {
  open();
  people();
  report(2);
  spine_.reset();
  refused_ = room_;
  open();
  EXPECT_EQ(failures_, std::vector<std::string>{"cannot be read"});
  EXPECT_EQ(replayed_, 5U);
  EXPECT_EQ(room_, "") << "as before the first entry";
}

TEST_F(SnapshotTest, WhoIsErasedIsInNoSnapshotAndOldOnesCannotBeReadAgain) {
  open();
  people();
  report(2);
  spine_->stop();
  const std::string copy = directory_ + "/copy";
  std::filesystem::copy(file(5), copy);
  open();
  withdraw_and_erase();
  EXPECT_EQ(store_->entries(), std::vector<uint64_t>{});
  report();
  spine_->stop();
  EXPECT_EQ(store_->entries(), std::vector<uint64_t>{}) << "his key is still there";
  std::filesystem::copy(copy, file(5));
  EXPECT_EQ(store_->read(5).error().reason, "the key it is sealed under is gone");
  std::filesystem::remove(file(5));

  ASSERT_TRUE(ring_->destroy("person/W-1", 7).ok());
  open();
  EXPECT_EQ(replayed_, 8U);
  spine_->stop();
  EXPECT_EQ(store_->entries(), std::vector<uint64_t>{8}) << "of the log without what was erased";
}

TEST_F(SnapshotTest, AfterAnErasureThereIsOneAgainAtOnceOfTheLogWithoutWhatWasErased) {
  erases_ = true;
  open();
  people();
  report(20);
  spine_->stop();
  open();
  withdraw_and_erase();
  ASSERT_TRUE(taken(1));
  ASSERT_EQ(store_->entries(), std::vector<uint64_t>{25});
  report(2);
  spine_->stop();
  EXPECT_EQ(store_->entries(), std::vector<uint64_t>{25}) << "the state in memory still tells of him";
  const std::string made = part(25, kFoldPart);
  open();
  EXPECT_EQ(replayed_, 2U) << "no start reads the whole log";
  spine_.reset();

  // What a whole replay of the log as it is now comes to.
  std::filesystem::remove_all(directory_ + "/snapshots");
  Fold fold(0, ring_.get());
  open();
  ASSERT_TRUE(log_->reader()
                  ->read(1,
                         [&](const log::Record& record) {
                           EXPECT_TRUE(fold.take(record, nullptr).ok());
                           return record.no < 25;
                         })
                  .ok());
  EXPECT_EQ(saved(fold), made);
}

TEST_F(SnapshotTest, OneThatIsBeingMadeWhileSomebodyIsErasedIsNotWritten) {
  std::promise<void> folding, go_on;
  erase_while_it_folds_ = [&, first = std::make_shared<std::atomic<bool>>(true),
                           wait = go_on.get_future().share()] {
    if (!first->exchange(false)) return;
    folding.set_value();
    wait.wait();
  };
  erases_ = true;
  open(25);
  people();
  report(22);
  folding.get_future().wait();
  withdraw_and_erase();
  go_on.set_value();
  for (int i = 0; i < 5'000 && spine_->stats().snapshots == 0; ++i) {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    submit(tick);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  ASSERT_FALSE(store_->entries().empty());
  for (const uint64_t no : store_->entries()) EXPECT_GE(no, 27U);
}

TEST_F(SnapshotTest, ALogThatWasNotReadToItsEndHasNoSnapshot) {
  open();
  people();
  spine_->stop();
  spine_.reset();
  std::filesystem::remove_all(directory_ + "/snapshots");
  auto opened = open_log({.directory = directory_ + "/log"}, *store_, [](uint64_t, const Error&) {});
  ASSERT_TRUE(opened.ok());
  SpineOptions options;
  options.ring = ring_.get();
  options.snapshots = store_.get();
  Spine(options, std::move(opened->log), clock_).stop();
  EXPECT_EQ(store_->entries(), std::vector<uint64_t>{});
}

}  // namespace
}  // namespace haechi::spine
