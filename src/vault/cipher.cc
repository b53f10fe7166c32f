#include "vault/cipher.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/ensure.h"

namespace haechi::vault {
namespace {

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

// A context for each thread and direction: making one costs as much as sealing a report.
EVP_CIPHER_CTX* gcm_context(bool seals) {
  thread_local const std::array<Context, 2> contexts = [] {
    std::array<Context, 2> made{Context(EVP_CIPHER_CTX_new()), Context(EVP_CIPHER_CTX_new())};
    ENSURE(made[0] && made[1], "no memory");
    ENSURE(EVP_DecryptInit_ex(made[0].get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr) == 1);
    ENSURE(EVP_EncryptInit_ex(made[1].get(), EVP_aes_256_gcm(), nullptr, nullptr, nullptr) == 1);
    return made;
  }();
  return contexts[seals].get();
}

const uint8_t* bytes_of(std::string_view text) {
  return reinterpret_cast<const uint8_t*>(text.data());
}
uint8_t* bytes_of(std::string& text) {
  return reinterpret_cast<uint8_t*>(text.data());
}

}  // namespace

std::string encrypt(const Key& key, std::string_view nonce, std::string_view beside, std::string_view plain) {
  ENSURE(nonce.size() == kNonceBytes, nonce.size());
  EVP_CIPHER_CTX* context = gcm_context(true);
  std::string out(plain.size() + kTagBytes, '\0');
  int length = 0;
  bool done = EVP_EncryptInit_ex(context, nullptr, nullptr, key.data(), bytes_of(nonce)) == 1;
  done = done &&
         EVP_EncryptUpdate(context, nullptr, &length, bytes_of(beside), static_cast<int>(beside.size())) == 1;
  done = done && EVP_EncryptUpdate(context, bytes_of(out), &length, bytes_of(plain),
                                   static_cast<int>(plain.size())) == 1;
  done = done && EVP_EncryptFinal_ex(context, bytes_of(out) + length, &length) == 1;
  done = done &&
         EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, kTagBytes, bytes_of(out) + plain.size()) == 1;
  ENSURE(done, "AES-256-GCM failed");
  return out;
}

std::optional<std::string> decrypt(const Key& key, std::string_view nonce, std::string_view beside,
                                   std::string_view box) {
  if (nonce.size() != kNonceBytes || box.size() < kTagBytes) return std::nullopt;
  EVP_CIPHER_CTX* context = gcm_context(false);
  std::string out(box.size() - kTagBytes, '\0');
  std::string tag(box.substr(out.size()));
  int length = 0;
  bool done = EVP_DecryptInit_ex(context, nullptr, nullptr, key.data(), bytes_of(nonce)) == 1;
  done = done &&
         EVP_DecryptUpdate(context, nullptr, &length, bytes_of(beside), static_cast<int>(beside.size())) == 1;
  done = done &&
         EVP_DecryptUpdate(context, bytes_of(out), &length, bytes_of(box), static_cast<int>(out.size())) == 1;
  done = done && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, kTagBytes, tag.data()) == 1;
  done = done && EVP_DecryptFinal_ex(context, bytes_of(out) + length, &length) == 1;
  if (!done) return std::nullopt;
  return out;
}

std::string wrap(const Key& master, const Key& key) {
  const Context context(EVP_CIPHER_CTX_new());
  ENSURE(context, "no memory");
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string out(kWrappedBytes, '\0');
  int length = 0;
  ENSURE(EVP_EncryptInit_ex(context.get(), EVP_aes_256_wrap(), nullptr, master.data(), nullptr) == 1 &&
             EVP_EncryptUpdate(context.get(), bytes_of(out), &length, key.data(), Key::kBytes) == 1 &&
             length == static_cast<int>(kWrappedBytes),
         "AES-256 key wrap failed");
  return out;
}

std::optional<Key> unwrap(const Key& master, std::string_view wrapped) {
  if (wrapped.size() != kWrappedBytes) return std::nullopt;
  const Context context(EVP_CIPHER_CTX_new());
  ENSURE(context, "no memory");
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::array<uint8_t, kWrappedBytes> out{};
  int length = 0;
  const bool done =
      EVP_DecryptInit_ex(context.get(), EVP_aes_256_wrap(), nullptr, master.data(), nullptr) == 1 &&
      EVP_DecryptUpdate(context.get(), out.data(), &length, bytes_of(wrapped),
                        static_cast<int>(wrapped.size())) == 1 &&
      length == static_cast<int>(Key::kBytes);
  const Key key(std::string_view(reinterpret_cast<const char*>(out.data()), Key::kBytes));
  OPENSSL_cleanse(out.data(), out.size());
  if (!done) return std::nullopt;
  return key;
}

void draw(char* out, size_t bytes) {
  // The generator costs a microsecond a call, however little one asks for.
  thread_local std::array<uint8_t, 4096> pool;
  thread_local size_t used = pool.size();
  while (bytes > 0) {
    if (used == pool.size()) {
      ENSURE(RAND_bytes(pool.data(), static_cast<int>(pool.size())) == 1, "the system gives no random bytes");
      used = 0;
    }
    const size_t taken = std::min(bytes, pool.size() - used);
    std::memcpy(out, pool.data() + used, taken);
    OPENSSL_cleanse(pool.data() + used, taken);
    used += taken;
    out += taken;
    bytes -= taken;
  }
}

}  // namespace haechi::vault
