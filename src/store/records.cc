#include "store/records.h"

#include <sqlite3.h>

#include <memory>
#include <mutex>
#include <unordered_map>

#include "store/sealed_text.h"
#include "store/sqlite.h"

namespace haechi::store {
namespace {

constexpr int kFormVersion = 3;  // 1 had no addresses, 2 no former secrets
constexpr const char* kTables = R"(
  CREATE TABLE IF NOT EXISTS person(id TEXT PRIMARY KEY, record TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS note(id TEXT PRIMARY KEY, person_id TEXT NOT NULL, text TEXT NOT NULL) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS note_person ON note(person_id);
  CREATE TABLE IF NOT EXISTS address(holder INTEGER NOT NULL, id TEXT NOT NULL, kind INTEGER NOT NULL,
    value TEXT NOT NULL, PRIMARY KEY(holder, id, kind)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS connector(agency_id TEXT PRIMARY KEY, endpoint TEXT NOT NULL, secret TEXT NOT NULL,
    protocol TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS former_secret(agency_id TEXT PRIMARY KEY, secret TEXT NOT NULL, until_us INTEGER NOT NULL)
    WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS api_key(digest TEXT PRIMARY KEY, account TEXT NOT NULL, role TEXT NOT NULL,
    person_id TEXT NOT NULL, unit_id TEXT NOT NULL, agency_id TEXT NOT NULL, wearer_ids TEXT NOT NULL,
    expires_at_us INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS agreement(agency_id TEXT PRIMARY KEY, purpose TEXT NOT NULL, scope TEXT NOT NULL,
    method TEXT NOT NULL, security TEXT NOT NULL, cost TEXT NOT NULL, signed_at_us INTEGER NOT NULL) WITHOUT ROWID;
)";

const std::string kConnectors =
    "SELECT connector.agency_id, endpoint, connector.secret, protocol, former_secret.secret, until_us "
    "FROM connector LEFT JOIN former_secret ON former_secret.agency_id = connector.agency_id";

template <typename Enum>
int64_t number_of(Enum value) {
  return static_cast<int64_t>(value);
}

// Texts that one query opens, by what is kept of them. A query that came late may still read them.
class OpenedTexts {
 public:
  using Texts = std::unordered_map<std::string, std::optional<std::string>>;
  void keep(std::shared_ptr<const Texts> texts) {
    const std::lock_guard lock(mutex_);
    texts_ = std::move(texts);
  }
  std::shared_ptr<const Texts> texts() const {
    const std::lock_guard lock(mutex_);
    return texts_;
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const Texts> texts_ = std::make_shared<Texts>();
};

class SqliteRecords final : public Records {
 public:
  // `opened` is that of the connection's opened_in_query().
  SqliteRecords(std::unique_ptr<OpenedTexts> opened, Connection connection, vault::Keeper* ring)
      : opened_(std::move(opened)), connection_(std::move(connection)), sealing_(ring) {}

  Result<size_t> seal(Resealed which) {
    if (!sealing_.seals()) return 0;
    std::vector<SealedColumn> columns = {
        {"SELECT id, record, id FROM person", "UPDATE person SET record = ? WHERE id = ?"},
        {"SELECT id, text, person_id FROM note", "UPDATE note SET text = ? WHERE id = ?"}};
    for (const AddressKind kind : {AddressKind::kPost, AddressKind::kPush, AddressKind::kPin}) {
      const std::string of = "holder = 0 AND kind = " + std::to_string(number_of(kind));
      columns.push_back({"SELECT id, value, id FROM address WHERE " + of,
                         "UPDATE address SET value = ? WHERE id = ? AND " + of});
    }
    return seal_columns(db(), sealing_, columns, which);
  }
  Result<size_t> reseal() override { return seal(Resealed::kAll); }
  void watch() { connection_.watch(); }

  Status put_person(const std::string& person_id, const Personal& record) override {
    TRY(const std::string kept, sealing_.seal(person_id, bytes(record)));
    Query query(db(), "INSERT OR REPLACE INTO person VALUES(?, ?)");
    return write(query.with(person_id).with(kept));
  }
  Result<std::optional<Personal>> person(const std::string& person_id) override {
    Query query(db(), "SELECT record FROM person WHERE id = ?");
    TRY(const bool row, query.with(person_id).next());
    if (!row) return std::optional<Personal>();
    return personal(person_id, query.text(0));
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
    TRY(auto texts, open_all());
    opened_->keep(std::move(texts));
    const auto forget = std::shared_ptr<void>(nullptr, [this](void*) { opened_->keep(nullptr); });
    Query query(db(),
                "WITH clear AS MATERIALIZED (SELECT id, opened(record) AS record FROM person) "
                "SELECT id, record FROM clear WHERE CASE WHEN json_valid(record) THEN "
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
    TRY(const std::string kept, sealing_.seal(person_id, bytes(text)));
    Query query(db(), "INSERT OR REPLACE INTO note VALUES(?, ?, ?)");
    return write(query.with(note_id).with(person_id).with(kept));
  }
  Result<std::optional<Personal>> note(const std::string& note_id) override {
    Query query(db(), "SELECT text, person_id FROM note WHERE id = ?");
    TRY(const bool row, query.with(note_id).next());
    if (!row) return std::optional<Personal>();
    return personal(query.text(1), query.text(0));
  }

  Status put_address(Holder holder, const std::string& id, AddressKind kind, const Personal& value) override {
    if (value.empty()) {
      Query query(db(), "DELETE FROM address WHERE holder = ? AND id = ? AND kind = ?");
      TRY(const uint64_t removed, query.with(number_of(holder)).with(id).with(number_of(kind)).run());
      (void)removed;
      return {};
    }
    std::string kept = bytes(value);
    if (holder == Holder::kPerson) {
      TRY(kept, sealing_.seal(id, kept));
    }
    Query query(db(), "INSERT OR REPLACE INTO address VALUES(?, ?, ?, ?)");
    return write(query.with(number_of(holder)).with(id).with(number_of(kind)).with(kept));
  }
  Result<std::optional<Personal>> address(Holder holder, const std::string& id, AddressKind kind) override {
    Query query(db(), "SELECT value FROM address WHERE holder = ? AND id = ? AND kind = ?");
    TRY(const bool row, query.with(number_of(holder)).with(id).with(number_of(kind)).next());
    if (!row) return std::optional<Personal>();
    if (holder == Holder::kPerson) return personal(id, query.text(0));
    return std::optional<Personal>(Personal(query.text(0)));
  }

  Status put_connector(const Connector& c) override {
    Query former(db(), "INSERT OR REPLACE INTO former_secret VALUES(?, ?, ?)");
    TRY_STATUS(write(former.with(c.agency_id).with(bytes(c.former_secret)).with(c.former_until.us)));
    Query query(db(), "INSERT OR REPLACE INTO connector VALUES(?, ?, ?, ?)");
    return write(query.with(c.agency_id).with(c.endpoint).with(bytes(c.secret)).with(c.protocol));
  }
  Result<std::optional<Connector>> connector(const std::string& agency_id) override {
    Query query(db(), (kConnectors + " WHERE connector.agency_id = ?").c_str());
    TRY(const bool row, query.with(agency_id).next());
    if (!row) return std::optional<Connector>();
    return std::optional<Connector>(read_connector(query));
  }
  Result<std::vector<Connector>> connectors() override {
    Query query(db(), (kConnectors + " ORDER BY connector.agency_id").c_str());
    std::vector<Connector> out;
    while (true) {
      TRY(const bool row, query.next());
      if (!row) return out;
      out.push_back(read_connector(query));
    }
  }
  Result<bool> remove_connector(const std::string& agency_id) override {
    Query former(db(), "DELETE FROM former_secret WHERE agency_id = ?");
    TRY(const uint64_t forgotten, former.with(agency_id).run());
    (void)forgotten;
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
  const Connection& db() const { return connection_; }
  Result<std::optional<Personal>> personal(const std::string& person_id, const std::string& kept) const {
    TRY(std::optional<std::string> text, sealing_.open(person_id, kept));
    if (!text) return std::optional<Personal>();
    return std::optional<Personal>(Personal(*std::move(text)));
  }
  static Status write(Query& query) {
    TRY(const uint64_t changed, query.run());
    ENSURE(changed == 1, changed);
    return {};
  }
  static Connector read_connector(const Query& query) {
    return Connector{query.text(0), query.text(1),           Personal(query.text(2)),
                     query.text(3), Personal(query.text(4)), Time{query.number(5)}};
  }

  // All records of persons.
  Result<std::shared_ptr<const OpenedTexts::Texts>> open_all() const {
    constexpr size_t kAtOnce = 512;
    auto texts = std::make_shared<OpenedTexts::Texts>();
    std::vector<SealedText::Kept> some;
    const auto open_some = [&]() -> Status {
      TRY(auto opened, sealing_.open(some));
      for (size_t i = 0; i < some.size(); ++i) (*texts)[std::move(some[i].text)] = std::move(opened[i]);
      some.clear();
      return {};
    };
    Query all(db(), "SELECT id, record FROM person");
    while (true) {
      TRY(const bool row, all.next());
      if (!row) break;
      some.push_back({all.text(0), all.text(1)});
      if (some.size() >= kAtOnce) TRY_STATUS(open_some());
    }
    TRY_STATUS(open_some());
    return std::shared_ptr<const OpenedTexts::Texts>(std::move(texts));
  }

  const std::unique_ptr<OpenedTexts> opened_;  // outlives the connection
  Connection connection_;
  const SealedText sealing_;
};

// opened(text) in a query: the text in clear, NULL when its key is gone.
void opened_in_query(sqlite3_context* context, int /*count*/, sqlite3_value** values) {
  const auto text = [](sqlite3_value* value) {
    const auto* bytes = static_cast<const char*>(sqlite3_value_blob(value));
    return bytes == nullptr ? std::string()
                            : std::string(bytes, static_cast<size_t>(sqlite3_value_bytes(value)));
  };
  const auto texts = static_cast<const OpenedTexts*>(sqlite3_user_data(context))->texts();
  const auto opened = texts ? texts->find(text(values[0])) : OpenedTexts::Texts::const_iterator();
  if (!texts || opened == texts->end()) return sqlite3_result_error(context, "a record was not opened", -1);
  if (!opened->second) return sqlite3_result_null(context);
  sqlite3_result_text(context, opened->second->data(), static_cast<int>(opened->second->size()),
                      SQLITE_TRANSIENT);
}

}  // namespace

Result<std::unique_ptr<Records>> Records::open(const std::string& path, vault::Keeper* ring) {
  TRY(Connection connection, open_tables(path, kTables, kFormVersion, 1));
  auto opened = std::make_unique<OpenedTexts>();
  if (sqlite3_create_function_v2(connection.get(), "opened", 1, SQLITE_UTF8 | SQLITE_DIRECTONLY, opened.get(),
                                 opened_in_query, nullptr, nullptr, nullptr) != SQLITE_OK)
    return failed(connection.get(), "open records");
  auto records = std::make_unique<SqliteRecords>(std::move(opened), std::move(connection), ring);
  // What was written before there was a ring.
  TRY([[maybe_unused]] const size_t sealed, records->seal(Resealed::kClear));
  if (path != ":memory:") records->watch();
  return std::unique_ptr<Records>(std::move(records));
}

}  // namespace haechi::store
