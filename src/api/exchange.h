// Exchange: one request being answered, and Plan: what its handler wants. The types routes are written with.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/access_trail.h"
#include "api/json.h"
#include "api/look_ups.h"
#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/fact.pb.h"
#include "net/http.h"
#include "net/reach.h"
#include "notify/letters.h"
#include "picture/picture.h"
#include "store/records.h"
#include "trust/coarse.h"
#include "trust/decide.h"
#include "trust/signing_keys.h"

namespace haechi::trust {
class AccountLife;
class Accounts;
class Keys;
class KeySessions;
class BreachedPasswords;
class SecretAges;
}  // namespace haechi::trust

namespace haechi::api {

// Makes the rules of an IANA time zone; an error when there is no such zone.
using TimeZoneRules = std::function<Result<v1::TimeZone>(const std::string& name)>;

// Whose data end by the clock before that moment, the soonest first.
struct Ending {
  Time due_at;
  std::string person_id;
  std::string reason;  // article, row of the country pack
};
using Endings = std::function<std::vector<Ending>(Time before)>;

// Versions that were given to orders and are not in the picture yet.
using OrderVersions = std::map<std::string, uint32_t>;

// Takes a letter to an account away and tells the log if it is refused.
using PostLetter = std::function<void(notify::Parcel letter, const std::string& account)>;

class Bundles;
class History;
class PinGuesses;
class SlowWork;
class VirusScanner;

// What handlers may use, all of it on the front loop.
struct World {
  const picture::Picture& picture;
  store::Records& records;
  const AccessTrail& trail;
  const LookUps& look_ups;
  OrderVersions& versions;
  const TimeZoneRules& time_zones;
  const notify::Letters* letters = nullptr;    // nullptr: nothing is pushed from here
  History* history = nullptr;                  // nullptr: the log cannot be read back here
  Bundles* bundles = nullptr;                  // nullptr: nothing can be proven here
  trust::Accounts* accounts = nullptr;         // nullptr: nobody signs in here with a password
  trust::AccountLife* account_life = nullptr;  // nullptr: none ends by the clock
  trust::KeySessions* key_sessions = nullptr;  // nullptr: no page is opened by a key
  const trust::BreachedPasswords* breached = nullptr;
  const std::vector<std::string>* words = nullptr;  // of the place
  SlowWork* slow = nullptr;
  net::Reach agencies = {};                          // where outside agencies may be
  trust::SigningKeys signing_keys = {};              // empty: there is no key ring, and none can be made
  const VirusScanner* scanner = nullptr;             // never nullptr where files are taken
  Duration act_term = Duration::seconds(24 * 3600);  // for so long an act waits for its second person
  LookLimits look_limits = {};
  trust::CoarsePlaces coarse = trust::CoarsePlaces("");
  PinGuesses* pin_guesses = nullptr;  // never nullptr where numbers open apps
  Endings endings = {};               // empty: nothing ends by the clock here
  DutyHours duty_hours = {};
  const trust::SecretAges* secret_ages = nullptr;  // nullptr: nobody looks how old they are
  const trust::Keys* keys = nullptr;               // never nullptr where an api runs
  PostLetter post_letter = {};                     // empty: nobody takes letters
};

struct Exchange {
  Exchange(World& in, const net::Request& about) : world(in), request(about) {}

  World& world;
  const net::Request& request;
  trust::Viewer viewer;
  trust::Purpose purpose = trust::Purpose::kNone;
  trust::Subject subject;
  trust::Decision decision;
  std::vector<std::string> ids;  // what stood for {id} in the path
  Time now;
  bool of_system = false;  // who asks is another system, by a key of its own
  std::string session;     // what the record of the access calls the session or key; empty: nobody's

  // The present for whether a right has ended: never before the newest entry, so that a clock that was set
  // back gives none again.
  Time right_at() const { return std::max(now, world.picture.stamped_at()); }

  const std::string& id() const { return ids.at(0); }
  // The request's body as a message.
  template <typename Message>
  Result<Message> body() const {
    Message message;
    TRY_STATUS(read_json(request.body, message));
    return message;
  }
  // ?limit=, 1..1000, 200 unless said.
  Result<size_t> limit() const;
};

// Nothing of a plan happens before its audit record is durable; then `keep` writes what belongs into the
// record store, then the facts are logged, and when they are durable and in the picture, `answer` is asked.
//
// A handler that needs what takes longer than the front loop may wait gives a plan of `later` alone. What is
// delivered then stands for the handler: it makes the plan, on the front loop, and makes it again before it
// is shown.
struct Plan;
using Resume = std::function<Result<Plan>(const Exchange&)>;
using Deliver = std::function<void(Resume)>;  // any thread, at most once; not at all: the server ends

// One member of what was asked for that the viewer may not see.
struct Refusal {
  trust::Subject subject;
  trust::Decision decision;
};

struct Plan {
  std::function<Status(Deliver)> later;          // may be empty; must not block; its error is the answer
  std::optional<Refusal> refused;                // set: it is recorded and answered, nothing else counts
  std::vector<std::string> shown_ids;            // whom a list shows, for the audit record
  std::string why;                               // typed by who takes data out, for the audit record
  std::string act_id;                            // of the act that asks for two (acts.h), likewise
  bool asks_second = false;                      // it is asked for, and not done
  std::function<Status()> keep;                  // may be empty
  std::vector<std::unique_ptr<v1::Fact>> facts;  // may be empty
  std::function<net::Response(uint64_t last_entry_no)> answer;
};

using SubjectOf = trust::Subject (*)(const Exchange&);
using Run = Result<Plan> (*)(const Exchange&);

net::Response json_response(int status, const google::protobuf::Message& message);
// A plan that only answers.
Plan answering(const google::protobuf::Message& message, std::vector<std::string> shown_ids = {});
// A plan that logs one fact and answers 200 with its number.
Plan logging(std::unique_ptr<v1::Fact> fact, int status = 200);

}  // namespace haechi::api
