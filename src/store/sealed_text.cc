#include "store/sealed_text.h"

#include <array>
#include <cstring>
#include <string_view>

#include "base/base64.h"
#include "store/sqlite.h"
#include "vault/cipher.h"
#include "vault/key_ring.h"

namespace haechi::store {
namespace {

// text = "sealed:" base64( key id[8] | nonce[12] | box ), bound to its owner by what stands beside it
constexpr std::string_view kMark = "sealed:";
constexpr size_t kIdBytes = sizeof(vault::KeyId);

}  // namespace

bool SealedText::is_sealed(const std::string& kept) {
  return kept.starts_with(kMark);
}

Result<std::string> SealedText::seal(const std::string& id, const std::string& text) const {
  if (ring_ == nullptr) return text;
  const std::string owner = kind_ + id;
  TRY(const vault::KeyId key_id, ring_->key_of(owner));
  TRY_STATUS(ring_->settle());
  vault::Key key;
  if (ring_->find(key_id, key) != vault::KeyRing::State::kLiving)
    return Error{Code::kCorrupt, "keys", "a key is gone"};
  std::string kept(kIdBytes + vault::kNonceBytes, '\0');
  std::memcpy(kept.data(), &key_id, kIdBytes);
  vault::draw(kept.data() + kIdBytes, vault::kNonceBytes);
  kept += vault::encrypt(key, std::string_view(kept).substr(kIdBytes), owner, text);
  return std::string(kMark) + base64(kept);
}

Result<std::optional<std::string>> SealedText::open(const std::string& id, const std::string& kept) const {
  if (!is_sealed(kept)) return std::optional<std::string>(kept);
  const auto corrupt = [](const char* what) { return Error{Code::kCorrupt, "records", what}; };
  const std::optional<std::string> bytes = decode_base64(std::string_view(kept).substr(kMark.size()));
  if (!bytes || bytes->size() < kIdBytes + vault::kNonceBytes) return corrupt("a sealed text is cut");
  if (ring_ == nullptr) return corrupt("a record is sealed and there is no key ring");
  vault::KeyId key_id;
  std::memcpy(&key_id, bytes->data(), kIdBytes);
  vault::Key key;
  const vault::KeyRing::State state = ring_->find(key_id, key);
  if (state == vault::KeyRing::State::kDestroyed) return std::optional<std::string>();
  if (state == vault::KeyRing::State::kUnknown)
    return corrupt("the key ring does not know the key of a record");
  const std::string_view all = *bytes;
  std::optional<std::string> text = vault::decrypt(key, all.substr(kIdBytes, vault::kNonceBytes), kind_ + id,
                                                   all.substr(kIdBytes + vault::kNonceBytes));
  if (!text) return corrupt("a sealed text is not what was sealed");
  return text;
}

namespace {

Result<size_t> seal_column(const Connection& connection, const SealedText& sealing,
                           const SealedColumn& column, Resealed which) {
  std::vector<std::array<std::string, 3>> rows;
  Query all(connection, column.select.c_str());
  while (true) {
    TRY(const bool row, all.next());
    if (!row) break;
    if (which == Resealed::kAll || !SealedText::is_sealed(all.text(1)))
      rows.push_back({all.text(0), all.text(1), all.text(2)});
  }
  size_t sealed = 0;
  for (const auto& [row_id, kept, about] : rows) {
    TRY(const std::optional<std::string> text, sealing.open(about, kept));
    if (!text) continue;
    TRY(const std::string next, sealing.seal(about, *text));
    TRY([[maybe_unused]] const uint64_t changed,
        Query(connection, column.update.c_str()).with(next).with(row_id).run());
    ++sealed;
  }
  return sealed;
}

}  // namespace

Result<size_t> seal_columns(const Connection& connection, const SealedText& sealing,
                            const std::vector<SealedColumn>& columns, Resealed which) {
  size_t sealed = 0;
  TRY_STATUS(together(connection, [&]() -> Status {
    for (const SealedColumn& column : columns) {
      TRY(const size_t more, seal_column(connection, sealing, column, which));
      sealed += more;
    }
    return {};
  }));
  // Out of the write-ahead file as well.
  TRY([[maybe_unused]] const bool busy, Query(connection, "PRAGMA wal_checkpoint(TRUNCATE)").next());
  return sealed;
}

}  // namespace haechi::store
