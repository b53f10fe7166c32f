// TokenSession: one key of a PKCS#11 token, found and open. For this room only: master.h and token_key.h
// are what others see. One thread at a time.
#pragma once

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <memory>
#include <string>
#include <utility>

#include "base/result.h"

namespace haechi::vault {

class TokenSession {
 public:
  // `uri` as master.h has it. `name` is what errors call the key; `pin_variable` of the environment has the
  // PIN where the URI names no file of it. `kind` is CKO_SECRET_KEY or CKO_PRIVATE_KEY.
  static Result<std::unique_ptr<TokenSession>> open(const std::string& uri, std::string name,
                                                    const char* pin_variable, CK_OBJECT_CLASS kind);
  ~TokenSession() { close(); }
  TokenSession(const TokenSession&) = delete;

  // A token that was away knows its old sessions no more.
  bool open_again() {
    close();
    return open().ok();
  }
  // The key that the URI names, as another kind of object (the public one of a private one). kNotFound: none,
  // or several.
  Result<CK_OBJECT_HANDLE> find(CK_OBJECT_CLASS kind);

  CK_FUNCTION_LIST& module() { return *module_; }
  CK_SESSION_HANDLE session() const { return session_; }
  CK_OBJECT_HANDLE key() const { return key_; }
  Error missing(std::string reason) const;
  Error refused(const char* what, CK_RV code) const;

 private:
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

  TokenSession(std::string name, const char* pin_variable, CK_OBJECT_CLASS kind)
      : name_(std::move(name)), pin_variable_(pin_variable), kind_(kind) {}
  Status read_uri(const std::string& text);
  Result<std::string> read_pin() const;
  Status load();
  Status open();
  Status sign_in(CK_SLOT_ID slot);
  void close();

  const std::string name_;
  const char* const pin_variable_;
  const CK_OBJECT_CLASS kind_;
  Uri uri_;
  Module module_;
  CK_SESSION_HANDLE session_ = 0;
  CK_OBJECT_HANDLE key_ = 0;
};

}  // namespace haechi::vault
