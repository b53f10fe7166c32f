#include "trust/id_token.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>

#include <boost/json.hpp>
#include <functional>
#include <memory>

#include "base/base64.h"

namespace haechi::trust {
namespace {

namespace json = boost::json;

const Time kNow{1'800'000'000'000'000};
const TokenWanted kWanted{"https://id.example", "haechi", "the nonce", "preferred_username", {}, {}};

// A provider that signs by ES256.
class Signer {
 public:
  Signer() : key_(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"), EVP_PKEY_free) {}

  std::string coordinate(const char* name) const {
    BIGNUM* number = nullptr;
    EXPECT_EQ(EVP_PKEY_get_bn_param(key_.get(), name, &number), 1);
    std::string out(32, '\0');
    BN_bn2binpad(number, reinterpret_cast<unsigned char*>(out.data()), 32);
    BN_free(number);
    return out;
  }
  PublicKey key() const {
    return std::move(
        *PublicKey::ecdsa(coordinate(OSSL_PKEY_PARAM_EC_PUB_X), coordinate(OSSL_PKEY_PARAM_EC_PUB_Y)));
  }
  json::object jwk(const std::string& id) const {
    return {{"kty", "EC"},
            {"crv", "P-256"},
            {"kid", id},
            {"x", base64url(coordinate(OSSL_PKEY_PARAM_EC_PUB_X))},
            {"y", base64url(coordinate(OSSL_PKEY_PARAM_EC_PUB_Y))}};
  }
  std::string token(const json::object& claims,
                    const json::object& header = {{"alg", "ES256"}, {"kid", "k1"}}) const {
    const std::string text = base64url(json::serialize(header)) + "." + base64url(json::serialize(claims));
    return text + "." + base64url(sign(text));
  }

 private:
  // The two numbers of the signature, as tokens have them.
  std::string sign(const std::string& text) const {
    const std::unique_ptr<EVP_MD_CTX, void (*)(EVP_MD_CTX*)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get());
    unsigned char asn1[80];
    size_t size = sizeof asn1;
    EXPECT_EQ(EVP_DigestSign(context.get(), asn1, &size, reinterpret_cast<const unsigned char*>(text.data()),
                             text.size()),
              1);
    const unsigned char* at = asn1;
    ECDSA_SIG* signature = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size));
    std::string out(64, '\0');
    auto* bytes = reinterpret_cast<unsigned char*>(out.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(signature), bytes, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(signature), bytes + 32, 32);
    ECDSA_SIG_free(signature);
    return out;
  }

  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key_;
};

json::object right() {
  const int64_t now_s = kNow.us / 1'000'000;
  return {{"iss", "https://id.example"}, {"aud", "haechi"}, {"nonce", "the nonce"},   {"iat", now_s - 5},
          {"exp", now_s + 300},          {"sub", "4711"},   {"acr", "loa3"},          {"amr", {"pwd", "hwk"}},
          {"preferred_username", "kim"}, {"sid", "s-1"},    {"auth_time", now_s - 60}};
}

std::string refusal(const std::string& token, const PublicKey& key, const TokenWanted& wanted = kWanted) {
  const auto said = check_id_token(token, key, wanted, kNow);
  if (!said.ok()) return said.error().text();
  EXPECT_EQ(said->subject, "4711");
  EXPECT_EQ(said->name, "kim");
  EXPECT_EQ(said->sid, "s-1");
  EXPECT_EQ(said->at, kNow - Duration::seconds(60));
  return "";
}

TEST(IdToken, SaysWhoItIsWhenAllOfItIsRight) {
  const Signer signer;
  EXPECT_EQ(refusal(signer.token(right()), signer.key()), "");
  json::object several = right();
  several["aud"] = {"haechi", "another"};
  several["azp"] = "haechi";
  EXPECT_EQ(refusal(signer.token(several), signer.key()), "");
  EXPECT_EQ(*key_id_of(signer.token(right())), "k1");
}

TEST(IdToken, IsRefusedForEachThingThatIsWrong) {
  const Signer signer;
  const int64_t now_s = kNow.us / 1'000'000;
  const std::tuple<const char*, const char*, json::value> faults[] = {
      {"iss", "another issuer", "https://id.example/"},
      {"iss", "another issuer", nullptr},
      {"aud", "another audience", "another"},
      {"aud", "another audience", json::array{}},
      {"aud", "another party", {"haechi", "another"}},
      {"azp", "another party", "another"},
      {"nonce", "another sign-in", "another"},
      {"nonce", "another sign-in", nullptr},
      {"exp", "has ended", now_s - 60},
      {"exp", "from when until when", nullptr},
      {"exp", "from when until when", "1900000000"},
      {"exp", "from when until when", 1e300},
      {"iat", "too old", now_s - 601},
      {"iat", "of the future", now_s + 61},
      {"auth_time", "when the person signed in", nullptr},
      {"auth_time", "too long ago", now_s - 12 * 3600 - 1},
      {"auth_time", "in the future", now_s + 61},
      {"sub", "who it is", nullptr},
      {"preferred_username", "who it is", nullptr},
      {"preferred_username", "who it is", 7},
  };
  for (const auto& [claim, why, value] : faults) {
    json::object said = right();
    said[claim] = value;
    EXPECT_NE(refusal(signer.token(said), signer.key()).find(why), std::string::npos)
        << claim << " " << value;
  }
}

TEST(IdToken, IsOfAnAlgorithmThatFitsTheKeyAndOfNoOther) {
  const Signer signer;
  for (const char* algorithm : {"none", "HS256", "RS256", "ES384", "es256", ""})
    EXPECT_NE(
        refusal(signer.token(right(), {{"alg", algorithm}, {"kid", "k1"}}), signer.key()).find("not taken"),
        std::string::npos)
        << algorithm;
  EXPECT_NE(
      refusal(signer.token(right(), {{"alg", "ES256"}, {"crit", {"b64"}}}), signer.key()).find("not known"),
      std::string::npos);
  EXPECT_NE(refusal(signer.token(right()), Signer().key()).find("not signed by the provider"),
            std::string::npos);
  const std::string token = signer.token(right());
  for (const size_t at : {token.find('.') + 5, token.rfind('.') + 5}) {
    std::string changed = token;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_NE(refusal(changed, signer.key()), "") << at;
  }
  for (const char* none : {"", ".", "..", "a.b", "a.b.c", "e30.e30.", "e30.e30.e30.e30"})
    EXPECT_NE(refusal(none, signer.key()), "") << none;
}

TEST(IdToken, IsOfASignInAsStrongAsIsAskedFor) {
  const Signer signer;
  TokenWanted wanted = kWanted;
  wanted.acr = {"loa4", "loa3"};
  wanted.amr = {"hwk"};
  EXPECT_EQ(refusal(signer.token(right()), signer.key(), wanted), "");
  wanted.acr = {"loa4"};
  EXPECT_NE(refusal(signer.token(right()), signer.key(), wanted).find("(acr)"), std::string::npos);
  wanted.acr = {};
  wanted.amr = {"hwk", "fpt"};
  EXPECT_NE(refusal(signer.token(right()), signer.key(), wanted).find("(amr)"), std::string::npos);
}

json::object logout() {
  const int64_t now_s = kNow.us / 1'000'000;
  return {{"iss", "https://id.example"},
          {"aud", "haechi"},
          {"iat", now_s - 5},
          {"exp", now_s + 100},
          {"sub", "4711"},
          {"sid", "s-1"},
          {"jti", "t-1"},
          {"events", {{"http://schemas.openid.net/event/backchannel-logout", json::object{}}}}};
}
const json::object kLogoutHeader = {{"alg", "ES256"}, {"kid", "k1"}, {"typ", "logout+jwt"}};

std::string logout_refusal(const Signer& signer, const json::object& said,
                           const json::object& header = kLogoutHeader) {
  const auto token =
      check_logout_token(signer.token(said, header), signer.key(), "https://id.example", "haechi", kNow);
  return token.ok() ? "" : token.error().text();
}

TEST(LogoutToken, SaysWhoseSessionHasEnded) {
  const Signer signer;
  EXPECT_EQ(logout_refusal(signer, logout()), "");
  for (const char* one : {"sub", "sid"}) {
    json::object said = logout();
    said.erase(one);
    EXPECT_EQ(logout_refusal(signer, said), "") << "one of the two is enough, without " << one;
  }
}

TEST(LogoutToken, IsRefusedForEachThingThatIsWrongAndNoTokenIsTakenForTheOther) {
  const Signer signer;
  const int64_t now_s = kNow.us / 1'000'000;
  const std::tuple<const char*, const char*, json::value> faults[] = {
      {"iss", "another issuer", "https://id.example/"},
      {"aud", "another audience", "another"},
      {"exp", "has ended", now_s - 60},
      {"iat", "too old", now_s - 121},
      {"events", "another event", nullptr},
      {"events", "another event", json::object{}},
      {"nonce", "of a sign-in", "the nonce"},
      {"jti", "has no id", nullptr}};
  for (const auto& [claim, why, value] : faults) {
    json::object said = logout();
    said[claim] = value;
    EXPECT_NE(logout_refusal(signer, said).find(why), std::string::npos) << claim << " " << value;
  }
  json::object nobodys = logout();
  nobodys.erase("sub");
  nobodys.erase("sid");
  EXPECT_NE(logout_refusal(signer, nobodys).find("whose"), std::string::npos);
  EXPECT_NE(logout_refusal(signer, logout(), {{"alg", "ES256"}, {"kid", "k1"}}).find("another kind"),
            std::string::npos);
  EXPECT_NE(logout_refusal(Signer(), right()), "");
  EXPECT_NE(refusal(signer.token(logout(), kLogoutHeader), signer.key()), "");
  EXPECT_FALSE(check_logout_token(signer.token(logout(), kLogoutHeader), Signer().key(), "https://id.example",
                                  "haechi", kNow)
                   .ok());
}

TEST(ProviderKeys, AreThoseThatSignInWaysThatAreTaken) {
  const Signer signer;
  json::object for_encryption = signer.jwk("k2");
  for_encryption["use"] = "enc";
  const json::object small{
      {"kty", "RSA"}, {"kid", "k3"}, {"n", base64url(std::string(128, '\x81'))}, {"e", "AQAB"}};
  const auto keys = ProviderKeys::read(
      json::serialize(json::object{{"keys", {signer.jwk("k1"), for_encryption, small, 7}}}));
  ASSERT_TRUE(keys.ok()) << keys.error().text();
  EXPECT_EQ(keys->size(), 1u);
  ASSERT_NE(keys->find("k1"), nullptr);
  EXPECT_EQ(refusal(signer.token(right()), *keys->find("k1")), "");
  EXPECT_EQ(keys->find("k2"), nullptr);
  for (const char* none : {"", "[]", "{}", R"({"keys":[]})", R"({"keys":7})"})
    EXPECT_FALSE(ProviderKeys::read(none).ok()) << none;
}

}  // namespace
}  // namespace haechi::trust
