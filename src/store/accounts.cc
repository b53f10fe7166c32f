#include "store/accounts.h"

#include <cstdint>

#include "base/base64.h"
#include "vault/keeper.h"

namespace haechi::store {
namespace {

constexpr int kFormVersion =
    4;  // 1 had no passkeys and no keys of systems, 2 no links for one factor, 3 no ends
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS account(name TEXT PRIMARY KEY, role TEXT NOT NULL, person_id TEXT NOT NULL,
    unit_id TEXT NOT NULL, agency_id TEXT NOT NULL, wearer_ids TEXT NOT NULL, password TEXT NOT NULL,
    totp_secret TEXT NOT NULL, totp_step INTEGER NOT NULL, failures INTEGER NOT NULL,
    locked_until_us INTEGER NOT NULL, signed_in_at_us INTEGER NOT NULL, disabled INTEGER NOT NULL) WITHOUT ROWID;
  DROP TABLE IF EXISTS enrolment;
  CREATE TABLE IF NOT EXISTS link(account TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE,
    totp_secret TEXT NOT NULL, expires_at_us INTEGER NOT NULL, sets INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS recovery_code(account TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY(account, digest)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session(digest TEXT PRIMARY KEY, id TEXT NOT NULL, account TEXT NOT NULL,
    surface TEXT NOT NULL, address TEXT NOT NULL, began_at_us INTEGER NOT NULL, seen_at_us INTEGER NOT NULL)
    WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS provider_session(digest TEXT PRIMARY KEY, sid TEXT NOT NULL,
    ends_at_us INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS subject(account TEXT PRIMARY KEY, provider TEXT NOT NULL, subject TEXT NOT NULL,
    UNIQUE(provider, subject)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS key_session(digest TEXT PRIMARY KEY, key_digest TEXT NOT NULL,
    ends_at_us INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS notice(account TEXT NOT NULL, at_us INTEGER NOT NULL, event INTEGER NOT NULL,
    address TEXT NOT NULL, PRIMARY KEY(account, at_us, event)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS passkey(credential_id TEXT PRIMARY KEY, id TEXT NOT NULL, account TEXT NOT NULL,
    public_key TEXT NOT NULL, counter INTEGER NOT NULL, label TEXT NOT NULL, added_at_us INTEGER NOT NULL,
    used_at_us INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS user_handle(account TEXT PRIMARY KEY, handle TEXT NOT NULL UNIQUE) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS api_key(id TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE, account TEXT NOT NULL,
    role TEXT NOT NULL, person_id TEXT NOT NULL, unit_id TEXT NOT NULL, agency_id TEXT NOT NULL,
    wearer_ids TEXT NOT NULL, made_at_us INTEGER NOT NULL, expires_at_us INTEGER NOT NULL,
    made_by TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS account_life(account TEXT PRIMARY KEY, known_since_us INTEGER NOT NULL,
    warned_at_us INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS ended_account(name TEXT PRIMARY KEY, role TEXT NOT NULL, enrolled INTEGER NOT NULL,
    ended_at_us INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS seen_address(account TEXT NOT NULL, address TEXT NOT NULL, at_us INTEGER NOT NULL,
    PRIMARY KEY(account, address)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS secret_age(name TEXT PRIMARY KEY, mark TEXT NOT NULL, since_us INTEGER NOT NULL)
    WITHOUT ROWID;
)";
constexpr const char* kAccountColumns =
    "SELECT name, role, person_id, unit_id, agency_id, wearer_ids, password, totp_secret, totp_step, "
    "failures, "
    "locked_until_us, signed_in_at_us, disabled FROM account ";
constexpr const char* kPasskeyColumns =
    "SELECT credential_id, id, account, public_key, counter, label, added_at_us, used_at_us FROM passkey ";

Status done(const Result<size_t>& changed) {
  if (!changed.ok()) return changed.error();
  return {};
}

}  // namespace

Result<std::unique_ptr<AccountRecords>> AccountRecords::open(const std::string& path, vault::Keeper* ring) {
  TRY(Connection connection, open_tables(path, kTables, kFormVersion, 1));
  std::unique_ptr<AccountRecords> records(new AccountRecords(std::move(connection), ring));
  // What was written before there was a ring.
  if (ring != nullptr) TRY_STATUS(done(records->seal(Resealed::kClear)));
  if (path != ":memory:") records->connection_.watch();
  return records;
}

Result<size_t> AccountRecords::seal(Resealed which) {
  return seal_columns(
      db(), sealing_,
      {{"SELECT name, totp_secret, name FROM account", "UPDATE account SET totp_secret = ? WHERE name = ?"},
       {"SELECT account, totp_secret, account FROM link",
        "UPDATE link SET totp_secret = ? WHERE account = ?"},
       {"SELECT credential_id, label, account FROM passkey",
        "UPDATE passkey SET label = ? WHERE credential_id = ?"}},
      which);
}

Result<std::string> AccountRecords::opened(const std::string& account, const std::string& kept) const {
  TRY(std::optional<std::string> text, sealing_.open(account, kept));
  if (!text) return Error{Code::kCorrupt, "accounts", "the key of an account is gone"};
  return *std::move(text);
}

Result<AccountRecord> AccountRecords::read_account(const Query& query) const {
  AccountRecord out;
  out.name = query.text(0);
  out.role = query.text(1);
  out.person_id = query.text(2);
  out.unit_id = query.text(3);
  out.agency_id = query.text(4);
  out.wearer_ids = split(query.text(5));
  out.password = query.text(6);
  TRY(out.totp_secret, opened(out.name, query.text(7)));
  out.totp_step = query.number(8);
  out.failures = static_cast<uint32_t>(query.number(9));
  out.locked_until = Time{query.number(10)};
  out.signed_in_at = Time{query.number(11)};
  out.disabled = query.number(12) != 0;
  return out;
}

Status AccountRecords::together(const std::function<Status()>& change) {
  return store::together(db(), change);
}

Status AccountRecords::put_account(const AccountRecord& a) {
  TRY(const std::string secret, sealing_.seal(a.name, a.totp_secret));
  Query query(db(), "INSERT OR REPLACE INTO account VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  query.with(a.name)
      .with(a.role)
      .with(a.person_id)
      .with(a.unit_id)
      .with(a.agency_id)
      .with(join(a.wearer_ids));
  query.with(a.password).with(secret).with(a.totp_step).with(static_cast<int64_t>(a.failures));
  return done(
      query.with(a.locked_until.us).with(a.signed_in_at.us).with(static_cast<int64_t>(a.disabled)).run());
}

Result<std::optional<AccountRecord>> AccountRecords::account(const std::string& name) {
  Query query(db(), (std::string(kAccountColumns) + "WHERE name = ?").c_str());
  TRY(const bool row, query.with(name).next());
  if (!row) return std::optional<AccountRecord>();
  TRY(AccountRecord found, read_account(query));
  return std::optional<AccountRecord>(std::move(found));
}

Result<std::vector<AccountRecord>> AccountRecords::accounts() {
  Query query(db(), (std::string(kAccountColumns) + "WHERE name <> '' ORDER BY name").c_str());
  std::vector<AccountRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    TRY(AccountRecord found, read_account(query));
    out.push_back(std::move(found));
  }
}

Status AccountRecords::put_known(const std::string& account, Time since) {
  Query query(db(), "INSERT OR IGNORE INTO account_life VALUES(?, ?, 0)");
  return done(query.with(account).with(since.us).run());
}

Result<std::vector<AccountUse>> AccountRecords::uses(Time now) {
  Query fresh(db(), "INSERT OR IGNORE INTO account_life SELECT name, ?, 0 FROM account WHERE name <> ''");
  TRY_STATUS(done(fresh.with(now.us).run()));
  Query query(
      db(),
      "SELECT name, role, person_id, password <> '' OR signed_in_at_us <> 0, disabled, signed_in_at_us, "
      "known_since_us, warned_at_us FROM account JOIN account_life ON account = name ORDER BY name");
  std::vector<AccountUse> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    out.push_back({query.text(0), query.text(1), query.text(2), query.number(3) != 0, query.number(4) != 0,
                   Time{query.number(5)}, Time{query.number(6)}, Time{query.number(7)}});
  }
}

Status AccountRecords::put_warned(const std::string& account, Time at) {
  Query query(db(), "UPDATE account_life SET warned_at_us = ? WHERE account = ?");
  return done(query.with(at.us).with(account).run());
}

Status AccountRecords::end_account(const AccountUse& account, Time now) {
  TRY_STATUS(together([&]() -> Status {
    for (const char* removal :
         {"DELETE FROM provider_session WHERE digest IN (SELECT digest FROM session WHERE account = ?)",
          "DELETE FROM session WHERE account = ?", "DELETE FROM link WHERE account = ?",
          "DELETE FROM recovery_code WHERE account = ?", "DELETE FROM subject WHERE account = ?",
          "DELETE FROM notice WHERE account = ?", "DELETE FROM passkey WHERE account = ?",
          "DELETE FROM user_handle WHERE account = ?", "DELETE FROM seen_address WHERE account = ?",
          "DELETE FROM account_life WHERE account = ?", "DELETE FROM account WHERE name = ?"}) {
      Query query(db(), removal);
      TRY_STATUS(done(query.with(account.name).run()));
    }
    Query kept(db(), "INSERT OR REPLACE INTO ended_account VALUES(?, ?, ?, ?)");
    kept.with(account.name).with(account.role).with(static_cast<int64_t>(account.enrolled)).with(now.us);
    return done(kept.run());
  }));
  return ring_ == nullptr ? Status() : ring_->destroy("account/" + account.name, UINT64_MAX);
}

Result<bool> AccountRecords::has_ended(const std::string& account) {
  Query query(db(), "SELECT 1 FROM ended_account WHERE name = ?");
  return query.with(account).next();
}

Result<uint32_t> AccountRecords::enrolled_that_ended(const std::string& role) {
  Query query(db(), "SELECT count(*) FROM ended_account WHERE role = ? AND enrolled");
  TRY(const bool row, query.with(role).next());
  return row ? static_cast<uint32_t>(query.number(0)) : 0;
}

Status AccountRecords::put_enrolment(const EnrolmentRecord& e) {
  TRY(const std::string secret, sealing_.seal(e.account, e.totp_secret));
  Query query(db(), "INSERT OR REPLACE INTO link VALUES(?, ?, ?, ?, ?)");
  query.with(e.account).with(e.digest_hex).with(secret).with(e.expires_at.us);
  return done(query.with(static_cast<int64_t>(e.sets)).run());
}

Result<std::optional<EnrolmentRecord>> AccountRecords::enrolment(const std::string& digest_hex) {
  Query query(db(), "SELECT digest, account, totp_secret, expires_at_us, sets FROM link WHERE digest = ?");
  TRY(const bool row, query.with(digest_hex).next());
  if (!row) return std::optional<EnrolmentRecord>();
  TRY(std::string secret, opened(query.text(1), query.text(2)));
  return std::optional<EnrolmentRecord>(EnrolmentRecord{query.text(0), query.text(1), std::move(secret),
                                                        Time{query.number(3)},
                                                        static_cast<LinkSets>(query.number(4))});
}

Status AccountRecords::remove_enrolment(const std::string& account) {
  Query query(db(), "DELETE FROM link WHERE account = ?");
  return done(query.with(account).run());
}

Status AccountRecords::put_recovery_codes(const std::string& account,
                                          const std::vector<std::string>& digests_hex) {
  Query old(db(), "DELETE FROM recovery_code WHERE account = ?");
  TRY_STATUS(done(old.with(account).run()));
  for (const std::string& digest : digests_hex) {
    Query query(db(), "INSERT INTO recovery_code VALUES(?, ?)");
    TRY_STATUS(done(query.with(account).with(digest).run()));
  }
  return {};
}

Result<bool> AccountRecords::take_recovery_code(const std::string& account, const std::string& digest_hex) {
  Query query(db(), "DELETE FROM recovery_code WHERE account = ? AND digest = ?");
  TRY(const uint64_t removed, query.with(account).with(digest_hex).run());
  return removed > 0;
}

Result<uint32_t> AccountRecords::recovery_codes_left(const std::string& account) {
  Query query(db(), "SELECT count(*) FROM recovery_code WHERE account = ?");
  TRY(const bool row, query.with(account).next());
  return row ? static_cast<uint32_t>(query.number(0)) : 0;
}

Status AccountRecords::put_session(const SessionRecord& s) {
  Query query(db(), "INSERT OR REPLACE INTO session VALUES(?, ?, ?, ?, ?, ?, ?)");
  query.with(s.digest_hex).with(s.id).with(s.account).with(s.surface).with(s.address);
  return done(query.with(s.began_at.us).with(s.seen_at.us).run());
}

Result<std::vector<SessionRecord>> AccountRecords::sessions() {
  Query query(db(), "SELECT digest, id, account, surface, address, began_at_us, seen_at_us FROM session");
  std::vector<SessionRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    out.push_back(SessionRecord{query.text(0), query.text(1), query.text(2), query.text(3), query.text(4),
                                Time{query.number(5)}, Time{query.number(6)}});
  }
}

Status AccountRecords::remove_session(const std::string& digest_hex) {
  Query query(db(), "DELETE FROM session WHERE digest = ?");
  return done(query.with(digest_hex).run());
}

Status AccountRecords::put_provider_session(const ProviderSessionRecord& s) {
  Query query(db(), "INSERT OR REPLACE INTO provider_session VALUES(?, ?, ?)");
  return done(query.with(s.digest_hex).with(s.sid).with(s.ends_at.us).run());
}

Result<std::vector<ProviderSessionRecord>> AccountRecords::provider_sessions() {
  Query query(db(), "SELECT digest, sid, ends_at_us FROM provider_session");
  std::vector<ProviderSessionRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    out.push_back({query.text(0), query.text(1), Time{query.number(2)}});
  }
}

Status AccountRecords::remove_provider_session(const std::string& digest_hex) {
  Query query(db(), "DELETE FROM provider_session WHERE digest = ?");
  return done(query.with(digest_hex).run());
}

Result<std::string> AccountRecords::account_of_subject(const std::string& provider,
                                                       const std::string& subject) {
  Query query(db(), "SELECT account FROM subject WHERE provider = ? AND subject = ?");
  TRY(const bool row, query.with(provider).with(subject).next());
  return row ? query.text(0) : "";
}

Result<std::string> AccountRecords::subject_of_account(const std::string& account) {
  Query query(db(), "SELECT subject FROM subject WHERE account = ?");
  TRY(const bool row, query.with(account).next());
  return row ? query.text(0) : "";
}

Status AccountRecords::put_subject(const std::string& account, const std::string& provider,
                                   const std::string& subject) {
  Query query(db(), "INSERT INTO subject VALUES(?, ?, ?)");
  return done(query.with(account).with(provider).with(subject).run());
}

Status AccountRecords::put_key_session(const KeySessionRecord& s) {
  Query query(db(), "INSERT INTO key_session VALUES(?, ?, ?)");
  return done(query.with(s.digest_hex).with(s.key_digest_hex).with(s.ends_at.us).run());
}

Result<std::vector<KeySessionRecord>> AccountRecords::key_sessions() {
  Query query(db(), "SELECT digest, key_digest, ends_at_us FROM key_session");
  std::vector<KeySessionRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    out.push_back({query.text(0), query.text(1), Time{query.number(2)}});
  }
}

Status AccountRecords::remove_key_session(const std::string& digest_hex) {
  Query query(db(), "DELETE FROM key_session WHERE digest = ?");
  return done(query.with(digest_hex).run());
}

Result<bool> AccountRecords::see_address(const std::string& account, const std::string& address, Time now) {
  constexpr int64_t kKept = 20;
  Query known(db(), "SELECT count(*), coalesce(sum(address = ?), 0) FROM seen_address WHERE account = ?");
  TRY(const bool row, known.with(address).with(account).next());
  const bool is_new = row && known.number(0) > 0 && known.number(1) == 0;
  Query query(db(), "INSERT OR REPLACE INTO seen_address VALUES(?, ?, ?)");
  TRY_STATUS(done(query.with(account).with(address).with(now.us).run()));
  Query old(db(),
            "DELETE FROM seen_address WHERE account = ? AND at_us < (SELECT at_us FROM seen_address WHERE "
            "account = ? "
            "ORDER BY at_us DESC LIMIT 1 OFFSET ?)");
  TRY_STATUS(done(old.with(account).with(account).with(kKept - 1).run()));
  return is_new;
}

Status AccountRecords::put_notice(const std::string& account, const NoticeRecord& notice) {
  Query query(db(), "INSERT OR REPLACE INTO notice VALUES(?, ?, ?, ?)");
  query.with(account).with(notice.at.us).with(static_cast<int64_t>(notice.event)).with(notice.address);
  TRY_STATUS(done(query.run()));
  Query old(db(),
            "DELETE FROM notice WHERE account = ? AND at_us < (SELECT at_us FROM notice WHERE account = ? "
            "ORDER BY at_us DESC LIMIT 1 OFFSET ?)");
  return done(old.with(account).with(account).with(kNoticesMax - 1).run());
}

Result<std::vector<NoticeRecord>> AccountRecords::notices(const std::string& account) {
  Query query(db(), "SELECT event, at_us, address FROM notice WHERE account = ? ORDER BY at_us DESC, event");
  query.with(account);
  std::vector<NoticeRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    out.push_back({static_cast<AccountEvent>(query.number(0)), Time{query.number(1)}, query.text(2)});
  }
}

Status AccountRecords::put_passkey(const PasskeyRecord& p) {
  TRY(const std::string label, sealing_.seal(p.account, p.label));
  Query query(db(), "INSERT OR REPLACE INTO passkey VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  query.with(base64url(p.credential_id)).with(p.id).with(p.account).with(base64url(p.public_key));
  query.with(static_cast<int64_t>(p.counter)).with(label);
  return done(query.with(p.added_at.us).with(p.used_at.us).run());
}

Result<std::vector<PasskeyRecord>> AccountRecords::read_passkeys(Query& query) const {
  std::vector<PasskeyRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    TRY(std::string label, opened(query.text(2), query.text(5)));
    out.push_back({query.text(1), query.text(2), decode_base64url(query.text(0)).value_or(""),
                   decode_base64url(query.text(3)).value_or(""), static_cast<uint32_t>(query.number(4)),
                   std::move(label), Time{query.number(6)}, Time{query.number(7)}});
  }
}

Result<std::vector<PasskeyRecord>> AccountRecords::passkeys(const std::string& account) {
  Query query(db(), (std::string(kPasskeyColumns) + "WHERE account = ? ORDER BY added_at_us, id").c_str());
  return read_passkeys(query.with(account));
}

Result<std::optional<PasskeyRecord>> AccountRecords::passkey(const std::string& credential_id) {
  Query query(db(), (std::string(kPasskeyColumns) + "WHERE credential_id = ?").c_str());
  TRY(std::vector<PasskeyRecord> found, read_passkeys(query.with(base64url(credential_id))));
  if (found.empty()) return std::optional<PasskeyRecord>();
  return std::optional<PasskeyRecord>(std::move(found.front()));
}

Status AccountRecords::remove_passkey(const std::string& credential_id) {
  Query query(db(), "DELETE FROM passkey WHERE credential_id = ?");
  return done(query.with(base64url(credential_id)).run());
}

Status AccountRecords::remove_passkeys(const std::string& account) {
  Query query(db(), "DELETE FROM passkey WHERE account = ?");
  return done(query.with(account).run());
}

Result<std::string> AccountRecords::user_handle(const std::string& account) {
  Query query(db(), "SELECT handle FROM user_handle WHERE account = ?");
  TRY(const bool row, query.with(account).next());
  return row ? decode_base64url(query.text(0)).value_or("") : "";
}

Status AccountRecords::put_user_handle(const std::string& account, const std::string& handle) {
  Query query(db(), "INSERT INTO user_handle VALUES(?, ?)");
  return done(query.with(account).with(base64url(handle)).run());
}

Result<std::vector<SecretAgeRecord>> AccountRecords::secret_ages() {
  Query query(db(), "SELECT name, mark, since_us FROM secret_age");
  std::vector<SecretAgeRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    out.push_back({query.text(0), query.text(1), Time{query.number(2)}});
  }
}

Status AccountRecords::put_secret_age(const SecretAgeRecord& age) {
  Query query(db(), "INSERT OR REPLACE INTO secret_age VALUES(?, ?, ?)");
  return done(query.with(age.name).with(age.mark).with(age.since.us).run());
}

Status AccountRecords::remove_secret_age(const std::string& name) {
  Query query(db(), "DELETE FROM secret_age WHERE name = ?");
  return done(query.with(name).run());
}

Status AccountRecords::put_api_key(const ApiKeyRecord& k) {
  Query query(db(), "INSERT INTO api_key VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  query.with(k.id).with(k.digest_hex).with(k.account).with(k.role).with(k.person_id).with(k.unit_id);
  query.with(k.agency_id).with(join(k.wearer_ids)).with(k.made_at.us).with(k.expires_at.us);
  return done(query.with(k.made_by).run());
}

Result<std::vector<ApiKeyRecord>> AccountRecords::api_keys() {
  Query query(db(),
              "SELECT id, digest, account, role, person_id, unit_id, agency_id, wearer_ids, made_at_us, "
              "expires_at_us, made_by FROM api_key ORDER BY made_at_us DESC, id");
  std::vector<ApiKeyRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    out.push_back({query.text(0), query.text(1), query.text(2), query.text(3), query.text(4), query.text(5),
                   query.text(6), split(query.text(7)), Time{query.number(8)}, Time{query.number(9)},
                   query.text(10)});
  }
}

Status AccountRecords::remove_api_key(const std::string& id) {
  Query query(db(), "DELETE FROM api_key WHERE id = ?");
  return done(query.with(id).run());
}

}  // namespace haechi::store
