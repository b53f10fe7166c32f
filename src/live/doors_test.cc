// Each thing that a stream leans on fails, and every stream of every role is open: nobody is shown where a
// person is, and everybody who must hear of an alert does.
#include <gmock/gmock.h>

#include "live/frame_reader.h"
#include "live/hub_testing.h"

namespace haechi::live {
namespace {

struct Stream {
  std::string key, query;
  bool hears_alerts = false, sees_units = false, is_shown = false;  // while all is well
};
const std::vector<Stream> kStreams = {{"control", "", true, true, true},
                                      {"control", "tracks=binary", true, true, true},
                                      {"control", "topics=alerts", true, false, true},
                                      {"dispatch", "", true, true, true},
                                      {"dispatch", "tracks=binary", true, true, true},
                                      {"unit", "", false, true, true},
                                      {"unit", "tracks=binary", false, true, true},
                                      {"her", "", true, false, true},
                                      {"her", "topics=views", false, false, true},
                                      {"other-her", "", false, false, false},
                                      {"court", "", false, false, false}};

// Where persons are in this story, and how far.
const std::set<int32_t> kPlaces = {371'000'001, 371'500'001, 371'234'567, 371'111'111,
                                   372'222'222, 371'333'333, 371'000'002, 371'500'002};

bool shows_a_person(const std::string& message) {
  if (message.find("\"distance_m\":420") != std::string::npos) return true;
  if (message.find("\"approach\"") != std::string::npos) return true;
  if (!message.empty() && message[0] == 1) {
    const auto frame = read_frame(message);
    return std::any_of(frame->records.begin(), frame->records.end(),
                       [](const FrameRecord& one) { return kPlaces.contains(one.lat_e7); });
  }
  return std::any_of(kPlaces.begin(), kPlaces.end(),
                     [&](int32_t place) { return message.find(std::to_string(place)) != std::string::npos; });
}

bool has_unit_at(const Watcher& watcher, int32_t lat_e7) {
  for (const std::string& message : watcher.messages()) {
    if (message.empty() || message[0] != 1) {
      if (message.find("\"lat_e7\":" + std::to_string(lat_e7)) != std::string::npos) return true;
      continue;
    }
    const auto frame = read_frame(message);
    for (const FrameRecord& one : frame->records)
      if (one.lat_e7 == lat_e7) return true;
  }
  return false;
}

class StreamDoorsTest : public HubTest {
 protected:
  void open_all() {
    for (const Stream& stream : kStreams) watchers_.push_back(watch_ready(stream.key, stream.query));
  }
  // He comes near her, it rings, a car is sent, and she sees him.
  void tell_story(int number) {
    move("W1", 371'000'000 + number);
    move("P1", 371'500'000 + number);
    tick({alert("X" + std::to_string(number)), incident()});
    if (number == 1) open_call();
    tick({alert("Y" + std::to_string(number)), view(v1::VIEW_MODE_MAP)});
    move("U1", 370'000'000 + number);
  }
  // Whoever is told something has been: units need no record, and come with the places of persons.
  void everybody_hears_of(int number) {
    for (size_t i = 0; i < kStreams.size(); ++i) {
      const Stream& stream = kStreams[i];
      const std::string alert = "\"id\":\"Y" + std::to_string(number) + "\"";
      EXPECT_TRUE(!stream.hears_alerts || watchers_[i]->hears(alert)) << stream.key << ' ' << stream.query;
      const auto sees = [&] { return has_unit_at(*watchers_[i], 370'000'000 + number); };
      EXPECT_TRUE(!stream.sees_units || eventually(sees)) << stream.key << ' ' << stream.query;
      EXPECT_FALSE(watchers_[i]->closed()) << stream.key;
    }
    settle();
  }
  size_t shown(size_t stream, size_t from = 0) const {
    const std::vector<std::string> all = watchers_[stream]->messages();
    return static_cast<size_t>(
        std::count_if(all.begin() + static_cast<ptrdiff_t>(from), all.end(), shows_a_person));
  }
  void nobody_is_shown(const std::vector<size_t>& from = std::vector<size_t>(kStreams.size())) const {
    for (size_t i = 0; i < kStreams.size(); ++i)
      EXPECT_EQ(shown(i, from[i]), 0u) << kStreams[i].key << ' ' << kStreams[i].query;
  }
  std::vector<size_t> so_far() const {
    std::vector<size_t> out;
    for (const auto& watcher : watchers_) out.push_back(watcher->messages().size());
    return out;
  }

