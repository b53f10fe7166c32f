#include "node/retention.h"

#include <algorithm>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/erasure.pb.h"
#include "haechi/v1/fact.pb.h"
#include "law/calendar.h"
#include "law/pack.h"

namespace haechi::node {
namespace {

using State = RetentionJob::State;
using Tie = RetentionJob::Tie;

constexpr Duration kAskAgain = Duration::seconds(86'400);
constexpr Duration kLookEvery = Duration::seconds(6 * 3'600);
// The engine waits for this: a few milliseconds of it each second.
constexpr size_t kAtATick = 1'000;
constexpr int kAskedAtATick = 8;
constexpr Duration kShownAhead = Duration::seconds(366 * 86'400);
constexpr Duration kAnywhere = Duration::seconds(86'400);  // by which a day may end later than in UTC
constexpr const char* kObject = "person_record";
constexpr const char* kAccount = "retention";

const law::Retention& row_of(const std::string& country) {
  const law::Pack* pack = law::find_pack(country);
  return *law::find_retention(pack != nullptr ? *pack : law::kr(), kObject);
}

bool protects(const Tie& tie, const std::string& person_id) {
  return std::find(tie.protected_ids.begin(), tie.protected_ids.end(), person_id) != tie.protected_ids.end();
}

bool names(const Tie& tie, const std::string& person_id) {
  return tie.wearer_id == person_id || protects(tie, person_id);
}

void protect(Tie& tie, const std::string& person_id) {
  if (!protects(tie, person_id)) tie.protected_ids.push_back(person_id);
}

}  // namespace

void RetentionJob::Keeping::keep(Time end, const std::string& why, const std::string& country) {
  if (until.known() && end <= until) return;
  until = end;
  reason = why;
  of = country;
}

void RetentionJob::Keeping::keep_from(Time event, const std::string& country) {
  const law::Retention& row = row_of(country);
  keep(law::period_end(law::Calendar(), law::kKoreaMeasure, event, row.keep) + kAnywhere, "", country);
}

void RetentionJob::Keeping::add(const Tie& tie) {
  if (!tie.over_at.known())
    lives = true;
  else
    keep_from(tie.over_at, tie.country);
}

std::string RetentionJob::Keeping::why() const {
  return reason.empty() ? law::cited(row_of(of).source) : reason;
}

void RetentionJob::Kept::add(const Tie& tie, const std::string& person_id) {
  if (protects(tie, person_id)) protection.add(tie);
  named.add(tie);
}

RetentionJob::Keeping RetentionJob::Kept::whole() const {
  const bool has_duties = duties.until.known();
  Keeping out = has_duties ? duties : named;
  if (protection.until.known() && protection.until > out.until) out = protection;
  out.lives = protection.lives || (!has_duties && named.lives);
  return out;
}

RetentionJob::Keeping RetentionJob::kept(const std::string& person_id) const {
  Kept out;
  if (const auto since = state_.persons.find(person_id)) out.named.keep_from(*since, "");
  for (const auto& [id, due] : state_.due)
    if (const auto wearer = state_.wearers.find(due.measure_id);
        wearer != state_.wearers.end() && wearer->second == person_id)
      out.duties.keep(due.due_at, due.reason);
  if (!out.named.until.known() && !out.duties.until.known()) return {};  // there is nothing of the person
  for (const auto& [id, tie] : state_.ties)
    if (names(tie, person_id)) out.add(tie, person_id);
  return out.whole();
}

namespace {

void see_order(State& state, const v1::Order& order, Time at) {
  Tie& tie = state.ties["order/" + order.id()];
  tie.wearer_id = order.wearer_id();
  if (const law::Pack* pack = law::pack_of_kind(order.kind())) tie.country = pack->id;
  tie.over_at = Time{order.ends_at_us()};
  if (order.withdrawn() && (!tie.over_at.known() || at < tie.over_at)) tie.over_at = at;
  for (const v1::Condition& one : order.conditions())
    for (const std::string& id :
         {one.keep_away().protected_id(), one.exclusion().protected_id(), one.no_contact().person_id()})
      if (!id.empty()) protect(tie, id);
}

void see_case(State& state, const v1::Case& seen) {
  Tie& tie = state.ties["case/" + seen.id()];
  tie.wearer_id = seen.subject_id();
  tie.country = seen.country();
  tie.over_at = Time{seen.closed_at_us()};
  for (const std::string& id : seen.protected_ids()) protect(tie, id);
}

void see_measure(State& state, const v1::LegalMeasure& measure) {
  state.wearers[measure.id()] = measure.subject_id();
  Tie& tie = state.ties["measure/" + measure.id()];
  tie.wearer_id = measure.subject_id();
  tie.country = measure.country();
  tie.over_at = Time{measure.ended_at_us()};
  if (!measure.protected_id().empty()) protect(tie, measure.protected_id());
}

void see_duty(State& state, const v1::Duty& duty) {
  if (duty.done_at_us() != 0)
    state.due.erase(duty.id());
  else if (duty.due_at_us() != 0)
    state.due.try_emplace(duty.id(),
                          RetentionJob::Due{duty.measure_id(), Time{duty.due_at_us()}, duty.source()});
}

// What is over and names nobody of whom there is anything.
void forget_ties(State& state, Time at) {
  const auto there = [&state](const std::string& id) { return state.persons.contains(id); };
  std::erase_if(state.ties, [&](const auto& one) {
    const Tie& tie = one.second;
    return tie.over_at.known() && tie.over_at <= at && !there(tie.wearer_id) &&
           std::none_of(tie.protected_ids.begin(), tie.protected_ids.end(), there);
  });
}

void forget_person(State& state, const std::string& id, Time at) {
  if (state.persons.erase(id)) forget_ties(state, at);
}

void see_person(State& state, const v1::Person& person, Time at) {
  if (person.removed() || person.synthetic()) return forget_person(state, person.id(), at);
  if (!state.persons.contains(person.id())) state.persons.put(person.id(), at);
  state.erased.erase(person.id());
}

void see_device(State& state, const v1::Device& device) {
  if (device.retired() || device.person_id().empty())
    state.devices.erase(device.id());
  else
    state.devices.put(device.id(), {device.person_id(), device.kind()});
}

void see(State& state, const v1::Effect& effect, Time at) {
  if (effect.settle_erasure().erased()) {
    forget_person(state, effect.settle_erasure().person_id(), at);
    state.erased.insert(effect.settle_erasure().person_id());
  }
  if (!effect.has_case_effect()) return;
  const v1::CaseEffect& seen = effect.case_effect();
  if (seen.has_update_measure()) see_measure(state, seen.update_measure());
  if (seen.has_update_case()) see_case(state, seen.update_case());
  if (seen.has_activate_order()) see_order(state, seen.activate_order().order(), at);
  if (seen.has_end_order()) see_order(state, seen.end_order().order(), at);
  if (seen.has_forget_measure()) state.wearers.erase(seen.forget_measure().measure_id());
  if (seen.update_duty().task() == v1::CASE_TASK_DESTROY_DATA) see_duty(state, seen.update_duty());
}

void see(State& state, const spine::PublishedEntry& entry) {
  const v1::Fact& fact = *entry.fact;
  if (fact.has_order_registered()) see_order(state, fact.order_registered(), entry.stamped_at);
  if (fact.has_person_registered()) see_person(state, fact.person_registered(), entry.stamped_at);
  if (fact.has_device_registered()) see_device(state, fact.device_registered());
  for (const auto& effect : entry.effects) see(state, *effect, entry.stamped_at);
}

}  // namespace

void RetentionJob::settled(const v1::ErasureOutcome& outcome) {
  for (const auto& [duty_id, due] : state_.due) {
    const auto wearer = state_.wearers.find(due.measure_id);
    if (wearer == state_.wearers.end() || wearer->second != outcome.person_id()) continue;
    auto fact = std::make_unique<v1::Fact>();
    fact->mutable_case_fact()->set_by(kAccount);
    fact->mutable_case_fact()->mutable_duty_done()->set_duty_id(duty_id);
    fact->mutable_case_fact()->mutable_duty_done()->set_note_code("erased");
    submit_.submit(std::move(fact), {});
  }
  retire_devices();
}

void RetentionJob::retire_devices() {
  if (state_.erased.empty()) return;
  state_.devices.each_after("", [this](std::string_view id, const Held& held) {
    if (!state_.erased.contains(held.person_id)) return true;
    auto fact = std::make_unique<v1::Fact>();
    v1::Device& device = *fact->mutable_device_registered();
    device.set_id(std::string(id));
    device.set_kind(static_cast<v1::DeviceKind>(held.kind));
    device.set_person_id(held.person_id);
    device.set_retired(true);
    submit_.submit(std::move(fact), {});
    return true;
  });
}

// Looked at once more: what the pass saw may be minutes old.
void RetentionJob::ask(const std::string& person_id, Time now) {
  const auto again = ask_again_.find(person_id);
  if (again != ask_again_.end() && now < again->second) return;
  const Keeping keeping = kept(person_id);
  ask_again_[person_id] = now + (keeping.over(now) ? kAskAgain : kLookEvery);
  if (!keeping.over(now)) return;
  auto fact = std::make_unique<v1::Fact>();
  v1::PersonErased& erased = *fact->mutable_person_erased();
  erased.set_person_id(person_id);
  erased.set_by(kAccount);
  erased.set_reason(keeping.why());
  submit_.submit(std::move(fact), {});
}

// At the moment itself: of a measure that loses effect that is at once.
void RetentionJob::ask_for_duties(Time now) {
  std::set<std::string> due_now;
  for (const auto& [duty_id, due] : state_.due) {
    const auto wearer = state_.wearers.find(due.measure_id);
    if (due.due_at <= now && wearer != state_.wearers.end()) due_now.insert(wearer->second);
  }
  for (const std::string& person_id : due_now) ask(person_id, now);
}

// One look at everybody, some at each tick: first who is registered, then the duties, then what names them.
void RetentionJob::go_on(Time now) {
  if (!pass_) {
    if (now < next_look_) return;
    next_look_ = now + kLookEvery;
    retire_devices();
    std::erase_if(ask_again_, [now](const auto& asked) { return asked.second <= now; });
    pass_.emplace();
  }
  size_t left = kAtATick;
  state_.persons.each_after(std::string(pass_->person), [&](std::string_view id, Time since) {
    if (left == 0) return false;
    pass_->person = id;
    pass_->people[pass_->person].named.keep_from(since, "");
    --left;
    return true;
  });
  for (auto it = state_.due.upper_bound(pass_->duty); it != state_.due.end() && left > 0; ++it, --left) {
    pass_->duty = it->first;
    if (const auto wearer = state_.wearers.find(it->second.measure_id); wearer != state_.wearers.end())
      pass_->people[wearer->second].duties.keep(it->second.due_at, it->second.reason);
  }
  for (auto it = state_.ties.upper_bound(pass_->tie); it != state_.ties.end() && left > 0; ++it, --left) {
    pass_->tie = it->first;
    const auto add = [&](const std::string& person_id) {
      if (const auto found = pass_->people.find(person_id); found != pass_->people.end())
        found->second.add(it->second, person_id);
    };
    for (const std::string& person_id : it->second.protected_ids) add(person_id);
    if (!protects(it->second, it->second.wearer_id)) add(it->second.wearer_id);
  }
  if (left == 0) return;
  publish(now);
  pass_.reset();
}

void RetentionJob::publish(Time now) {
  std::vector<api::Ending> endings;
  for (const auto& [person_id, kept] : pass_->people) {
    const Keeping whole = kept.whole();
    if (whole.lives || whole.until > now + kShownAhead) continue;
    endings.push_back({whole.until, person_id, whole.why()});
    if (whole.over(now)) due_.insert(person_id);
  }
  std::sort(endings.begin(), endings.end(), [](const api::Ending& a, const api::Ending& b) {
    return a.due_at != b.due_at ? a.due_at < b.due_at : a.person_id < b.person_id;
  });
  const std::lock_guard lock(mutex_);
  endings_ = std::move(endings);
}

std::vector<api::Ending> RetentionJob::endings(Time before) const {
  const std::lock_guard lock(mutex_);
  const auto end = std::find_if(endings_.begin(), endings_.end(),
                                [before](const api::Ending& one) { return one.due_at > before; });
  return {endings_.begin(), end};
}

void RetentionJob::fold(State& state, const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) see(state, entry);
}

void RetentionJob::on_batch(const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    see(state_, entry);
    if (batch.replayed) continue;
    for (const auto& effect : entry.effects)
      if (effect->settle_erasure().erased()) settled(effect->settle_erasure());
    if (!entry.fact->has_clock_ticked()) continue;
    ask_for_duties(entry.stamped_at);
    go_on(entry.stamped_at);
    for (int asked = 0; asked < kAskedAtATick && !due_.empty(); ++asked)
      ask(due_.extract(due_.begin()).value(), entry.stamped_at);
  }
}

}  // namespace haechi::node
