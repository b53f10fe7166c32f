// The master key in a PKCS#11 token. What is wrapped goes in and comes out as an object of the session, gone
// with it.
#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <vector>

#include "vault/cipher.h"
#include "vault/master.h"

namespace haechi::vault {
namespace {

constexpr std::string_view kScheme = "pkcs11:";
constexpr CK_ULONG kSlotsMax = 64;

struct UriFree {
  void operator()(P11KitUri* uri) const { p11_kit_uri_free(uri); }
};
using Uri = std::unique_ptr<P11KitUri, UriFree>;

struct ModuleRelease {
  void operator()(CK_FUNCTION_LIST* module) const {
    p11_kit_module_finalize(module);
    p11_kit_module_release(module);
  }
};
using Module = std::unique_ptr<CK_FUNCTION_LIST, ModuleRelease>;

// Of the configuration, of which nothing may be told but its name.
Error faulty(std::string reason) {
  return invalid("master key", std::move(reason));
}
Error missing(std::string reason) {
  return Error{Code::kNotFound, "master key", std::move(reason)};
}
Error refused(const char* what, CK_RV code) {
  return Error{Code::kUnavailable, "master key", std::string(what) + ": " + p11_kit_strerror(code)};
}

Result<Uri> read_uri(const std::string& text) {
  Uri uri(p11_kit_uri_new());
  if (p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri.get()) != P11_KIT_URI_OK ||
      p11_kit_uri_any_unrecognized(uri.get()) != 0)
    return faulty("is not a pkcs11: URI");
  if (p11_kit_uri_get_module_path(uri.get()) == nullptr) return faulty("the URI needs module-path=");
  if (p11_kit_uri_get_pin_value(uri.get()) != nullptr)
    return faulty(
        "a PIN does not stand in the URI: name a file (pin-source=file:/path) or set the environment");
  CK_ULONG named = 0;
  p11_kit_uri_get_attributes(uri.get(), &named);
  if (named == 0) return faulty("the URI needs object= or id=");
  return uri;
}

Result<std::string> read_pin(P11KitUri* uri) {
  const char* source = p11_kit_uri_get_pin_source(uri);
  std::string pin;
  if (source == nullptr) {
    const char* said = std::getenv(kPinVariable);
    if (said == nullptr)
      return missing(std::string("the PIN is needed: pin-source=file:/path, or ") + kPinVariable);
    pin = said;
  } else {
    std::string path(source);
    if (path.starts_with("file:")) path.erase(0, 5);
    std::ifstream in(path);
    if (!std::getline(in, pin) || pin.empty()) return missing(path + " holds no PIN");
  }
  return pin;
}

class Token final : public Master {
 public:
  Token(Uri uri, Module module) : uri_(std::move(uri)), module_(std::move(module)) {}
  ~Token() override { close(); }

  Status open() {
    std::array<CK_SLOT_ID, kSlotsMax> slots;
    CK_ULONG count = kSlotsMax;
    if (const CK_RV code = module_->C_GetSlotList(CK_TRUE, slots.data(), &count); code != CKR_OK)
      return refused("the module names no tokens", code);
    for (CK_ULONG i = 0; i < count; ++i) {
      CK_TOKEN_INFO about;
      if (module_->C_GetTokenInfo(slots[i], &about) == CKR_OK &&
          p11_kit_uri_match_token_info(uri_.get(), &about) == 1)
        return sign_in(slots[i]);
    }
    return missing("there is no such token");
  }

  Result<std::string> wrap(const Key& key) override {
    std::string wrapped;
    CK_RV code = wrap_once(key, wrapped);
    if (code != CKR_OK && again()) code = wrap_once(key, wrapped);
    if (code != CKR_OK) return refused("the token does not wrap", code);
    return wrapped;
  }

  std::optional<Key> unwrap(std::string_view wrapped) override {
    if (wrapped.size() != kWrappedBytes) return std::nullopt;
    std::optional<Key> key = unwrap_once(wrapped);
    if (!key && again()) key = unwrap_once(wrapped);
    return key;
  }

 private:
  // A token that was away knows its old sessions no more.
  bool again() {
    close();
    return open().ok();
  }
  void close() {
    if (session_ != 0) module_->C_CloseSession(session_);
    session_ = 0;
  }

