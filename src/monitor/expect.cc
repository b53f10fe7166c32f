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

// Into the second cache: so many at once would push each other out of the first.
void fetch(const void* from, const void* until) {
  const auto before = reinterpret_cast<uintptr_t>(from) % kLine;
  for (auto at = static_cast<const char*>(from) - before; at < static_cast<const char*>(until); at += kLine)
    __builtin_prefetch(at, 0, 2);
}
template <typename T>
void fetch(const T& object) {
  fetch(&object, &object + 1);
}

// Whether anyone watches him, and when he was last placed.
void fetch_watch(const Person& person) {
  __builtin_prefetch(&person.track, 0, 2);
  __builtin_prefetch(&person.live_orders, 0, 2);
  __builtin_prefetch(&person.rules_about, 0, 2);
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
    if (to_person.person < persons_.size())
      fetch(&persons_[to_person.person], &persons_[to_person.person].orders);
  }
  const Expected& to_rest = earlier(3);
  if (to_rest.person < persons_.size()) persons_[to_rest.person].track.fetch();
  const auto pairs_of = [&](const Expected& one, auto each) {
    if (one.person >= persons_.size()) return;
    for (const FewIndexes* rules : {&persons_[one.person].rules, &persons_[one.person].rules_about})
      for (const uint32_t rule : *rules)
        if (between_two(kinds_[rule])) each(rule);
  };
  pairs_of(to_rest, [this](uint32_t rule) { __builtin_prefetch(&fars_[rule]); });
  // Of pairs that are not far apart, all that is measured.
  pairs_of(earlier(4), [this](uint32_t rule) {
    if (fars_[rule].safe_mm <= 0) fetch(rules_[rule]);
  });
  const Expected& to_other = earlier(5);
  pairs_of(to_other, [&](uint32_t index) {
    if (fars_[index].safe_mm > 0) return;
    const Rule& rule = rules_[index];
    const uint32_t other = rule.wearer == to_other.person ? rule.about : rule.wearer;
    fetch(rule.tiers.data(), rule.tiers.data() + rule.tiers.size());
    fetch(static_cast<const Trail*>(&persons_[other]), static_cast<const Trail*>(&persons_[other]) + 1);
  });
}

// What falls due soon is of people who have not just reported: first the device, then who wears it.
void Machine::expect_due() const {
  constexpr size_t kSoon = 8, kSooner = 4;
  if (const std::optional<Deadline> one = deadlines_.after_next(kSoon)) {
    if (one->kind == Deadline::Kind::kSilence)
      fetch(&devices_[one->subject], &devices_[one->subject].plausibility);
    if (one->kind == Deadline::Kind::kStale) fetch_watch(persons_[one->subject]);
  }
  if (const std::optional<Deadline> one = deadlines_.after_next(kSooner)) {
    if (one->kind != Deadline::Kind::kSilence) return;
    const uint32_t person = devices_[one->subject].person;
    if (person < persons_.size()) fetch_watch(persons_[person]);
  }
}

}  // namespace haechi::monitor
