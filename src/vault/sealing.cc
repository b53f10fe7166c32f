// What a key ring does with its keys.
#include <algorithm>
#include <map>
#include <optional>

#include "vault/cipher.h"
#include "vault/key_ring.h"
#include "vault/signing_key.h"

namespace haechi::vault {
namespace {

// Owners in the ring: nobody who could be erased.
const std::string kSigning = "root/signing";
const std::string kCoarse = "root/coarse";

void append_u64(std::string& out, uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

// One key out of several, which is lost with any of them.
Key joined(const Key& first, const Key& second) {
  const Digest digest = hmac_sha256(first.view(), second.view());
  return Key(view(digest));
}

}  // namespace

void write_beside(std::string& out, uint64_t no, std::span<const KeyId> key_ids,
                  std::string_view commitment) {
  out.clear();
  append_u64(out, no);
  for (const KeyId id : key_ids) append_u64(out, id);
  out += commitment;
}

Result<Keeper::SealedPart> KeyRing::seal_part(const Part& part) {
  std::map<KeyId, Key> keys;  // rising, each once
  for (const std::string& owner : part.owners) {
    TRY(const auto found, sealing_key(owner));
    keys.insert(found);
  }
  SealedPart out;
  std::optional<Key> key;
  for (const auto& [id, one] : keys) {
    out.key_ids.push_back(id);
    key = key ? joined(*key, one) : one;
  }
  ENSURE(key, "a part of nobody");
  thread_local std::string plain, beside;  // kept for their memory
  plain.resize(kSaltBytes);
  draw(plain.data(), kSaltBytes);
  plain += part.text;
  out.nonce.resize(kNonceBytes);
  draw(out.nonce.data(), kNonceBytes);
  out.commitment = view(sha256(plain));
  write_beside(beside, part.no, out.key_ids, out.commitment);
  out.box = encrypt(*key, out.nonce, beside, plain);
  return out;
}

Result<std::vector<Keeper::SealedPart>> KeyRing::seal(std::span<const Part> parts, uint64_t last_no) {
  std::vector<SealedPart> out;
  out.reserve(parts.size());
  for (const Part& part : parts) {
    reach(part.no);
    TRY(SealedPart sealed, seal_part(part));
    out.push_back(std::move(sealed));
  }
  reach(last_no);
  return out;
}

std::vector<Keeper::Answer> KeyRing::seal(std::span<const Text> texts) const {
  std::vector<Answer> out;
  out.reserve(texts.size());
  for (const Text& text : texts) {
    Key key;
    Answer& answer = out.emplace_back();
    answer.key = find(text.key_id, key);
    answer.intact = answer.key == KeyState::kLiving;
    if (answer.intact) answer.bytes = encrypt(key, text.nonce, text.beside, text.text);
  }
  return out;
}

Keeper::Answer KeyRing::open_box(const Box& box) const {
  std::optional<Key> key;
  for (const KeyId id : box.key_ids) {
    Key one;
    const KeyState state = find(id, one);
    if (state != KeyState::kLiving) return {state, false, {}};
    key = key ? joined(*key, one) : one;
  }
  if (!key) return {};
  std::optional<std::string> plain = decrypt(*key, box.nonce, box.beside, box.box);
  if (!plain) return {KeyState::kLiving, false, {}};
  return {KeyState::kLiving, true, *std::move(plain)};
}

std::vector<Keeper::Answer> KeyRing::open(std::span<const Box> boxes) const {
  std::vector<Answer> out;
  out.reserve(boxes.size());
  for (const Box& box : boxes) out.push_back(open_box(box));
  return out;
}

// Made when there is none, and on disk before anything is derived from it.
Result<Key> KeyRing::root_of(const std::string& owner) {
  TRY(const KeyId id, key_of(owner));
  TRY_STATUS(settle());
  Key root;
  if (find(id, root) != KeyState::kLiving)
    return Error{Code::kCorrupt, "keys", owner + " cannot be unwrapped"};
  return root;
}

Result<Digest> KeyRing::device_mac(const std::string& device_id, uint32_t generation,
                                   std::string_view bytes) {
  TRY(const Key root, root_of(kSigning));
  return hmac_sha256(signing_key(root, device_id, generation).view(), bytes);
}

Result<std::string> KeyRing::device_key(const std::string& device_id, uint32_t generation) {
  TRY(const Key root, root_of(kSigning));
  return std::string(signing_key(root, device_id, generation).view());
}

Result<Digest> KeyRing::coarse_digest(std::string_view text) {
  TRY(const Key root, root_of(kCoarse));
  return hmac_sha256(root.view(), text);
}

}  // namespace haechi::vault
