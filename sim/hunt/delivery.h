// Delivery: many alerts, one agency that drops, delays, repeats and lies, and a house that is killed
// meanwhile. The question is one: has the agency read every alert, and does the log hold its signed receipt
// for each?
//
// Straps are cut and closed again, all day. No response of the agency says anything but that it was sent one:
// whatever it tells, receipts first, it posts, signed. While it lies it posts receipts under another's key,
// receipts for what it never read, and answers with pages of somebody else's.
#pragma once

#include <cstdint>

#include "hunt/disk.h"

namespace haechi::hunt {

struct DeliveryOptions {
  uint64_t seed = 1;
  uint64_t alerts = 100'000, wearers = 5'000;
  uint64_t snapshot_entries = 50'000;
  bool calm = false;  // nothing goes wrong but this:
  // At its n-th write, sync, or change of a name the process dies, and maybe the power goes as well.
  uint64_t die_at = 0;
  Death death = Death::kKilled;
};

struct Delivered {
  uint64_t wanted = 0;
  uint64_t alerts = 0;    // raised
  uint64_t read = 0;      // of them, by the agency
  uint64_t receipts = 0;  // of them, with its signed receipt in the log
  uint64_t letters = 0, lies = 0, starts = 0;
  bool died = false;     // there was an n-th call
  double hours = 0;      // simulated
  double drained_s = 0;  // after the last fault, until the last receipt was there
  bool whole() const { return alerts == wanted && read == alerts && receipts == alerts; }
};

// Once per process of the system's, as run_hunt.
Delivered run_delivery(const DeliveryOptions& options);

}  // namespace haechi::hunt
