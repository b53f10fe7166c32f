// Step: one entry being applied by the monitoring machine, and what of its fact all parts must know.
#pragma once

#include "base/time.h"
#include "law/entry.h"
#include "monitor/witness.h"

namespace haechi::monitor {

struct Step {
  const law::Entry& entry;
  law::EffectSink& effects;
  Time now;                  // the entry's stamp
  Time received;             // when the report of this entry reached us; not known for any other fact
  bool clock_ahead = false;  // the report's fix was dated in the future
  bool silent = false;       // the phone of this SOS must not ring, light up or be called back
  bool duress = false;       // and she was forced to open the app
  Witness* witness = nullptr;
};

}  // namespace haechi::monitor
