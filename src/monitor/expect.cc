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

template <typename T>
void fetch(const T* object) {
  const char* bytes = reinterpret_cast<const char*>(object);
  for (size_t at = 0; at < sizeof(T); at += kLine) __builtin_prefetch(bytes + at);
  __builtin_prefetch(bytes + sizeof(T) - 1);
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
  constexpr size_t kApart = 3;
  const auto earlier = [&](size_t steps) -> Expected& {
    return expected_[(expected_count_ - steps * kApart) % expected_.size()];
  };
  Expected& to_device = earlier(1);
  if (to_device.known) {
    to_device.device = device_ids_.guess(to_device.mark);
    if (to_device.device < devices_.size()) fetch(&devices_[to_device.device]);
  }
  Expected& to_person = earlier(2);
  if (to_person.device < devices_.size()) {
    to_person.person = devices_[to_person.device].person;
    device_ids_.fetch_name(to_person.device);
    if (to_person.person < persons_.size()) fetch(&persons_[to_person.person]);
  }
  const Expected& to_lists = earlier(3);
  if (to_lists.person < persons_.size()) {
    const Person& person = persons_[to_lists.person];
    person.track.fetch();
    for (const auto* list : {&person.devices, &person.rules, &person.rules_about})
      if (!list->empty()) __builtin_prefetch(list->data());
  }
  // The far pair of a rule asks about the other one.
  const auto rules_of = [&](const Expected& one, auto each) {
    if (one.person >= persons_.size()) return;
    const Person& person = persons_[one.person];
    for (const auto* list : {&person.rules, &person.rules_about})
      for (size_t i = 0; i < std::min<size_t>(list->size(), 2); ++i) each(rules_[(*list)[i]]);
  };
  rules_of(earlier(4), [](const Rule& rule) { fetch(&rule); });
  const Expected& to_other = earlier(5);
  rules_of(to_other, [&](const Rule& rule) {
    const uint32_t other = rule.wearer == to_other.person ? rule.about : rule.wearer;
    if (other < persons_.size()) __builtin_prefetch(&persons_[other].asides);
  });
}

void Machine::expect_due(Deadline::Kind kind, uint64_t subject) const {
  if (kind == Deadline::Kind::kSilence) fetch(&devices_[subject]);
  if (kind == Deadline::Kind::kStale) fetch(&persons_[subject].track);
}

}  // namespace haechi::monitor
