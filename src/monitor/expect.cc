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

// About as many as each has at rest.
constexpr size_t kDeviceBytes = 128, kPersonBytes = 448, kRuleBytes = 128;

}  // namespace

void Machine::expect(const v1::Fact& fact) {
  ++expected_count_;
  Expected& added = expected_[expected_count_ % expected_.size()];
  added = {};
  added.known = fact.has_report_received();
  if (added.known) {
    added.mark = Names::mark_of(fact.report_received().report().device_id());
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
    if (to_device.device < devices_.size()) {
      devices_.fetch_place(to_device.device);
      device_ids_.fetch_begin(to_device.device);
    }
  }
  const Expected& to_what_it_is = earlier(2);
  if (to_what_it_is.device < devices_.size()) {
    devices_.fetch(to_what_it_is.device, kDeviceBytes);
    device_ids_.fetch_name(to_what_it_is.device);
  }
  Expected& to_person = earlier(3);
  if (to_person.device < devices_.size()) {
    to_person.person = holder_of(to_person.device);
    if (to_person.person < persons_.size()) persons_.fetch_place(to_person.person);
  }
  const Expected& to_who_it_is = earlier(4);
  if (to_who_it_is.person < persons_.size()) persons_.fetch(to_who_it_is.person, kPersonBytes);
  const auto pairs_of = [&](const Expected& one, auto each) {
    if (one.person >= persons_.size()) return;
    const Person& person = persons_[one.person];
    for (const FewIndexes* rules : {&person.rules, &person.rules_about})
      for (const uint32_t rule : *rules)
        if (between_two(kinds_[rule])) each(rule);
  };
  pairs_of(earlier(5), [this](uint32_t rule) {
    __builtin_prefetch(&fars_[rule]);
    rules_.fetch_place(rule);
  });
  // Of pairs that are not far apart, all that is measured.
  pairs_of(earlier(6), [this](uint32_t rule) {
    if (fars_[rule])
      __builtin_prefetch(&*fars_[rule]);
    else
      rules_.fetch(rule, kRuleBytes);
  });
  pairs_of(earlier(7), [&](uint32_t index) {
    if (fars_[index]) return;
    const Rule& rule = rules_[index];
    for (const uint32_t person : {rule.wearer, rule.about}) persons_.fetch_place(person);
  });
}

// What falls due soon is of people who have not just reported: first the device, then who wears it.
void Machine::expect_due() const {
  const auto at = [&](size_t places, auto device, auto person) {
    const std::optional<Deadline> one = deadlines_.after_next(places);
    if (one && one->kind == Deadline::Kind::kSilence) device(static_cast<uint32_t>(one->subject));
    if (one && one->kind == Deadline::Kind::kStale) person(static_cast<uint32_t>(one->subject));
  };
  // As much of each as a glance takes.
  const auto to_place = [&](uint32_t person) {
    if (person < persons_.size()) persons_.fetch_place(person);
  };
  const auto to_person = [&](uint32_t person) {
    if (person < persons_.size()) persons_.fetch(person, 1);
  };
  at(
      20, [&](uint32_t device) { devices_.fetch_place(device); }, to_place);
  at(
      16, [&](uint32_t device) { devices_.fetch(device, 1); }, to_person);
  at(
      12, [&](uint32_t device) { to_place(holder_of(device)); }, [](uint32_t) {});
  at(
      8, [&](uint32_t device) { to_person(holder_of(device)); }, [](uint32_t) {});
}

uint32_t Machine::holder_of(uint32_t device) const {
  const auto seen = devices_.glance(device);
  return seen ? seen->person : devices_[device].person;
}

}  // namespace haechi::monitor
