#include "picture/call_book.h"

#include <gtest/gtest.h>

namespace haechi::picture {
namespace {

v1::Call call(const std::string& id, v1::CallState state, const std::string& unit_id = "",
              v1::UnitStatus status = v1::UNIT_STATUS_ASSIGNED) {
  v1::Call made;
  made.set_id(id);
  made.set_incident_id("I1");
  made.set_state(state);
  if (unit_id.empty()) return made;
  made.add_assignments()->set_unit_id(unit_id);
  made.mutable_assignments(0)->set_status(status);
  return made;
}

v1::TrackAccess access(const std::string& unit_id, const std::string& call_id, const std::string& person_id,
                       v1::Target target = v1::TARGET_WEARER) {
  v1::TrackAccess made;
  made.set_unit_id(unit_id);
  made.set_call_id(call_id);
  made.set_person_id(person_id);
  made.set_target(target);
  return made;
}

TEST(CallBook, AUnitIsOnItsCallUntilItHasLeftItOrTheCallEnds) {
  EXPECT_TRUE(is_assigned(call("C1", v1::CALL_STATE_DISPATCHED, "U1"), "U1"));
  EXPECT_TRUE(is_assigned(call("C1", v1::CALL_STATE_ON_SCENE, "U1", v1::UNIT_STATUS_ON_SCENE), "U1"));
  EXPECT_FALSE(is_assigned(call("C1", v1::CALL_STATE_DISPATCHED, "U1"), "U2"));
  EXPECT_FALSE(is_assigned(call("C1", v1::CALL_STATE_DISPATCHED, "U1", v1::UNIT_STATUS_CLEARED), "U1"));
  EXPECT_FALSE(is_assigned(call("C1", v1::CALL_STATE_OPEN, "U1", v1::UNIT_STATUS_OUT_OF_SERVICE), "U1"));
  EXPECT_FALSE(is_assigned(call("C1", v1::CALL_STATE_CLOSED, "U1"), "U1"));
}

TEST(CallBook, KeepsEveryOpenCallAndTheNewestClosedOnes) {
  CallBook book;
  book.put_call(1, call("open", v1::CALL_STATE_OPEN));
  for (uint64_t i = 0; i < kClosedCallsMax; ++i)
    book.put_call(2 + i, call("C" + std::to_string(i), v1::CALL_STATE_CLOSED));
  ASSERT_NE(book.call("C0"), nullptr);
  book.put_call(9'000, call("C0", v1::CALL_STATE_CLOSED));  // told again, it is no younger
  book.put_call(9'001, call("last", v1::CALL_STATE_CLOSED));
  EXPECT_EQ(book.call("C0"), nullptr);
  EXPECT_NE(book.call("C1"), nullptr);
  EXPECT_NE(book.call("last"), nullptr);
  EXPECT_NE(book.call("open"), nullptr);
  EXPECT_EQ(book.calls().size(), kClosedCallsMax + 1);
}

TEST(CallBook, AnIncidentLeadsToItsOpenCallsOnly) {
  CallBook book;
  book.put_call(1, call("C1", v1::CALL_STATE_OPEN));
  book.put_call(2, call("C2", v1::CALL_STATE_OPEN));
  v1::Call other = call("C3", v1::CALL_STATE_OPEN);
  other.set_incident_id("I2");
  book.put_call(3, other);
  book.put_call(4, call("C2", v1::CALL_STATE_CLOSED));
  ASSERT_EQ(book.calls_of_incident("I1").size(), 1u);
  EXPECT_EQ(book.calls_of_incident("I1")[0]->id(), "C1");
  EXPECT_TRUE(book.calls_of_incident("I3").empty());
}

TEST(CallBook, OpenCallsAreFoundByWhomTheyAreAboutNow) {
  CallBook book;
  v1::Call first = call("C1", v1::CALL_STATE_DISPATCHED), second = call("C2", v1::CALL_STATE_DISPATCHED);
  first.set_wearer_id("W1");
  first.set_protected_id("P1");
  first.add_destinations()->set_person_id("P2");
  second.set_wearer_id("W1");
  book.put_call(1, first);
  book.put_call(2, second);
  using Ids = std::set<std::string>;
  EXPECT_EQ(book.open_calls_about("W1"), (Ids{"C1", "C2"}));
  EXPECT_EQ(book.open_calls_about("P1"), Ids{"C1"});
  EXPECT_EQ(book.open_calls_about("P2"), Ids{"C1"});
  EXPECT_EQ(book.open_calls_about(""), Ids{}) << "nobody";
  first.mutable_destinations(0)->set_person_id("P3");
  book.put_call(3, first);
  EXPECT_EQ(book.open_calls_about("P2"), Ids{}) << "it is about another now";
  EXPECT_EQ(book.open_calls_about("P3"), Ids{"C1"});
  first.set_state(v1::CALL_STATE_CLOSED);
  book.put_call(4, first);
  EXPECT_EQ(book.open_calls_about("W1"), Ids{"C2"});
  EXPECT_EQ(book.open_calls_about("P1"), Ids{});
}

TEST(CallBook, EachRightToFollowEndsWithItsOwnRevocation) {
  CallBook book;
  book.put_call(1, call("C1", v1::CALL_STATE_DISPATCHED, "U1"));
  book.grant(access("U1", "C1", "W1"));
  book.grant(access("U1", "C1", "P1", v1::TARGET_PROTECTED_PERSON));
  book.grant(access("U2", "C2", "W2"));
  EXPECT_EQ(book.accesses("U1").size(), 2u) << "not what the next unit may see";
  book.grant(access("U1", "C1", "W1", v1::TARGET_PROTECTED_PERSON));
  ASSERT_EQ(book.accesses("U1").size(), 2u) << "given again, it takes the place of the first";
  EXPECT_EQ(book.accesses("U1")[0]->target(), v1::TARGET_PROTECTED_PERSON);
  book.revoke(access("U3", "C1", "W1"));
  book.revoke(access("U1", "C1", "W1"));
  ASSERT_EQ(book.accesses("U1").size(), 1u);
  EXPECT_EQ(book.accesses("U1")[0]->person_id(), "P1");
  book.revoke(access("U1", "C1", "P1"));
  EXPECT_TRUE(book.accesses("U1").empty());
  EXPECT_EQ(book.accesses("U2").size(), 1u);
}

TEST(CallBook, AUnitThatLeavesItsCallFollowsNobodyOfIt) {
  CallBook book;
  book.put_call(1, call("C1", v1::CALL_STATE_DISPATCHED, "U1"));
  book.grant(access("U1", "C1", "W1"));
  book.put_call(2, call("C2", v1::CALL_STATE_CLOSED));
  EXPECT_EQ(book.accesses("U1").size(), 1u) << "another call ended";
  book.put_call(3, call("C1", v1::CALL_STATE_DISPATCHED, "U1", v1::UNIT_STATUS_CLEARED));
  EXPECT_TRUE(book.accesses("U1").empty());
}

TEST(CallBook, AViewIsThereUntilItIsClosed) {
  CallBook book;
  v1::View view;
  view.set_id("V1");
  book.put_view(view);
  EXPECT_NE(book.view("V1"), nullptr);
  EXPECT_EQ(book.view("V2"), nullptr);
  v1::ViewClosed closed;
  closed.set_view_id("V1");
  book.close_view(closed);
  EXPECT_EQ(book.view("V1"), nullptr);
  EXPECT_EQ(book.unit("U1"), nullptr) << "of a unit that nobody registered nothing is known";
}

}  // namespace
}  // namespace haechi::picture
