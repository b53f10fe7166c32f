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

}  // namespace
}  // namespace haechi::api
