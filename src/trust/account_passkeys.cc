// Passkeys of accounts: what accounts.h says of them.
#include <algorithm>

#include "base/digest.h"
#include "trust/accounts.h"

namespace haechi::trust {
namespace {

constexpr const char* kToSignIn = "passkey, to sign in";
constexpr size_t kHandleBytes = 32;

std::string to_add_for(const std::string& account) {
  return "passkey, to be added to " + account;
}

// Characters of UTF-8, no control character among them.
Status check_label(const std::string& label) {
  size_t characters = 0;
  for (const char c : label) {
    const auto byte = static_cast<uint8_t>(c);
    if (byte < 0x20 || byte == 0x7f) return invalid("label", "must be one line of text");
    characters += (byte & 0xc0) != 0x80 ? 1 : 0;
  }
  return characters >= 1 && characters <= kPasskeyLabelMax ? Status()
                                                           : invalid("label", "must be 1 to 40 characters");
}

}  // namespace

Result<RelyingParty> Accounts::party_of(bool secure, std::string_view host) const {
  if (pages_.empty()) return relying_party((secure ? "https://" : "http://") + std::string(host));
  if (!same_origin(pages_, host)) return invalid("host", "passkeys are good at " + pages_ + " alone");
  return relying_party(pages_);
}

Accounts::PasskeyAsked Accounts::passkey_challenge(Time now) const {
  const Time expires_at = now + kPasskeyAskedFor;
  return {tickets_.issue(kToSignIn, expires_at), expires_at};
}

Result<std::string> Accounts::take_proof(const std::string& account, const PasskeyProof& proof, Time now) {
  const auto refused = [](const std::string& why) { return "wrong passkey: " + why; };
  const auto challenge = challenge_in(proof.client_data, Ceremony::kSigningIn, proof.party);
  if (!challenge.ok()) return refused(challenge.error().text());
  if (!tickets_.take(*challenge, kToSignIn, now)) return refused("its challenge was used, or has ended");
  TRY(auto passkey, records_.passkey(proof.credential_id));
  if (!passkey || passkey->account != account) return refused("it is not one of this account");
  const auto counter = check_proof(proof.authenticator_data, proof.client_data, proof.signature,
                                   passkey->public_key, proof.party);
  if (!counter.ok()) return refused(counter.error().text());
  // Authenticators that do not count say 0 for ever. Of others a number that was seen means two of them.
  if ((*counter != 0 || passkey->counter != 0) && *counter <= passkey->counter)
    return refused("its counter went back, it may have been copied");
  passkey->counter = *counter;
  passkey->used_at = now;
  TRY_STATUS(records_.put_passkey(*passkey));
  return std::string();
}

Result<Accounts::PasskeyWantedVerdict> Accounts::want_passkey(const std::string& account,
                                                              const Attempt& attempt, Time now) {
  TRY(Verdict verdict, prove(account, attempt, now));
  if (!verdict.right) return PasskeyWantedVerdict{std::move(verdict), std::nullopt};
  PasskeyWanted wanted;
  wanted.expires_at = now + kPasskeyAskedFor;
  wanted.challenge = tickets_.issue(to_add_for(account), wanted.expires_at);
  TRY(wanted.user_handle, records_.user_handle(account));
  if (wanted.user_handle.empty()) {
    wanted.user_handle = random_secret(kHandleBytes);
    TRY_STATUS(records_.put_user_handle(account, wanted.user_handle));
  }
  TRY(const auto had, records_.passkeys(account));
  for (const store::PasskeyRecord& one : had) wanted.credential_ids.push_back(one.credential_id);
  return PasskeyWantedVerdict{std::move(verdict), std::move(wanted)};
}

Result<store::PasskeyRecord> Accounts::add_passkey(const std::string& account, const PasskeyMade& made,
                                                   std::string_view token, Time now) {
  TRY_STATUS(check_label(made.label));
  TRY(const auto had, records_.passkeys(account));
  if (had.size() >= kPasskeysMax) return Error{Code::kConflict, "passkey", "an account has ten at most"};
  TRY(const std::string challenge, challenge_in(made.client_data, Ceremony::kAdding, made.party));
  TRY(NewPasskey passkey, read_attestation(made.attestation, made.party));
  if (!tickets_.take(challenge, to_add_for(account), now))
    return invalid("client_data", "the challenge was used, or has ended; begin again");
  TRY(const auto taken, records_.passkey(passkey.credential_id));
  if (taken) return Error{Code::kConflict, "passkey", "this passkey is known already"};
  store::PasskeyRecord record{hex(random_secret(8)),
                              account,
                              std::move(passkey.credential_id),
                              std::move(passkey.public_key),
                              passkey.counter,
                              made.label,
                              now,
                              Time{}};
  TRY_STATUS(records_.put_passkey(record));
  TRY_STATUS(note(account, store::AccountEvent::kPasskeyAdded, made.address, now));
  TRY_STATUS(end_other_sessions(account, token));
  return record;
}

Result<Accounts::PasskeyRemoved> Accounts::remove_passkey(const std::string& account, const std::string& id,
                                                          const Attempt& attempt, std::string_view token,
                                                          Time now) {
  TRY(const auto had, records_.passkeys(account));
  const auto found = std::find_if(had.begin(), had.end(), [&](const auto& one) { return one.id == id; });
  if (found == had.end()) return Error{Code::kNotFound, "passkey", "there is no such passkey"};
  TRY(Verdict verdict, prove(account, attempt, now));
  if (!verdict.right) return PasskeyRemoved{std::move(verdict), std::nullopt};
  TRY_STATUS(records_.remove_passkey(found->credential_id));
  TRY_STATUS(note(account, store::AccountEvent::kPasskeyRemoved, attempt.address, now));
  TRY_STATUS(end_other_sessions(account, token));
  return PasskeyRemoved{std::move(verdict), *found};
}

}  // namespace haechi::trust
