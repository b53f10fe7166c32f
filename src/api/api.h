// Api: answers the REST requests. The one type to read first; the routes are in routes.cc.
//
// Invariants:
//   1. No answer that needs a decision leaves before its AccessDecided fact is durable; denials are recorded
//   too.
//      When the record cannot be written, nothing is shown and nothing is done.
//   2. A write is answered as done only when its facts are durable and the picture shows them, so that the
//   next
//      request of the same client finds what it wrote.
//   3. Names, telephone numbers and secrets go to the record store, never into a fact, an error or a header.
#pragma once

#include <functional>
#include <memory>

#include "api/exchange.h"
#include "api/history.h"
#include "api/pace.h"
#include "base/time.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/networks.h"
#include "net/reach.h"
#include "spine/snapshot_part.h"
#include "spine/submit.h"
#include "trust/account_life.h"
#include "trust/accounts.h"
#include "trust/coarse.h"
#include "trust/key_sessions.h"
#include "trust/keys.h"
#include "trust/secret_ages.h"

namespace haechi::api {

struct ApiOptions {
  TimeZoneRules time_zones;    // empty: orders may name any zone, whose rules someone else has to log
  LogSource log;               // empty: nothing of the past is answered
  Bundles* bundles = nullptr;  // outlives the Api; nullptr: nothing can be proven here
  const notify::Letters* letters = nullptr;    // outlives the Api; nullptr: nothing is pushed from here
  trust::Accounts* accounts = nullptr;         // likewise; nullptr: keys alone open this door
  trust::AccountLife* account_life = nullptr;  // likewise; nullptr: none ends by the clock
  trust::KeySessions* key_sessions = nullptr;  // likewise; nullptr: no page is opened by a key
  trust::BreachedPasswords breached{};         // that nobody may take
  std::vector<std::string> words{};  // of the place, which no password may hold; with the names of agencies
  Duration fold_ms_max = Duration::millis(2000);  // how long a durable write waits for the picture; then 504
  net::Reach agencies = {};                       // where outside agencies may be
  trust::SigningKeys signing_keys = {};           // empty: no device can be given a key to sign with
  std::string clamd_socket = {};                  // empty: nobody looks for viruses
  PaceRates rates = {};
  Duration act_term = Duration::seconds(24 * 3600);  // for so long an act waits for its second person
  LookLimits look_limits = {};
  DutyHours duty_hours = {};
  Endings endings = {};                            // empty: nothing ends by the clock here
  trust::CoarseSecret coarse_secret = {};          // of trust::CoarsePlaces, that of the streams
  const trust::SecretAges* secret_ages = nullptr;  // outlives the Api; nullptr: nobody looks
  PostLetter post_letter = {};                     // empty: nobody takes letters
  net::Networks administration = {};    // from elsewhere no administrator is answered; empty: from anywhere
  bool administration_devices = false;  // administrators show a passkey that stays on its device
};

class Api {
 public:
  // Picture, records and everything else here belong to `front`. The references outlive the Api; the loop is
  // stopped before the Api ends.
  Api(ApiOptions options, net::Loop& front, spine::Submit& submit, const picture::Picture& picture,
      store::Records& records, const trust::Keys& keys, const Clock& clock);
  ~Api();

  // Any thread; answers come from the front loop.
  net::Handler handler();
  // On the front loop, with every batch, replayed ones as well: keeps the audit trail and where to
  // look in the log.
  void fold(const spine::Batch& batch);
  // What it keeps in snapshots: the newest of the audit trail, who looked at whom, where to look in the log.
  spine::SnapshotPart part();
  uint64_t refused_by_pace() const;  // any thread

 private:
  struct Inner;
  std::shared_ptr<Inner> inner_;
};

}  // namespace haechi::api
