#include "spine/spine.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "vault/key_ring.h"

namespace haechi::spine {
namespace {

// A log in memory that tells what it was asked and can be held back as a slow disk would.
class MemoryLog final : public log::Log {
 public:
  struct Shared {
    std::vector<log::Record> records;
    std::mutex mutex;
    std::condition_variable released;
    bool held = false;
    bool journalled = false;
  };
  explicit MemoryLog(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}
  Result<uint64_t> append(std::span<const log::NewRecord> batch) override {
    std::unique_lock lock(shared_->mutex);
    shared_->released.wait(lock, [this] { return !shared_->held; });
    const uint64_t first = shared_->records.size() + 1;
    for (const auto& record : batch)
      shared_->records.push_back({shared_->records.size() + 1, record.stamp, std::string(record.fact)});
    return first;
  }
  uint64_t next_no() const override { return shared_->records.size() + 1; }
  Time last_stamp() const override {
    return shared_->records.empty() ? Time{} : shared_->records.back().stamp;
  }
  Digest head() const override { return {}; }
  std::string id() const override { return "memory"; }
  bool journalled() const override { return shared_->journalled; }
  Status read(uint64_t from_no, const std::function<bool(const log::Record&)>& each) override {
    for (uint64_t no = from_no; no <= shared_->records.size(); ++no)
      if (!each(shared_->records[no - 1])) break;
    return {};
  }

