// Every rule about answers can fail.
#include "hunt/answers.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>
#include <gtest/gtest.h>

#include "hunt/readers.h"

namespace haechi::hunt {
namespace {

using testing::Contains;
using testing::IsEmpty;
using testing::StartsWith;

constexpr Time kStart{1'773'446'400'000'000};

class AnswersTest : public testing::Test {
 protected:
  void record(const std::string& account, const std::vector<std::string>& ids) {
    v1::Fact fact;
    fact.mutable_access_decided()->set_viewer(account);
    fact.mutable_access_decided()->set_allowed(true);
    for (const std::string& id : ids) fact.mutable_access_decided()->add_shown_ids(id);
    answers_.see_fact(fact);
  }
  // Answered as it came, by default.
  void answer(const std::string& account, const std::string& path, const google::protobuf::Message& message,
              int status = 200) {
    net::Request request;
    request.path = path;
    request.headers = {{"authorization", "Bearer " + key_of(account)}};
    net::Response response;
    response.status = status;
    ASSERT_TRUE(google::protobuf::util::MessageToJsonString(message, &response.body).ok());
    answers_.answered(request, arrived_, response);
  }
  // On an open line of the first reader of that name.
  void say(const std::string& account, const v1::LiveMessage& message) {
    for (const trust::Viewer& viewer : readers_of(town_)) {
      if (viewer.account != account) continue;
      std::string json;
      ASSERT_TRUE(google::protobuf::util::MessageToJsonString(message, &json).ok());
      return answers_.said(viewer, 1, json, false);
    }
    FAIL() << account;
  }
  static v1::LivePosition live(const std::string& person, int64_t fixed_at_us = kStart.us) {
    v1::LivePosition out;
    out.set_person_id(person);
    out.mutable_fix()->set_fixed_at_us(fixed_at_us);
    out.mutable_fix()->mutable_place()->set_lat_e7(376'000'001);
    out.mutable_fix()->mutable_place()->set_lng_e7(1'272'000'001);
    return out;
  }
  void show(const std::string& account, const std::string& person, int64_t fixed_at_us = kStart.us) {
    record(account, {person});
    answer(account, "/api/v1/positions/" + person, live(person, fixed_at_us));
  }
  void call(const std::string& agency, bool closed = false) {
    v1::Effect effect;
    v1::Call& call = closed ? *effect.mutable_close_call() : *effect.mutable_open_call();
    call.set_id("C-1");
    call.set_agency_id(agency);
    call.set_wearer_id("W-1");
    call.set_protected_id("P-1");
    answers_.see_effect(effect);
  }
  void view(bool open) {
    v1::Effect effect;
    if (open) {
      effect.mutable_open_view()->set_id("V-1");
      effect.mutable_open_view()->set_protected_id("P-1");
      effect.mutable_open_view()->set_wearer_id("W-1");
    } else {
      effect.mutable_close_view()->set_view_id("V-1");
      effect.mutable_close_view()->set_protected_id("P-1");
      effect.mutable_close_view()->set_wearer_id("W-1");
    }
    answers_.see_effect(effect);
  }
  void agree() {
    v1::Fact fact;
    fact.mutable_case_fact()->mutable_consent_recorded()->set_protected_id("P-1");
    fact.mutable_case_fact()->mutable_consent_recorded()->set_given(true);
    answers_.see_fact(fact);
  }
  void show_her(bool with_place) {
    v1::ViewList list;
    v1::View& view = *list.add_views();
    view.set_id("V-1");
    view.set_protected_id("P-1");
    view.set_wearer_id("W-1");
    view.set_wearer_fixed_at_us(5);
    if (with_place) view.mutable_place()->set_lat_e7(1);
    answer("reader-p-1", "/api/v1/views", list);
  }
  void pass(Duration time) { schedule_.run_until(schedule_.now() + time); }

  Schedule schedule_{kStart, 1};
  Town town_{2, 1};
  std::vector<std::string> found_;
  Time arrived_ = kStart;
  Answers answers_{schedule_, town_, [this](const std::string& rule, const std::string& what) {
                     found_.push_back(rule + ": " + what);
                   }};
};

TEST_F(AnswersTest, FindNothingInAPlaceThatIsRecordedFirst) {
  show("reader-control", "W-1");
  EXPECT_THAT(found_, IsEmpty());
  EXPECT_EQ(answers_.places(), 1u);
}

TEST_F(AnswersTest, FindAPlaceOfWhichNoRecordIsDurable) {
  answer("reader-control", "/api/v1/positions/W-1", live("W-1"));
  EXPECT_THAT(found_, Contains(StartsWith("recorded: reader-control is shown W-1")));
}

TEST_F(AnswersTest, FindThatTheRecordIsOfAnEarlierQuestionOrOfSomebodyElse) {
  record("reader-west", {"W-1"});
  record("reader-control", {"W-1"});
  pass(Duration::seconds(5));
  arrived_ = schedule_.now();
  answer("reader-control", "/api/v1/positions/W-1", live("W-1"));
  EXPECT_THAT(found_, Contains(StartsWith("recorded:")));
}

TEST_F(AnswersTest, FindADispatcherWhoSeesPeopleOfNoOpenCall) {
  show("reader-west", "W-1");
  EXPECT_THAT(found_, Contains(StartsWith("tied: reader-west is shown where W-1 is")));
  found_.clear();
  call(kBuiltIn);
  show("reader-west", "W-1");
  EXPECT_THAT(found_, IsEmpty());
  call(kBuiltIn, true);
  pass(Duration::seconds(2));
  show("reader-west", "W-1");
  EXPECT_THAT(found_, Contains(StartsWith("tied:")));
}

TEST_F(AnswersTest, FindAnExactPlaceThatAnInformedAgencyIsShown) {
  v1::Effect effect;
  effect.mutable_send_hand_off()->set_incident_id("I-1");
  effect.mutable_send_hand_off()->set_to_agency_id(kBuiltIn);
  effect.mutable_send_hand_off()->mutable_alarm_new()->set_informative(true);
  effect.mutable_send_hand_off()->mutable_alarm_new()->set_wearer_id("W-1");
  answers_.see_effect(effect);
  show("reader-west", "W-1");
  EXPECT_THAT(found_, IsEmpty()) << "nobody was ever there: it is coarse";
  v1::Fact fact;
  v1::Report& report = *fact.mutable_report_received()->mutable_report();
  report.set_device_id("D-W-1");
  *report.mutable_fix() = live("W-1").fix();
  answers_.see_fact(fact);
  show("reader-west", "W-1");
  EXPECT_THAT(found_, Contains(StartsWith("tied:")));
}

TEST_F(AnswersTest, FindAPatrolCarThatSeesWhomItDoesNotFollow) {
  show("reader-car-1", "W-1");
  EXPECT_THAT(found_, Contains(StartsWith("tied: reader-car-1")));
  found_.clear();
  v1::Effect effect;
  effect.mutable_grant_track()->set_unit_id("U-1");
  effect.mutable_grant_track()->set_person_id("W-1");
  effect.mutable_grant_track()->set_call_id("C-1");
  answers_.see_effect(effect);
  show("reader-car-1", "W-1");
  EXPECT_THAT(found_, IsEmpty());
  show("reader-car-2", "W-1");
  EXPECT_THAT(found_, Contains(StartsWith("tied: reader-car-2")));
}

TEST_F(AnswersTest, FindHerShownHimWithoutAViewOrWithoutHavingAgreed) {
  record("reader-p-1", {"V-1"});
  view(true);
  show_her(false);
  EXPECT_THAT(found_, Contains(StartsWith("tied:"))) << "she has not agreed";
  found_.clear();
  agree();
  show_her(false);
  EXPECT_THAT(found_, IsEmpty());
  view(false);
  pass(Duration::seconds(2));
  arrived_ = schedule_.now();
  record("reader-p-1", {"V-1"});
  show_her(false);
  EXPECT_THAT(found_, Contains(StartsWith("tied:")));
}

TEST_F(AnswersTest, FindAPointOfHimThatTheRecordDoesNotName) {
  agree();
  view(true);
  record("reader-p-1", {"V-1"});
  show_her(true);
  EXPECT_THAT(found_, Contains("recorded: reader-p-1 is shown V-1@5, and no record of that is durable"));
}

TEST_F(AnswersTest, FindAPlaceOnALineWithoutARecordOfTheLastMinute) {
  v1::LiveMessage message;
  *message.add_positions() = live("W-1");
  record("reader-control", {"W-1"});
  pass(Duration::seconds(60));
  say("reader-control", message);
  EXPECT_THAT(found_, IsEmpty());
  pass(Duration::seconds(20));
  say("reader-control", message);
  EXPECT_THAT(found_, Contains("recorded: reader-control is shown W-1, and no record of that is durable"));
}

TEST_F(AnswersTest, FindAPlaceOnTheLineOfACarThatDoesNotFollow) {
  v1::LiveMessage message;
  message.mutable_track()->set_person_id("W-1");
  message.mutable_track()->add_points()->mutable_place()->set_lat_e7(376'000'001);
  record("reader-car-1", {"W-1"});
  say("reader-car-1", message);
  EXPECT_THAT(found_, Contains(StartsWith("tied: reader-car-1 is shown where W-1 is")));
  found_.clear();
  message.mutable_approach()->set_person_id("W-1");
  say("reader-car-1", message);
  EXPECT_THAT(found_, Contains("tied: reader-car-1 is told how far W-1 is"));
}

TEST_F(AnswersTest, FindAPlaceInAnAlertOrACallOnALineOfWhomNothingLetsSee) {
  record("reader-west", {"W-1", "P-1"});
  v1::LiveMessage message;
  message.mutable_alert()->set_wearer_id("W-1");
  message.mutable_alert()->mutable_place()->set_lat_e7(376'000'001);
  say("reader-west", message);
  EXPECT_THAT(found_, Contains(StartsWith("tied: reader-west is shown where W-1 is")));
  v1::Destination& there = *message.mutable_call()->add_destinations();
  there.set_person_id("P-1");
  there.mutable_place()->set_lat_e7(376'000'001);
  say("reader-west", message);
  EXPECT_THAT(found_, Contains(StartsWith("tied: reader-west is shown where P-1 is")));
}

TEST_F(AnswersTest, FindAPointOfHimOnHerLineThatHasNoRowOfItsOwn) {
  agree();
  view(true);
  v1::LiveMessage message;
  v1::View& shown = *message.mutable_view();
  shown.set_protected_id("P-1");
  shown.set_wearer_id("W-1");
  shown.mutable_place()->set_lat_e7(376'000'001);
  shown.set_wearer_fixed_at_us(5);
  v1::Fact row;
  row.mutable_access_decided()->set_viewer("reader-p-1");
  row.mutable_access_decided()->set_allowed(true);
  row.mutable_access_decided()->set_subject_id("W-1");
  row.mutable_access_decided()->set_shown_fixed_at_us(5);
  answers_.see_fact(row);
  say("reader-p-1", message);
  EXPECT_THAT(found_, IsEmpty());
  shown.set_wearer_fixed_at_us(6);
  say("reader-p-1", message);
  EXPECT_THAT(found_, Contains("recorded: reader-p-1 is shown W-1@6, and no row of that is durable"));
}

TEST_F(AnswersTest, FindAFrameOfNobodyAndWhatIsNoMessage) {
  const trust::Viewer viewer{.account = "reader-control", .role = trust::Role::kControl};
  answers_.said(viewer, 1, std::string("\1\0\0\0\1\0\0\0", 8) + std::string(8 + 32, '\0'), true);
  EXPECT_THAT(found_, Contains("let in: a frame of reader-control shows an index that stands for nobody"));
  answers_.said(viewer, 1, "{\"positions\":7}", false);
  EXPECT_THAT(found_, Contains(StartsWith("let in: /live says what is no message")));
}

TEST_F(AnswersTest, FindACallOfAnotherAgency) {
  call(kOutside);
  v1::CallList list;
  list.add_calls()->set_id("C-1");
  record("reader-west", {"C-1"});
  answer("reader-west", "/api/v1/calls", list);
  EXPECT_THAT(found_, Contains(StartsWith("tied: reader-west is shown the call C-1")));
}

TEST_F(AnswersTest, FindAnOpenAlertThatIsNotListed) {
  v1::Effect effect;
  effect.mutable_raise_alert()->set_id("a-1");
  answers_.see_effect(effect);
  pass(Duration::seconds(2));
  arrived_ = schedule_.now();
  answer("reader-control", "/api/v1/alerts", v1::AlertList());
  EXPECT_THAT(found_, Contains(StartsWith("complete: reader-control is not shown a-1")));
}

TEST_F(AnswersTest, FindAPlaceThatGoesBackUnlessTheDeviceLies) {
  show("reader-control", "W-1", kStart.us + 2'000);
  show("reader-control", "W-1", kStart.us);
  EXPECT_THAT(found_, Contains(StartsWith("forward: W-1")));
  found_.clear();
  answers_.distrust("W-1");
  show("reader-control", "W-1", kStart.us);
  EXPECT_THAT(found_, IsEmpty());
}

TEST_F(AnswersTest, FindAGoodKeyTurnedAwayAndAQuestionThatFails) {
  answer("reader-control", "/api/v1/positions", v1::PositionList(), 503);
  EXPECT_THAT(found_, IsEmpty()) << "while nothing can be recorded";
  answer("reader-control", "/api/v1/positions", v1::PositionList(), 401);
  answer("reader-control", "/api/v1/positions", v1::PositionList(), 500);
  EXPECT_THAT(found_, testing::SizeIs(2));
}

}  // namespace
}  // namespace haechi::hunt
