#include "node/erasing.h"

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "vault/sealer.h"

namespace haechi::node {
namespace {

Status erase(const v1::ErasureOutcome& outcome, uint64_t no, vault::KeyRing& ring, store::Records& records) {
  const std::string owner = vault::person_owner(outcome.person_id());
  // The key goes last: while it is there, a replay knows that this is not finished.
  if (ring.has_older(owner, no)) {
    TRY(const bool forgotten, records.remove_person(outcome.person_id()));
    (void)forgotten;
  }
  for (const std::string& zone_id : outcome.zone_ids())
    TRY_STATUS(ring.destroy(vault::zone_owner(zone_id), no));
  return ring.destroy(owner, no);
}

void see(RetentionJob::State& state, const v1::Effect& effect) {
  if (!effect.has_case_effect()) return;
  if (effect.case_effect().has_update_measure()) {
    const v1::LegalMeasure& measure = effect.case_effect().update_measure();
    state.wearers[measure.id()] = measure.subject_id();
  } else if (effect.case_effect().has_forget_measure()) {
    state.wearers.erase(effect.case_effect().forget_measure().measure_id());
  } else if (effect.case_effect().update_duty().task() == v1::CASE_TASK_DESTROY_DATA) {
    const v1::Duty& duty = effect.case_effect().update_duty();
    if (duty.done_at_us() != 0)
      state.due.erase(duty.id());
    else if (duty.due_at_us() != 0)
      state.due.try_emplace(duty.id(),
                            RetentionJob::Due{duty.measure_id(), Time{duty.due_at_us()}, duty.source()});
  }
}

}  // namespace

vault::RingPlace ring_place(const Config& config) {
  vault::RingPlace place = vault::place_beside(config.data);
  if (!config.key_ring.empty()) place.path = config.key_ring;
  if (!config.master_key.empty()) place.master_file = config.master_key;
  return place;
}

Status erase_settled(const spine::Batch& batch, vault::KeyRing& ring, store::Records& records) {
  Status first;
  for (const spine::PublishedEntry& entry : batch.entries) {
    for (const auto& effect : entry.effects) {
      if (!effect->settle_erasure().erased()) continue;
      const Status done = erase(effect->settle_erasure(), entry.no, ring, records);
      if (first.ok() && !done.ok()) first = done;
    }
  }
  return first;
}

void RetentionJob::settled(const v1::ErasureOutcome& outcome) {
  for (const auto& [duty_id, due] : state_.due) {
    const auto wearer = state_.wearers.find(due.measure_id);
    if (!outcome.erased() || wearer == state_.wearers.end() || wearer->second != outcome.person_id())
      continue;
    auto fact = std::make_unique<v1::Fact>();
    fact->mutable_case_fact()->set_by("retention");
    fact->mutable_case_fact()->mutable_duty_done()->set_duty_id(duty_id);
    fact->mutable_case_fact()->mutable_duty_done()->set_note_code("erased");
    submit_.submit(std::move(fact), {});
  }
}

bool RetentionJob::all_due(const std::string& person_id, Time now) const {
  for (const auto& [duty_id, due] : state_.due) {
    const auto wearer = state_.wearers.find(due.measure_id);
    if (wearer != state_.wearers.end() && wearer->second == person_id && due.due_at > now) return false;
  }
  return true;
}

void RetentionJob::ask(const std::string& duty_id, const Due& due, Time now) {
  ask_again_[duty_id] = now + kAskAgain;
  const auto wearer = state_.wearers.find(due.measure_id);
  if (wearer == state_.wearers.end() || !all_due(wearer->second, now)) return;
  // Once for all that is due of the person.
  for (const auto& [other_id, other] : state_.due) {
    const auto of_other = state_.wearers.find(other.measure_id);
    if (of_other != state_.wearers.end() && of_other->second == wearer->second)
      ask_again_[other_id] = now + kAskAgain;
  }
  auto fact = std::make_unique<v1::Fact>();
  v1::PersonErased& erased = *fact->mutable_person_erased();
  erased.set_person_id(wearer->second);
  erased.set_by("retention");
  erased.set_reason(due.reason);
  submit_.submit(std::move(fact), {});
}

void RetentionJob::fold(State& state, const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries)
    for (const auto& effect : entry.effects) see(state, *effect);
}

void RetentionJob::on_batch(const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    for (const auto& effect : entry.effects) {
      if (effect->has_settle_erasure()) settled(effect->settle_erasure());
      see(state_, *effect);
    }
    if (batch.replayed || !entry.fact->has_clock_ticked()) continue;
    std::erase_if(ask_again_, [this](const auto& asked) { return !state_.due.contains(asked.first); });
    for (const auto& [duty_id, due] : state_.due) {
      const auto again = ask_again_.find(duty_id);
      const Time ask_at = again == ask_again_.end() ? due.due_at : again->second;
      if (ask_at <= entry.stamped_at) ask(duty_id, due, entry.stamped_at);
    }
  }
}

}  // namespace haechi::node
