#include "dispatch/dispatch.h"

#include "base/archive.h"
#include "dispatch/desk.h"
#include "haechi/v1/fact.pb.h"

namespace haechi::dispatch {

struct Dispatch::State {
  Desk desk;
};

Dispatch::Dispatch() : state_(std::make_unique<State>()) {}
Dispatch::~Dispatch() = default;
Dispatch::Dispatch(Dispatch&&) noexcept = default;
Dispatch& Dispatch::operator=(Dispatch&&) noexcept = default;

void Dispatch::step(const law::Entry& entry, law::EffectSink& effects,
                    std::vector<v1::HandOffMessage>& answers) {
  Desk& desk = state_->desk;
  // Nearly every fact is a report, and nearly none of those is a unit's.
  if (entry.fact.has_report_received()) return desk.moved(entry.fact.report_received(), entry.stamped_at);
  Turn turn{entry.stamped_at, effects, answers, {}, {}, {}, false};
  switch (entry.fact.kind_case()) {
    case v1::Fact::kClockTicked:
      desk.tick(turn);
      break;
    case v1::Fact::kAgencyRegistered:
      desk.put_agency(entry.fact.agency_registered(), turn);
      break;
    case v1::Fact::kUnitRegistered:
      desk.put_unit(entry.fact.unit_registered(), turn);
      break;
    case v1::Fact::kDeviceRegistered:
      desk.put_device(entry.fact.device_registered());
      break;
    case v1::Fact::kUnitStatusChanged:
      desk.unit_status_changed(entry.fact.unit_status_changed(), turn);
      break;
    case v1::Fact::kUnitAssignedByHand:
      desk.assigned_by_hand(entry.fact.unit_assigned_by_hand(), turn);
      break;
    case v1::Fact::kCallClosedByHand:
      desk.closed_by_hand(entry.fact.call_closed_by_hand(), turn);
      break;
    case v1::Fact::kEntryQuarantined:
      desk.tell_of_quarantine(entry.fact.entry_quarantined(), turn);
      break;
    default:
      return;
  }
  desk.settle(turn);
}

void Dispatch::receive(const v1::HandOffMessage& message, const law::Entry& entry, law::EffectSink& effects,
                       std::vector<v1::HandOffMessage>& answers) {
  Turn turn{entry.stamped_at, effects, answers, {}, {}, {}, false};
  state_->desk.receive(message, turn);
  state_->desk.settle(turn);
}

void Dispatch::save(Writer& out) const {
  write(out, state_->desk);
}

void Dispatch::load(Reader& in) {
  read(in, state_->desk);
}

}  // namespace haechi::dispatch
