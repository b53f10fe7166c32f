// Places on /live: as JSON and as binary frames the same, never before their record, and how far a unit has
// to go.
#include <google/protobuf/util/json_util.h>

#include <algorithm>
#include <random>
#include <set>

#include "geo/place.h"
#include "live/frame_reader.h"
#include "live/hub_testing.h"
#include "live/json.h"
#include "trust/coarse.h"

namespace haechi::live {
namespace {

// Between two places of the meridian that everybody here moves along.
std::string metres(int32_t lat_e7, int32_t other_e7) {
  const int64_t mm = geo::distance_mm({lat_e7, 1'270'000'000}, {other_e7, 1'270'000'000});
  return std::to_string((mm + 500) / 1000);
}

bool is_frame(const std::string& message) {
  return !message.empty() && message[0] == 1;
}

class HubPlacesTest : public HubTest {
 protected:
  // On the hub's loop, so that nobody reads the clock meanwhile.
  void at(Time now) {
    loop_.post([this, now] { clock_.set(now); });
    settle();
  }
  void report(const std::string& holder, const v1::Report& report, int64_t received_us) {
    v1::Fact fact;
    fact.mutable_report_received()->set_received_at_us(received_us);
    *fact.mutable_report_received()->mutable_report() = report;
    fact.mutable_report_received()->mutable_report()->set_device_id("D-" + holder);
    publish(fact, {});
  }
  static std::vector<std::string> frames(const Watcher& watcher) {
    std::vector<std::string> out;
    for (const std::string& message : watcher.messages()) {
      if (is_frame(message)) out.push_back(message);
    }
    return out;
  }
  // The newest record of the holder that the reader has, by the names it was told; with the frame's time.
  static std::optional<std::pair<double, FrameRecord>> record_of(const Watcher& watcher,
                                                                 const std::string& id) {
    std::map<uint32_t, std::string> names;
    std::optional<std::pair<double, FrameRecord>> found;
    for (const std::string& message : watcher.messages()) {
      if (message.starts_with("{\"holders\"")) {
        const bj::value document = bj::parse(message);
        for (const auto& holder : document.at("holders").as_array()) {
          const bj::object& body = holder.as_object();
          names[static_cast<uint32_t>(body.at("index").as_int64())] =
              body.at(body.contains("unit_id") ? "unit_id" : "person_id").as_string();
        }
      }
      if (!is_frame(message)) continue;
      const auto frame = read_frame(message);
      for (const FrameRecord& record : frame->records) {
        if (names[record.index] == id) found = std::pair{frame->server_time_ms, record};
      }
    }
    return found;
  }
  static std::optional<v1::LivePosition> json_of(const Watcher& watcher, const std::string& id) {
    std::optional<v1::LivePosition> found;
    for (const std::string& message : watcher.messages()) {
      if (message.find("\"positions\":[") == std::string::npos || is_frame(message)) continue;
      v1::LiveMessage document;
      google::protobuf::util::JsonParseOptions options;
      options.ignore_unknown_fields = false;
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(message, &document, options).ok()) << message;
      for (const v1::LivePosition& position : document.positions()) {
        if (position.person_id() == id || position.unit_id() == id) found = position;
      }
    }
    return found;
  }
  // What the frame says is what the JSON says, in coarser units.
  static void expect_same(const std::pair<double, FrameRecord>& framed, const v1::LivePosition& position) {
    const auto& [server_ms, record] = framed;
    const v1::Fix& fix = position.fix();
    EXPECT_EQ(record.lat_e7, fix.place().lat_e7());
    EXPECT_EQ(record.lng_e7, fix.place().lng_e7());
    EXPECT_EQ(static_cast<int64_t>(server_ms) - record.fix_age_ms, fix.fixed_at_us() / 1000);
    EXPECT_EQ(static_cast<int64_t>(server_ms) - record.heard_age_ms, position.heard_at_us() / 1000);
    EXPECT_EQ(record.accuracy_m, (fix.accuracy_mm() + 999) / 1000);
    EXPECT_EQ(record.course_deg, fix.has_course_cdeg() ? fix.course_cdeg() / 100 : 65535);
    EXPECT_EQ(record.speed_dmps, fix.has_speed_mmps() ? fix.speed_mmps() / 100 : 65535);
    EXPECT_EQ(record.stale_after_s, position.stale_after_s());
    EXPECT_EQ(record.battery_percent, position.has_battery_percent() ? position.battery_percent() : 255);
    EXPECT_EQ(record.source, fix.source());
    EXPECT_EQ((record.flags & 1) != 0, position.stored());
    EXPECT_EQ((record.flags & 4) != 0, position.charging());
    EXPECT_EQ((record.flags & 8) != 0, fix.mocked());
  }
  void inform_a1_of_the_incident() {
    v1::Effect told;
    told.mutable_update_hand_off()->set_id("H1");
    told.mutable_update_hand_off()->set_incident_id("I1");
    told.mutable_update_hand_off()->set_agency_id("A1");
    told.mutable_update_hand_off()->set_informative(true);
    tick({incident(), told});
  }
};

TEST_F(HubPlacesTest, FramesHoldWhatJsonHolds) {
  at(Time{kStart + 1'000 * kS});
  auto as_json = watch_ready("control");
  auto as_frames = watch_ready("control", "tracks=binary");
  v1::Report full;
  v1::Fix& fix = *full.mutable_fix();
  fix.set_fixed_at_us(kStart + 990 * kS + 123'456);
  fix.mutable_place()->set_lat_e7(371'000'001);
  fix.mutable_place()->set_lng_e7(-1'270'000'001);
  fix.set_accuracy_mm(7'500);
  fix.set_source(v1::FIX_SOURCE_WIFI);
  fix.set_speed_mmps(13'990);
  fix.set_course_cdeg(35'950);
  fix.set_mocked(true);
  full.set_battery_percent(41);
  full.set_charging(true);
  report("W1", full, kStart + 995 * kS);
  full.set_stored(true);
  report("W2", full, kStart + 996 * kS);
  move("P1", -1);
  move("U1", 2);
  for (const char* id : {"W1", "W2", "P1", "U1"}) {
    ASSERT_TRUE(eventually([&] { return json_of(*as_json, id) && record_of(*as_frames, id); })) << id;
    expect_same(*record_of(*as_frames, id), *json_of(*as_json, id));
    EXPECT_EQ(record_of(*as_frames, id)->second.flags & 2, 0);
  }
  EXPECT_FALSE(as_frames->has("\"positions\""));
  EXPECT_TRUE(frames(*as_json).empty());
  EXPECT_TRUE(as_frames->has("\"person_id\":\"P1\",\"role\":\"ROLE_PROTECTED_PERSON\""));
}

TEST_F(HubPlacesTest, AnIndexIsNamedBeforeItIsUsedAndOnlyOnce) {
  auto control = watch_ready("control", "tracks=binary&topics=positions");
  for (int i = 0; i < 50; ++i) {
    for (const char* id : {"W1", "W2", "P1"}) move(id, 370'000'000 + i);
    if (i % 10 == 0) settle();
  }
  move("U1", 1);
  ASSERT_TRUE(eventually([&] { return record_of(*control, "U1").has_value(); }));
  std::set<uint32_t> named;
  for (const std::string& message : control->messages()) {
    if (message.starts_with("{\"holders\"")) {
      const bj::value document = bj::parse(message);
      for (const auto& holder : document.at("holders").as_array()) {
        EXPECT_TRUE(named.insert(static_cast<uint32_t>(holder.at("index").as_int64())).second);
      }
    }
    if (!is_frame(message)) continue;
    const auto frame = read_frame(message);
    ASSERT_TRUE(frame);
    for (const FrameRecord& record : frame->records) EXPECT_TRUE(named.contains(record.index));
  }
  EXPECT_EQ(named.size(), 4u);
}

TEST_F(HubPlacesTest, AReaderOfFramesResumesWithoutLossAndIsToldTheNamesAgain) {
  move("W1", 371'000'001);
  auto control = watch_ready("control", "tracks=binary");
  tick({alert("X1"), incident()});
  ASSERT_TRUE(control->hears("\"id\":\"X1\""));
  ASSERT_TRUE(eventually([&] { return record_of(*control, "W1").has_value(); }));
  const std::string cursor = cursor_of(control->changes().back());
  control.reset();
  tick({alert("X2")});
  auto again = watch("control", "tracks=binary&resume=log-1:" + cursor);
  EXPECT_TRUE(again->hears("\"resumed\":{\"recovered\":true"));
  EXPECT_TRUE(again->hears("\"id\":\"X2\""));
  ASSERT_TRUE(eventually([&] { return record_of(*again, "W1").has_value(); }));
  EXPECT_EQ(record_of(*again, "W1")->second.lat_e7, 371'000'001);
  EXPECT_FALSE(again->has("\"snapshot\""));
}

TEST_F(HubPlacesTest, NeitherNameNorFrameComesBeforeTheRecordIsDurable) {
  move("W1", 371'000'001);
  submit_.hold();
  auto control = watch_ready("control", "tracks=binary");
  ASSERT_TRUE(eventually([&] { return submit_.recorded("op-1", "W1"); }));
  move("W1", 371'000'002);
  tick({alert("X1")});
  ASSERT_TRUE(control->hears("\"id\":\"X1\""));
  EXPECT_FALSE(control->has("\"holders\""));
  EXPECT_TRUE(frames(*control).empty());
  submit_.release();
  ASSERT_TRUE(eventually([&] { return record_of(*control, "W1").has_value(); }));
  EXPECT_EQ(record_of(*control, "W1")->second.lat_e7, 371'000'002);
}

TEST_F(HubPlacesTest, AnAgencyOnlyInformedGetsTheSameCoarsePlaceEitherWayAndItIsMarked) {
  auto as_json = watch_ready("dispatch");
  auto as_frames = watch_ready("dispatch", "tracks=binary");
  inform_a1_of_the_incident();
  v1::Report exact;
  exact.mutable_fix()->set_fixed_at_us(kStart);
  exact.mutable_fix()->mutable_place()->set_lat_e7(371'234'567);
  exact.mutable_fix()->mutable_place()->set_lng_e7(1'276'543'210);
  exact.mutable_fix()->set_accuracy_mm(4'000);
  exact.mutable_fix()->set_speed_mmps(1'000);
  exact.mutable_fix()->set_course_cdeg(9'000);
  report("W1", exact, kStart);
  ASSERT_TRUE(eventually([&] { return json_of(*as_json, "W1") && record_of(*as_frames, "W1"); }));
  expect_same(*record_of(*as_frames, "W1"), *json_of(*as_json, "W1"));
  const FrameRecord record = record_of(*as_frames, "W1")->second;
  const v1::Place roughly = trust::CoarsePlaces(kCoarseSecret).of("W1", exact.fix().place());
  EXPECT_EQ(record.lat_e7, roughly.lat_e7());
  EXPECT_EQ(record.lng_e7, roughly.lng_e7());
  EXPECT_EQ(record.accuracy_m, 1'500);
  EXPECT_EQ(record.course_deg, 65535);
  EXPECT_EQ(record.flags & 2, 2);
  EXPECT_FALSE(record_of(*as_frames, "W2"));
}

TEST_F(HubPlacesTest, ADispatcherReadingFramesSeesNobodyBeforeOrAfterTheCall) {
  move("W1", 371'000'001);
  move("W2", 373'000'001);
  auto dispatch = watch_ready("dispatch", "tracks=binary");
  tick({alert("X1"), incident()});
  open_call();
  ASSERT_TRUE(eventually([&] { return record_of(*dispatch, "W1").has_value(); }));
  EXPECT_TRUE(submit_.recorded("dp-1", "W1"));
  close_call();
  move("W1", 371'000'009);
  ASSERT_TRUE(dispatch->hears("\"revoked\":{\"kind\":\"track\""));
  auto control = watch_ready("control", "tracks=binary");
  ASSERT_TRUE(eventually([&] {
    const auto seen = record_of(*control, "W1");
    return seen && seen->second.lat_e7 == 371'000'009;
  }));
  EXPECT_EQ(record_of(*dispatch, "W1")->second.lat_e7, 371'000'001);
  EXPECT_FALSE(record_of(*dispatch, "W2"));
}

TEST_F(HubPlacesTest, ADeviceHeardWithoutAPlaceMakesOnlyTheFrameYounger) {
  at(Time{kStart + 100 * kS});
  move("W1", 371'000'001);
  auto as_json = watch_ready("control");
  auto as_frames = watch_ready("control", "tracks=binary");
  ASSERT_TRUE(eventually([&] { return json_of(*as_json, "W1") && record_of(*as_frames, "W1"); }));
  EXPECT_EQ(record_of(*as_frames, "W1")->second.heard_age_ms, 90'000u);
  report("W1", v1::Report(), kStart + 99 * kS);
  ASSERT_TRUE(eventually([&] { return record_of(*as_frames, "W1")->second.heard_age_ms == 1'000; }));
  EXPECT_EQ(record_of(*as_frames, "W1")->second.fix_age_ms, 90'000u);
  size_t positions = 0;
  for (const std::string& message : as_json->messages()) {
    positions += message.find("\"positions\"") != std::string::npos;
  }
  EXPECT_EQ(positions, 1u);
}

TEST_F(HubPlacesTest, ASlowReaderOfFramesGetsTheNewestAndNotEveryOne) {
  auto control = watch_ready("control", "tracks=binary&topics=positions");
  control->stall(true);
  const int kRounds = 3'000;
  for (int i = 0; i < kRounds; ++i) {
    move("W1", 370'000'000 + i);
    if (i % 100 == 0) settle();
  }
  settle();
  control->stall(false);
  ASSERT_TRUE(eventually([&] {
    const auto seen = record_of(*control, "W1");
    return seen && seen->second.lat_e7 == 370'000'000 + kRounds - 1;
  }));
  EXPECT_LT(frames(*control).size(), static_cast<size_t>(kRounds) / 2);
  EXPECT_FALSE(control->closed());
}

TEST_F(HubPlacesTest, AUnitIsToldHowFarItHasToGoAndNobodyElseIs) {
  move("W1", 371'000'000);
  move("P1", 371'500'000);
  move("U1", 370'000'000);
  auto unit = watch_ready("unit", "topics=calls");
  auto without_calls = watch_ready("unit", "topics=positions");
  auto other_unit = watch_ready("other unit");
  auto dispatch = watch_ready("dispatch");
  auto control = watch_ready("control");
  move("U1", 370'100'000);
  settle();
  EXPECT_FALSE(unit->has("\"approach\"")) << "not sent to anybody yet";
  tick({alert("X1"), incident()});
  open_call();
  ASSERT_TRUE(
      unit->hears("\"approach\":{\"unit_id\":\"U1\",\"call_id\":\"C1\",\"target\":\"TARGET_WEARER\","
                  "\"person_id\":\"W1\",\"distance_m\":" +
                  metres(370'100'000, 371'000'000) + ",\"direction_deg\":0,"));
  EXPECT_TRUE(submit_.recorded("un-1", "W1"));
  move("U1", 370'500'000);
  EXPECT_TRUE(unit->hears("\"distance_m\":" + metres(370'500'000, 371'000'000))) << "the unit moved";
  move("W1", 370'400'000);
  EXPECT_TRUE(unit->hears("\"distance_m\":" + metres(370'500'000, 370'400'000) + ",\"direction_deg\":180"))
      << "he moved, and is behind it now";
  EXPECT_FALSE(unit->has("\"person_id\":\"P1\",\"distance_m\"")) << "it was not sent to her";
  for (const auto* watcher : {&without_calls, &other_unit, &dispatch, &control}) {
    EXPECT_FALSE((*watcher)->has("\"approach\""));
  }
  close_call();
  ASSERT_TRUE(unit->hears("\"revoked\":{\"kind\":\"track\""));
  const size_t heard = unit->messages().size();
  move("W1", 370'410'000);
  move("U1", 370'420'000);
  auto later = watch_ready("control");
  ASSERT_TRUE(later->hears("\"lat_e7\":370420000"));
  for (size_t i = heard; i < unit->messages().size(); ++i) {
    EXPECT_EQ(unit->messages()[i].find("approach"), std::string::npos);
  }
}

class RareRoundsTest : public HubTest {
 protected:
  RareRoundsTest() : HubTest(Duration::seconds(5), Duration::seconds(3600)) {}
};

TEST_F(RareRoundsTest, WhoIsSentAndWhoSendsSeeHimAtOnceAndNotWithTheNextRoundOfPlaces) {
  move("W1", 371'000'000);
  move("U1", 370'000'000);
  settle();
  auto unit = watch_ready("unit");
  auto other_unit = watch_ready("other unit");
  auto dispatch = watch_ready("dispatch");
  open_call();
  EXPECT_TRUE(unit->hears("\"track\":{\"person_id\":\"W1\""));
  EXPECT_TRUE(unit->hears("\"approach\":{\"unit_id\":\"U1\""));
  EXPECT_TRUE(unit->hears("\"positions\":[{\"person_id\":\"W1\""));
  EXPECT_TRUE(dispatch->hears("\"positions\":[{\"person_id\":\"W1\""));
  EXPECT_FALSE(other_unit->has("\"W1\""));
}

TEST_F(HubPlacesTest, HowFarIsNotToldBeforeTheRecordIsDurable) {
  move("W1", 371'000'000);
  move("U1", 370'000'000);
  tick({alert("X1"), incident()});
  auto unit = watch_ready("unit", "topics=calls");
  submit_.hold();
  open_call();
  ASSERT_TRUE(unit->hears("\"call\":{\"id\":\"C1\""));
  ASSERT_TRUE(eventually([&] { return submit_.recorded("un-1", "W1"); }));
  move("U1", 370'100'000);
  tick({alert("X2"), incident()});
  settle();
  EXPECT_FALSE(unit->has("\"approach\""));
  submit_.release();
  EXPECT_TRUE(unit->hears("\"approach\":{\"unit_id\":\"U1\""));
  EXPECT_FALSE(unit->has("\"distance_m\":" + metres(370'000'000, 371'000'000)))
      << "the newest only, what waited is not made up for";
}

TEST_F(HubPlacesTest, EveryDocumentIsALiveMessageOnceItsNumbersAreRead) {
  move("W1", 371'000'000);
  move("U1", 370'000'000);
  tick({alert("X0"), incident()});
  auto unit = watch_ready("unit");
  auto control = watch_ready("control", "tracks=binary");
  open_call();
  tick({alert("X1")});
  unit->send("nonsense");
  ASSERT_TRUE(unit->hears("\"approach\""));
  ASSERT_TRUE(unit->hears("\"track\""));
  ASSERT_TRUE(unit->hears("\"error\""));
  ASSERT_TRUE(control->hears("\"id\":\"X1\""));
  ASSERT_TRUE(control->hears("\"holders\""));
  size_t documents = 0;
  for (const auto* watcher : {&unit, &control}) {
    for (const std::string& message : (*watcher)->messages()) {
      if (is_frame(message)) continue;
      v1::LiveMessage document;
      EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(message, &document).ok()) << message;
      ++documents;
    }
  }
  EXPECT_GT(documents, 8u);
}

// An update of her view, as of so many seconds after the start.
v1::Effect seen_at(int64_t seconds, v1::ViewMode mode) {
  v1::Effect effect;
  v1::View& body = *effect.mutable_update_view();
  body.set_id("V1");
  body.set_protected_id("P1");
  body.set_wearer_id("W1");
  body.set_order_id("O1");
  body.set_mode(mode);
  body.set_distance_m(420);
  body.set_wearer_fixed_at_us(kStart + seconds * kS);
  if (mode == v1::VIEW_MODE_MAP)
    body.mutable_place()->set_lat_e7(static_cast<int32_t>(371'000'000 + seconds));
  return effect;
}

// Of which moments the places are that she was shown, in order.
std::vector<int64_t> points_shown(const Watcher& watcher) {
  std::vector<int64_t> out;
  for (const std::string& message : watcher.messages()) {
    if (message.find("lat_e7") == std::string::npos) continue;
    const bj::object document = bj::parse(message).as_object();
    const auto take = [&](const bj::object& view) {
      if (view.contains("place"))
        out.push_back(std::stoll(std::string(view.at("wearer_fixed_at_us").as_string())));
    };
    if (document.contains("view")) take(document.at("view").as_object());
    if (!document.contains("snapshot")) continue;
    for (const auto& view : document.at("snapshot").at("views").as_array()) take(view.as_object());
  }
  return out;
}

TEST_F(HubPlacesTest, EveryPointThatSheIsShownHasItsOneRowInTheUsageLedgerWhateverComes) {
  auto her = watch_ready("her");
  std::mt19937_64 random(7);
  size_t maps = 0;
  for (int64_t i = 1; i <= 120; ++i) {
    const bool map = random() % 3 != 0;
    const int64_t moment = map || random() % 2 == 0 ? i : i - 1;  // now and then the same point again
    maps += map;
    tick({seen_at(moment, map ? v1::VIEW_MODE_MAP : v1::VIEW_MODE_DISTANCE)});
    if (random() % 10 == 0) her = watch_ready("her");
    if (!map) continue;
    ASSERT_TRUE(her->hears("\"lat_e7\":" + std::to_string(371'000'000 + i))) << i;
    const std::vector<int64_t> rows = submit_.points("pp-1");
    ASSERT_EQ(std::count(rows.begin(), rows.end(), kStart + i * kS), 1) << i;
  }
  EXPECT_EQ(submit_.points("pp-1").size(), maps) << "a row for each point, and none for a distance";
}

TEST_F(HubPlacesTest, ShowsHerNoPointBeforeItsRowIsDurableAndTheDistanceWhereTheLogTakesNone) {
  auto her = watch_ready("her");
  tick({seen_at(1, v1::VIEW_MODE_MAP)});
  ASSERT_TRUE(her->hears("\"lat_e7\":371000001"));
  submit_.hold();
  tick({seen_at(2, v1::VIEW_MODE_MAP)});
  ASSERT_TRUE(eventually([&] { return submit_.points("pp-1").size() == 2; }));
  tick({alert("X1"), incident()});
  ASSERT_TRUE(her->hears("\"id\":\"X1\"")) << "what comes after it does not wait";
  EXPECT_EQ(points_shown(*her), std::vector<int64_t>{kStart + kS});
  submit_.release();
  ASSERT_TRUE(her->hears("\"lat_e7\":371000002"));
  submit_.refuse(true);
  tick({seen_at(3, v1::VIEW_MODE_MAP)});
  const std::string moment = "\"wearer_fixed_at_us\":\"" + std::to_string(kStart + 3 * kS);
  ASSERT_TRUE(her->hears(moment)) << "the distance is told";
  EXPECT_FALSE(her->has("\"lat_e7\":371000003"));
}

}  // namespace
}  // namespace haechi::live