 private:
  std::shared_ptr<Shared> shared_;
};

std::unique_ptr<v1::Fact> report(uint64_t seq) {
  auto fact = std::make_unique<v1::Fact>();
  auto& report = *fact->mutable_report_received()->mutable_report();
  report.set_device_id("ANK-1");
  report.set_epoch(1);
  report.set_seq(seq);
  return fact;
}

using Facts = std::vector<std::unique_ptr<v1::Fact>>;

class SpineTest : public testing::Test {
 protected:
  std::unique_ptr<Spine> make(SpineOptions options = {}) {
    options.tick = {};
    return std::make_unique<Spine>(options, std::make_unique<MemoryLog>(disk_), clock_);
  }
  Done note(std::vector<Result<Receipt>>& into) {
    return [&into](Result<Receipt> receipt) { into.push_back(std::move(receipt)); };
  }
  std::shared_ptr<MemoryLog::Shared> disk_ = std::make_shared<MemoryLog::Shared>();
  ManualClock clock_{Time{1'773'446'112'000'000}};
};

TEST_F(SpineTest, FactsOfOneRequestAreInOneCommitHoweverSmallCommitsAreAndTheReceiptIsOfTheLast) {
  SpineOptions options;
  options.batch_max = 2;
  auto spine = make(options);
  std::vector<size_t> batches;
  spine->subscribe(
      [&](const std::shared_ptr<const Batch>& batch) { batches.push_back(batch->entries.size()); });
  std::vector<Result<Receipt>> receipts;
  spine->submit(report(1), {});
  std::vector<std::unique_ptr<v1::Fact>> facts;
  for (uint64_t seq = 2; seq <= 5; ++seq) facts.push_back(report(seq));
  Result<Room> room = spine->room(facts);
  ASSERT_TRUE(room.ok());
  spine->submit_together(*std::move(room), std::move(facts), note(receipts));
  spine->submit(report(6), {});
  while (spine->run_once()) {
  }
  EXPECT_EQ(batches, (std::vector<size_t>{5, 1}));
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_EQ(receipts[0]->entry_no, 5U);
}

TEST_F(SpineTest, WhileTheJournalStandsInNothingIsShownAndRegistersWaitAndTheRestGoesOn) {
  auto spine = make();
  std::vector<v1::AlarmKind> alarms;
  spine->subscribe([&](const std::shared_ptr<const Batch>& batch) {
    for (const PublishedEntry& entry : batch->entries)
      for (const auto& effect : entry.effects)
        if (effect->has_raise_alarm()) alarms.push_back(effect->raise_alarm().kind());
  });
  disk_->journalled = true;
  std::vector<Result<Receipt>> receipts;
  constexpr std::optional<Code> kTaken;
  const auto submit = [&](const std::function<void(v1::Fact&)>& fill) {
    receipts.clear();
    auto fact = std::make_unique<v1::Fact>();
    fill(*fact);
    spine->submit(std::move(fact), note(receipts));
    while (spine->run_once()) {
    }
    return receipts.at(0).ok() ? kTaken : std::optional(receipts.at(0).error().code);
  };
  EXPECT_EQ(submit([](v1::Fact& fact) { *fact.mutable_report_received() = report(1)->report_received(); }),
            kTaken);
  EXPECT_EQ(submit([](v1::Fact& fact) { fact.mutable_alert_handled()->set_alert_id("a"); }), kTaken);
  EXPECT_EQ(submit([](v1::Fact& fact) { fact.mutable_hand_off_answered(); }), kTaken);
  const auto record = [&](const char* role, const char* action) {
    return submit([&](v1::Fact& fact) {
      fact.mutable_access_decided()->set_allowed(true);
      fact.mutable_access_decided()->set_viewer_role(role);
      fact.mutable_access_decided()->set_action(action);
    });
  };
  EXPECT_EQ(record("control", "see_position"), Code::kUnavailable);
  EXPECT_EQ(record("control", "search"), Code::kUnavailable);
  EXPECT_EQ(record("connector", "see_position"), kTaken) << "what an alarm tells an agency";
  EXPECT_EQ(record("protected_person", "raise_sos"), kTaken);
  EXPECT_EQ(record("control", "handle_alert"), kTaken);
  EXPECT_EQ(submit([](v1::Fact& fact) { fact.mutable_person_registered()->set_id("P"); }),
            Code::kUnavailable);
  EXPECT_EQ(alarms, std::vector<v1::AlarmKind>{v1::ALARM_KIND_LOG_JOURNALLED}) << "once";
}

TEST_F(SpineTest, RoomThatWasGivenIsNobodyElsesAndIsFreeAgainWhenItIsDropped) {
  SpineOptions options;
  options.queue_max = 3;
  auto spine = make(options);
  std::vector<Result<Receipt>> receipts;
  std::vector<std::unique_ptr<v1::Fact>> facts;
  facts.push_back(report(1));
  facts.push_back(report(2));
  Result<Room> room = spine->room(Facts(2));
  ASSERT_TRUE(room.ok());
  EXPECT_EQ(spine->room(Facts(2)).error().code, Code::kExhausted);
  spine->submit(report(3), note(receipts));
  spine->submit(report(4), note(receipts));
  ASSERT_EQ(receipts.size(), 1U);
  EXPECT_EQ(receipts[0].error().code, Code::kExhausted);
  spine->submit_together(*std::move(room), std::move(facts), note(receipts));
  while (spine->run_once()) {
  }
  EXPECT_EQ(disk_->records.size(), 3U);
  { const Result<Room> dropped = spine->room(Facts(3)); }
  EXPECT_TRUE(spine->room(Facts(3)).ok());
}

// A log that holds an entry which no engine can apply: its stamp goes back.
class QuarantineTest : public SpineTest {
 protected:
  static constexpr uint64_t kPoison = 4;
  QuarantineTest() {
    auto spine = make();
    for (uint64_t seq = 1; seq <= 6; ++seq) spine->submit(report(seq), {});
    spine->run_once();
    spine.reset();
    good_ = disk_->records[kPoison - 1].stamp;
    disk_->records[kPoison - 1].stamp = Time{1};
  }
  ~QuarantineTest() override { std::filesystem::remove(path_); }
  // Says how many entries it replayed with effects or without, and which facts it then appended.
  void start() {
    auto quarantine = Quarantine::open(path_);
    ASSERT_TRUE(quarantine.ok()) << quarantine.error().text();
    quarantine_ = *std::move(quarantine);
    replayed_.clear();
    alarms_ = 0;
    SpineOptions options;
    options.quarantine = quarantine_.get();
    options.build = "test";
    auto spine = make(options);
    spine->subscribe([this](const std::shared_ptr<const Batch>& batch) {
      for (const PublishedEntry& entry : batch->entries) {
        if (batch->replayed) replayed_.push_back(entry.no);
        for (const auto& effect : entry.effects) alarms_ += effect->raise_alarm().entry_no() == kPoison;
      }
    });
    ASSERT_TRUE(spine->replay().ok());
    spine->run_once();
  }

  const std::string path_ = testing::TempDir() + "haechi-quarantine-" + std::to_string(::getpid());
  Time good_;
  std::unique_ptr<Quarantine> quarantine_;
  std::vector<uint64_t> replayed_;
  int alarms_ = 0;
};

TEST_F(QuarantineTest, AnEntryThatEndedTwoStartsIsPassedOverFromTheThirdOnAndTheLogSaysSo) {
  EXPECT_DEATH(start(), "ENSURE failed");
  EXPECT_DEATH(start(), "ENSURE failed");
  start();
  EXPECT_EQ(quarantine_->entries(), std::vector<uint64_t>{kPoison});
  EXPECT_EQ(replayed_, (std::vector<uint64_t>{1, 2, 3, 4, 5, 6}));
  EXPECT_EQ(alarms_, 1);
  ASSERT_EQ(disk_->records.size(), 7U);
  v1::Fact fact;
  ASSERT_TRUE(fact.ParseFromString(disk_->records[6].fact));
  EXPECT_EQ(fact.entry_quarantined().entry_no(), kPoison);
  EXPECT_EQ(fact.entry_quarantined().attempts(), 2U);
  EXPECT_EQ(fact.entry_quarantined().build(), "test");

  start();
  EXPECT_EQ(replayed_.size(), 7U);
  EXPECT_EQ(disk_->records.size(), 7U) << "it is said once";
}

TEST_F(QuarantineTest, OneEndAtAnEntryQuarantinesNothing) {
  EXPECT_DEATH(start(), "ENSURE failed");
  disk_->records[kPoison - 1].stamp = good_;
  start();
  disk_->records[kPoison - 1].stamp = Time{1};
  EXPECT_DEATH(start(), "ENSURE failed");
  disk_->records[kPoison - 1].stamp = good_;
  start();
  EXPECT_EQ(quarantine_->entries(), std::vector<uint64_t>{}) << "the whole log was applied in between";
}

TEST_F(QuarantineTest, EndsAtDifferentEntriesQuarantineNothing) {
  EXPECT_DEATH(start(), "ENSURE failed");
  disk_->records[kPoison].stamp = Time{1};
  disk_->records[kPoison - 1].stamp = good_;
  EXPECT_DEATH(start(), "ENSURE failed");
  disk_->records[kPoison].stamp = good_ + Duration{1};
  start();
  EXPECT_EQ(quarantine_->entries(), std::vector<uint64_t>{});
}

TEST_F(SpineTest, NumbersWithoutGapsAndStampsThatGrowWhileTheClockStandsOrGoesBack) {
  auto spine = make();
  std::vector<Result<Receipt>> receipts;
  for (uint64_t seq = 1; seq <= 3; ++seq) spine->submit(report(seq), note(receipts));
  ASSERT_TRUE(spine->run_once());
  clock_.advance(Duration::seconds(-3600));
  spine->submit(report(4), note(receipts));
  ASSERT_TRUE(spine->run_once());
  ASSERT_EQ(receipts.size(), 4u);
  for (size_t i = 0; i < receipts.size(); ++i) {
    EXPECT_EQ(receipts[i]->entry_no, i + 1);
    if (i > 0) {
      EXPECT_GT(receipts[i]->stamped_at, receipts[i - 1]->stamped_at);
    }
  }
}

TEST_F(SpineTest, GoesOnAtThePaceOfTimeWhileTheClockIsBehindAndFollowsItAgainAfterwards) {
  int64_t running_us = 5'000'000;
  auto spine = make({.running_us = [&] { return running_us; }});
  std::vector<Result<Receipt>> receipts;
  const auto stamp_after = [&](Duration ran, Duration clock_moved) {
    running_us += ran.us;
    clock_.advance(clock_moved);
    spine->submit(std::make_unique<v1::Fact>(), note(receipts));
    EXPECT_TRUE(spine->run_once());
    return receipts.back()->stamped_at;
  };
  const Time before = stamp_after(Duration::seconds(1), Duration::seconds(1));
  const Time ahead = stamp_after(Duration::seconds(1), Duration::seconds(86'401));
  EXPECT_EQ(ahead - before, Duration::seconds(86'401));
  EXPECT_EQ(stamp_after(Duration::seconds(10), Duration::seconds(10 - 86'400)) - ahead, Duration::seconds(10))
      << "a silence of ten seconds is ten seconds, whatever the clock was set to";
  EXPECT_EQ(stamp_after(Duration::seconds(90), Duration::seconds(90)) - ahead, Duration::seconds(100));
  const Time caught_up = stamp_after(Duration::seconds(1), Duration::seconds(172'800));
  EXPECT_EQ(caught_up, clock_.now());
}

TEST_F(SpineTest, AcknowledgesADuplicateAlikeButLogsItOnce) {
  auto spine = make();
  std::vector<Result<Receipt>> receipts;
  spine->submit(report(1), note(receipts));
  spine->submit(report(1), note(receipts));
  ASSERT_TRUE(spine->run_once());
  ASSERT_EQ(receipts.size(), 2u);
  EXPECT_EQ(receipts[0]->duplicate + receipts[1]->duplicate, 1);
  EXPECT_EQ(disk_->records.size(), 1u);
}

TEST_F(SpineTest, StillKnowsADuplicateAfterARestart) {
  std::vector<Result<Receipt>> receipts;
  {
    auto spine = make();
    spine->submit(report(1), {});
    spine->run_once();
  }
  auto spine = make();
  ASSERT_TRUE(spine->replay().ok());
  spine->submit(report(1), note(receipts));
  spine->run_once();
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_TRUE(receipts[0]->duplicate);
  EXPECT_EQ(disk_->records.size(), 1u);
}

TEST_F(SpineTest, NeitherAcknowledgesNorPublishesBeforeTheDiskHasSynced) {
  auto spine = make();
  std::mutex mutex;
  std::condition_variable changed;
  bool acknowledged = false, published = false, device_told = false;
  spine->subscribe([&](auto) {
    std::lock_guard lock(mutex);
    published = true;
  });
  {
    std::lock_guard lock(disk_->mutex);
    disk_->held = true;
  }
  spine->submit_from_device(report(2), [&](Result<Receipt>) {
    std::lock_guard lock(mutex);
    device_told = true;
  });
  spine->submit(report(1), [&](Result<Receipt>) {
    std::lock_guard lock(mutex);
    acknowledged = true;
    changed.notify_all();
  });
  spine->start();
  // The queue being empty shows that the batch is under way; the disk still holds it.
  while (spine->stats().queue_depth > 0) std::this_thread::yield();
  {
    std::lock_guard lock(mutex);
    EXPECT_FALSE(acknowledged);
    EXPECT_FALSE(published);
    EXPECT_FALSE(device_told);
  }
  {
    std::lock_guard lock(disk_->mutex);
    disk_->held = false;
  }
  disk_->released.notify_all();
  std::unique_lock lock(mutex);
  EXPECT_TRUE(changed.wait_for(lock, std::chrono::seconds(10), [&] { return acknowledged; }));
  EXPECT_TRUE(published);
  EXPECT_TRUE(device_told);
}

// Tells who asks it before it answers.
class WatchedClock final : public Clock {
 public:
  Time now() const override {
    asked();
    return Time{1'773'446'112'000'000};
  }
  std::function<void()> asked = [] {};
};

TEST_F(SpineTest, ADeviceIsToldBeforeItsReportIsJudgedAndOthersAfterItWasPublished) {
  WatchedClock clock;
  SpineOptions options;
  options.tick = {};
  Spine spine(options, std::make_unique<MemoryLog>(disk_), clock);
  std::vector<std::string> order;
  // Asked twice for stamps, then when all is durable, then when it is judged.
  clock.asked = [&, times = 0]() mutable {
    if (++times == 3) order.push_back("durable");
    if (times == 4) order.push_back("judged");
  };
  spine.subscribe([&](const auto&) { order.push_back("published"); });
  spine.submit(report(1), [&](const auto&) { order.push_back("others told"); });
  spine.submit_from_device(report(2), [&](const auto&) { order.push_back("device told"); });
  ASSERT_TRUE(spine.run_once());
  EXPECT_EQ(order,
            (std::vector<std::string>{"durable", "device told", "judged", "published", "others told"}));
}

TEST_F(SpineTest, ADeviceIsToldThatItsReportIsDurableHoweverLongTheJudgingTakes) {
  WatchedClock clock;
  SpineOptions options;
  options.tick = {};
  Spine spine(options, std::make_unique<MemoryLog>(disk_), clock);
  std::promise<void> told;
  std::future_status meanwhile = std::future_status::timeout;
  std::thread::id judging;
  // The spine's thread asks for the stamp and, when it has judged, once more: there it is held up.
  clock.asked = [&, future = told.get_future().share()] {
    if (judging == std::thread::id{}) {
      judging = std::this_thread::get_id();
    } else if (judging == std::this_thread::get_id()) {
      meanwhile = future.wait_for(std::chrono::seconds(10));
    }
  };
  spine.submit_from_device(report(1), [&](const Result<Receipt>& receipt) {
    EXPECT_TRUE(receipt.ok());
    told.set_value();
  });
  spine.start();
  spine.stop();
  EXPECT_EQ(meanwhile, std::future_status::ready);
}

TEST_F(SpineTest, ADeviceIsToldOfACopyOfWhatIsDurable) {
  auto spine = make();
  std::vector<Result<Receipt>> receipts;
  for (int copy = 0; copy < 2; ++copy) {
    spine->submit_from_device(report(1), note(receipts));
    ASSERT_TRUE(spine->run_once());
  }
  ASSERT_EQ(receipts.size(), 2u);
  EXPECT_FALSE(receipts[0]->duplicate);
  EXPECT_TRUE(receipts[1]->duplicate);
}

TEST_F(SpineTest, RefusesBeyondItsBoundAndKeepsNothingOfTheRefused) {
  SpineOptions options;
  options.queue_max = 2;
  auto spine = make(options);
  std::vector<Result<Receipt>> receipts;
  for (uint64_t seq = 1; seq <= 3; ++seq) spine->submit(report(seq), note(receipts));
  ASSERT_EQ(receipts.size(), 1u);
  EXPECT_EQ(receipts[0].error().code, Code::kExhausted);
  spine->run_once();
  EXPECT_EQ(disk_->records.size(), 2u);
}

TEST_F(SpineTest, ReplaysTheSameEntriesInTheSameOrder) {
  std::vector<uint64_t> live, again;
  {
    auto spine = make();
    spine->subscribe([&](auto batch) {
      for (const auto& entry : batch->entries) live.push_back(entry.no);
    });
    for (uint64_t seq = 1; seq <= 600; ++seq) spine->submit(report(seq), {});
    while (spine->run_once()) {
    }
  }
  auto spine = make();
  spine->subscribe([&](auto batch) {
    EXPECT_TRUE(batch->replayed);
    for (const auto& entry : batch->entries) again.push_back(entry.no);
  });
  ASSERT_TRUE(spine->replay().ok());
  EXPECT_EQ(live.size(), 600u);
  EXPECT_EQ(live, again);
}

TEST_F(SpineTest, RefusesALogWhoseEntryIsNotAFact) {
  disk_->records.push_back({1, Time{1}, "\xff\xff"});
  auto spine = make();
  const Status status = spine->replay();
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().code, Code::kCorrupt);
}

TEST_F(SpineTest, RefusesByNameWhatANewerProgramLoggedAndBearsWhatADeviceMay) {
  v1::Fact later;
  later.GetReflection()->MutableUnknownFields(&later)->AddLengthDelimited(391,
                                                                          "what it is nobody here knows");
  v1::Fact started;
  started.mutable_process_started()->set_facts_form(kFactsForm + 1);
  for (const auto& [fact, what] : {std::pair(later, "entry 1 is a fact of kind 391"),
                                   std::pair(started, "entry 1 is the start of facts of form 2")}) {
    disk_->records = {{1, Time{1}, fact.SerializeAsString()}};
    const Status refused = make()->replay();
    ASSERT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Code::kConflict);
    EXPECT_NE(refused.error().reason.find(what), std::string::npos) << refused.error().reason;
  }
  v1::Fact from_device = *report(1);
  v1::Report& inside = *from_device.mutable_report_received()->mutable_report();
  inside.GetReflection()->MutableUnknownFields(&inside)->AddVarint(900, 7);
  started.mutable_process_started()->set_facts_form(kFactsForm);
  disk_->records = {{1, Time{1}, started.SerializeAsString()}, {2, Time{2}, from_device.SerializeAsString()}};
  EXPECT_TRUE(make()->replay().ok());
  EXPECT_EQ(disk_->records[1].fact, from_device.SerializeAsString()) << "and it stays what the device said";
}

TEST_F(SpineTest, FinishesWhatIsQueuedBeforeItStopsAndThenRefuses) {
  auto spine = make();
  std::vector<Result<Receipt>> receipts;
  for (uint64_t seq = 1; seq <= 500; ++seq) spine->submit(report(seq), note(receipts));
  spine->start();
  spine->stop();
  EXPECT_EQ(receipts.size(), 500u);
  spine->submit(report(501), note(receipts));
  EXPECT_EQ(receipts.back().error().code, Code::kUnavailable);
}

class SealedSpineTest : public SpineTest {
 protected:
  SealedSpineTest() {
    std::string name = testing::TempDir() + "haechi-spine-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    ring_ =
        *vault::KeyRing::open(folder_ + "/ring", vault::Key(std::string(32, 'm')), vault::RingMode::kWrite);
  }
  ~SealedSpineTest() override { std::filesystem::remove_all(folder_); }

  std::unique_ptr<v1::Fact> held() {
    auto fact = std::make_unique<v1::Fact>();
    fact->mutable_device_registered()->set_id("ANK-1");
    fact->mutable_device_registered()->set_person_id("W-1");
    return fact;
  }
  std::unique_ptr<v1::Fact> placed(uint64_t seq) {
    auto fact = report(seq);
    v1::Fix& fix = *fact->mutable_report_received()->mutable_report()->mutable_fix();
    fix.set_fixed_at_us(clock_.now().us);
    fix.mutable_place()->set_lat_e7(376'123'457);
    return fact;
  }
  // The places that a spine on this log tells its subscribers of at its start.
  std::vector<int32_t> replayed() {
    std::vector<int32_t> out;
    auto spine = make({.ring = ring_.get()});
    spine->subscribe([&](const std::shared_ptr<const Batch>& batch) {
      for (const PublishedEntry& entry : batch->entries)
        if (entry.fact->report_received().report().has_fix())
          out.push_back(entry.fact->report_received().report().fix().place().lat_e7());
    });
    const Status status = spine->replay();
    EXPECT_TRUE(status.ok()) << status.error().text();
    return out;
  }

  std::string folder_;
  std::unique_ptr<vault::KeyRing> ring_;
};

TEST_F(SealedSpineTest, LogsPlacesSealedAndTellsThemClearNowAndAfterAStart) {
  auto spine = make({.ring = ring_.get()});
  std::vector<int32_t> told;
  spine->subscribe([&](const std::shared_ptr<const Batch>& batch) {
    for (const PublishedEntry& entry : batch->entries)
      told.push_back(entry.fact->report_received().report().fix().place().lat_e7());
  });
  spine->submit(held(), {});
  spine->submit(placed(1), {});
  ASSERT_TRUE(spine->run_once());
  EXPECT_EQ(told, (std::vector<int32_t>{0, 376'123'457}));
  v1::Fact logged;
  ASSERT_TRUE(logged.ParseFromString(disk_->records.at(1).fact));
  EXPECT_FALSE(logged.report_received().report().has_fix());
  EXPECT_EQ(logged.sealed_size(), 1);
  spine.reset();
  EXPECT_EQ(replayed(), (std::vector<int32_t>{376'123'457}));
}

TEST_F(SealedSpineTest, ReadsOverWhatIsErasedAndGoesOn) {
  auto spine = make({.ring = ring_.get()});
  spine->submit(held(), {});
  for (uint64_t seq = 1; seq <= 3; ++seq) spine->submit(placed(seq), {});
  ASSERT_TRUE(spine->run_once());
  spine.reset();
  ASSERT_TRUE(ring_->destroy("person/W-1", 5).ok());
  EXPECT_TRUE(replayed().empty());
  spine = make({.ring = ring_.get()});
  ASSERT_TRUE(spine->replay().ok());
  spine->submit(placed(4), {});
  ASSERT_TRUE(spine->run_once());
  spine.reset();
  EXPECT_EQ(replayed().size(), 1u);
}

TEST_F(SealedSpineTest, DoesNotStartWithoutTheRingOfItsLog) {
  auto spine = make({.ring = ring_.get()});
  spine->submit(placed(1), {});
  ASSERT_TRUE(spine->run_once());
  EXPECT_EQ(make()->replay().error().code, Code::kCorrupt);
  const auto other =
      *vault::KeyRing::open(folder_ + "/other", vault::Key(std::string(32, 'm')), vault::RingMode::kWrite);
  EXPECT_EQ(make({.ring = other.get()})->replay().error().code, Code::kCorrupt);
}

TEST_F(SealedSpineTest, GoesOnWithALogThatSealedNothingSoFar) {
  auto spine = make();
  spine->submit(placed(1), {});
  ASSERT_TRUE(spine->run_once());
  spine = make({.ring = ring_.get()});
  ASSERT_TRUE(spine->replay().ok());
  spine->submit(placed(2), {});
  ASSERT_TRUE(spine->run_once());
  spine.reset();
  EXPECT_EQ(replayed().size(), 2u);
}

}  // namespace
}  // namespace haechi::spine
