// The master key in a PKCS#11 token. What is wrapped goes in and comes out as an object of the session, gone
// with it.
#include <array>
#include <vector>

#include "vault/cipher.h"
#include "vault/master.h"
#include "vault/token_session.h"

namespace haechi::vault {
namespace {

constexpr std::string_view kScheme = "pkcs11:";

class Token final : public Master {
 public:
  explicit Token(std::unique_ptr<TokenSession> session) : token_(std::move(session)) {}

  Result<std::string> wrap(const Key& key) override {
    std::string wrapped;
    CK_RV code = wrap_once(key, wrapped);
    if (code != CKR_OK && token_->open_again()) code = wrap_once(key, wrapped);
    if (code != CKR_OK) return token_->refused("the token does not wrap", code);
    return wrapped;
  }

  std::optional<Key> unwrap(std::string_view wrapped) override {
    if (wrapped.size() != kWrappedBytes) return std::nullopt;
    std::optional<Key> key = unwrap_once(wrapped);
    if (!key && token_->open_again()) key = unwrap_once(wrapped);
    return key;
  }

 private:
  CK_RV wrap_once(const Key& key, std::string& wrapped) {
    Object object(*this);
    CK_RV code = object.make(key);
    if (code != CKR_OK) return code;
    CK_MECHANISM mechanism{CKM_AES_KEY_WRAP, nullptr, 0};
    wrapped.resize(kWrappedBytes);
    CK_ULONG size = kWrappedBytes;
    code = module().C_WrapKey(session(), &mechanism, token_->key(), object.handle,
                              reinterpret_cast<CK_BYTE*>(wrapped.data()), &size);
    return code == CKR_OK && size != kWrappedBytes ? CKR_GENERAL_ERROR : code;
  }

  std::optional<Key> unwrap_once(std::string_view wrapped) {
    Object object(*this);
    if (object.unwrap(wrapped) != CKR_OK) return std::nullopt;
    std::array<char, Key::kBytes> bytes{};
    CK_ATTRIBUTE value{CKA_VALUE, bytes.data(), bytes.size()};
    const bool got = module().C_GetAttributeValue(session(), object.handle, &value, 1) == CKR_OK &&
                     value.ulValueLen == Key::kBytes;
    const Key key(std::string_view(bytes.data(), bytes.size()));
    OPENSSL_cleanse(bytes.data(), bytes.size());
    if (!got) return std::nullopt;
    return key;
  }

  // A data key while it is in the token, as a secret of the session that may leave it.
  struct Object {
    explicit Object(Token& in) : token(in) {}
    ~Object() {
      if (handle != 0) token.module().C_DestroyObject(token.session(), handle);
    }
    Object(const Object&) = delete;

    CK_RV make(const Key& key) {
      std::vector<CK_ATTRIBUTE> all = form();
      all.push_back({CKA_VALUE, const_cast<uint8_t*>(key.data()), Key::kBytes});
      return token.module().C_CreateObject(token.session(), all.data(), all.size(), &handle);
    }
    CK_RV unwrap(std::string_view wrapped) {
      std::vector<CK_ATTRIBUTE> all = form();
      CK_MECHANISM mechanism{CKM_AES_KEY_WRAP, nullptr, 0};
      return token.module().C_UnwrapKey(token.session(), &mechanism, token.token_->key(),
                                        reinterpret_cast<CK_BYTE*>(const_cast<char*>(wrapped.data())),
                                        wrapped.size(), all.data(), all.size(), &handle);
    }
    std::vector<CK_ATTRIBUTE> form() {
      return {{CKA_CLASS, &secret, sizeof secret},
              {CKA_KEY_TYPE, &generic, sizeof generic},
              {CKA_TOKEN, &no, sizeof no},
              {CKA_SENSITIVE, &no, sizeof no},
              {CKA_EXTRACTABLE, &yes, sizeof yes}};
    }

    Token& token;
    CK_OBJECT_HANDLE handle = 0;
    CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
    CK_KEY_TYPE generic = CKK_GENERIC_SECRET;
    CK_BBOOL yes = CK_TRUE, no = CK_FALSE;
  };

  CK_FUNCTION_LIST& module() { return token_->module(); }
  CK_SESSION_HANDLE session() const { return token_->session(); }

  const std::unique_ptr<TokenSession> token_;
};

}  // namespace

bool is_token_uri(std::string_view text) {
  return text.starts_with(kScheme);
}

Result<std::unique_ptr<Master>> open_token(const std::string& uri) {
  TRY(std::unique_ptr<TokenSession> session,
      TokenSession::open(uri, "master key", kPinVariable, CKO_SECRET_KEY));
  return std::unique_ptr<Master>(std::make_unique<Token>(std::move(session)));
}

}  // namespace haechi::vault
