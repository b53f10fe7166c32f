#include "store/records.h"

#include "store/sqlite.h"

namespace haechi::store {
namespace {

constexpr int kFormVersion = 2;  // 1 had no addresses
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS person(id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS note(id TEXT PRIMARY KEY, person_id TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS note_person ON note(person_id);
  CREATE TABLE IF NOT EXISTS address(holder INTEGER NOT NULL, id TEXT NOT NULL, kind INTEGER NOT NULL,
    value TEXT NOT NULL, PRIMARY KEY(holder, id, kind)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS connector(agency_id TEXT PRIMARY KEY, endpoint TEXT NOT NULL, secret TEXT NOT NULL,
    protocol TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS api_key(digest TEXT PRIMARY KEY, account TEXT NOT NULL, role TEXT NOT NULL,
    person_id TEXT NOT NULL, unit_id TEXT NOT NULL, agency_id TEXT NOT NULL, wearer_ids TEXT NOT NULL,
    expires_at_us INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS agreement(agency_id TEXT PRIMARY KEY, purpose TEXT NOT NULL, scope TEXT NOT NULL,
    method TEXT NOT NULL, security TEXT NOT NULL, cost TEXT NOT NULL, signed_at_us INTEGER NOT NULL) WITHOUT ROWID;
)";

template <typename Enum>
int64_t number_of(Enum value) {
  return static_cast<int64_t>(value);
}

class SqliteRecords final : public Records {
 public:
  explicit SqliteRecords(Connection connection) : connection_(std::move(connection)) {}

  Status put_person(const std::string& person_id, const Personal& record) override {
    Query query(db(), "INSERT OR REPLACE INTO person VALUES(?, ?)");
    return write(query.with(person_id).with(bytes(record)));
  }
  Result<std::optional<Personal>> person(const std::string& person_id) override {
    Query query(db(), "SELECT record FROM person WHERE id = ?");
    TRY(const bool row, query.with(person_id).next());
    if (!row) return std::optional<Personal>();
    return std::optional<Personal>(Personal(query.text(0)));
  }
  Result<bool> remove_person(const std::string& person_id) override {
    Query notes(db(), "DELETE FROM note WHERE person_id = ?");
    TRY(const uint64_t notes_removed, notes.with(person_id).run());
    (void)notes_removed;
    Query addresses(db(), "DELETE FROM address WHERE holder = ? AND id = ?");
    TRY(const uint64_t addresses_removed, addresses.with(number_of(Holder::kPerson)).with(person_id).run());
    (void)addresses_removed;
    Query query(db(), "DELETE FROM person WHERE id = ?");
    TRY(const uint64_t removed, query.with(person_id).run());
    return removed > 0;
  }
  Result<std::vector<std::pair<std::string, Personal>>> persons_named(const std::string& text,
                                                                      size_t limit) override {
    Query query(db(),
                "SELECT id, record FROM person WHERE CASE WHEN json_valid(record) THEN "
                "instr(lower(json_extract(record, '$.name')), lower(?)) > 0 ELSE 0 END ORDER BY id LIMIT ?");
    query.with(text).with(static_cast<int64_t>(limit));
    std::vector<std::pair<std::string, Personal>> out;
    while (true) {
      TRY(const bool row, query.next());
      if (!row) return out;
      out.emplace_back(query.text(0), Personal(query.text(1)));
    }
  }

  Status put_note(const std::string& note_id, const std::string& person_id, const Personal& text) override {
    Query query(db(), "INSERT OR REPLACE INTO note VALUES(?, ?, ?)");
    return write(query.with(note_id).with(person_id).with(bytes(text)));
  }
  Result<std::optional<Personal>> note(const std::string& note_id) override {
    Query query(db(), "SELECT text FROM note WHERE id = ?");
    TRY(const bool row, query.with(note_id).next());
    if (!row) return std::optional<Personal>();
    return std::optional<Personal>(Personal(query.text(0)));
  }

  Status put_address(Holder holder, const std::string& id, AddressKind kind, const Personal& value) override {
    if (value.empty()) {
      Query query(db(), "DELETE FROM address WHERE holder = ? AND id = ? AND kind = ?");
      TRY(const uint64_t removed, query.with(number_of(holder)).with(id).with(number_of(kind)).run());
      (void)removed;
      return {};
    }
    Query query(db(), "INSERT OR REPLACE INTO address VALUES(?, ?, ?, ?)");
    return write(query.with(number_of(holder)).with(id).with(number_of(kind)).with(bytes(value)));
  }
  Result<std::optional<Personal>> address(Holder holder, const std::string& id, AddressKind kind) override {
    Query query(db(), "SELECT value FROM address WHERE holder = ? AND id = ? AND kind = ?");
    TRY(const bool row, query.with(number_of(holder)).with(id).with(number_of(kind)).next());
    if (!row) return std::optional<Personal>();
    return std::optional<Personal>(Personal(query.text(0)));
  }

  Status put_connector(const Connector& c) override {
    Query query(db(), "INSERT OR REPLACE INTO connector VALUES(?, ?, ?, ?)");
    return write(query.with(c.agency_id).with(c.endpoint).with(bytes(c.secret)).with(c.protocol));
  }
  Result<std::optional<Connector>> connector(const std::string& agency_id) override {
    Query query(db(), "SELECT agency_id, endpoint, secret, protocol FROM connector WHERE agency_id = ?");
    TRY(const bool row, query.with(agency_id).next());
    if (!row) return std::optional<Connector>();
    return std::optional<Connector>(read_connector(query));
  }
  Result<std::vector<Connector>> connectors() override {
    Query query(db(), "SELECT agency_id, endpoint, secret, protocol FROM connector ORDER BY agency_id");
    std::vector<Connector> out;
    while (true) {
      TRY(const bool row, query.next());
      if (!row) return out;
      out.push_back(read_connector(query));
    }
  }
  Result<bool> remove_connector(const std::string& agency_id) override {
    Query query(db(), "DELETE FROM connector WHERE agency_id = ?");
    TRY(const uint64_t removed, query.with(agency_id).run());
    return removed > 0;
  }

  Status put_key(const KeyRecord& k) override {
    Query query(db(), "INSERT OR REPLACE INTO api_key VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
    query.with(k.digest_hex).with(k.account).with(k.role).with(k.person_id).with(k.unit_id).with(k.agency_id);
    return write(query.with(join(k.wearer_ids)).with(k.expires_at.us));
  }
  Result<std::vector<KeyRecord>> keys() override {
    Query query(db(),
                "SELECT digest, account, role, person_id, unit_id, agency_id, wearer_ids, expires_at_us "
                "FROM api_key ORDER BY digest");
    std::vector<KeyRecord> out;
    while (true) {
      TRY(const bool row, query.next());
      if (!row) return out;
      out.push_back(KeyRecord{query.text(0), query.text(1), query.text(2), query.text(3), query.text(4),
                              query.text(5), split(query.text(6)), Time{query.number(7)}});
    }
  }
  Result<uint64_t> remove_keys(const std::string& account) override {
    Query query(db(), "DELETE FROM api_key WHERE account = ?");
    return query.with(account).run();
  }

  Status put_agreement(const Agreement& a) override {
    Query query(db(), "INSERT OR REPLACE INTO agreement VALUES(?, ?, ?, ?, ?, ?, ?)");
    query.with(a.agency_id).with(a.purpose).with(a.scope).with(a.method).with(a.security).with(a.cost);
    return write(query.with(a.signed_at.us));
  }
  Result<std::optional<Agreement>> agreement(const std::string& agency_id) override {
    Query query(db(),
                "SELECT agency_id, purpose, scope, method, security, cost, signed_at_us FROM agreement "
                "WHERE agency_id = ?");
    TRY(const bool row, query.with(agency_id).next());
    if (!row) return std::optional<Agreement>();
    return std::optional<Agreement>(Agreement{query.text(0), query.text(1), query.text(2), query.text(3),
                                              query.text(4), query.text(5), Time{query.number(6)}});
  }

 private:
  sqlite3* db() const { return connection_.get(); }
  static Status write(Query& query) {
    TRY(const uint64_t changed, query.run());
    ENSURE(changed == 1, changed);
    return {};
  }
  static Connector read_connector(const Query& query) {
    return Connector{query.text(0), query.text(1), Personal(query.text(2)), query.text(3)};
  }

  Connection connection_;
};

}  // namespace

Result<std::unique_ptr<Records>> Records::open(const std::string& path) {
  TRY(Connection connection, open_tables(path, kTables, kFormVersion, 1));
  return std::unique_ptr<Records>(std::make_unique<SqliteRecords>(std::move(connection)));
}

}  // namespace haechi::store
