// Who is too close to somebody is told nothing of that person on any stream, whatever else ties him to it.
#include "live/hub_testing.h"

namespace haechi::live {
namespace {

class RecusedTest : public HubTest {
 protected:
  void recuse(const std::string& account, const std::string& person_id, bool ended = false) {
    v1::Effect effect;
    v1::Recused& recused = *effect.mutable_case_effect()->mutable_update_recusal();
    recused.set_account(account);
    recused.set_person_id(person_id);
    recused.set_ended(ended);
    tick({effect});
    settle();
  }
  // An approach of W1 to P1, and all that comes of it.
  void all_of_it() {
    v1::Effect opened = incident(), hand_off, alarm, her_alarm;
    opened.mutable_open_incident()->add_protected_ids("P1");
    hand_off.mutable_update_hand_off()->set_id("H1");
    hand_off.mutable_update_hand_off()->set_incident_id("I1");
    hand_off.mutable_update_hand_off()->set_agency_id("A1");
    alarm.mutable_raise_alarm()->set_id("M1");
    alarm.mutable_raise_alarm()->set_incident_id("I1");
    alarm.mutable_raise_alarm()->set_agency_id("A1");
    tick({opened, alert("AL-1"), hand_off, alarm});
    open_call();
    v1::Effect his = alert("AL-2");
    his.mutable_raise_alert()->set_kind(v1::ALERT_KIND_APPROACHING);
    tick({his});
    v1::Fact shown;
    shown.mutable_hop_observed()->set_alert_id("AL-1");
    shown.mutable_hop_observed()->set_hop(v1::HOP_HANDED_OFF);
    publish(shown, {});
    settle();
  }
  // Of somebody else; whoever hears it has heard everything before.
  void last() {
    v1::Effect other = alert("AL-9"), call;
    other.mutable_raise_alert()->set_incident_id("I9");
    other.mutable_raise_alert()->set_wearer_id("W2");
    other.mutable_raise_alert()->clear_protected_id();
    call.mutable_open_call()->set_id("C9");
    call.mutable_open_call()->set_incident_id("I9");
    call.mutable_open_call()->set_agency_id("A1");
    call.mutable_open_call()->set_state(v1::CALL_STATE_DISPATCHED);
    call.mutable_open_call()->set_wearer_id("W2");
    tick({other, call});
  }
  static const std::vector<std::string>& ids() {
    static const std::vector<std::string> all{"\"I1\"", "\"AL-1\"", "\"AL-2\"", "\"H1\"", "\"M1\"", "\"C1\""};
    return all;
  }
  static void expect_nothing(const Watcher& watcher, const std::string& who) {
    EXPECT_TRUE(watcher.hears("\"C9\"")) << who;
    for (const std::string& id : ids()) EXPECT_FALSE(watcher.has(id)) << who << " is told of " << id;
  }
};

const std::vector<std::pair<std::string, std::string>> kOfficers{{"control", "op-1"}, {"dispatch", "dp-1"}};

TEST_F(RecusedTest, IsToldNothingOfHimNorOfHerAsItHappensNorOnAScreenThatIsOpenedLater) {
  for (const std::string person : {"W1", "P1"}) {
    for (const auto& [key, account] : kOfficers) recuse(account, person);
    std::map<std::string, std::unique_ptr<Watcher>> open;
    for (const auto& [key, account] : kOfficers) open[key] = watch_ready(key);
    all_of_it();
    last();
    for (const auto& [key, watcher] : open) expect_nothing(*watcher, key + ", from " + person + ", live");
    for (const auto& [key, account] : kOfficers)
      expect_nothing(*watch_ready(key), key + ", from " + person + ", later");
    for (const auto& [key, account] : kOfficers) recuse(account, person, true);
  }
  for (const auto& [key, account] : kOfficers) {
    const auto watcher = watch_ready(key);
    for (const std::string& id : ids())
      EXPECT_TRUE(watcher->hears(id)) << key << " is who it may be told " << id;
  }
}

TEST_F(RecusedTest, LosesWhatStandsOnAnOpenScreenAtOnceAndTheOthersNothing) {
  viewers_["colleague"] = {.account = "op-2", .role = trust::Role::kControl};
  all_of_it();
  last();
  const auto his = watch_ready("control"), other = watch_ready("colleague");
  ASSERT_TRUE(his->hears("\"AL-1\""));
  const std::string cursor = "resume=log-1:" + std::to_string(no_) + ".999999";
  recuse("op-1", "P1");
  EXPECT_EQ(his->close_reason(), "closed 1012 what may be seen has changed");
  EXPECT_FALSE(other->closed());
  const auto again = watch_ready("control", cursor);
  EXPECT_TRUE(again->hears("\"anew\":true")) << "so that the page forgets what it has";
  expect_nothing(*again, "the page that comes again");
  EXPECT_TRUE(watch("colleague", cursor)->hears("\"resumed\""));
}

}  // namespace
}  // namespace haechi::live
