#include "notify/web_push.h"

#include <gtest/gtest.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <sys/stat.h>

#include <boost/json.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/base64.h"
#include "base/digest.h"

namespace haechi::notify {
namespace {

namespace json = boost::json;

std::string raw(const char* text) {
  return *decode_base64url(text);
}

// RFC 8291, section 5 and appendix A.
constexpr const char* kBrowserPoint =
    "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
constexpr const char* kServerPoint =
    "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8";
constexpr const char* kBody =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_"
    "c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl"
    "7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";

Subscription browser() {
  auto parsed = Subscription::parse("https://push.example.net/push/JzLQ3raZJfFBR0aqvOMsLrt54w4rJUsV",
                                    kBrowserPoint, "BTBZMqHH6r4Tts7J_aSIgg");
  EXPECT_TRUE(parsed.ok());
  return *parsed;
}

TEST(WebPush, EncryptsTheExampleOfRfc8291ToItsBytes) {
  const auto ours = KeyPair::of(raw("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"), raw(kServerPoint));
  ASSERT_TRUE(ours.ok());
  const auto body =
      encrypt(browser(), "When I grow up, I want to be a watermelon", *ours, raw("DGv6ra1nlYgDCS1FRnbzlw"));
  ASSERT_TRUE(body.ok());
  EXPECT_EQ(base64url(*body), kBody);
}

TEST(WebPush, NeverEncryptsTheSameTextToTheSameBytes) {
  EXPECT_NE(*encrypt(browser(), "x"), *encrypt(browser(), "x"));
}

TEST(WebPush, ComesToOneSecretFromBothSides) {
  const KeyPair a = KeyPair::generate(), b = KeyPair::generate();
  EXPECT_EQ(*a.agree(b.point()), *b.agree(a.point()));
}

TEST(WebPush, RefusesWhatIsNoSubscription) {
  const auto field = [](const char* endpoint, const std::string& point, const char* auth) {
    const auto parsed = Subscription::parse(endpoint, point, auth);
    return parsed.ok() ? std::string() : parsed.error().field;
  };
  constexpr const char* kAuth = "BTBZMqHH6r4Tts7J_aSIgg";
  EXPECT_EQ(field("https://push.example/x", kBrowserPoint, kAuth), "");
  EXPECT_EQ(field("no address", kBrowserPoint, kAuth), "endpoint");
  EXPECT_EQ(field("https://user@push.example/x", kBrowserPoint, kAuth), "endpoint");
  EXPECT_EQ(field("https://push.example/x\r\nhost: other", kBrowserPoint, kAuth), "endpoint");
  std::string off_the_curve = raw(kBrowserPoint);
  off_the_curve.back() ^= 1;
  EXPECT_EQ(field("https://push.example/x", base64url(off_the_curve), kAuth), "p256dh");
  EXPECT_EQ(field("https://push.example/x", "AAAA", kAuth), "p256dh");
  EXPECT_EQ(field("https://push.example/x", kBrowserPoint, "AAAA"), "auth");
}

TEST(WebPush, SendsOnlyToServicesThatAreNamed) {
  const std::vector<std::string> services = {"https://fcm.googleapis.com", "https://*.notify.windows.com"};
  EXPECT_TRUE(is_served_by("https://fcm.googleapis.com/fcm/send/abc", services));
  EXPECT_TRUE(is_served_by("https://wns2-pn1p.notify.windows.com/w/?token=x", services));
  EXPECT_FALSE(is_served_by("http://fcm.googleapis.com/fcm/send/abc", services));
  EXPECT_FALSE(is_served_by("https://fcm.googleapis.com:8080/", services));
  EXPECT_FALSE(is_served_by("https://fcm.googleapis.com.evil.example/", services));
  EXPECT_FALSE(is_served_by("https://evil.example/?.notify.windows.com", services));
  EXPECT_FALSE(is_served_by("https://.notify.windows.com", services));
  EXPECT_FALSE(is_served_by("https://evil.example\\.notify.windows.com/", services));
  EXPECT_FALSE(is_served_by("https://evil.example#.notify.windows.com/", services));
  EXPECT_FALSE(is_served_by("http://169.254.169.254/", services));
}

// As a push service does it: from the point in "k" alone.
bool verifies(const std::string& point, const std::string& text, const std::string& signature) {
  OSSL_PARAM parameters[] = {
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, const_cast<char*>("prime256v1"), 0),
      OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, const_cast<char*>(point.data()),
                                        point.size()),
      OSSL_PARAM_construct_end()};
  EVP_PKEY_CTX* making = EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr);
  EVP_PKEY* key = nullptr;
  EVP_PKEY_fromdata_init(making);
  EVP_PKEY_fromdata(making, &key, EVP_PKEY_PUBLIC_KEY, parameters);
  EVP_PKEY_CTX_free(making);
  const auto number = [&](size_t from) {
    return BN_bin2bn(reinterpret_cast<const uint8_t*>(signature.data()) + from, 32, nullptr);
  };
  ECDSA_SIG* pair = ECDSA_SIG_new();
  ECDSA_SIG_set0(pair, number(0), number(32));
  uint8_t* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair, &der);
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_DigestVerifyInit(context, nullptr, EVP_sha256(), nullptr, key);
  const bool good = EVP_DigestVerify(context, der, static_cast<size_t>(size),
                                     reinterpret_cast<const uint8_t*>(text.data()), text.size()) == 1;
  EVP_MD_CTX_free(context);
  OPENSSL_free(der);
  ECDSA_SIG_free(pair);
  EVP_PKEY_free(key);
  return good;
}

