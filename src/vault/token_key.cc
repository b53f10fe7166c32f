#include "vault/token_key.h"

#include <array>
#include <utility>

#include "base/in_time.h"
#include "vault/patient.h"
#include "vault/token_session.h"

namespace haechi::vault {
namespace {

constexpr size_t kSignatureBytesMax = 1'024;  // RSA of 8192 bits
constexpr size_t kEd25519Bytes = 32;

CK_MECHANISM_TYPE mechanism_of(Signer::How how) {
  switch (how) {
    case Signer::How::kEd25519:
      return CKM_EDDSA;
    case Signer::How::kEcdsa:
      return CKM_ECDSA;
    case Signer::How::kRsaPlain:
      break;
  }
  return CKM_RSA_X_509;
}

// On the token's own thread; it lives as long as that asks it.
class Asked {
 public:
  Status open(const std::string& uri, const std::string& name) {
    TRY(token_, TokenSession::open(uri, name, kTokenPinVariable, CKO_PRIVATE_KEY));
    CK_KEY_TYPE type = 0;
    CK_ATTRIBUTE asked{CKA_KEY_TYPE, &type, sizeof type};
    if (const CK_RV code = token_->module().C_GetAttributeValue(token_->session(), token_->key(), &asked, 1);
        code != CKR_OK)
      return token_->refused("the token does not tell the kind of the key", code);
    return type == CKK_EC_EDWARDS ? read_public_key() : Status();
  }

  Result<std::string> sign(Signer::How how, const std::string& bytes) {
    std::string signature;
    CK_RV code = sign_once(how, bytes, signature);
    if (code != CKR_OK && token_->open_again()) code = sign_once(how, bytes, signature);
    if (code != CKR_OK) return token_->refused("the token does not sign", code);
    return signature;
  }

  std::string public_key;

 private:
  // Told as it is, or as an octet string (04, length).
  Status read_public_key() {
    Result<CK_OBJECT_HANDLE> beside = token_->find(CKO_PUBLIC_KEY);
    if (!beside.ok()) return token_->missing("its public key is not beside it in the token");
    std::array<char, 2 * kEd25519Bytes> point;
    CK_ATTRIBUTE asked{CKA_EC_POINT, point.data(), point.size()};
    const CK_RV code = token_->module().C_GetAttributeValue(token_->session(), *beside, &asked, 1);
    if (code != CKR_OK) return token_->refused("the token does not tell the public key", code);
    public_key.assign(point.data(), asked.ulValueLen);
    if (public_key.size() == kEd25519Bytes + 2 && public_key.starts_with("\x04\x20")) public_key.erase(0, 2);
    if (public_key.size() == kEd25519Bytes) return {};
    return token_->missing("the public key is not one of Ed25519");
  }

  CK_RV sign_once(Signer::How how, const std::string& bytes, std::string& signature) {
    CK_MECHANISM mechanism{mechanism_of(how), nullptr, 0};
    CK_RV code = token_->module().C_SignInit(token_->session(), &mechanism, token_->key());
    if (code != CKR_OK) return code;
    signature.resize(kSignatureBytesMax);
    CK_ULONG size = signature.size();
    code = token_->module().C_Sign(token_->session(),
                                   reinterpret_cast<CK_BYTE*>(const_cast<char*>(bytes.data())), bytes.size(),
                                   reinterpret_cast<CK_BYTE*>(signature.data()), &size);
    signature.resize(code == CKR_OK ? size : 0);
    return code;
  }

  std::unique_ptr<TokenSession> token_;
};

class TokenKey final : public Signer {
 public:
  TokenKey(std::string name, std::shared_ptr<Asked> asked)
      : name_(std::move(name)),
        asked_(std::move(asked)),
        public_key_(asked_->public_key),
        thread_(std::make_unique<InTime>("token", kTokenPatience)) {}
  // Who hangs for ever is left behind: we end all the same.
  ~TokenKey() override {
    if (thread_->run([] {}) != InTime::Came::kDone) (void)thread_.release();
  }

  const std::string& public_key() const override { return public_key_; }
  Result<std::string> sign(How how, std::string_view bytes) override {
    auto answer =
        thread_->ask([how, bytes = std::string(bytes), asked = asked_] { return asked->sign(how, bytes); });
    if (answer) return *std::move(answer);
    return Error{Code::kUnavailable, name_, "its token does not answer"};
  }

 private:
  const std::string name_;
  const std::shared_ptr<Asked> asked_;
  const std::string public_key_;
  std::unique_ptr<InTime> thread_;
};

}  // namespace

Result<std::shared_ptr<Signer>> open_token_key(const std::string& uri, const std::string& name) {
  const auto asked = std::make_shared<Asked>();
  auto opening = std::make_unique<InTime>("token", kOpeningPatience);
  const auto opened = opening->ask([asked, uri, name] { return asked->open(uri, name); });
  if (!opened) {
    (void)opening.release();
    return Error{Code::kUnavailable, name, "its token does not answer"};
  }
  TRY_STATUS(*opened);
  return std::shared_ptr<Signer>(std::make_shared<TokenKey>(name, asked));
}

}  // namespace haechi::vault
