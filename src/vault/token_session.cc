#include "vault/token_session.h"

#include <openssl/crypto.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <vector>

namespace haechi::vault {
namespace {

constexpr CK_ULONG kSlotsMax = 64;

}  // namespace

// Of the configuration nothing may be told but its name.
Error TokenSession::missing(std::string reason) const {
  return Error{Code::kNotFound, name_, std::move(reason)};
}
Error TokenSession::refused(const char* what, CK_RV code) const {
  return Error{Code::kUnavailable, name_, std::string(what) + ": " + p11_kit_strerror(code)};
}

Result<std::unique_ptr<TokenSession>> TokenSession::open(const std::string& uri, std::string name,
                                                         const char* pin_variable, CK_OBJECT_CLASS kind) {
  std::unique_ptr<TokenSession> token(new TokenSession(std::move(name), pin_variable, kind));
  TRY_STATUS(token->read_uri(uri));
  TRY_STATUS(token->load());
  TRY_STATUS(token->open());
  return token;
}

Status TokenSession::read_uri(const std::string& text) {
  uri_.reset(p11_kit_uri_new());
  if (p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri_.get()) != P11_KIT_URI_OK ||
      p11_kit_uri_any_unrecognized(uri_.get()) != 0)
    return invalid(name_, "is not a pkcs11: URI");
  if (p11_kit_uri_get_module_path(uri_.get()) == nullptr) return invalid(name_, "the URI needs module-path=");
  if (p11_kit_uri_get_pin_value(uri_.get()) != nullptr)
    return invalid(
        name_, "a PIN does not stand in the URI: name a file (pin-source=file:/path) or set the environment");
  CK_ULONG named = 0;
  p11_kit_uri_get_attributes(uri_.get(), &named);
  if (named == 0) return invalid(name_, "the URI needs object= or id=");
  return {};
}

Status TokenSession::load() {
  const std::string path = p11_kit_uri_get_module_path(uri_.get());
  CK_FUNCTION_LIST* loaded = p11_kit_module_load(path.c_str(), P11_KIT_MODULE_CRITICAL);
  if (loaded == nullptr) return missing(path + " is no PKCS#11 module");
  if (const CK_RV code = p11_kit_module_initialize(loaded); code != CKR_OK) {
    p11_kit_module_release(loaded);
    return refused("the module does not start", code);
  }
  module_.reset(loaded);
  return {};
}

Result<std::string> TokenSession::read_pin() const {
  const char* source = p11_kit_uri_get_pin_source(uri_.get());
  std::string pin;
  if (source == nullptr) {
    const char* said = std::getenv(pin_variable_);
    if (said == nullptr)
      return missing(std::string("the PIN is needed: pin-source=file:/path, or ") + pin_variable_);
    pin = said;
  } else {
    std::string path(source);
    if (path.starts_with("file:")) path.erase(0, 5);
    std::ifstream in(path);
    if (!std::getline(in, pin) || pin.empty()) return missing(path + " holds no PIN");
  }
  return pin;
}

Status TokenSession::open() {
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

Status TokenSession::sign_in(CK_SLOT_ID slot) {
  TRY(std::string pin, read_pin());
  CK_RV code = module_->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &session_);
  if (code == CKR_OK)
    code = module_->C_Login(session_, CKU_USER, reinterpret_cast<CK_UTF8CHAR*>(pin.data()), pin.size());
  OPENSSL_cleanse(pin.data(), pin.size());
  if (code != CKR_OK && code != CKR_USER_ALREADY_LOGGED_IN) return refused("the token does not open", code);
  TRY(key_, find(kind_));
  return {};
}

Result<CK_OBJECT_HANDLE> TokenSession::find(CK_OBJECT_CLASS kind) {
  CK_ULONG named = 0;
  CK_ATTRIBUTE* attributes = p11_kit_uri_get_attributes(uri_.get(), &named);
  std::vector<CK_ATTRIBUTE> wanted(attributes, attributes + named);
  std::erase_if(wanted, [](const CK_ATTRIBUTE& one) { return one.type == CKA_CLASS; });
  wanted.push_back({CKA_CLASS, &kind, sizeof kind});
  std::array<CK_OBJECT_HANDLE, 2> found;
  CK_ULONG count = 0;
  CK_RV code = module_->C_FindObjectsInit(session_, wanted.data(), wanted.size());
  if (code == CKR_OK) code = module_->C_FindObjects(session_, found.data(), found.size(), &count);
  module_->C_FindObjectsFinal(session_);
  if (code != CKR_OK) return refused("the token does not search", code);
  if (count != 1)
    return missing(count == 0 ? "the token has no such key" : "the token has several such keys");
  return found[0];
}

void TokenSession::close() {
  if (session_ != 0) module_->C_CloseSession(session_);
  session_ = 0;
}

}  // namespace haechi::vault