TEST(Vapid, SaysWhoItIsToThatServiceAloneAndForHalfADay) {
  const KeyPair ours = KeyPair::generate();
  const Time now{1'795'000'000'000'000};
  for (int i = 0; i < 50; ++i) {  // r and s may begin with zeros
    const std::string value =
        vapid(ours, "https://push.example:8443/send/abc?d=1", "mailto:ops@example.org", now);
    ASSERT_TRUE(value.starts_with("vapid t=")) << value;
    const size_t comma = value.find(", k=");
    const std::string token = value.substr(8, comma - 8);
    EXPECT_EQ(value.substr(comma + 4), base64url(ours.point()));
    const size_t first = token.find('.'), second = token.rfind('.');
    const json::value claims = json::parse(*decode_base64url(token.substr(first + 1, second - first - 1)));
    EXPECT_EQ(claims.at("aud").as_string(), "https://push.example:8443");
    EXPECT_EQ(claims.at("sub").as_string(), "mailto:ops@example.org");
    EXPECT_EQ(claims.at("exp").as_int64(), 1'795'000'000 + 12 * 3'600);
    const std::string signature = *decode_base64url(token.substr(second + 1));
    ASSERT_EQ(signature.size(), 64u);
    EXPECT_TRUE(verifies(ours.point(), token.substr(0, second), signature));
    EXPECT_FALSE(verifies(ours.point(), token.substr(0, second) + "x", signature));
  }
}

TEST(Vapid, KeepsItsKeyInAFileThatOnlyItsOwnerReads) {
  std::string pattern = (std::filesystem::temp_directory_path() / "haechi-vapid-XXXXXX").string();
  const std::filesystem::path folder = ::mkdtemp(pattern.data());
  const std::string path = folder / "vapid.pem";
  const auto first = KeyPair::open(path);
  ASSERT_TRUE(first.ok());
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0077, 0u);
  EXPECT_EQ(KeyPair::open(path)->point(), first->point());
  std::ofstream(path) << "no key";
  EXPECT_EQ(KeyPair::open(path).error().code, Code::kCorrupt);
  EXPECT_EQ(KeyPair::open(folder / "nowhere" / "vapid.pem").error().code, Code::kUnavailable);
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace haechi::notify
