#include "store/sealed_text.h"

#include <cstring>
#include <string_view>

#include "base/base64.h"
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

}  // namespace haechi::store
