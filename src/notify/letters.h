// Letters: makes the parcel of a notification: to which address, in which words, for which server.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "haechi/v1/case_api.pb.h"
#include "notify/carrier.h"
#include "notify/settings.h"
#include "notify/texts.h"
#include "notify/web_push.h"
#include "store/records.h"

namespace haechi::notify {

// Could a letter go there? kInvalid names the field.
Status check(const v1::AddressInput& address);

class Letters {
 public:
  // `records` and `clock` outlive it. `vapid` must be given when something is to be pushed.
  Letters(Settings settings, std::optional<KeyPair> vapid, store::Records& records, const Clock& clock);

  // The parcel for the channel that is tried now. kUnavailable: the record store cannot be read at this
  // moment. Every other error says by a code in `reason` why nothing can be sent: no_connector (nothing takes
  // this channel), no_address, contact_rule (her record says how she may be reached: a human must read it).
  Result<Parcel> parcel(const v1::Notification& about);
  // That something happened to an account: by e-mail, or as a text message where it has no such address. Its
  // agency is not told. `id` names the letter to the servers. Errors as above.
  Result<Parcel> account_notice(const std::string& account, const std::string& id);
  // A one-time link to the account, to the same address. kNotFound: it has none, or nothing takes letters.
  Result<Parcel> account_link(const std::string& account, const std::string& token,
                              const std::string& id) const;
  // Does something of this node take letters to accounts?
  bool reaches_accounts() const;
  // The push service knows the subscription at this endpoint no more (404, 410).
  Status forget_subscription(const v1::Notification& about, const std::string& endpoint);

  // What a page needs to subscribe; empty when nothing is pushed.
  std::string public_key() const;
  // Would it be sent to?
  Status check(const v1::PushInput& subscription) const;

 private:
  struct Post {
    std::string phone, email, language;
  };
  Result<std::string> read(store::Holder holder, const std::string& id, store::AddressKind kind) const;
  Result<Post> post_of_person(const std::string& person_id) const;
  Result<Post> post_of(const v1::Notification& about) const;
  Result<Parcel> to_account(const std::string& account, const std::string& id,
                            const std::function<Text(Language)>& text) const;
  Result<Parcel> email(const v1::Notification& about);
  Result<Parcel> sms(const v1::Notification& about);
  Result<Parcel> voice(const v1::Notification& about);
  Result<Parcel> push(const v1::Notification& about);
  Result<Parcel> email_to(const Post& post, const Text& text, const std::string& id, Time at) const;
  Result<Parcel> sms_to(const Post& post, const Text& text, const std::string& id) const;
  Language language_for(const std::string& named) const;

  const Settings settings_;
  const std::optional<KeyPair> vapid_;
  store::Records& records_;
  const Clock& clock_;
};

}  // namespace haechi::notify
