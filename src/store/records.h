// Records: what may be forgotten and therefore is never in the log: names and telephone numbers of persons,
// where somebody is told, endpoints and secrets of connectors, digests of keys, agreements between agencies.
//
// One connection to one SQLite file (WAL, synchronous=FULL), which takes its callers, on any thread, one at a
// time. Every write is durable on return. Errors: kUnavailable (disk full, locked; nothing was written),
// kCorrupt (not a record file, or a damaged one).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "store/personal.h"

namespace haechi::vault {
class Keeper;
}

namespace haechi::store {

// How the outside dispatch system of an agency is reached.
struct Connector {
  std::string agency_id;
  std::string endpoint;      // http://host:port/path
  Personal secret;           // signs messages in both directions
  std::string protocol;      // "haechi.v1" unless said otherwise
  Personal former_secret{};  // the one before, with which messages to us may be signed until then
  Time former_until{};
};

struct KeyRecord {
  std::string digest_hex;  // SHA-256 of the key; the key itself is not kept
  std::string account;
  std::string role;
  std::string person_id;
  std::string unit_id;
  std::string agency_id;
  std::vector<std::string> wearer_ids;
  Time expires_at;  // 0 = never
};

// Whose address it is; the ids of the three may be alike. The numbers of both are in the file.
enum class Holder { kPerson = 0, kAccount = 1, kAgency = 2 };
// The two that are kept of each: telephone and e-mail; the subscription of a browser.
enum class AddressKind { kPost = 0, kPush = 1, kPin = 2 };

// The written agreement under which data goes to an agency (purpose, scope, method, security, cost).
struct Agreement {
  std::string agency_id;
  std::string purpose;
  std::string scope;
  std::string method;
  std::string security;
  std::string cost;
  Time signed_at;
};

class Records {
 public:
  // Opens or creates the file. ":memory:" keeps nothing. With a ring, which outlives it, names, notes and
  // addresses are sealed under the key of the person, also those that were not so far; what a destroyed key
  // sealed is as if it were not there.
  static Result<std::unique_ptr<Records>> open(const std::string& path, vault::Keeper* ring = nullptr);
  virtual ~Records() = default;

  // Seals every sealed text again, under the newest key of its person. The number of them.
  virtual Result<size_t> reseal() = 0;

  // The record of a person: a JSON document; nothing but its name is of interest here.
  virtual Status put_person(const std::string& person_id, const Personal& record) = 0;
  virtual Result<std::optional<Personal>> person(const std::string& person_id) = 0;
  // Forgets the person, her addresses and every note about her. True if there was a record.
  virtual Result<bool> remove_person(const std::string& person_id) = 0;

  // At most `limit` persons whose record has a member "name" that holds `text`, by id; A to Z in either case.
  virtual Result<std::vector<std::pair<std::string, Personal>>> persons_named(const std::string& text,
                                                                              size_t limit) = 0;

  // A note about a person, under an id of its own. Forgotten with the person.
  virtual Status put_note(const std::string& note_id, const std::string& person_id, const Personal& text) = 0;
  virtual Result<std::optional<Personal>> note(const std::string& note_id) = 0;

  // Where somebody is told: a JSON document. An empty one forgets it. Those of a person go with her.
  virtual Status put_address(Holder holder, const std::string& id, AddressKind kind,
                             const Personal& value) = 0;
  virtual Result<std::optional<Personal>> address(Holder holder, const std::string& id, AddressKind kind) = 0;

  virtual Status put_connector(const Connector& connector) = 0;
  virtual Result<std::optional<Connector>> connector(const std::string& agency_id) = 0;
  virtual Result<std::vector<Connector>> connectors() = 0;  // by agency id
  virtual Result<bool> remove_connector(const std::string& agency_id) = 0;

  virtual Status put_key(const KeyRecord& key) = 0;
  virtual Result<std::vector<KeyRecord>> keys() = 0;  // by digest
  virtual Result<uint64_t> remove_keys(const std::string& account) = 0;

  virtual Status put_agreement(const Agreement& agreement) = 0;
  virtual Result<std::optional<Agreement>> agreement(const std::string& agency_id) = 0;

 protected:
  // Implementations only: the bytes to be stored, and back.
  static const std::string& bytes(const Personal& value) { return value.value_; }
};

}  // namespace haechi::store
