#include "api/history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <thread>

#include "api/history_testing.h"
#include "base/random.h"
#include "haechi/v1/fact.pb.h"
#include "store/fix_index.h"

namespace haechi::api {
namespace {

using testing::ElementsAre;

constexpr Time kStart{1'700'000'000'000'000};
constexpr Duration kHour = Duration::seconds(3600);

Time at_s(int64_t seconds) {
  return kStart + Duration::seconds(seconds);
}

// A log in memory, and the history of it.
class PastWorld {
 public:
  struct Entry {
    Time stamp;
    std::string bytes;
  };

  void device(Time stamp, const std::string& id, const std::string& person_id,
              v1::DeviceKind kind = v1::DEVICE_KIND_ANKLE) {
    v1::Fact fact;
    fact.mutable_device_registered()->set_id(id);
    fact.mutable_device_registered()->set_kind(kind);
    fact.mutable_device_registered()->set_person_id(person_id);
    add(stamp, fact);
  }
  // A fix is told apart by its latitude.
  void report(Time stamp, const std::string& device_id, Time fixed_at, int32_t lat_e7 = 0) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_received_at_us(stamp.us);
    received.mutable_report()->set_device_id(device_id);
    v1::Fix& fix = *received.mutable_report()->mutable_fix();
    fix.mutable_place()->set_lat_e7(lat_e7);
    fix.set_fixed_at_us(fixed_at.us);
    fix.set_accuracy_mm(5'000);
    fix.set_source(v1::FIX_SOURCE_WIFI);
    add(stamp, fact);
  }
  void tick(Time stamp) {
    v1::Fact fact;
    fact.mutable_clock_ticked();
    add(stamp, fact);
  }
  void add(Time stamp, const v1::Fact& fact) {
    entries.push_back({stamp, fact.SerializeAsString()});
    spine::Batch batch;
    batch.entries.push_back({entries.size(), stamp, std::make_shared<v1::Fact>(fact), {}});
    if (!entries_hidden) history.fold(batch);
  }

  Result<HistoryPage> read(const HistoryQuery& query) {
    auto page = std::make_shared<std::promise<Result<HistoryPage>>>();
    auto answer = page->get_future();
    const Status begun =
        history.read(query, [page](Result<HistoryPage> found) { page->set_value(std::move(found)); });
    EXPECT_TRUE(begun.ok());
    return answer.get();
  }
  // All pages.
  std::vector<HistoryPoint> read_all(HistoryQuery query, size_t* pages = nullptr) {
    std::vector<HistoryPoint> out;
    do {
      const Result<HistoryPage> page = read(query);
      if (!page.ok()) {
        ADD_FAILURE() << page.error().text();
        return out;
      }
      EXPECT_LE(page->points.size(), History::kPointsMax);
      EXPECT_LE(page->entries_read, History::kEntriesMax);
      EXPECT_TRUE(page->next_no == 0 || page->next_no > query.after_no) << "pages come to an end";
      EXPECT_TRUE(std::is_sorted(page->points.begin(), page->points.end(), [](const auto& a, const auto& b) {
        return a.point.fixed_at_us() < b.point.fixed_at_us();
      }));
      out.insert(out.end(), page->points.begin(), page->points.end());
      if (pages != nullptr) ++*pages;
      query.after_no = page->next_no;
    } while (query.after_no != 0);
    return out;
  }

  std::vector<Entry> entries;
  bool entries_hidden = false;
  History history{
      LogSource{[this](Time at) -> Result<uint64_t> {
                  const auto found = std::partition_point(
                      entries.begin(), entries.end(), [&](const Entry& entry) { return entry.stamp < at; });
                  return static_cast<uint64_t>(found - entries.begin()) + 1;
                },
                [this](uint64_t from_no, const std::function<bool(const LoggedFact&)>& each) -> Status {
                  for (uint64_t no = from_no; no <= entries.size(); ++no)
                    if (!each({no, entries[no - 1].stamp, entries[no - 1].bytes})) break;
                  return {};
                }}};
};

HistoryQuery of(std::set<std::string> person_ids, Time from = kStart, Time to = kStart + kHour) {
  return {.account = "control-1", .from = from, .to = to, .person_ids = std::move(person_ids)};
}

std::vector<int32_t> latitudes(const std::vector<HistoryPoint>& points) {
  std::vector<int32_t> out;
  for (const HistoryPoint& point : points) out.push_back(point.point.place().lat_e7());
  return out;
}

TEST(History, GivesTheFixesOfThePeriodAndOfThoseAskedForInOrder) {
  PastWorld world;
  world.device(at_s(-100), "D-1", "W-1");
  world.device(at_s(-99), "D-2", "W-2");
  world.report(at_s(-1), "D-1", at_s(-1), 1);
  world.report(at_s(1), "D-1", at_s(0), 2);
  world.report(at_s(2), "D-2", at_s(1), 3);
  world.report(at_s(10), "D-1", at_s(9), 4);
  world.report(at_s(11), "D-1", at_s(8), 5);
  world.report(at_s(3601), "D-1", at_s(3599), 6);
  world.report(at_s(3602), "D-1", at_s(3600), 7);
  const auto points = world.read_all(of({"W-1"}));
  EXPECT_THAT(latitudes(points), ElementsAre(2, 5, 4, 6));
  EXPECT_EQ(points[0].person_id, "W-1");
  EXPECT_EQ(points[0].point.fixed_at_us(), kStart.us);
  EXPECT_EQ(points[0].point.accuracy_mm(), 5'000u);
  EXPECT_EQ(points[0].point.source(), v1::FIX_SOURCE_WIFI);
  EXPECT_THAT(latitudes(world.read_all(of({"W-1", "W-2"}))), ElementsAre(2, 3, 5, 4, 6));
  HistoryQuery everybody = of({});
  everybody.everybody = true;
  EXPECT_THAT(latitudes(world.read_all(everybody)), ElementsAre(2, 3, 5, 4, 6));
}

TEST(History, AnswersNothingOfWhoNeverHeldADevice) {
  PastWorld world;
  world.device(at_s(-100), "D-1", "W-1");
  world.report(at_s(1), "D-1", at_s(1));
  EXPECT_TRUE(world.read_all(of({"W-9"})).empty());
  EXPECT_TRUE(world.read_all(of({})).empty());
}

TEST(History, GivesAFixToWhoHeldTheDeviceWhenItWasLogged) {
  PastWorld world;
  world.device(at_s(0), "D-1", "W-1");
  world.report(at_s(1), "D-1", at_s(1), 1);
  world.device(at_s(2), "D-1", "W-2");
  world.report(at_s(3), "D-1", at_s(3), 2);
  world.device(at_s(4), "D-1", "W-1", v1::DEVICE_KIND_HOME_BEACON);
  world.report(at_s(5), "D-1", at_s(5), 3);
  EXPECT_THAT(latitudes(world.read_all(of({"W-1"}))), ElementsAre(1));
  EXPECT_THAT(latitudes(world.read_all(of({"W-2"}))), ElementsAre(2));
}

TEST(History, FindsFixesThatArrivedHoursAndDaysLater) {
  PastWorld world;
  world.device(at_s(-100), "D-1", "W-1");
  world.report(at_s(5), "D-1", at_s(5), 1);
  for (int s = 10; s < 20'000; s += 10) world.tick(at_s(s));
  world.report(at_s(20'000), "D-1", at_s(100), 2);
  world.report(at_s(20'001), "D-1", at_s(3'700), 3);  // of another period
  for (int s = 1; s < 1'000; ++s) world.tick(at_s(20'000 + s * 600));
  world.report(at_s(700'000), "D-1", at_s(101), 4);
  size_t pages = 0;
  EXPECT_THAT(latitudes(world.read_all(of({"W-1"}), &pages)), ElementsAre(1, 2, 4));
  EXPECT_LT(world.read(of({"W-1"}))->entries_read, 500u) << "without reading all that lies between";
}

TEST(History, TakesAFixFromTheFutureAsTakenWhenItWasReceived) {
  PastWorld world;
  world.device(at_s(-100), "D-1", "W-1");
  world.report(at_s(50), "D-1", at_s(50'000), 1);
  const auto points = world.read_all(of({"W-1"}));
  ASSERT_THAT(latitudes(points), ElementsAre(1));
  EXPECT_EQ(points[0].point.fixed_at_us(), at_s(50).us);
  EXPECT_TRUE(world.read_all(of({"W-1"}, at_s(49'000), at_s(51'000))).empty());
}

// Random worlds: whatever is late, stored or ahead of time, and wherever the pages end.
TEST(History, FindsEveryFixExactlyOnceOverAllPages) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    Random random(seed);
    PastWorld world;
    for (const int n : {1, 2, 3}) world.device(at_s(-n), "D-" + std::to_string(n), "W-" + std::to_string(n));
    std::vector<int32_t> wanted;
    Time stamp = at_s(-1'800);
    for (int32_t i = 1; i <= 12'000; ++i) {
      stamp = stamp + Duration::millis(static_cast<int64_t>(1 + random.below(1'000)));
      const int64_t late_s = random.below(10) == 0 ? static_cast<int64_t>(random.below(5'000)) : 1;
      const Time fixed = random.below(50) == 0 ? stamp + kHour : stamp - Duration::seconds(late_s);
      const std::string device = "D-" + std::to_string(1 + random.below(3));
      world.report(stamp, device, fixed, i);
      const Time taken = std::min(fixed, stamp);
      if (device != "D-3" && taken >= kStart && taken < kStart + kHour) wanted.push_back(i);
    }
    size_t pages = 0;
    std::vector<int32_t> found = latitudes(world.read_all(of({"W-1", "W-2"}), &pages));
    std::sort(found.begin(), found.end());
    EXPECT_EQ(found, wanted) << "seed " << seed;
    EXPECT_GT(wanted.size(), History::kPointsMax);
    EXPECT_GT(pages, 1u);
  }
}

TEST(History, EndsAPageAtItsBoundOfEntriesAlsoWhenItIsEmpty) {
  PastWorld world;
  world.device(at_s(-100), "D-1", "W-1");
  for (uint64_t i = 0; i < History::kEntriesMax + 10; ++i)
    world.tick(kStart + Duration{static_cast<int64_t>(i) * 1'000});
  world.report(at_s(1'000), "D-1", at_s(1'000), 1);
  size_t pages = 0;
  EXPECT_THAT(latitudes(world.read_all(of({"W-1"}), &pages)), ElementsAre(1));
  EXPECT_GE(pages, 2u);
}

TEST(History, ThinsToTheFirstFixOfEachPersonInEachStep) {
  PastWorld world;
  world.device(at_s(-100), "D-1", "W-1");
  world.device(at_s(-99), "D-2", "W-2");
  for (int s = 0; s < 30; ++s) {
    world.report(at_s(s), "D-1", at_s(s), s);
    world.report(at_s(s) + Duration::millis(1), "D-2", at_s(s), 1'000 + s);
  }
  world.report(at_s(40), "D-1", at_s(9) + Duration::millis(500), 99);  // late, of a step that has one
  HistoryQuery query = of({"W-1", "W-2"});
  query.step = Duration::seconds(10);
  EXPECT_THAT(latitudes(world.read_all(query)), ElementsAre(0, 1'000, 10, 1'010, 20, 1'020));
}

TEST(History, LeavesWhatIsNotFoldedYetToTheNextPage) {
  PastWorld world;
  world.device(at_s(-100), "D-1", "W-1");
  world.report(at_s(1), "D-1", at_s(1), 1);
  world.entries_hidden = true;
  world.report(at_s(2), "D-1", at_s(2), 2);
  EXPECT_THAT(latitudes(world.read_all(of({"W-1"}))), ElementsAre(1));
}

TEST(History, SaysWhatIsWrongWithALogThatCannotBeRead) {
  PastWorld world;
  world.device(at_s(-100), "D-1", "W-1");
  world.report(at_s(1), "D-1", at_s(1), 1);
  world.entries.back().bytes = "no fact";
  const auto page = world.read(of({"W-1"}));
  ASSERT_FALSE(page.ok());
  EXPECT_EQ(page.error().code, Code::kCorrupt);
  EXPECT_EQ(page.error().reason, "entry 2 is not a fact");
}

// Reading waits until it is let go, so that what comes meanwhile has to queue up.
TEST(History, RefusesMoreThanItsBoundsAllInAllAndForOneAccount) {
  std::promise<void> release;
  std::shared_future<void> released = release.get_future().share();
  std::promise<void> begun;
  std::atomic<bool> was_begun{false};
  std::atomic<int> answered{0};
  {
    History history{LogSource{[&](Time) -> Result<uint64_t> {
                                if (!was_begun.exchange(true)) begun.set_value();
                                released.wait();
                                return uint64_t{1};
                              },
                              [](uint64_t, const auto&) -> Status { return {}; }}};
    HistoryQuery query = of({});
    query.everybody = true;
    std::promise<void> all;
    const auto count = [&](const Result<HistoryPage>&) {
      if (++answered == static_cast<int>(History::kWaitingMax) + 1) all.set_value();
    };
    ASSERT_TRUE(history.read(query, count).ok());
    begun.get_future().wait();
    for (size_t i = 0; i < History::kWaitingMax; ++i) {
      query.account = "account-" + std::to_string(i / History::kWaitingOfAccountMax);
      ASSERT_TRUE(history.read(query, count).ok());
      if (i + 1 == History::kWaitingOfAccountMax) {
        const Status same = history.read(query, count);
        ASSERT_FALSE(same.ok());
        EXPECT_EQ(same.error().code, Code::kExhausted);
      }
    }
    query.account = "one-more";
    const Status more = history.read(query, count);
    ASSERT_FALSE(more.ok());
    EXPECT_EQ(more.error().code, Code::kExhausted);
    release.set_value();
    all.get_future().wait();
  }
  EXPECT_EQ(answered, static_cast<int>(History::kWaitingMax) + 1);
}

TEST(HistoryIndex, KeepsFewRangesForManyStraysThatLieTogetherAndNeverMoreThanItsBound) {
  HistoryIndex index(100);
  v1::Fact fact;
  v1::ReportReceived& received = *fact.mutable_report_received();
  received.mutable_report()->mutable_fix()->mutable_place();
  const auto stray = [&](uint64_t no, Time fixed) {
    received.mutable_report()->mutable_fix()->set_fixed_at_us(fixed.us);
    index.fold(no, fixed + kHour, fact);
  };
  for (uint64_t no = 1; no <= 10'000; no += 10) stray(no, kStart);
  EXPECT_EQ(index.ranges(), 1u);
  EXPECT_THAT(index.strays(kStart, kStart + kHour, 1), ElementsAre(EntryRange{1, 9'991}));
  EXPECT_THAT(index.strays(kStart, kStart + kHour, 500), ElementsAre(EntryRange{500, 9'991}));
  Random random(7);
  std::vector<uint64_t> scattered;
  for (uint64_t no = 20'000; no < 2'000'000; no += 100 + random.below(3'000)) {
    stray(no, kStart + kHour);
    scattered.push_back(no);
    ASSERT_LE(index.ranges(), 101u);
  }
  const auto ranges = index.strays(kStart + kHour, kStart + kHour + Duration{1}, 1);
  for (const uint64_t no : scattered) {
    EXPECT_TRUE(std::any_of(ranges.begin(), ranges.end(), [&](const EntryRange& range) {
      return range.first <= no && no <= range.last;
    })) << no;
  }
  EXPECT_TRUE(index.strays(kStart - kHour - kHour, kStart - kHour, 1).empty());
}

// A log of a hundred people who report in turn, and an index of it.
class IndexedPast : public testing::Test {
 protected:
  static constexpr int kPeople = 100, kRounds = 60;
  IndexedPast() {
    std::string name = testing::TempDir() + "haechi-history-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    PastWorld world;
    for (int i = 0; i < kPeople; ++i) world.device(at_s(-1), id("D", i), id("P", i));
    for (int round = 0; round < kRounds; ++round)
      for (int i = 0; i < kPeople; ++i) world.report(at_s(round * 15), id("D", i), at_s(round * 15), round);
    // One fix comes an hour late, and one device changes hands.
    world.report(at_s(4'500), "D-7", at_s(20), 1'000);
    world.device(at_s(4'501), "D-7", "P-8");
    world.report(at_s(4'502), "D-7", at_s(4'502), 2'000);
    entries_ = world.entries;
    open();
  }
  ~IndexedPast() override {
    history_.reset();
    std::filesystem::remove_all(folder_);
  }
  static std::string id(const char* kind, int i) { return kind + ("-" + std::to_string(i)); }

  // Each page is in the order of time, and its borders are elsewhere when more is read.
  static std::vector<std::pair<std::string, int32_t>> sorted(
      std::vector<std::pair<std::string, int32_t>> points) {
    std::sort(points.begin(), points.end());
    return points;
  }
  // As a start does it; `entries` of the log are there.
  void open(std::optional<size_t> entries = std::nullopt) {
    history_.reset();
    if (entries) entries_.resize(*entries);
    fixes_ = *store::FixIndex::open(folder_ + "/fixes.sqlite", "log-1", nullptr,
                                    {.entries = 1'000, .fixes_each = fixes_each_});
    LogSource log;
    log.find = [this](Time at) -> Result<uint64_t> {
      const auto found = std::partition_point(entries_.begin(), entries_.end(),
                                              [&](const auto& entry) { return entry.stamp < at; });
      return static_cast<uint64_t>(found - entries_.begin()) + 1;
    };
    read_through(
        log, [this](uint64_t no, const EachFact& each) { return give(no, each); },
        [this] { return entries_.size(); });
    log.fixes = fixes_.get();
    history_ = std::make_unique<History>(log);
    for (uint64_t no = 1; no <= entries_.size(); ++no) {
      v1::Fact fact;
      ASSERT_TRUE(fact.ParseFromString(entries_[no - 1].bytes));
      history_->index().fold(no, entries_[no - 1].stamp, fact);
    }
  }
  bool give(uint64_t no, const EachFact& each) {
    ++read_;
    return each({no, entries_[no - 1].stamp, entries_[no - 1].bytes});
  }
  bool indexed() {
    for (int i = 0; i < 5'000 && fixes_->covered() != entries_.size(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // it is made by a thread of its own
    return fixes_->covered() == entries_.size();
  }
  HistoryPage read(const HistoryQuery& query) {
    std::promise<Result<HistoryPage>> page;
    EXPECT_TRUE(
        history_->read(query, [&](Result<HistoryPage> found) { page.set_value(std::move(found)); }).ok());
    return *page.get_future().get();
  }
  static std::vector<std::pair<std::string, int32_t>> seen(const HistoryPage& page) {
    std::vector<std::pair<std::string, int32_t>> out;
    for (const HistoryPoint& point : page.points)
      out.emplace_back(point.person_id, point.point.place().lat_e7());
    return out;
  }

  std::string folder_;
  uint64_t fixes_each_ = 0;
  std::vector<PastWorld::Entry> entries_;
  std::atomic<uint64_t> read_{0};  // entries of the log
  std::unique_ptr<store::FixIndex> fixes_;
  std::unique_ptr<History> history_;
};

TEST_F(IndexedPast, APageAboutAPersonReadsTheFixesOfThatPersonAndNoEntry) {
  ASSERT_TRUE(indexed());
  read_ = 0;
  const HistoryPage page = read(of({"P-3"}));
  EXPECT_EQ(read_, 0U);
  EXPECT_EQ(page.points.size(), size_t{kRounds});
  EXPECT_EQ(page.entries_read, uint64_t{kRounds});
  EXPECT_EQ(page.next_no, 0U);
}

TEST_F(IndexedPast, AnIndexChangesNothingOfWhatIsFound) {
  const auto all = [this](const HistoryQuery& query) {
    HistoryQuery everybody = query;
    everybody.everybody = true;  // which reads everything
    std::vector<std::pair<std::string, int32_t>> out;
    do {
      const HistoryPage page = read(everybody);
      for (const auto& [person, lat] : seen(page))
        if (query.person_ids.contains(person)) out.emplace_back(person, lat);
      everybody.after_no = page.next_no;
    } while (everybody.after_no != 0);
    return out;
  };
  ASSERT_TRUE(indexed());
  for (const HistoryQuery& query : {of({"P-7"}), of({"P-8"}, kStart, kStart + kHour * 2), of({"P-7", "P-8"}),
                                    of({"P-99"}, at_s(100), at_s(400)), of({"nobody"})})
    EXPECT_EQ(sorted(seen(read(query))), sorted(all(query))) << *query.person_ids.begin();
}

TEST_F(IndexedPast, WhatIsNotIndexedYetIsReadFromTheLog) {
  history_.reset();
  ASSERT_TRUE(fixes_->clear().ok());
  fixes_each_ = 1'000;  // nothing is worth a block
  open();
  ASSERT_TRUE(indexed());
  open();
  EXPECT_EQ(fixes_->stored().no, 0U);
  EXPECT_EQ(read(of({"P-3"})).points.size(), size_t{kRounds});
}

TEST_F(IndexedPast, WhatWasUnderWayIsThereAtOnceAfterAnOrderlyEnd) {
  ASSERT_TRUE(indexed());
  open();
  EXPECT_EQ(fixes_->stored().no, entries_.size());
}

TEST_F(IndexedPast, OfALogThatIsNotTheOneItWasMadeOfItIsMadeAnew) {
  ASSERT_TRUE(indexed());
  ASSERT_GT(fixes_->stored().no, 5'000U);
  open(5'000);
  ASSERT_TRUE(indexed());
  EXPECT_EQ(fixes_->stored().no, 4'000U);
  EXPECT_EQ(read(of({"P-3"})).points.size(), size_t{49});
}

TEST_F(IndexedPast, AnIndexThatCannotBeReadCostsNoFixOfAnybody) {
  ASSERT_TRUE(indexed());
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open((folder_ + "/fixes.sqlite").c_str(), &other), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(other, "DROP TABLE box", nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(other);
  for (int page = 0; page < 2; ++page) EXPECT_EQ(read(of({"P-3"})).points.size(), size_t{kRounds});
}

}  // namespace
}  // namespace haechi::api
