// Sender: carries notifications out as the legal machine queues them, and tells the log what became of each.
//
// Beside that it wakes a protected person's phone when an alert concerns her (wake_ups.h).
//
// Invariants:
//   1. Nothing leaves before the entry that queued it is durable. What is to be sent is known from the log
//   alone: a
//      start folds the replayed batches and goes on with what is still queued.
//   2. On every channel a notification goes out once, unless its outcome is unknown: no complete answer came,
//   or the
//      process ended before the answer was durable. Then it goes out again as the same bytes under the same
//      id (idempotency-key, Message-ID, Topic), so that the other side can know it again.
//   3. What came of it is a fact: sent, or failed with a code. The machine then waits, or names the next
//   channel.
//   4. One channel's trouble does not delay another. Beyond `waiting_max` a notification is dropped and
//   counted: the
//      machine goes to the next channel when its time has run out.
//   5. While a person calls silently nothing is sent to her: her phone must not ring or light up.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "base/time.h"
#include "net/http.h"
#include "net/loop.h"
#include "notify/carrier.h"
#include "notify/letters.h"
#include "spine/snapshot_part.h"
#include "spine/submit.h"

namespace haechi::notify {

struct SenderOptions {
  size_t in_flight_max = 8;  // per channel
  size_t waiting_max = 100'000;
  Duration retry_first = Duration::seconds(1);  // doubles
  Duration retry_max = Duration::seconds(60);
  uint32_t tries_max = 6;                // on one channel
  bool wakes_phones = true;              // a channel that ends at a phone is configured
  std::string sms_secret, voice_secret;  // of the gateways: sign receipts; empty: none are taken
};

struct ChannelCounters {
  uint64_t sent = 0;          // taken by the other side
  uint64_t failed = 0;        // given up on this channel
  uint64_t failed_tries = 0;  // of all tries
  uint64_t unknown = 0;       // of the failed tries: nobody knows
  uint64_t waiting = 0;       // now
};

struct SenderCounters {
  ChannelCounters push, sms, email, voice;
  uint64_t receipts = 0, receipts_refused = 0, dropped = 0;
  uint64_t unseen = 0;  // wake-ups after which she was not shown the alert, whatever was tried
};

class Sender {
 public:
  // All but the options outlive it, the carrier excepted: it ends first. Destroy it on the loop or after the
  // loop has stopped.
  Sender(net::Loop& loop, spine::Submit& submit, Letters& letters, const Clock& clock,
         std::unique_ptr<Carrier> carrier, SenderOptions options);
  ~Sender();
  Sender(const Sender&) = delete;
  Sender& operator=(const Sender&) = delete;

  // Every batch of the spine, on its thread.
  void on_batch(std::shared_ptr<const spine::Batch> batch);
  // What it keeps in snapshots: what is still to be sent.
  spine::SnapshotPart part();
  // Any thread, once, after the replay.
  void start();
  // POST /notify/v1/receipts of the gateways of text messages and of calls, signed as link/signature.h says
  // with the key id "sms" or "voice". Any thread. 200 once the receipt is durable; 400, 401; 503: try again.
  void receive_receipt(net::Request request, net::Respond respond);
  SenderCounters counters() const;  // any thread

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace haechi::notify
