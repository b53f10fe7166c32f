// Dispatch: the response machine behind the built-in desk. Hand-offs in; calls for service, units, answers
// out.
//
// Pure, as monitor is. It learns of alarms only through the hand-off protocol, exactly as an outside CAD
// would.
#pragma once

#include <memory>
#include <vector>

#include "base/archived.h"
#include "law/entry.h"

namespace haechi::v1 {
class HandOffMessage;
}

namespace haechi::dispatch {

class Dispatch {
 public:
  Dispatch();
  ~Dispatch();
  Dispatch(Dispatch&&) noexcept;
  Dispatch& operator=(Dispatch&&) noexcept;

  // Applies one fact: agencies, units, unit reports, statuses, ticks. Answers for the monitoring side are
  // appended.
  void step(const law::Entry& entry, law::EffectSink& effects, std::vector<v1::HandOffMessage>& answers);

  // A hand-off message to an agency whose desk is built in. Others are not ours and change nothing.
  void receive(const v1::HandOffMessage& message, const law::Entry& entry, law::EffectSink& effects,
               std::vector<v1::HandOffMessage>& answers);

  // The state between two entries, and back.
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace haechi::dispatch
