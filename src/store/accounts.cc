#include "store/accounts.h"

namespace haechi::store {
namespace {

constexpr int kFormVersion = 1;
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS account(name TEXT PRIMARY KEY, role TEXT NOT NULL, person_id TEXT NOT NULL,
    unit_id TEXT NOT NULL, agency_id TEXT NOT NULL, wearer_ids TEXT NOT NULL, password TEXT NOT NULL,
    totp_secret TEXT NOT NULL, totp_step INTEGER NOT NULL, failures INTEGER NOT NULL,
    locked_until_us INTEGER NOT NULL, signed_in_at_us INTEGER NOT NULL, disabled INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS enrolment(account TEXT PRIMARY KEY, digest TEXT NOT NULL UNIQUE,
    totp_secret TEXT NOT NULL, expires_at_us INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS recovery_code(account TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY(account, digest)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS session(digest TEXT PRIMARY KEY, id TEXT NOT NULL, account TEXT NOT NULL,
    surface TEXT NOT NULL, address TEXT NOT NULL, began_at_us INTEGER NOT NULL, seen_at_us INTEGER NOT NULL)
    WITHOUT ROWID;
)";
constexpr const char* kAccountColumns =
    "SELECT name, role, person_id, unit_id, agency_id, wearer_ids, password, totp_secret, totp_step, "
    "failures, "
    "locked_until_us, signed_in_at_us, disabled FROM account ";

AccountRecord read_account(const Query& query) {
  AccountRecord out;
  out.name = query.text(0);
  out.role = query.text(1);
  out.person_id = query.text(2);
  out.unit_id = query.text(3);
  out.agency_id = query.text(4);
  out.wearer_ids = split(query.text(5));
  out.password = query.text(6);
  out.totp_secret = query.text(7);
  out.totp_step = query.number(8);
  out.failures = static_cast<uint32_t>(query.number(9));
  out.locked_until = Time{query.number(10)};
  out.signed_in_at = Time{query.number(11)};
  out.disabled = query.number(12) != 0;
  return out;
}

Status done(const Result<uint64_t>& changed) {
  if (!changed.ok()) return changed.error();
  return {};
}

}  // namespace

Result<std::unique_ptr<AccountRecords>> AccountRecords::open(const std::string& path) {
  TRY(Connection connection, open_tables(path, kTables, kFormVersion, kFormVersion));
  return std::unique_ptr<AccountRecords>(new AccountRecords(std::move(connection)));
}

Status AccountRecords::together(const std::function<Status()>& change) {
  TRY_STATUS(done(Query(db(), "BEGIN IMMEDIATE").run()));
  Status changed = change();
  if (changed.ok()) changed = done(Query(db(), "COMMIT").run());
  // What the roll-back itself says does not matter: an open transaction ends with the connection at the
  // latest.
  if (!changed.ok()) (void)Query(db(), "ROLLBACK").run().ok();
  return changed;
}

Status AccountRecords::put_account(const AccountRecord& a) {
  Query query(db(), "INSERT OR REPLACE INTO account VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  query.with(a.name)
      .with(a.role)
      .with(a.person_id)
      .with(a.unit_id)
      .with(a.agency_id)
      .with(join(a.wearer_ids));
  query.with(a.password).with(a.totp_secret).with(a.totp_step).with(static_cast<int64_t>(a.failures));
  return done(
      query.with(a.locked_until.us).with(a.signed_in_at.us).with(static_cast<int64_t>(a.disabled)).run());
}

Result<std::optional<AccountRecord>> AccountRecords::account(const std::string& name) {
  Query query(db(), (std::string(kAccountColumns) + "WHERE name = ?").c_str());
  TRY(const bool row, query.with(name).next());
  if (!row) return std::optional<AccountRecord>();
  return std::optional<AccountRecord>(read_account(query));
}

Result<std::vector<AccountRecord>> AccountRecords::accounts() {
  Query query(db(), (std::string(kAccountColumns) + "WHERE name <> '' ORDER BY name").c_str());
  std::vector<AccountRecord> out;
  while (true) {
    TRY(const bool row, query.next());
    if (!row) return out;
    out.push_back(read_account(query));
  }
}

Status AccountRecords::put_enrolment(const EnrolmentRecord& e) {
  Query query(db(), "INSERT OR REPLACE INTO enrolment VALUES(?, ?, ?, ?)");
  return done(query.with(e.account).with(e.digest_hex).with(e.totp_secret).with(e.expires_at.us).run());
}

Result<std::optional<EnrolmentRecord>> AccountRecords::enrolment(const std::string& digest_hex) {
  Query query(db(), "SELECT digest, account, totp_secret, expires_at_us FROM enrolment WHERE digest = ?");
  TRY(const bool row, query.with(digest_hex).next());
  if (!row) return std::optional<EnrolmentRecord>();
  return std::optional<EnrolmentRecord>(
      EnrolmentRecord{query.text(0), query.text(1), query.text(2), Time{query.number(3)}});
}

Status AccountRecords::remove_enrolment(const std::string& account) {
  Query query(db(), "DELETE FROM enrolment WHERE account = ?");
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

}  // namespace haechi::store