  std::vector<std::unique_ptr<Watcher>> watchers_;
};

TEST_F(StreamDoorsTest, ShowWhomTheyMayWhileAllIsWell) {
  open_all();
  tell_story(1);
  everybody_hears_of(1);
  for (size_t i = 0; i < kStreams.size(); ++i) {
    const bool is_shown = kStreams[i].is_shown;
    EXPECT_EQ(is_shown, is_shown ? eventually([&] { return shown(i) > 0; }) : shown(i) > 0)
        << kStreams[i].key << ' ' << kStreams[i].query;
  }
}

TEST_F(StreamDoorsTest, ShowNobodyWhileTheLogHangs) {
  submit_.hold();
  open_all();
  tell_story(1);
  everybody_hears_of(1);
  nobody_is_shown();
  submit_.release();  // or they would wait for ever
}

class RefusingLogTest : public StreamDoorsTest, public testing::WithParamInterface<Code> {};

TEST_P(RefusingLogTest, ShowsNobody) {
  submit_.refuse(true, GetParam());
  open_all();
  tell_story(1);
  everybody_hears_of(1);
  nobody_is_shown();
}
INSTANTIATE_TEST_SUITE_P(Codes, RefusingLogTest,
                         testing::Values(Code::kExhausted, Code::kUnavailable, Code::kUnknownOutcome,
                                         Code::kCorrupt));

// What was recorded before counts for a minute, and not by a clock that was set back.
TEST_F(StreamDoorsTest, ShowNobodyAnyMoreWhereNoNewRecordCanBeMade) {
  for (const Duration step : {Duration::seconds(71), Duration::seconds(-3600)}) {
    watchers_.clear();
    submit_.refuse(false);
    open_all();
    tell_story(1);
    everybody_hears_of(1);
    submit_.refuse(true);
    loop_.post([&] { clock_.advance(step); });
    settle();
    const std::vector<size_t> before = so_far();
    tell_story(2);
    everybody_hears_of(2);
    nobody_is_shown(before);
  }
}

TEST_F(StreamDoorsTest, ShowHerNothingUnderAnOrderThatIsOverOrGone) {
  const auto order = [&](bool withdrawn, int64_t ends_at_us) {
    v1::Fact fact;
    fact.mutable_order_registered()->set_id("O1");
    fact.mutable_order_registered()->set_wearer_id("W1");
    fact.mutable_order_registered()->set_withdrawn(withdrawn);
    fact.mutable_order_registered()->set_ends_at_us(ends_at_us);
    publish(fact, {});
  };
  tick({view(v1::VIEW_MODE_MAP)});
  EXPECT_TRUE(watch_ready("her")->hears("\"distance_m\":420"));
  for (const auto& [withdrawn, ends_at_us] : {std::pair(true, int64_t{0}), {false, kStart + 1}}) {
    order(withdrawn, ends_at_us);
    const auto her = watch_ready("her");
    tick({alert("X" + std::to_string(no_))});
    EXPECT_TRUE(her->hears("\"id\":\"X"));
    for (const std::string& message : her->messages()) EXPECT_FALSE(shows_a_person(message)) << message;
  }
  order(false, 0);
  EXPECT_TRUE(watch_ready("her")->hears("\"distance_m\":420"));
  // A mode of a later version: of the place nothing is known that lets her see it.
  tick({view(static_cast<v1::ViewMode>(99))});
  const auto her = watch_ready("her");
  EXPECT_TRUE(her->hears("\"distance_m\":420"));
  EXPECT_FALSE(her->has("371333333"));
}

class StillLogTest : public HubTest {
 protected:
  static constexpr Duration kBeat = Duration::millis(10);
  StillLogTest() : HubTest(kBeat) {
    loop_.post([this] { loop_.every(kBeat, [this] { ++beats_; }); });
  }
  // The hub's own beat, begun before this one, has come twice at least.
  void let_it_beat() {
    const int before = beats_;
    ASSERT_TRUE(eventually([&] { return beats_ >= before + 3; }));
    settle();
  }
  std::atomic<int> beats_{0};
};

TEST_F(StillLogTest, NoScreenIsToldThatAllIsWell) {
  const auto control = watch_ready("control");
  EXPECT_TRUE(control->hears("\"heartbeat\""));
  stands_still_ = true;
  settle();
  let_it_beat();
  const size_t heard = control->messages().size();
  let_it_beat();
  EXPECT_EQ(control->messages().size(), heard);
  const auto another = watch("control");
  EXPECT_TRUE(eventually([&] { return another->closed(); }));
  EXPECT_TRUE(another->messages().empty());
  stands_still_ = false;
  EXPECT_TRUE(eventually([&] { return control->messages().size() > heard; }));
}

}  // namespace
}  // namespace haechi::live
