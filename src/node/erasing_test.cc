#include "node/erasing.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "node/retention.h"
#include "node/snapshots.h"
#include "spine/part_testing.h"
#include "vault/key_ring.h"
#include "vault/sealer.h"

namespace haechi::node {
namespace {

class Submitted final : public spine::Submit {
 public:
  void submit(std::unique_ptr<v1::Fact> fact, spine::Done /*done*/) override {
    facts.push_back(std::move(*fact));
  }
  std::vector<v1::Fact> facts;
};

// One entry with these effects.
spine::Batch batch_of(uint64_t no, Time at, const v1::Fact& fact, const std::vector<v1::Effect>& effects) {
  spine::Batch batch;
  spine::PublishedEntry& entry = batch.entries.emplace_back();
  entry.no = no;
  entry.stamped_at = at;
  entry.fact = std::make_shared<v1::Fact>(fact);
  for (const v1::Effect& effect : effects) entry.effects.push_back(std::make_shared<v1::Effect>(effect));
  return batch;
}

v1::Effect erased(const std::string& person_id) {
  v1::Effect effect;
  effect.mutable_settle_erasure()->set_person_id(person_id);
  effect.mutable_settle_erasure()->set_erased(true);
  return effect;
}

class Erasing : public testing::Test {
 protected:
  Erasing() {
    std::string name = testing::TempDir() + "haechi-erasing-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    ring_ =
        *vault::KeyRing::open(folder_ + "/ring", vault::Key(std::string(32, 'm')), vault::RingMode::kWrite);
    records_ = *store::Records::open(folder_ + "/records.sqlite", ring_.get());
  }
  ~Erasing() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  std::unique_ptr<vault::KeyRing> ring_;
  std::unique_ptr<store::Records> records_;
};

TEST_F(Erasing, EndsTheKeysAndTheRecordsAndSparesWhoeverCameAfterwards) {
  ASSERT_TRUE(records_->put_person("W-1", store::Personal("{}")).ok());
  const vault::KeyId home = *ring_->key_of(vault::zone_owner("home"));
  v1::Effect effect = erased("W-1");
  effect.mutable_settle_erasure()->add_zone_ids("home");
  const spine::Batch batch = batch_of(9, Time{1}, v1::Fact(), {effect});
  ASSERT_TRUE(erase_settled(batch, *ring_, *records_).ok());
  EXPECT_EQ(ring_->living(), 0u);
  vault::Key key;
  EXPECT_EQ(ring_->find(home, key), vault::KeyRing::State::kDestroyed);
  EXPECT_FALSE(records_->person("W-1")->has_value());
  ring_->reach(10);
  ASSERT_TRUE(records_->put_person("W-1", store::Personal("{}")).ok());
  ASSERT_TRUE(erase_settled(batch, *ring_, *records_).ok()) << "a replay";
  EXPECT_TRUE(records_->person("W-1")->has_value());
}

TEST_F(Erasing, ARefusalEndsNothing) {
  ASSERT_TRUE(records_->put_person("W-1", store::Personal("{}")).ok());
  v1::Effect effect;
  effect.mutable_settle_erasure()->set_person_id("W-1");
  effect.mutable_settle_erasure()->set_refusal(v1::ErasureOutcome::HELD);
  ASSERT_TRUE(erase_settled(batch_of(9, Time{1}, v1::Fact(), {effect}), *ring_, *records_).ok());
  EXPECT_EQ(ring_->living(), 1u);
  EXPECT_TRUE(records_->person("W-1")->has_value());
}

class Retention : public testing::Test {
 protected:
  Retention() { end_measure("1", kDue); }
  // Of W-1; a replay tells it.
  void end_measure(const std::string& number, Time due) {
    v1::Effect measure, duty;
    measure.mutable_case_effect()->mutable_update_measure()->set_id("m-" + number);
    measure.mutable_case_effect()->mutable_update_measure()->set_subject_id("W-1");
    v1::Duty& destroy = *duty.mutable_case_effect()->mutable_update_duty();
    destroy.set_id("duty-" + number);
    destroy.set_task(v1::CASE_TASK_DESTROY_DATA);
    destroy.set_measure_id("m-" + number);
    destroy.set_due_at_us(due.us);
    destroy.set_source("EM Act 31-8(4)3");
    spine::Batch opened = batch_of(1, Time{1}, v1::Fact(), {measure, duty});
    opened.replayed = true;
    give(opened);
  }
  void tick(Time at) {
    v1::Fact fact;
    fact.mutable_clock_ticked();
    give(batch_of(2, at, fact, {}));
  }
  void give(const spine::Batch& batch) {
    given_.push_back(std::make_shared<spine::Batch>(batch));
    job_.on_batch(batch);
  }

