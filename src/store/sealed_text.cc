#include "store/sealed_text.h"

#include <array>
#include <cstring>
#include <string_view>

#include "base/base64.h"
#include "store/sqlite.h"
#include "vault/cipher.h"
#include "vault/keeper.h"

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
  std::string kept(kIdBytes + vault::kNonceBytes, '\0');
  std::memcpy(kept.data(), &key_id, kIdBytes);
  vault::draw(kept.data() + kIdBytes, vault::kNonceBytes);
  const vault::Keeper::Text asked{key_id, std::string_view(kept).substr(kIdBytes), owner, text};
  const vault::Keeper::Answer box = std::move(ring_->seal({&asked, 1}).front());
  if (!box.whole()) return Error{Code::kCorrupt, "keys", "a key is gone"};
  kept += box.bytes;
  return std::string(kMark) + base64(kept);
}

Result<std::optional<std::string>> SealedText::open(const std::string& id, const std::string& kept) const {
  TRY(auto opened, open(std::vector<Kept>{{id, kept}}));
  return std::move(opened.front());
}

Result<std::vector<std::optional<std::string>>> SealedText::open(const std::vector<Kept>& all) const {
  const auto corrupt = [](const char* what) { return Error{Code::kCorrupt, "records", what}; };
  std::vector<std::optional<std::string>> out;
  std::vector<size_t> sealed;  // which of them
  std::vector<std::string> bytes, owners;
  std::vector<vault::KeyId> ids;
  for (const auto& [id, kept] : all) {
    out.emplace_back(kept);
    if (!is_sealed(kept)) continue;
    auto decoded = decode_base64(std::string_view(kept).substr(kMark.size()));
    if (!decoded || decoded->size() < kIdBytes + vault::kNonceBytes) return corrupt("a sealed text is cut");
    if (ring_ == nullptr) return corrupt("a record is sealed and there is no key ring");
    std::memcpy(&ids.emplace_back(), decoded->data(), kIdBytes);
    bytes.push_back(*std::move(decoded));
    owners.push_back(kind_ + id);
    sealed.push_back(out.size() - 1);
  }
  if (sealed.empty()) return out;
  std::vector<vault::Keeper::Box> boxes;
  for (size_t i = 0; i < sealed.size(); ++i) {
    const std::string_view one = bytes[i];
    boxes.push_back({{&ids[i], 1},
                     one.substr(kIdBytes, vault::kNonceBytes),
                     owners[i],
                     one.substr(kIdBytes + vault::kNonceBytes)});
  }
  std::vector<vault::Keeper::Answer> answers = ring_->open(boxes);
  for (size_t i = 0; i < sealed.size(); ++i) {
    std::optional<std::string>& text = out[sealed[i]];
    if (answers[i].key == vault::KeyState::kUnknown)
      return corrupt("the key ring does not know the key of a record");
    if (answers[i].key == vault::KeyState::kDestroyed)
      text.reset();
    else if (!answers[i].intact)
      return corrupt("a sealed text is not what was sealed");
    else
      text = std::move(answers[i].bytes);
  }
  return out;
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
