#include "monitor/monitor.h"

#include "monitor/archived.h"
#include "monitor/machine.h"

namespace haechi::monitor {

struct Monitor::State {
  Machine machine;
  Witness* witness = nullptr;
};

Monitor::Monitor() : state_(std::make_unique<State>()) {}
Monitor::~Monitor() = default;

void Monitor::step(const law::Entry& entry, law::EffectSink& effects) {
  Step step{entry, effects, entry.stamped_at, Time{}};
  step.witness = state_->witness;
  state_->machine.apply(entry.fact, step);
}

void Monitor::receive_answer(const v1::HandOffMessage& message, const law::Entry& entry,
                             law::EffectSink& effects) {
  Step step{entry, effects, entry.stamped_at, Time{}};
  step.witness = state_->witness;
  state_->machine.answer(message, false, step);
}

void Monitor::agree_to_view(const std::string& protected_id, bool agreed, const law::Entry& entry,
                            law::EffectSink& effects) {
  Step step{entry, effects, entry.stamped_at, Time{}};
  step.witness = state_->witness;
  state_->machine.agree_to_view(protected_id, agreed, step);
}

void Monitor::expect(const v1::Fact& fact) {
  state_->machine.expect(fact);
}

void Monitor::set_witness(Witness* witness) {
  state_->witness = witness;
}

void Monitor::save(Writer& out) const {
  write(out, state_->machine);
}

void Monitor::load(Reader& in) {
  state_->machine = Machine();
  read(in, state_->machine);
}

}  // namespace haechi::monitor
