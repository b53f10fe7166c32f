// Monitor: the monitoring machine. Reports and orders in; alerts, incidents, views and hand-offs out.
//
// Pure: the same entries give the same state and the same effects, in every run of the same binary.
#pragma once

#include <memory>
#include <string>

#include "base/archived.h"
#include "law/entry.h"

namespace haechi::v1 {
class Fact;
class HandOffMessage;
}  // namespace haechi::v1

namespace haechi::monitor {

class Witness;

class Monitor {
 public:
  Monitor();
  ~Monitor();

  // Applies one fact. Total: every fact that decodes has a defined outcome; facts of the other machine are
  // ignored.
  void step(const law::Entry& entry, law::EffectSink& effects);

  // An answer of the built-in dispatch desk, within the entry that caused it. Answers of outside CADs arrive
  // as HandOffAnswered facts through step().
  void receive_answer(const v1::HandOffMessage& message, const law::Entry& entry, law::EffectSink& effects);

  // From now on this protected person may be shown what her orders grant her, or no longer: she was told of
  // the penalty and agreed, or took it back. Until she is named here she may not.
  void agree_to_view(const std::string& protected_id, bool agreed, const law::Entry& entry,
                     law::EffectSink& effects);

  // A fact that will be applied after at most sixteen others: fetches what it needs, and changes nothing.
  void expect(const v1::Fact& fact);

  // Told of the arithmetic of every step from now on; null: nobody. Must outlive its use.
  void set_witness(Witness* witness);

  // The state between two entries, and back.
  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace haechi::monitor
