#include "api/look_watch.h"

#include "api/case_world.h"
#include "picture/case_book.h"
#include "spine/submit.h"

namespace haechi::api {
namespace {

constexpr Time kNow{1'780'000'000'000'000};
constexpr LookLimits kLimits{3, 5, 2};

struct Looking {
  // As the log tells of it.
  void look(const std::string& account, const std::string& person_id, Time at = kNow) {
    auto fact = std::make_shared<v1::Fact>();
    v1::AccessDecided& access = *fact->mutable_access_decided();
    access.set_viewer(account);
    access.set_viewer_role("control");
    access.set_action("see_record");
    access.set_subject_kind("person");
    access.set_subject_id(person_id);
    access.set_allowed(true);
    spine::Batch batch;
    batch.entries.push_back({++no, at, fact, {}});
    look_ups.fold(batch);
  }
  void look_at(const std::string& account, int persons, Time at = kNow) {
    for (int i = 1; i <= persons; ++i) look(account, "w-" + std::to_string(i), at);
  }
  void ring(const std::string& person_id, Time at) {
    auto raised = std::make_shared<v1::Effect>();
    raised->mutable_raise_alert()->set_id("a-" + person_id);
    raised->mutable_raise_alert()->set_wearer_id(person_id);
    raised->mutable_raise_alert()->set_state(v1::ALERT_STATE_CLEARED);
    spine::Batch batch;
    batch.entries.push_back({++no, at, std::make_shared<v1::Fact>(), {raised}});
    look_ups.fold(batch);
  }
  std::string told(const std::string& account, const std::string& person_id, Time now = kNow) {
    std::string out;
    for (const v1::LooksExceeded& one : watch.tell(account, {person_id}, now))
      out += v1::LookAlarmKind_Name(one.kind()).substr(16) + " " + std::to_string(one.count()) + " ";
    return out;
  }
  bool holds(const std::string& account, const std::string& person_id, Time now = kNow) const {
    return watch.holds(account, {person_id}, now);
  }

  uint64_t no = 0;
  LookUps look_ups;
  picture::CaseBook book;
  LookWatch watch{kLimits, look_ups, book};
};

TEST(LookWatch, TellsOfAnAccountThatLooksAtManyWithinAnHourOnce) {
  Looking world;
  world.look_at("kim", 3);
  EXPECT_EQ(world.told("kim", "w-3"), "") << "the same three again";
  EXPECT_EQ(world.told("lee", "w-9"), "");
  EXPECT_EQ(world.told("kim", "w-4"), "MANY_PERSONS 4 ");
  world.look("kim", "w-4");
  EXPECT_EQ(world.told("kim", "w-5"), "") << "once an hour";
  EXPECT_EQ(world.told("kim", "w-5", kNow + kLooksHour), "") << "the hour is over";
  world.look_at("kim", 4, kNow + kLooksHour);
  EXPECT_EQ(world.told("kim", "w-5", kNow + kLooksHour), "MANY_PERSONS 5 ");
}

TEST(LookWatch, HoldsAnAccountBackFromFurtherPersonsUntilSomebodyLiftsItOrTheHourIsOver) {
  Looking world;
  world.look_at("kim", 5);
  EXPECT_FALSE(world.holds("kim", "w-5"));
  EXPECT_TRUE(world.holds("kim", "w-6"));
  EXPECT_FALSE(world.holds("lee", "w-6"));
  EXPECT_EQ(world.told("kim", "w-6"), "MANY_PERSONS 6 BOUND 6 ");
  EXPECT_FALSE(world.holds("kim", "w-6", kNow + kLooksHour));
  v1::CaseEffect effect;
  effect.mutable_update_look_lift()->set_account("kim");
  effect.mutable_update_look_lift()->set_until_us((kNow + kLooksHour).us);
  world.book.fold(picture::At{}, effect);
  EXPECT_FALSE(world.holds("kim", "w-6"));
}

TEST(LookWatch, NeverCountsPersonsOfWhomAnAlarmRangWithinADay) {
  Looking world;
  world.look_at("kim", 5);
  world.ring("w-6", kNow);
  EXPECT_FALSE(world.holds("kim", "w-6")) << "the night's alarm is answered";
  EXPECT_EQ(world.told("kim", "w-6"), "");
  for (int i = 10; i < 30; ++i) {
    world.ring("w-" + std::to_string(i), kNow);
    world.look("lee", "w-" + std::to_string(i));
  }
  EXPECT_EQ(world.told("lee", "w-7"), "") << "twenty alarms are no browsing";
}

TEST(LookWatch, TellsOfOnePersonAtWhomManyAccountsLook) {
  Looking world;
  world.look("kim", "w-1");
  world.look("lee", "w-1");
  world.look("kim", "w-1");
  EXPECT_EQ(world.told("lee", "w-1"), "");
  EXPECT_EQ(world.told("park", "w-1"), "MANY_ACCOUNTS 3 ");
  EXPECT_EQ(world.told("choi", "w-1"), "");
}

TEST(LookWatch, ToldBeforeAStartIsNotToldAgainAfterIt) {
  Looking world;
  world.look_at("kim", 4);
  v1::CaseEffect effect;
  effect.mutable_tell_look_alarm()->set_kind(v1::LOOK_ALARM_KIND_MANY_PERSONS);
  effect.mutable_tell_look_alarm()->set_account("kim");
  effect.mutable_tell_look_alarm()->set_at_us(kNow.us);
  world.book.fold(picture::At{}, effect);
  EXPECT_EQ(world.told("kim", "w-5"), "");
}

TEST(LookWatch, ALookBeyondTheBoundIsRefusedRecordedAndToldAndAnAuditorLiftsIt) {
  CaseWorld world;
  const auto fold_looks = [&](int persons) {
    spine::Batch batch;
    for (int i = 0; i < persons; ++i) {
      auto fact = std::make_shared<v1::Fact>();
      v1::AccessDecided& access = *fact->mutable_access_decided();
      access.set_viewer("control-1");
      access.set_viewer_role("control");
      access.set_action("see_record");
      access.set_subject_id("other-" + std::to_string(i));
      access.set_allowed(true);
      batch.entries.push_back({static_cast<uint64_t>(i) + 1, world.clock.now(), fact, {}});
    }
    std::promise<void> done;
    world.loop.post([&] {
      world.api->fold(batch);
      done.set_value();
    });
    done.get_future().wait();
  };
  fold_looks(static_cast<int>(LookLimits().persons_max));
  EXPECT_EQ(world.ask("control-1", "GET", "/persons/w-1").status, 403);
  v1::AccessDecided refused;
  std::string told;
  for (const v1::Fact& fact : world.submit.logged) {
    if (fact.has_access_decided()) refused = fact.access_decided();
    if (fact.case_fact().has_looks_exceeded())
      told += v1::LookAlarmKind_Name(fact.case_fact().looks_exceeded().kind()).substr(16) + " ";
  }
  EXPECT_FALSE(refused.allowed());
  EXPECT_EQ(told, "MANY_PERSONS BOUND ");
  EXPECT_EQ(world.picture.case_book().notifications().size(), 2u) << "the privacy officer hears of both";
  EXPECT_EQ(world.ask("control-1", "POST", "/look-ups/lift", R"({"account":"control-1"})").status, 403);
  world.get("auditor-1", "POST", "/look-ups/lift", R"({"account":"control-1"})");
  EXPECT_EQ(world.ask("control-1", "GET", "/persons/w-1").status, 200);
  const boost::json::value report = world.get("auditor-1", "GET", "/look-ups");
  EXPECT_EQ(report.at("alarms").as_array().size(), 2u);
  EXPECT_EQ(report.at("lifts").at(0).at("by").as_string(), "auditor-1");
  EXPECT_EQ(world.ask("auditor-1", "POST", "/look-ups/lift", R"({"account":"auditor-1"})").status, 409);
}

}  // namespace
}  // namespace haechi::api
