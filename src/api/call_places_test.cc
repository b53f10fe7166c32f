// A unit sees where he is from when it is sent to him until the call is closed, and in no other way.
#include "api/test_world.h"

namespace haechi::api {
namespace {

using trust::Role;

constexpr const char* kHis = "371234567";

class CallPlaces : public ::testing::Test {
 protected:
  void tell(const v1::Effect& effect) {
    v1::Fact tick;
    tick.mutable_clock_ticked();
    world_.on_loop([&] { world_.submit.add(tick, {std::make_shared<const v1::Effect>(effect)}); });
  }
  v1::Call call() {
    v1::Call out;
    world_.on_loop([&] { out = *world_.picture.calls().call("C-1"); });
    return out;
  }
  // Of all ways in which a unit may ask for him, how many answer, and how many are refused.
  std::pair<int, int> answered_and_refused() {
    int answered = 0, refused = 0;
    for (const char* path : {"/api/v1/positions/W-1", "/api/v1/tracks/W-1", "/api/v1/calls/C-1"}) {
      const net::Response answer = world_.ask(Role::kUnit, "GET", path);
      answered += answer.status == 200 && answer.body.find(kHis) != std::string::npos;
      refused += answer.status == 403 && answer.body.find("37123") == std::string::npos;
    }
    return {answered, refused};
  }
  TestWorld world_;
};

TEST_F(CallPlaces, OfHimAreToldToTheUnitThatWasSentAndToNobodyOnceTheCallIsClosed) {
  EXPECT_EQ(answered_and_refused(), std::pair(3, 0));
  v1::Effect closed;
  *closed.mutable_close_call() = call();
  closed.mutable_close_call()->set_state(v1::CALL_STATE_CLOSED);
  tell(closed);
  EXPECT_EQ(answered_and_refused(), std::pair(0, 3));
}

TEST_F(CallPlaces, OfHimAreNotToldToAUnitThatIsSentElsewhere) {
  v1::Effect moved;
  *moved.mutable_update_call() = call();
  moved.mutable_update_call()->mutable_assignments(0)->set_unit_id("U-2");
  tell(moved);
  v1::Effect revoked;
  revoked.mutable_revoke_track()->set_unit_id("U-1");
  revoked.mutable_revoke_track()->set_call_id("C-1");
  revoked.mutable_revoke_track()->set_person_id("W-1");
  tell(revoked);
  EXPECT_EQ(answered_and_refused(), std::pair(0, 3));
}

TEST_F(CallPlaces, StandInATableOfTheUnitWhileItsCallIsOpenAndNoLonger) {
  const auto table = [this](const std::string& id) {
    return world_.ask(Role::kUnit, "POST", "/api/v1/positions/table",
                      R"({"person_ids":[")" + id + R"("],"why":"hand-over"})");
  };
  EXPECT_EQ(table("W-1").status, 200);
  EXPECT_EQ(table("U-1").status, 200) << "itself";
  v1::Effect closed;
  *closed.mutable_close_call() = call();
  closed.mutable_close_call()->set_state(v1::CALL_STATE_CLOSED);
  tell(closed);
  const net::Response his = table("W-1"), nobodys = table("W-99");
  EXPECT_EQ(his.status, 403);
  EXPECT_EQ(nobodys.status, 403);
  EXPECT_EQ(his.body, nobodys.body) << "which ids there are is not told";
}

// The picture keeps twenty minutes of everybody.
TEST_F(CallPlaces, GoBackAQuarterOfAnHourBeforeTheCallAndNoFurther) {
  constexpr Time kOpened{1'700'010'000'000'000};
  for (int minute = -20; minute <= 0; ++minute) {
    v1::Fact fact;
    v1::ReportReceived& received = *fact.mutable_report_received();
    received.mutable_report()->set_device_id("D-1");
    received.mutable_report()->mutable_fix()->mutable_place()->set_lat_e7(371'234'567);
    received.mutable_report()->mutable_fix()->set_fixed_at_us((kOpened + Duration::seconds(60 * minute)).us);
    world_.on_loop([&] { world_.submit.add(fact, {}); });
  }
  v1::Effect opened;
  *opened.mutable_update_call() = call();
  opened.mutable_update_call()->set_opened_at_us(kOpened.us);
  tell(opened);
  for (const Role role : {Role::kUnit, Role::kDispatch, Role::kControl}) {
    v1::Track track;
    ASSERT_TRUE(read_json(world_.ask(role, "GET", "/api/v1/tracks/W-1").body, track).ok());
    const int minutes = role == Role::kControl ? 20 : 15;
    ASSERT_GT(track.points_size(), 10);
    EXPECT_EQ(track.points(0).fixed_at_us(), (kOpened - Duration::seconds(60 * minutes)).us)
        << trust::role_name(role);
  }
}

}  // namespace
}  // namespace haechi::api
