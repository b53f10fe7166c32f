#include "trust/passkey.h"

#include <functional>

#include "base/random.h"
#include "trust/cbor.h"
#include "trust/test_authenticator.h"

namespace haechi::trust {
namespace {

using Kind = TestAuthenticator::Kind;

const RelyingParty kHere{"https://haechi.example:8443", "haechi.example"};
const std::string kChallenge = "what was asked";

// Why a proof is refused; empty: it is taken.
std::string refusal(const TestAuthenticator& authenticator, const std::string& public_key) {
  const std::string said = authenticator.client_data(kChallenge, "webauthn.get");
  const auto challenge = challenge_in(said, Ceremony::kSigningIn, kHere);
  if (!challenge.ok()) return challenge.error().text();
  EXPECT_EQ(*challenge, kChallenge);
  const std::string data = authenticator.authenticator_data();
  const auto proof = check_proof(data, said, authenticator.sign(data, said), public_key, kHere);
  return proof.ok() ? "" : proof.error().text();
}

TEST(Passkey, OfEachKindThatIsTakenProvesWhatItSigned) {
  for (const Kind kind : {Kind::kEs256, Kind::kRs256, Kind::kEdDsa}) {
    TestAuthenticator authenticator(kind);
    authenticator.counter = 70'000;
    const auto added = read_attestation(authenticator.attestation(), kHere);
    ASSERT_TRUE(added.ok()) << added.error().text();
    EXPECT_EQ(added->credential_id, authenticator.credential_id);
    EXPECT_EQ(added->public_key, authenticator.cose());
    EXPECT_EQ(added->counter, 70'000u);
    EXPECT_EQ(refusal(authenticator, added->public_key), "");
    EXPECT_NE(refusal(TestAuthenticator(kind), added->public_key), "") << "another key of the same kind";
  }
}

TEST(Passkey, IsRefusedForEachThingThatIsWrong) {
  TestAuthenticator right;
  const auto expect = [&](const char* why, const std::function<void(TestAuthenticator&)>& spoil) {
    const auto before = std::tuple(right.site, right.origin, right.cross_origin, right.type, right.flags);
    spoil(right);
    EXPECT_NE(refusal(right, right.cose()).find(why), std::string::npos) << refusal(right, right.cose());
    std::tie(right.site, right.origin, right.cross_origin, right.type, right.flags) = before;
    EXPECT_EQ(refusal(right, right.cose()), "");
  };
  expect("another site", [](auto& a) { a.site = "haechi.example.attacker.example"; });
  expect("another page", [](auto& a) { a.origin = "https://haechi.example"; });
  expect("another page", [](auto& a) { a.origin = "http://haechi.example:8443"; });
  expect("another page", [](auto& a) { a.origin = "https://haechi.example:8443.attacker.example"; });
  expect("frame of another", [](auto& a) { a.cross_origin = "true"; });
  expect("frame of another", [](auto& a) { a.cross_origin = "\"false\""; });
  expect("another ceremony", [](auto& a) { a.type = "webauthn.create"; });
  expect("nobody was present", [](auto& a) { a.flags = 4; });
  expect("did not check who", [](auto& a) { a.flags = 1; });
}

TEST(Passkey, ProvesNothingOnceAByteOfWhatItSignedIsChanged) {
  const TestAuthenticator authenticator;
  const std::string said = authenticator.client_data(kChallenge, "webauthn.get");
  const std::string data = authenticator.authenticator_data(), key = authenticator.cose();
  const std::string signature = authenticator.sign(data, said);
  ASSERT_TRUE(check_proof(data, said, signature, key, kHere).ok());
  const auto changed = [](std::string text, size_t at) {
    text[at] = static_cast<char>(text[at] ^ 8);
    return text;
  };
  for (size_t at = 0; at < data.size(); ++at)
    EXPECT_FALSE(check_proof(changed(data, at), said, signature, key, kHere).ok()) << at;
  for (size_t at = 0; at < said.size(); ++at)
    EXPECT_FALSE(check_proof(data, changed(said, at), signature, key, kHere).ok()) << at;
  for (size_t at = 0; at < signature.size(); ++at)
    EXPECT_FALSE(check_proof(data, said, changed(signature, at), key, kHere).ok()) << at;
  EXPECT_FALSE(check_proof(data, said, "", key, kHere).ok());
}

TEST(Passkey, HasAKeyOfAKindThatIsTakenAndAPointOnTheCurve) {
  const TestAuthenticator authenticator;
  const std::string good = authenticator.attestation(), key = authenticator.cose();
  const auto with_key = [&](const std::string& other) {
    std::string out = good;
    return out.replace(out.find(key), key.size(), other);
  };
  ASSERT_TRUE(read_attestation(with_key(key), kHere).ok());
  std::string weak = key;
  weak[4] = '\x25';  // algorithm -6
  EXPECT_FALSE(read_attestation(with_key(weak), kHere).ok());
  std::string off_the_curve = key;
  off_the_curve.back() = static_cast<char>(off_the_curve.back() ^ 1);
  EXPECT_FALSE(read_attestation(with_key(off_the_curve), kHere).ok());
}

TEST(Passkey, OfAnAttestationThatIsCutOrChangedIsNeverReadBeyondItsEnd) {
  const std::string whole = TestAuthenticator().attestation();
  ASSERT_TRUE(read_attestation(whole, kHere).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    const std::string cut(whole, 0, size);  // of its own, so that a read beyond its end is noticed
    EXPECT_FALSE(read_attestation(cut, kHere).ok()) << size;
  }
  Random random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string changed = whole;
    for (int n = 0; n < 3; ++n) changed[random.below(changed.size())] = static_cast<char>(random.below(256));
    (void)read_attestation(changed, kHere).ok();
  }
}

TEST(Cbor, StatedLengthsBeyondTheEndAndDeepNestingAreRefused) {
  EXPECT_FALSE(CborReader("\x5b\xff\xff\xff\xff\xff\xff\xff\xff"
                          "abc")
                   .bytes()
                   .has_value());
  EXPECT_FALSE(CborReader(std::string_view("\x9b\x7f\xff\xff\xff\xff\xff\xff\xff\x01", 10)).skip());
  EXPECT_FALSE(CborReader("\x5f\x41\x61\xff").bytes().has_value()) << "of no stated length";
  EXPECT_TRUE(CborReader(std::string(CborReader::kDepthMax - 1, '\x81') + "\x01").skip());
  EXPECT_FALSE(CborReader(std::string(CborReader::kDepthMax, '\x81') + "\x01").skip());
  EXPECT_EQ(CborReader("\x39\x01\x00" + std::string()).number(), std::nullopt) << "cut";
  EXPECT_EQ(CborReader(std::string_view("\x39\x01\x00", 3)).number(), -257);
}

TEST(RelyingPartyOf, AnAddressInNumbersIsNone) {
  EXPECT_EQ(relying_party("https://haechi.example:8443")->id, "haechi.example");
  EXPECT_EQ(relying_party("http://localhost")->id, "localhost");
  for (const char* none : {"http://127.0.0.1:8080", "http://[::1]:8080", "haechi.example", "https://"})
    EXPECT_FALSE(relying_party(none).ok()) << none;
}

}  // namespace
}  // namespace haechi::trust
