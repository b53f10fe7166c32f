// What is about to be needed is fetched while other reports are judged. In a large world nothing of a person
// is in any cache when he reports, and every step from the device's name to his rules waits for memory anew;
// taken one step per report, ahead of time, nobody waits.
//
// Nothing is decided here: a guess may be wrong, and costs no more than the time it would have saved.
#include <algorithm>

#include "haechi/v1/device.pb.h"
#include "monitor/machine.h"

namespace haechi::monitor {
namespace {

constexpr size_t kLine = 64;

// The head of an object: what everyone asks of it.
template <typename T>
void fetch_first(const T& object) {
  const char* bytes = reinterpret_cast<const char*>(&object);
  for (size_t at = 0; at < std::min<size_t>(sizeof(T), 2 * kLine); at += kLine)
    __builtin_prefetch(bytes + at, 0, 2);
}

// Whether anyone watches him, and when he was last placed.
void fetch_watch(const Person& person) {
  __builtin_prefetch(&person.track, 0, 2);
  __builtin_prefetch(&person.live_orders, 0, 2);
  __builtin_prefetch(&person.rules_about, 0, 2);
}

// What a report touches of it.
void fetch(const Device& device) {
  const char* bytes = reinterpret_cast<const char*>(&device);
  for (size_t at = 0; at < sizeof(Device); at += kLine) __builtin_prefetch(bytes + at, 0, 2);
}

void fetch(const Person& person) {
  const char* bytes = reinterpret_cast<const char*>(&person);
  const char* end = reinterpret_cast<const char*>(&person.orders);
  for (; bytes < end; bytes += kLine) __builtin_prefetch(bytes, 0, 2);
}

}  // namespace

void Machine::expect(const v1::Fact& fact) {
  ++expected_count_;
  Expected& added = expected_[expected_count_ % expected_.size()];
  added = {};
  added.known = fact.has_report_received();
  if (added.known) {
    added.mark = Interner::mark_of(fact.report_received().report().device_id());
    device_ids_.fetch_slot(added.mark);
  }
  // Each takes its next step when this many more have been announced.
  constexpr size_t kApart = 4;
  const auto earlier = [&](size_t steps) -> Expected& {
    return expected_[(expected_count_ - steps * kApart) % expected_.size()];
  };
  Expected& to_device = earlier(1);
  if (to_device.known) {
    to_device.device = device_ids_.guess(to_device.mark);
    if (to_device.device < devices_.size()) fetch(devices_[to_device.device]);
  }
  Expected& to_person = earlier(2);
  if (to_person.device < devices_.size()) {
    to_person.person = devices_[to_person.device].person;
    device_ids_.fetch_name(to_person.device);
    if (to_person.person < persons_.size()) fetch(persons_[to_person.person]);
  }
  const Expected& to_rest = earlier(3);
  if (to_rest.person >= persons_.size()) return;
  const Person& person = persons_[to_rest.person];
  person.track.fetch();
  for (const IndexList* rules : {&person.rules, &person.rules_about})
    for (const uint32_t rule : *rules)
      if (between_two(kinds_[rule])) __builtin_prefetch(&fars_[rule]);
}

// What falls due soon is of people who have not just reported: first the device, then who wears it.
void Machine::expect_due() const {
  constexpr size_t kSoon = 8, kSooner = 4;
  if (const std::optional<Deadline> one = deadlines_.after_next(kSoon)) {
    if (one->kind == Deadline::Kind::kSilence) fetch_first(devices_[one->subject]);
    if (one->kind == Deadline::Kind::kStale) fetch_watch(persons_[one->subject]);
  }
  if (const std::optional<Deadline> one = deadlines_.after_next(kSooner)) {
    if (one->kind != Deadline::Kind::kSilence) return;
    const uint32_t person = devices_[one->subject].person;
    if (person < persons_.size()) fetch_watch(persons_[person]);
  }
}

}  // namespace haechi::monitor