  Status sign_in(CK_SLOT_ID slot) {
    TRY(std::string pin, read_pin(uri_.get()));
    CK_RV code = module_->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session_);
    if (code == CKR_OK)
      code = module_->C_Login(session_, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()), pin.size());
    OPENSSL_cleanse(pin.data(), pin.size());
    if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) return refused("the token does not open", code);
    return find_key();
  }

  Status find_key() {
    CK_OBJECT_CLASS secret = CKO_SECRET_KEY;
    CK_ULONG named = 0;
    CK_ATTRIBUTE* attributes = p11_kit_uri_get_attributes(uri_.get(), &named);
    std::vector<CK_ATTRIBUTE> wanted(attributes, attributes + named);
    std::erase_if(wanted, [](const CK_ATTRIBUTE& one) { return one.type == CKA_CLASS; });
    wanted.push_back({CKA_CLASS, &secret, sizeof secret});
    std::array<CK_OBJECT_HANDLE, 2> found;
    CK_ULONG count = 0;
    CK_RV code = module_->C_FindObjectsInit(session_, wanted.data(), wanted.size());
    if (code == CKR_OK) code = module_->C_FindObjects(session_, found.data(), found.size(), &count);
    module_->C_FindObjectsFinal(session_);
    if (code != CKR_OK) return refused("the token does not search", code);
    if (count != 1)
      return missing(count == 0 ? "the token has no such key" : "the token has several such keys");
    master_ = found[0];
    return {};
  }

  CK_RV wrap_once(const Key& key, std::string& wrapped) {
    Object object(*this);
    CK_RV code = object.make(key);
    if (code != CKR_OK) return code;
    CK_MECHANISM mechanism{CKM_AES_KEY_WRAP, nullptr, 0};
    wrapped.resize(kWrappedBytes);
    CK_ULONG size = kWrappedBytes;
    code = module_->C_WrapKey(session_, &mechanism, master_, object.handle,
                              reinterpret_cast<CK_BYTE*>(wrapped.data()), &size);
    return code == CKR_OK && size != kWrappedBytes ? CKR_GENERAL_ERROR : code;
  }

  std::optional<Key> unwrap_once(std::string_view wrapped) {
    Object object(*this);
    if (object.unwrap(wrapped) != CKR_OK) return std::nullopt;
    std::array<char, Key::kBytes> bytes{};
    CK_ATTRIBUTE value{CKA_VALUE, bytes.data(), bytes.size()};
    const bool got = module_->C_GetAttributeValue(session_, object.handle, &value, 1) == CKR_OK &&
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
      if (handle != 0) token.module_->C_DestroyObject(token.session_, handle);
    }
    Object(const Object&) = delete;

    CK_RV make(const Key& key) {
      std::vector<CK_ATTRIBUTE> all = form();
      all.push_back({CKA_VALUE, const_cast<uint8_t*>(key.data()), Key::kBytes});
      return token.module_->C_CreateObject(token.session_, all.data(), all.size(), &handle);
    }
    CK_RV unwrap(std::string_view wrapped) {
      std::vector<CK_ATTRIBUTE> all = form();
      CK_MECHANISM mechanism{CKM_AES_KEY_WRAP, nullptr, 0};
      return token.module_->C_UnwrapKey(token.session_, &mechanism, token.master_,
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

  const Uri uri_;
  const Module module_;
  CK_SESSION_HANDLE session_ = 0;
  CK_OBJECT_HANDLE master_ = 0;
};

}  // namespace

bool is_token_uri(std::string_view text) {
  return text.starts_with(kScheme);
}

Result<std::unique_ptr<Master>> open_token(const std::string& text) {
  TRY(Uri uri, read_uri(text));
  const std::string path = p11_kit_uri_get_module_path(uri.get());
  CK_FUNCTION_LIST* loaded = p11_kit_module_load(path.c_str(), P11_KIT_MODULE_CRITICAL);
  if (loaded == nullptr) return missing(path + " is no PKCS#11 module");
  if (const CK_RV code = p11_kit_module_initialize(loaded); code != CKR_OK) {
    p11_kit_module_release(loaded);
    return refused("the module does not start", code);
  }
  auto token = std::make_unique<Token>(std::move(uri), Module(loaded));
  TRY_STATUS(token->open());
  return std::unique_ptr<Master>(std::move(token));
}

}  // namespace haechi::vault
