// The past of persons as the index of fixes tells it, held against what the log's own entries tell: over
// drawn histories with a real log, key ring and sealer.
#include "node/past.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <thread>

#include "base/random.h"
#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "node/erasing.h"
#include "vault/key_ring.h"
#include "vault/sealer.h"

namespace haechi::node {
namespace {

constexpr Time kStart{1'700'000'000'000'000};
constexpr int kPersons = 4, kDevices = 6;

class PastWorld {
 protected:
  explicit PastWorld(uint64_t seed) : random_(seed) {
    std::string name = testing::TempDir() + "haechi-past-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    ring_ =
        *vault::KeyRing::open(folder_ + "/ring", vault::Key(std::string(32, 'm')), vault::RingMode::kWrite);
    records_ = *store::Records::open(folder_ + "/records.sqlite", ring_.get());
    log_ = *log::open_sqlite_log({.directory = folder_ + "/log"});
    reader_ = log_->reader();
    reader_of_plain_ = log_->reader();
    sealer_ = std::make_unique<vault::Sealer>(*ring_);
    open();
  }
  ~PastWorld() {
    close();
    reader_.reset();
    reader_of_plain_.reset();
    log_.reset();
    std::filesystem::remove_all(folder_);
  }

  static std::string person(uint64_t number) { return "P-" + std::to_string(number); }
  static std::string device(uint64_t number) { return "D-" + std::to_string(number); }

  void close() {
    indexed_.reset();
    plain_.reset();
    fixes_.reset();
  }
  // As a start does it.
  void open() {
    close();
    fixes_ = *store::FixIndex::open(folder_ + "/fixes.sqlite", "log-1", ring_.get(),
                                    {.entries = 300, .fixes_each = 20});
    api::LogSource source = source_of(*reader_, *ring_, *fixes_);
    indexed_ = std::make_unique<api::History>(source);
    source = source_of(*reader_of_plain_, *ring_, *fixes_);
    source.fixes = nullptr;
    plain_ = std::make_unique<api::History>(source);
    for (const spine::Batch& batch : batches_) fold(batch);
  }
  void fold(const spine::Batch& batch) {
    indexed_->fold(batch);
    plain_->fold(batch);
  }

  void add(const v1::Fact& fact, bool sealed = true, const std::vector<v1::Effect>& effects = {}) {
    stamp_ = stamp_ + Duration::millis(1 + static_cast<int64_t>(random_.below(20'000)));
    v1::Fact kept = fact;
    spine::PublishedEntry& entry = batch_.entries.emplace_back();
    entry.no = log_->next_no() + kept_.size();
    entry.stamped_at = stamp_;
    entry.fact = std::make_shared<v1::Fact>(fact);
    for (const v1::Effect& effect : effects) entry.effects.push_back(std::make_shared<v1::Effect>(effect));
    kept_.emplace_back(stamp_, sealed ? *sealer_->seal(entry.no, kept) : kept.SerializeAsString());
    sealer_->note(fact);
    if (kept_.size() == 64 || !effects.empty()) flush();
  }
  // As the spine does it with a batch.
  void flush() {
    std::vector<log::NewRecord> records;
    for (const auto& [stamp, bytes] : kept_) records.push_back({stamp, bytes});
    if (records.empty()) return;
    ASSERT_TRUE(ring_->settle().ok());
    ASSERT_TRUE(log_->append(records).ok());
    fold(batch_);
    ASSERT_TRUE(erase_settled(batch_, *ring_, *records_).ok());
    batches_.push_back(std::move(batch_));
    batch_ = {};
    kept_.clear();
  }

  void hold(uint64_t number, const std::string& person_id) {
    v1::Fact fact;
    fact.mutable_device_registered()->set_id(device(number));
    fact.mutable_device_registered()->set_kind(v1::DEVICE_KIND_ANKLE);
    fact.mutable_device_registered()->set_person_id(person_id);
    add(fact);
  }

  static v1::Fact first_report() {
    v1::Fact fact;
    v1::Report& report = *fact.mutable_report_received()->mutable_report();
    report.set_device_id(device(0));
    report.mutable_fix()->set_fixed_at_us(kStart.us);
    report.mutable_fix()->mutable_place()->set_lat_e7(376'123'457);
    report.mutable_fix()->mutable_place()->set_lng_e7(1'271'234'567);
    return fact;
  }

  // A clock that trembles, is late by hours, ahead, or out of its mind.
  int64_t fixed_at_us() {
    if (random_.chance(0.01)) return static_cast<int64_t>(random_.next());
    if (random_.chance(0.05)) return stamp_.us + random_.between(1, 7'200'000'000);
    if (random_.chance(0.1)) return stamp_.us - random_.between(0, 20'000'000'000);
    return stamp_.us - random_.between(0, 5) * 1'000'000 -
           (random_.chance(0.5) ? 0 : random_.between(0, 999'999));
  }
  void report() {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    if (random_.chance(0.95)) received.set_received_at_us(stamp_.us);
    v1::Report& report = *received.mutable_report();
    report.set_device_id(device(random_.below(kDevices)));
    if (random_.chance(0.9)) {
      v1::Fix& fix = *report.mutable_fix();
      fix.set_fixed_at_us(fixed_at_us());
      const bool coarse = random_.chance(0.1);
      if (random_.chance(0.97)) {
        fix.mutable_place()->set_lat_e7(coarse ? 376'000'000
                                               : 376'000'000 + static_cast<int32_t>(random_.below(9'000)));
        fix.mutable_place()->set_lng_e7(static_cast<int32_t>(random_.between(-1'800'000'000, 1'800'000'000)));
      }
      fix.set_accuracy_mm(coarse ? 2'000'000 : static_cast<uint32_t>(random_.below(60'000)));
      fix.set_source(static_cast<v1::FixSource>(random_.below(6)));  // one that is not known yet with them
      if (random_.chance(0.5)) fix.set_speed_mmps(static_cast<uint32_t>(random_.below(30'000)));
      if (random_.chance(0.2)) report.mutable_network_fix()->mutable_place()->set_lat_e7(1);
    }
    if (random_.chance(0.3)) report.add_contacts()->set_device_id(device(random_.below(kDevices)));
    add(fact, !random_.chance(0.03));
  }
  // Asked for; a hold stands against one of three.
  void erase() {
    v1::Fact fact;
    fact.mutable_person_erased()->set_person_id(person(random_.below(kPersons)));
    v1::Effect effect;
    effect.mutable_settle_erasure()->set_person_id(fact.person_erased().person_id());
    effect.mutable_settle_erasure()->set_erased(!random_.chance(0.3));
    if (!effect.settle_erasure().erased())
      effect.mutable_settle_erasure()->set_refusal(v1::ErasureOutcome::HELD);
    add(fact, true, {effect});
  }
  void live_on(int entries) {
    for (int i = 0; i < entries && !testing::Test::HasFatalFailure(); ++i) {
      const double drawn = random_.unit();
      v1::Fact fact;
      if (drawn < 0.9) {
        report();
      } else if (drawn < 0.985) {
        fact.mutable_clock_ticked();
        add(fact);
      } else if (drawn < 0.99) {
        hold(random_.below(kDevices), person(random_.below(kPersons)));
      } else if (drawn < 0.994) {
        ASSERT_TRUE(ring_->renew(vault::person_owner(person(random_.below(kPersons)))).ok());
      } else if (drawn < 0.996) {
        erase();
      } else {
        fact.mutable_access_decided()->set_viewer("op-1");
        add(fact);
      }
    }
  }

  bool is_indexed() {
    flush();
    const uint64_t last = log_->next_no() - 1;
    for (int i = 0; i < 5'000 && fixes_->covered() != last; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // it is made by a thread of its own
    return fixes_->covered() == last;
  }

  static api::HistoryPage read(api::History& history, const api::HistoryQuery& query) {
    std::promise<Result<api::HistoryPage>> page;
    EXPECT_TRUE(
        history.read(query, [&](Result<api::HistoryPage> found) { page.set_value(std::move(found)); }).ok());
    return *page.get_future().get();
  }
  static std::vector<std::pair<std::string, std::string>> said(const api::HistoryPage& page) {
    std::vector<std::pair<std::string, std::string>> out;
    for (const api::HistoryPoint& point : page.points)
      out.emplace_back(point.person_id, point.point.SerializeAsString());
    return out;
  }
  api::HistoryQuery question() {
    api::HistoryQuery query{.account = "control-1", .from = {}, .to = {}, .person_ids = {}};
    query.from = kStart + Duration::seconds(random_.between(-10'000, (stamp_ - kStart).us / 1'000'000));
    query.to = query.from + Duration::seconds(random_.between(1, 40'000));
    for (uint64_t n = 1 + random_.below(3); n > 0; --n)
      query.person_ids.insert(person(random_.below(kPersons + 1)));
    if (random_.chance(0.4)) query.step = Duration::seconds(random_.between(1, 600));
    return query;
  }
  // The same pages, to the byte.
  void compare() {
    flush();
    for (int i = 0; i < 25; ++i) {
      api::HistoryQuery query = question();
      do {
        const api::HistoryPage found = read(*indexed_, query), expected = read(*plain_, query);
        ASSERT_EQ(said(found), said(expected)) << "from entry " << query.after_no;
        points_ += found.points.size();
        ASSERT_EQ(found.next_no == 0, expected.next_no == 0);
        query.after_no = expected.next_no;
      } while (query.after_no != 0);
    }
  }

  std::string folder_;
  Random random_;
  Time stamp_ = kStart;
  std::unique_ptr<vault::KeyRing> ring_;
  std::unique_ptr<store::Records> records_;
  std::unique_ptr<log::Log> log_;
  std::unique_ptr<log::Reader> reader_, reader_of_plain_;
  std::unique_ptr<vault::Sealer> sealer_;
  std::unique_ptr<store::FixIndex> fixes_;
  std::unique_ptr<api::History> indexed_, plain_;
  spine::Batch batch_;  // that is not in the log yet
  std::vector<std::pair<Time, std::string>> kept_;
  std::vector<spine::Batch> batches_;
  size_t points_ = 0;
};

class PastOf : public PastWorld, public testing::TestWithParam<uint64_t> {
 protected:
  PastOf() : PastWorld(GetParam()) {}
};
class PastOfOne : public PastWorld, public testing::Test {
 protected:
  PastOfOne() : PastWorld(7) {}
};

INSTANTIATE_TEST_SUITE_P(Seeds, PastOf, testing::Range<uint64_t>(1, 4));

TEST_P(PastOf, DrawnPersonsIsToTheByteWhatTheEntriesOfTheLogTell) {
  for (uint64_t n = 0; n < kDevices; ++n) hold(n, person(n % kPersons));  // two of them have two
  for (int life = 0; life < 4; ++life) {
    live_on(500);
    ASSERT_NO_FATAL_FAILURE(compare()) << "as far as it is indexed, life " << life;
    ASSERT_TRUE(is_indexed());
    ASSERT_NO_FATAL_FAILURE(compare()) << "indexed, life " << life;
    erase();
    ASSERT_NO_FATAL_FAILURE(compare()) << "one more is erased, life " << life;
    open();
  }
  EXPECT_GT(points_, 2'000u);
}

TEST_F(PastOfOne, LeavesTheMemoryWithTheEntryThatErasesHim) {
  hold(0, person(0));
  v1::Fact fact = first_report();
  for (int i = 0; i < 5; ++i) add(fact);
  ASSERT_TRUE(is_indexed());
  ASSERT_EQ(fixes_->stored().no, 0u) << "it is under way";
  const api::HistoryQuery query{
      .account = "control-1", .from = kStart, .to = stamp_, .person_ids = {person(0)}};
  EXPECT_EQ(read(*indexed_, query).points.size(), 5u);
  spine::Batch batch;
  batch.entries.push_back(
      {.no = 7, .stamped_at = stamp_, .fact = std::make_shared<v1::Fact>(), .effects = {}});
  v1::Effect effect;
  effect.mutable_settle_erasure()->set_person_id(person(0));
  effect.mutable_settle_erasure()->set_erased(true);
  batch.entries[0].effects.push_back(std::make_shared<v1::Effect>(effect));
  indexed_->fold(batch);
  EXPECT_EQ(read(*indexed_, query).points.size(), 0u) << "before its key ends in the ring";
}

bool lies_in(const std::string& folder, const std::string& sign) {
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder)) {
    if (!file.is_regular_file()) continue;
    std::ifstream in(file.path(), std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    if (bytes.find(sign) != std::string::npos) return true;
  }
  return false;
}

// A place that is coded on its own, as the first of a box is, lies in the file in this form.
TEST_F(PastOfOne, WhosePlacesAreSealedLiesInNoFileInClear) {
  hold(0, person(0));
  v1::Fact fact = first_report();
  v1::Report& report = *fact.mutable_report_received()->mutable_report();
  store::FixStream coded(0);
  coded.add({.no = 1,
             .at = Time{},
             .lat_e7 = report.fix().place().lat_e7(),
             .lng_e7 = report.fix().place().lng_e7(),
             .accuracy_mm = 0,
             .source = 0});
  const std::string sign = coded.bytes().substr(2);  // without time and number
  for (const bool sealed : {true, false}) {
    add(fact, sealed);
    for (int i = 0; i < 400; ++i) {
      report.mutable_fix()->set_fixed_at_us(kStart.us + i);
      add(fact, sealed);
    }
    ASSERT_TRUE(is_indexed());
    open();
    ASSERT_EQ(fixes_->stored().no, log_->next_no() - 1);
    EXPECT_EQ(lies_in(folder_, sign), !sealed) << "in clear it would be found";
  }
}

}  // namespace
}  // namespace haechi::node
