// Whatever the connector leans on fails, an alarm reaches its agency.
#include <gmock/gmock.h>

#include "link/cad_testing.h"

namespace haechi::link {
namespace {

// What fails, and how the agency behaves meanwhile.
struct Trouble {
  const char* name;
  std::function<void(FakeSubmit&)> log = [](FakeSubmit&) {};
  int directory_failures = 0;
  FakeCad::Behaviour cad = take_all;
  std::optional<Time> clock = {};
};

std::function<void(FakeSubmit&)> refuses(Code code) {
  return [code](FakeSubmit& submit) { submit.fail_next(INT_MAX, code); };
}
FakeCad::Behaviour at_first(net::Response response) {
  return [response](size_t index, const net::Request&, const net::Respond& respond) {
    respond(index < 3 ? response : status(200));
  };
}

std::vector<Trouble> troubles() {
  return {
      {.name = "the log is full", .log = refuses(Code::kExhausted)},
      {.name = "the log refuses", .log = refuses(Code::kUnavailable)},
      {.name = "whether it was logged is not known", .log = refuses(Code::kUnknownOutcome)},
      {.name = "the log is damaged", .log = refuses(Code::kCorrupt)},
      {.name = "the log hangs", .log = [](FakeSubmit& submit) { submit.fall_silent(); }},
      {.name = "the records cannot be read at first", .directory_failures = 3},
      {.name = "the agency fails", .cad = at_first(status(500))},
      {.name = "the agency refuses", .cad = at_first(status(403))},
      {.name = "the agency is a login page", .cad = at_first({200, "text/html", "<html>", {}})},
      {.name = "the agency says what it may not",
       .cad = at_first({200, "application/json", "[" + to_json(alarm_new("H-9")) + "]", {}})},
      {.name = "the clock is at its beginning", .clock = Time{0}},
      {.name = "the clock is far ahead", .clock = Time{int64_t{4'000'000'000} * 1'000'000}},
  };
}

class AlarmDoorTest : public CadConnectorTest, public testing::WithParamInterface<size_t> {};

TEST_P(AlarmDoorTest, IsOpen) {
  const Trouble trouble = troubles().at(GetParam());
  SCOPED_TRACE(trouble.name);
  FakeCad cad(trouble.cad);
  const ManualClock clock(trouble.clock.value_or(Time{}));
  if (trouble.clock) clock_ = &clock;
  trouble.log(submit_);
  directory_failures_ = trouble.directory_failures;
  Message alarm = alarm_new("H-1");
  for (const char* person : {"W-1", "P-1"}) {
    v1::Destination& to = *alarm.mutable_alarm_new()->add_destinations();
    to.set_person_id(person);
    to.mutable_place()->set_lat_e7(370'000'000);
  }
  start({{"police", cad.url(), kKey}});
  publish({sending(alarm)});
  ASSERT_TRUE(eventually([&] { return connector_->counters().delivered == 1; }));
  const net::Request request = cad.requests().back();
  const auto read = read_messages(request.body);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->at(0).SerializeAsString(), alarm.SerializeAsString());
  EXPECT_TRUE(check_signature(kKey, request, clock_->now()).ok());
  EXPECT_TRUE(eventually([&] { return connector_->counters().waiting == 0; }));
}
INSTANTIATE_TEST_SUITE_P(Troubles, AlarmDoorTest, testing::Range(size_t{0}, troubles().size()));

}  // namespace
}  // namespace haechi::link
