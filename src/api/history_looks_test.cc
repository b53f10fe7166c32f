// The auditor finds any look, however many there were since.
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <thread>

#include "api/access_trail.h"
#include "api/case_world.h"
#include "api/history.h"
#include "api/history_testing.h"
#include "base/random.h"
#include "store/fix_index.h"

namespace haechi::api {
namespace {

namespace json = boost::json;

// A log in memory, of looks and of other entries between them.
class PastLooks : public testing::Test {
 protected:
  static constexpr uint64_t kEntries = 25'000;  // more than is read at once
  PastLooks() {
    std::string name = testing::TempDir() + "haechi-looks-XXXXXX";
    folder_ = ::mkdtemp(name.data());
    Random random(7);
    for (uint64_t no = 1; no <= kEntries; ++no) {
      v1::Fact fact;
      if (random.chance(0.3))
        draw(random, *fact.mutable_access_decided());
      else
        fact.mutable_clock_ticked();
      entries_.push_back(fact.SerializeAsString());
    }
  }
  ~PastLooks() override {
    history_.reset();
    std::filesystem::remove_all(folder_);
  }
  static void draw(Random& random, v1::AccessDecided& access) {
    access.set_viewer("op-" + std::to_string(random.below(200)));
    access.set_action(random.chance(0.9) ? "see_position" : "see_record");
    access.set_allowed(random.chance(0.95));
    if (random.chance(0.5)) access.set_subject_id("w-" + std::to_string(random.below(50)));
    for (uint64_t shown = random.below(4); shown > 0; --shown)
      access.add_shown_ids("w-" + std::to_string(random.below(50)) + (random.chance(0.1) ? "@17" : ""));
  }
  v1::AccessEntry entry(uint64_t no) const {
    v1::Fact fact;
    EXPECT_TRUE(fact.ParseFromString(entries_[no - 1]));
    v1::AccessEntry out;
    out.set_entry_no(no);
    out.set_at_us(static_cast<int64_t>(no) * 3);
    *out.mutable_access() = fact.access_decided();
    return out;
  }
  bool give(uint64_t no, const EachFact& each) {
    ++read_;
    return each({no, Time{static_cast<int64_t>(no) * 3}, entries_[no - 1]});
  }
  void open(bool with_index) {
    history_.reset();
    LogSource log;
    log.find = [](Time at) -> Result<uint64_t> { return static_cast<uint64_t>(at.us / 3); };
    read_through(
        log, [this](uint64_t no, const EachFact& each) { return give(no, each); },
        [this] { return entries_.size(); });
    if (with_index) {
      fixes_ = *store::FixIndex::open(folder_ + "/fixes.sqlite", "log-1", nullptr, {.entries = 1'000});
      log.fixes = fixes_.get();
    }
    history_ = std::make_unique<History>(log);
    for (uint64_t no = 1; no <= entries_.size(); ++no)
      history_->index().fold(no, Time{static_cast<int64_t>(no) * 3}, v1::Fact());
  }
  bool indexed() {
    for (int i = 0; i < 10'000 && fixes_->covered() != entries_.size(); ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));  // it is made by a thread of its own
    return fixes_->covered() == entries_.size();
  }
  v1::AccessList page(const AccessQuery& wanted) {
    std::promise<Result<v1::AccessList>> page;
    const Status begun =
        history_->read(LooksQuery{"auditor-1", wanted, {}},
                       [&](Result<v1::AccessList> found) { page.set_value(std::move(found)); });
    EXPECT_TRUE(begun.ok());
    return *page.get_future().get();
  }
  std::vector<uint64_t> all(AccessQuery wanted) {
    std::vector<uint64_t> out;
    for (std::string next = "1"; !next.empty();) {
      const v1::AccessList found = page(wanted);
      EXPECT_LE(static_cast<size_t>(found.entries_size()), wanted.limit);
      for (const v1::AccessEntry& one : found.entries()) {
        EXPECT_EQ(one.SerializeAsString(), entry(one.entry_no()).SerializeAsString());
        out.push_back(one.entry_no());
      }
      next = found.next();
      if (next.empty()) break;
      EXPECT_LT(std::stoull(next), wanted.before_entry_no) << "pages come to an end";
      wanted.before_entry_no = std::stoull(next);
    }
    return out;
  }
  std::vector<uint64_t> expected(const AccessQuery& wanted) const {
    std::vector<uint64_t> out;
    for (uint64_t no = std::min<uint64_t>(wanted.before_entry_no - 1, entries_.size()); no > 0; --no) {
      v1::Fact fact;
      EXPECT_TRUE(fact.ParseFromString(entries_[no - 1]));
      if (fact.has_access_decided() && matches(wanted, entry(no))) out.push_back(no);
    }
    return out;
  }
  static std::vector<AccessQuery> questions() {
    return {{.before_entry_no = kEntries + 1, .limit = 500},
            {.viewer = "op-7", .before_entry_no = kEntries + 1, .limit = 10},
            {.subject_id = "w-9", .before_entry_no = 15'000, .limit = 100},
            {.subject_id = "w-9@17", .before_entry_no = kEntries + 1, .limit = 100},
            {.viewer = "op-7", .subject_id = "w-9", .before_entry_no = kEntries + 1},
            {.viewer = "op-7", .denied_only = true, .before_entry_no = kEntries + 1, .limit = 3},
            {.action = "see_record", .denied_only = true, .before_entry_no = kEntries + 1, .limit = 50},
            {.viewer = "nobody", .before_entry_no = kEntries + 1}};
  }

  std::string folder_;
  std::vector<std::string> entries_;
  std::atomic<uint64_t> read_{0};
  std::unique_ptr<store::FixIndex> fixes_;
  std::unique_ptr<History> history_;
};

TEST_F(PastLooks, AreAllFoundWithAnIndexAndWithout) {
  for (const bool with_index : {false, true}) {
    open(with_index);
    if (with_index) {
      ASSERT_TRUE(indexed());
    }
    for (const AccessQuery& wanted : questions())
      EXPECT_EQ(all(wanted), expected(wanted)) << wanted.viewer << " " << wanted.subject_id << with_index;
  }
}

TEST_F(PastLooks, OfOneReadTheEntriesTheyShowAndNoOthersByTheIndex) {
  open(true);
  ASSERT_TRUE(indexed());
  const AccessQuery wanted{.viewer = "op-7", .subject_id = "w-9", .before_entry_no = kEntries + 1};
  read_ = 0;
  const size_t found = all(wanted).size();
  EXPECT_GT(found, 0u);
  EXPECT_EQ(read_, found);
}

TEST_F(PastLooks, ThatAreNotIndexedYetAreReadFromTheLog) {
  open(true);
  ASSERT_TRUE(indexed());
  history_.reset();
  ASSERT_TRUE(fixes_->clear().ok());
  open(true);
  for (const AccessQuery& wanted : questions()) EXPECT_EQ(all(wanted), expected(wanted));
}

// Whoever looked cannot push it out of what the auditor is shown by looking at others.
TEST(AuditTrail, ShowsALookAfterFiftyThousandOthers) {
  CaseWorld world;
  EXPECT_EQ(world.ask("insp-park", "GET", "/positions/w-1").status, 403);
  std::promise<void> done;
  world.loop.post([&] {
    v1::Fact fact;
    fact.mutable_access_decided()->set_viewer("insp-park");
    fact.mutable_access_decided()->set_action("see_organisation");
    for (int i = 0; i < 50'001; ++i) world.submit.add(fact);
    done.set_value();
  });
  done.get_future().wait();
  const auto looks = [&](const std::string& query) {
    std::vector<std::string> out;
    for (std::string after; out.size() < 100;) {
      const json::value page = world.get("auditor-1", "GET", "/audit?" + query + after);
      if (page.as_object().contains("entries"))
        for (const json::value& one : page.at("entries").as_array())
          out.emplace_back(one.at("access").at("action").as_string());
      if (!page.as_object().contains("next") || page.at("next").as_string().empty()) break;
      after = "&after=" + std::string(page.at("next").as_string());
    }
    return out;
  };
  EXPECT_EQ(looks("subject_id=w-1"), std::vector<std::string>{"see_position"});
  EXPECT_EQ(looks("viewer=insp-park&action=see_position"), std::vector<std::string>{"see_position"});
  EXPECT_EQ(looks("viewer=insp-park&limit=50").size(), 100u) << "page after page";
}

}  // namespace
}  // namespace haechi::api
