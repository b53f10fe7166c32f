// Whatever telling her of an alert leans on fails, her phone is woken or an officer is paged.
#include <gmock/gmock.h>

#include "net/test_support.h"
#include "notify/test_sender.h"

namespace haechi::notify {
namespace {

using net::eventually;
using store::RecordsFault;
using Kind = Outcome::Kind;

struct Trouble {
  const char* name;
  RecordsFault records = RecordsFault::kNone;
  std::optional<Kind> carrier = {};  // what comes of every try
  int log_failures = 0;
  std::optional<Time> clock = {};
  bool is_woken = false;  // else an officer is paged
};

const std::vector<Trouble>& troubles() {
  static const std::vector<Trouble> all = {
      {.name = "all is well", .is_woken = true},
      {.name = "the records refuse", .records = RecordsFault::kRefuses},
      {.name = "the records or the key ring are damaged", .records = RecordsFault::kDamaged},
      {.name = "every key is gone", .records = RecordsFault::kGone},
      {.name = "the records hold garbage", .records = RecordsFault::kGarbage},
      {.name = "every gateway refuses", .carrier = Kind::kRefused},
      {.name = "every gateway fails", .carrier = Kind::kTryAgain},
      {.name = "what came of it is not known", .carrier = Kind::kUnknown},
      {.name = "the log is full at first", .carrier = Kind::kRefused, .log_failures = 20},
      {.name = "the clock is at its beginning", .clock = Time{0}, .is_woken = true},
      {.name = "the clock is far ahead", .clock = Time{int64_t{4'000'000'000} * 1'000'000}, .is_woken = true},
  };
  return all;
}

class HerDoorTest : public SenderTest, public testing::WithParamInterface<size_t> {};

TEST_P(HerDoorTest, IsOpen) {
  const Trouble& trouble = troubles()[GetParam()];
  SCOPED_TRACE(trouble.name);
  subscribe_her();
  make();
  records->fault = trouble.records;
  if (trouble.clock) clock.set(*trouble.clock);
  if (trouble.carrier)
    carried.behaviour = [kind = *trouble.carrier](size_t, const Parcel&) { return Outcome{kind, 500, "no"}; };
  submit.fail_next(trouble.log_failures);
  sender->start();
  auto notice = std::make_shared<v1::Effect>(), raised = std::make_shared<v1::Effect>();
  notice->set_id("e-1");
  notice->mutable_notify_protected()->set_protected_id("p-1");
  notice->mutable_notify_protected()->set_alert_id("a-1");
  raised->mutable_raise_alert()->set_id("a-1");
  raised->mutable_raise_alert()->set_incident_id("i-1");
  auto batch = std::make_shared<spine::Batch>();
  batch->entries.push_back({1, Time{1}, std::make_shared<v1::Fact>(), {raised, notice}});
  sender->on_batch(batch);
  if (trouble.is_woken) {
    EXPECT_TRUE(eventually([&] { return sender->counters().push.sent == 1; }));
    return;
  }
  ASSERT_TRUE(eventually([&] { return submit.contacts().size() == 1; }));
  EXPECT_EQ(submit.contacts()[0].unreached_alert_id(), "a-1");
}
INSTANTIATE_TEST_SUITE_P(Troubles, HerDoorTest, testing::Range(size_t{0}, troubles().size()));

}  // namespace
}  // namespace haechi::notify
