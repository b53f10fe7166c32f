// For tests: a record store that fails when it is told to.
#pragma once

#include <memory>
#include <utility>

#include "store/records.h"

namespace haechi::store {

enum class RecordsFault {
  kNone,
  kRefuses,
  kDamaged,  // the file, or the key ring under it
  kGone,     // the keys of everybody were destroyed
  kGarbage,  // what comes back is nobody's
};

class FailingRecords final : public Records {
 public:
  explicit FailingRecords(std::unique_ptr<Records> well) : well_(std::move(well)) {}

  Result<size_t> reseal() override { return well_->reseal(); }
  Status put_person(const std::string& id, const Personal& record) override {
    return write([&] { return well_->put_person(id, record); });
  }
  Result<std::optional<Personal>> person(const std::string& id) override {
    return read([&] { return well_->person(id); });
  }
  Result<bool> remove_person(const std::string& id) override {
    return write([&] { return well_->remove_person(id); });
  }
  Result<std::vector<std::pair<std::string, Personal>>> persons_named(const std::string& text,
                                                                      size_t limit) override {
    using Named = std::vector<std::pair<std::string, Personal>>;
    if (fault == RecordsFault::kGone) return Named();
    if (fault == RecordsFault::kGarbage) return Named{{"s-77", garbage()}};
    return write([&] { return well_->persons_named(text, limit); });
  }
  Status put_note(const std::string& id, const std::string& person, const Personal& text) override {
    return write([&] { return well_->put_note(id, person, text); });
  }
  Result<std::optional<Personal>> note(const std::string& id) override {
    return read([&] { return well_->note(id); });
  }
  Status put_address(Holder holder, const std::string& id, AddressKind kind, const Personal& value) override {
    return write([&] { return well_->put_address(holder, id, kind, value); });
  }
  Result<std::optional<Personal>> address(Holder holder, const std::string& id, AddressKind kind) override {
    return read([&] { return well_->address(holder, id, kind); });
  }
  Status put_connector(const Connector& connector) override {
    return write([&] { return well_->put_connector(connector); });
  }
  Result<std::optional<Connector>> connector(const std::string& agency) override {
    return write([&] { return well_->connector(agency); });
  }
  Result<std::vector<Connector>> connectors() override {
    return write([&] { return well_->connectors(); });
  }
  Result<bool> remove_connector(const std::string& agency) override {
    return write([&] { return well_->remove_connector(agency); });
  }
  Status put_key(const KeyRecord& key) override {
    return write([&] { return well_->put_key(key); });
  }
  Result<std::vector<KeyRecord>> keys() override {
    return write([&] { return well_->keys(); });
  }
  Result<uint64_t> remove_keys(const std::string& account) override {
    return write([&] { return well_->remove_keys(account); });
  }
  Status put_agreement(const Agreement& agreement) override {
    return write([&] { return well_->put_agreement(agreement); });
  }
  Result<std::optional<Agreement>> agreement(const std::string& agency) override {
    return write([&] { return well_->agreement(agency); });
  }

  RecordsFault fault = RecordsFault::kNone;

 private:
  static Personal garbage() { return Personal("\xff{\"name\":\"nobody"); }
  template <typename Call>
  auto write(Call call) -> decltype(call()) {
    if (fault == RecordsFault::kRefuses) return Error{Code::kUnavailable, "", "the records cannot be read"};
    if (fault == RecordsFault::kDamaged) return Error{Code::kCorrupt, "", "the records are damaged"};
    return call();
  }
  template <typename Call>
  Result<std::optional<Personal>> read(Call call) {
    if (fault == RecordsFault::kGone) return std::optional<Personal>();
    if (fault == RecordsFault::kGarbage) return std::optional<Personal>(garbage());
    return write(call);
  }

  const std::unique_ptr<Records> well_;
};

}  // namespace haechi::store
