#include "api/playback.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <mutex>

#include "api/test_world.h"

namespace haechi::api {
namespace {

namespace json = boost::json;
using testing::ElementsAre;
using testing::HasSubstr;
using trust::Role;

constexpr Time kStart{1'700'000'000'000'000};

// The world of this room's tests, with a log whose history can be read. C-1, the call about W-1, was opened
// in the year 1970 there, so it shows his whole past unless a test opens it anew.
class PlaybackWorld : public TestWorld {
 public:
  PlaybackWorld() {
    on_loop([this] {
      api.reset();
      api = std::make_unique<Api>(ApiOptions{.time_zones = {}, .log = source()}, loop, submit, picture,
                                  *records, *keys, clock);
    });
    for (const auto& [device, person] :
         std::map<std::string, std::string>{{"D-1", "W-1"}, {"D-2", "W-2"}, {"D-3", "P-1"}}) {
      v1::Fact fact;
      fact.mutable_device_registered()->set_id(device);
      fact.mutable_device_registered()->set_kind(v1::DEVICE_KIND_ANKLE);
      fact.mutable_device_registered()->set_person_id(person);
      log(kStart - Duration::seconds(10'000), fact);
    }
  }
  ~PlaybackWorld() {
    on_loop([this] { api.reset(); });
  }

  void report(const std::string& device_id, int64_t at_s, int32_t lat_e7) {
    const Time at = kStart + Duration::seconds(at_s);
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.set_received_at_us(at.us);
    received.mutable_report()->set_device_id(device_id);
    received.mutable_report()->mutable_fix()->mutable_place()->set_lat_e7(lat_e7);
    received.mutable_report()->mutable_fix()->set_fixed_at_us(at.us);
    log(at, fact);
  }
  void open_call_at(Time at) {
    on_loop([&] {
      auto update = std::make_shared<v1::Effect>();
      *update->mutable_update_call() = *picture.calls().call("C-1");
      update->mutable_update_call()->set_opened_at_us(at.us);
      effect(update);
    });
  }
  void close_call() {
    auto close = std::make_shared<v1::Effect>();
    *close->mutable_close_call() = *picture.calls().call("C-1");
    effect(close);
  }
  void effect(const std::shared_ptr<const v1::Effect>& one) {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    submit.add(tick, {one});
  }
  void log(Time stamp, const v1::Fact& fact) {
    spine::Batch batch;
    {
      const std::lock_guard lock(mutex_);
      entries_.push_back({stamp, fact.SerializeAsString()});
      batch.entries.push_back({entries_.size(), stamp, std::make_shared<v1::Fact>(fact), {}});
    }
    on_loop([&] { api->fold(batch); });
  }

  net::Response play(Role role, const std::string& rest = "", int64_t from_s = 0, int64_t to_s = 3'600) {
    return ask(role, "GET",
               "/api/v1/playback?from_us=" + std::to_string((kStart + Duration::seconds(from_s)).us) +
                   "&to_us=" + std::to_string((kStart + Duration::seconds(to_s)).us) + rest);
  }

 private:
  LogSource source() {
    return {[this](Time at) -> Result<uint64_t> {
              const std::lock_guard lock(mutex_);
              uint64_t no = 1;
              while (no <= entries_.size() && entries_[no - 1].first < at) ++no;
              return no;
            },
            [this](uint64_t from_no, const std::function<bool(const LoggedFact&)>& each) -> Status {
              const std::lock_guard lock(mutex_);
              for (uint64_t no = from_no; no <= entries_.size(); ++no)
                if (!each({no, entries_[no - 1].first, entries_[no - 1].second})) break;
              return {};
            }};
  }

  std::mutex mutex_;
  std::vector<std::pair<Time, std::string>> entries_;
};

// The latitudes of the points, in order.
std::vector<int> points_of(const net::Response& response) {
  std::vector<int> out;
  if (response.status != 200) {
    ADD_FAILURE() << response.status << " " << response.body;
    return out;
  }
  v1::PlaybackAnswer answer;
  EXPECT_TRUE(read_json(response.body, answer).ok()) << response.body;
  for (const v1::PlaybackPoint& point : answer.points()) out.push_back(point.point().place().lat_e7());
  return out;
}

std::string field_of(const net::Response& response) {
  return std::string(json::parse(response.body).at("field").as_string());
}

TEST(Playback, ShowsWhereThosePersonsWereWhoWereAskedFor) {
  PlaybackWorld world;
  world.report("D-1", 1, 11);
  world.report("D-2", 2, 22);
  world.report("D-3", 3, 33);
  world.report("D-1", 4'000, 44);
  EXPECT_THAT(points_of(world.play(Role::kControl, "&person_id=W-1")), ElementsAre(11));
  EXPECT_THAT(points_of(world.play(Role::kControl, "&person_id=W-1&person_id=P-1")), ElementsAre(11, 33));
  EXPECT_THAT(points_of(world.play(Role::kControl)), ElementsAre(11, 22, 33));
}

TEST(Playback, AnswersOnlyWhenTheRecordOfItNamingEveryPersonIsDurable) {
  PlaybackWorld world;
  world.report("D-1", 1, 11);
  world.report("D-2", 2, 22);
  (void)world.new_decisions();
  world.on_loop([&] { world.submit.hold = true; });
  auto answer = world.begin(world.key_of[Role::kControl], "GET",
                            "/api/v1/playback?from_us=1700000000000000&to_us=1700000100000000");
  size_t waiting = 0;
  for (int i = 0; i < 10'000 && waiting == 0; ++i) {
    world.on_loop([&] { waiting = world.submit.waiting.size(); });
    if (waiting == 0) std::this_thread::yield();
  }
  ASSERT_EQ(waiting, 1u);
  EXPECT_EQ(answer.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  world.on_loop([&] { world.submit.release(); });
  EXPECT_THAT(points_of(answer.get()), ElementsAre(11, 22));
  const auto decisions = world.new_decisions();
  ASSERT_EQ(decisions.size(), 1u);
  EXPECT_EQ(decisions[0].action(), "see_position");
  EXPECT_EQ(decisions[0].subject_kind(), "playback");
  EXPECT_THAT(decisions[0].shown_ids(), ElementsAre("W-1", "W-2"));
}

TEST(Playback, ShowsNothingWhenItsRecordIsRefused) {
  PlaybackWorld world;
  world.report("D-1", 1, 371234567);
  world.on_loop([&] { world.submit.refuse = true; });
  const net::Response answer = world.play(Role::kControl, "&person_id=W-1");
  EXPECT_EQ(answer.status, 503);
  EXPECT_THAT(answer.body, Not(HasSubstr("371234567")));
}

TEST(Playback, ShowsAProbationOfficerHisCasesOnlyAndRecordsTheDenial) {
  PlaybackWorld world;
  world.report("D-1", 1, 11);
  world.report("D-2", 2, 22);
  EXPECT_THAT(points_of(world.play(Role::kProbation, "&person_id=W-1")), ElementsAre(11));
  EXPECT_THAT(points_of(world.play(Role::kProbation)), ElementsAre(11));
  (void)world.new_decisions();
  for (const char* rest : {"&person_id=W-2", "&person_id=W-1&person_id=W-2", "&person_id=NOBODY"}) {
    EXPECT_EQ(world.play(Role::kProbation, rest).status, 403) << rest;
    const auto decisions = world.new_decisions();
    ASSERT_EQ(decisions.size(), 1u) << rest;
    EXPECT_FALSE(decisions[0].allowed());
    EXPECT_EQ(decisions[0].subject_kind(), "playback");
    EXPECT_EQ(decisions[0].subject_id(), std::string(rest).ends_with("NOBODY") ? "NOBODY" : "W-2");
  }
}

TEST(Playback, ShowsTheDeskAndTheUnitThePersonsOfAnOpenCallFromAQuarterOfAnHourBeforeItOn) {
  PlaybackWorld world;
  world.report("D-1", 50, 1);
  world.report("D-1", 150, 2);
  world.report("D-3", 160, 3);
  world.open_call_at(kStart + Duration::seconds(1'000));
  EXPECT_THAT(points_of(world.play(Role::kDispatch, "&person_id=W-1")), ElementsAre(2));
  EXPECT_THAT(points_of(world.play(Role::kUnit, "&person_id=W-1")), ElementsAre(2));
  EXPECT_THAT(points_of(world.play(Role::kDispatch)), ElementsAre(2, 3));
  EXPECT_THAT(points_of(world.play(Role::kUnit)), ElementsAre(2)) << "the unit was sent to him, not to her";
  EXPECT_EQ(world.play(Role::kUnit, "&person_id=P-1").status, 403);
  EXPECT_EQ(world.play(Role::kDispatch, "&person_id=W-2").status, 403);
  world.on_loop([&] { world.close_call(); });
  EXPECT_EQ(world.play(Role::kDispatch, "&person_id=W-1").status, 403);
  EXPECT_THAT(points_of(world.play(Role::kDispatch)), ElementsAre());
  EXPECT_EQ(world.play(Role::kUnit, "&person_id=W-1").status, 403);
}

TEST(Playback, ShowsThroughBrokenGlassAQuarterOfAnHourAndNoHistory) {
  PlaybackWorld world;
  world.report("D-2", 50, 1);
  world.report("D-2", 150, 2);
  world.report("D-2", 1'100, 3);
  const auto police = [&](const char* rest) { return world.play(Role::kPolice, rest); };
  EXPECT_EQ(police("&person_id=W-2").status, 403) << "the history of nobody is theirs without the court";
  auto broken = std::make_shared<v1::Effect>();
  v1::BrokenGlass& glass = *broken->mutable_case_effect()->mutable_update_glass();
  glass.set_id("G-1");
  glass.set_account("police-1");
  glass.set_person_id("W-2");
  glass.set_broken_at_us((kStart + Duration::seconds(1'000)).us);
  glass.set_ends_at_us((world.clock.now() + Duration::seconds(600)).us);
  world.on_loop([&] { world.effect(broken); });
  EXPECT_THAT(points_of(police("&person_id=W-2")), ElementsAre(2, 3));
  EXPECT_THAT(points_of(police("")), ElementsAre(2, 3));
  EXPECT_EQ(police("&person_id=W-1").status, 403);
}

TEST(Playback, LeavesOutWhomTheViewerMayNoLongerSeeWhenTheRecordIsDurable) {
  PlaybackWorld world;
  world.report("D-1", 1, 371234567);
  world.on_loop([&] { world.submit.hold = true; });
  auto answer = world.begin(world.key_of[Role::kDispatch], "GET",
                            "/api/v1/playback?from_us=1700000000000000&to_us=1700000100000000");
  size_t waiting = 0;
  for (int i = 0; i < 10'000 && waiting == 0; ++i) {
    world.on_loop([&] { waiting = world.submit.waiting.size(); });
    if (waiting == 0) std::this_thread::yield();
  }
  ASSERT_EQ(waiting, 1u);
  world.on_loop([&] {
    world.close_call();
    world.submit.hold = false;
    world.submit.release();
  });
  EXPECT_THAT(points_of(answer.get()), ElementsAre());
}

TEST(Playback, KnowsNobodyWhoWasNeverRegisteredOrWasRemoved) {
  PlaybackWorld world;
  world.report("D-2", 2, 22);
  const net::Response unknown = world.play(Role::kControl, "&person_id=W-9");
  EXPECT_EQ(unknown.status, 404);
  EXPECT_EQ(field_of(unknown), "person_id");
  world.on_loop([&] {
    v1::Fact removed;
    removed.mutable_person_registered()->set_id("W-2");
    removed.mutable_person_registered()->set_removed(true);
    world.submit.add(removed, {});
  });
  EXPECT_EQ(world.play(Role::kControl, "&person_id=W-2").status, 404);
  EXPECT_THAT(points_of(world.play(Role::kControl)), ElementsAre());
}

TEST(Playback, SaysWhatIsWrongWithARequest) {
  PlaybackWorld world;
  std::string eleven;
  for (int i = 0; i < 11; ++i) eleven += "&person_id=W-" + std::to_string(i);
  const std::string hour = "from_us=1700000000000000&to_us=1700003600000000";
  for (const auto& [query, field] : std::map<std::string, std::string>{
           {"", "from_us"},
           {"to_us=1700000000000000", "from_us"},
           {"from_us=1700000000000000", "to_us"},
           {"from_us=x&to_us=1", "from_us"},
           {"from_us=2&to_us=2", "to_us"},
           {"from_us=1700000000000000&to_us=1700003600000001", "to_us"},
           {"from_us=1700000000000000&to_us=1700086400000001&person_id=W-1", "to_us"},
           {hour + "&step_s=3601", "step_s"},
           {hour + "&step_s=-1", "step_s"},
           {hour + "&after=1.5", "after"},
           {hour + eleven, "person_id"},
       }) {
    const net::Response answer = world.ask(Role::kControl, "GET", "/api/v1/playback?" + query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_EQ(field_of(answer), field) << query << answer.body;
  }
  EXPECT_EQ(world.play(Role::kControl, "&person_id=W-1", 0, 86'400).status, 200);
}

TEST(Playback, GoesOnWhereThePageBeforeEndedAndThinsEverybodyUnlessToldOtherwise) {
  PlaybackWorld world;
  for (int s = 0; s < 2'500; ++s) world.report("D-1", s, s);
  std::vector<int> seen;
  std::string after;
  int pages = 0;
  do {
    const net::Response page = world.play(Role::kControl, "&person_id=W-1&after=" + after);
    for (const int point : points_of(page)) seen.push_back(point);
    after = json::parse(page.body).as_object()["next"].as_string();
  } while (!after.empty() && ++pages < 10);
  ASSERT_EQ(seen.size(), 2'500u);
  for (int s = 0; s < 2'500; ++s) EXPECT_EQ(seen[static_cast<size_t>(s)], s);
  EXPECT_EQ(points_of(world.play(Role::kControl)).size(), 250u);
  EXPECT_EQ(points_of(world.play(Role::kControl, "&step_s=100")).size(), 25u);
}

TEST(Alerts, OfAPeriodAreThoseThatWereOpenedOrChangedInItAlsoWhenTheyHaveEnded) {
  TestWorld world;
  world.on_loop([&] {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    auto ended = std::make_shared<v1::Effect>();
    v1::Alert& alert = *ended->mutable_raise_alert();
    alert.set_id("AL-2");
    alert.set_wearer_id("W-1");
    alert.set_opened_at_us(1'000'000);
    alert.set_state(v1::ALERT_STATE_CLEARED);
    alert.set_handling(v1::ALERT_HANDLING_CLOSED);
    world.submit.add(tick, {ended});
  });
  const Time changed = world.submit.now;  // the step of its timeline
  const auto ids = [&](const std::string& query) {
    const net::Response answer = world.ask(Role::kControl, "GET", "/api/v1/alerts?" + query);
    EXPECT_EQ(answer.status, 200) << answer.body;
    std::vector<std::string> out;
    const json::value list = json::parse(answer.body);
    for (const json::value& record : list.at("alerts").as_array())
      out.emplace_back(record.at("alert").at("id").as_string());
    return out;
  };
  EXPECT_THAT(ids(""), ElementsAre("AL-1"));
  EXPECT_THAT(ids("from_us=0&to_us=100"), ElementsAre("AL-1"));
  EXPECT_THAT(ids("from_us=1000000&to_us=1000001"), ElementsAre("AL-2"));
  EXPECT_THAT(ids("from_us=1000000&to_us=1000001&state=open"), ElementsAre());
  EXPECT_THAT(ids("from_us=" + std::to_string(changed.us) + "&to_us=" + std::to_string(changed.us + 1)),
              ElementsAre("AL-2"));
  EXPECT_THAT(ids("from_us=1000001&to_us=2000000"), ElementsAre());
  EXPECT_EQ(world.ask(Role::kControl, "GET", "/api/v1/alerts?from_us=5").status, 400);
}

}  // namespace
}  // namespace haechi::api