  static constexpr Time kDue{1'900'000'000'000'000};
  Submitted submitted_;
  RetentionJob job_{submitted_};
  spine::Batches given_;
};

TEST_F(Retention, AsksForTheErasureWhenThePackSaysAndNotBefore) {
  tick(kDue - Duration::seconds(1));
  EXPECT_TRUE(submitted_.facts.empty());
  tick(kDue);
  ASSERT_EQ(submitted_.facts.size(), 1u);
  EXPECT_EQ(submitted_.facts[0].person_erased().person_id(), "W-1");
  EXPECT_EQ(submitted_.facts[0].person_erased().by(), "retention");
  EXPECT_EQ(submitted_.facts[0].person_erased().reason(), "EM Act 31-8(4)3");
}

TEST_F(Retention, WaitsForWhatIsToBeKeptLongerOfTheSamePerson) {
  end_measure("2", kDue + Duration::seconds(3 * 86'400));
  tick(kDue);
  EXPECT_TRUE(submitted_.facts.empty());
  tick(kDue + Duration::seconds(3 * 86'400));
  EXPECT_FALSE(submitted_.facts.empty());
}

TEST_F(Retention, AsksAgainTheNextDayWhileItIsRefused) {
  tick(kDue);
  tick(kDue + Duration::seconds(86'399));
  EXPECT_EQ(submitted_.facts.size(), 1u);
  tick(kDue + Duration::seconds(86'400));
  EXPECT_EQ(submitted_.facts.size(), 2u);
}

TEST_F(Retention, OneThatTookUpTheStateOfAnotherAsksAsThatOneWould) {
  tick(kDue);
  const spine::SnapshotPart part = part_of(job_);
  EXPECT_EQ(spine::saved_by_copy(part, given_), spine::saved_by(part));
  RetentionJob next(submitted_);
  ASSERT_TRUE(spine::load_into(part_of(next), spine::saved_by(part)).ok());
  v1::Fact ticked;
  ticked.mutable_clock_ticked();
  next.on_batch(batch_of(3, kDue, ticked, {}));
  ASSERT_EQ(submitted_.facts.size(), 2u) << "as after every start";
  EXPECT_EQ(submitted_.facts[1].SerializeAsString(), submitted_.facts[0].SerializeAsString());
}

TEST_F(Retention, SaysThatTheDutyIsDoneOnceThePersonIsErased) {
  tick(kDue);
  job_.on_batch(batch_of(3, kDue, v1::Fact(), {erased("W-2")}));
  ASSERT_EQ(submitted_.facts.size(), 1u);
  job_.on_batch(batch_of(4, kDue, v1::Fact(), {erased("W-1")}));
  ASSERT_EQ(submitted_.facts.size(), 2u);
  EXPECT_EQ(submitted_.facts[1].case_fact().duty_done().duty_id(), "duty-1");
  v1::Effect done;
  v1::Duty& duty = *done.mutable_case_effect()->mutable_update_duty();
  duty.set_id("duty-1");
  duty.set_task(v1::CASE_TASK_DESTROY_DATA);
  duty.set_done_at_us(kDue.us);
  job_.on_batch(batch_of(5, kDue, v1::Fact(), {done}));
  tick(kDue + Duration::seconds(10 * 86'400));
  EXPECT_EQ(submitted_.facts.size(), 2u);
}

}  // namespace
}  // namespace haechi::node
