#include "notify/letters.h"

#include <google/protobuf/util/json_util.h>

#include "base/base64.h"
#include "base/digest.h"
#include "haechi/v1/api.pb.h"
#include "link/signature.h"
#include "notify/email.h"
#include "notify/sms.h"
#include "notify/voice.h"
#include "trust/personal.h"

namespace haechi::notify {
namespace {

using store::AddressKind;
using store::Holder;

constexpr const char* kPushSecondsToLive = "3600";  // then another channel has told it

Error impossible(const char* code) {
  return {Code::kNotFound, "", code};
}

// Who is told on a browser of his own: a person, else the holder of an account.
std::pair<Holder, std::string> reader_of(const v1::Notification& about) {
  if (!about.person_id().empty()) return {Holder::kPerson, about.person_id()};
  return {Holder::kAccount, about.account()};
}

template <typename Message>
Message read_as(const std::string& json) {
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  Message message;
  if (!google::protobuf::util::JsonStringToMessage(json, &message, options).ok()) message.Clear();
  return message;
}

std::string smtp_url(const EmailSettings& email) {
  return (email.tls == "implicit" ? "smtps://" : "smtp://") + email.server;
}

}  // namespace

Status check(const v1::AddressInput& address) {
  if (!address.phone().empty() && !dialled(address.phone()))
    return invalid("phone", "must be a telephone number of 3 to 15 digits");
  if (!address.email().empty() && !is_mailbox(address.email()))
    return invalid("email", "must be like a@example.org");
  if (!address.language().empty() && address.language() != "ko" && address.language() != "en")
    return invalid("language", "must be ko or en");
  return {};
}

Letters::Letters(Settings settings, std::optional<KeyPair> vapid, store::Records& records, const Clock& clock)
    : settings_(std::move(settings)), vapid_(std::move(vapid)), records_(records), clock_(clock) {}

Result<Parcel> Letters::parcel(const v1::Notification& about) {
  switch (about.channel()) {
    case v1::NOTIFICATION_CHANNEL_PUSH:
      return push(about);
    case v1::NOTIFICATION_CHANNEL_SMS:
      return sms(about);
    case v1::NOTIFICATION_CHANNEL_EMAIL:
      return email(about);
    case v1::NOTIFICATION_CHANNEL_VOICE:
      return voice(about);
    default:
      return impossible("no_connector");
  }
}

// The address was given to be used here; the registrar's rule is the one that lets it be read.
Result<std::string> Letters::read(Holder holder, const std::string& id, AddressKind kind) const {
  if (id.empty()) return std::string();
  TRY(const std::optional<store::Personal> kept, records_.address(holder, id, kind));
  if (!kept) return std::string();
  const trust::Viewer notify{.account = "notify", .role = trust::Role::kRegistrar};
  return trust::reveal(notify, trust::Purpose::kRegistration, *kept);
}

Result<Letters::Post> Letters::post_of_person(const std::string& person_id) const {
  TRY(const std::optional<store::Personal> kept, records_.person(person_id));
  if (!kept) return Post{};
  const trust::Viewer notify{.account = "notify", .role = trust::Role::kRegistrar};
  TRY(const std::string json, trust::reveal(notify, trust::Purpose::kRegistration, *kept));
  const auto record = read_as<v1::PersonRecord>(json);
  if (!record.contact_rule().empty()) return impossible("contact_rule");
  return Post{record.phone(), {}, record.language()};
}

// Telephone and e-mail of the person; else of the account, and of its agency where the account has none.
Result<Letters::Post> Letters::post_of(const v1::Notification& about) const {
  if (!about.person_id().empty()) return post_of_person(about.person_id());
  Post post;
  for (const auto& [holder, id] :
       {std::pair(Holder::kAccount, about.account()), std::pair(Holder::kAgency, about.agency_id())}) {
    TRY(const std::string json, read(holder, id, AddressKind::kPost));
    const auto address = read_as<v1::AddressInput>(json);
    if (post.phone.empty()) post.phone = address.phone();
    if (post.email.empty()) post.email = address.email();
    if (post.language.empty()) post.language = address.language();
  }
  return post;
}

Language Letters::language_for(const std::string& named) const {
  return language_of(named, language_of(settings_.language, Language::kKo));
}

Result<Parcel> Letters::email(const v1::Notification& about) {
  if (settings_.email.server.empty()) return impossible("no_connector");
  TRY(const Post post, post_of(about));
  return email_to(post, text_of(about, language_for(post.language), settings_.pages), about.id(),
                  Time{about.queued_at_us()});
}

Result<Parcel> Letters::email_to(const Post& post, const Text& text, const std::string& id, Time at) const {
  const EmailSettings& server = settings_.email;
  if (server.server.empty()) return impossible("no_connector");
  if (!is_mailbox(post.email)) return impossible("no_address");
  Parcel parcel;
  parcel.url = smtp_url(server);
  parcel.mail_from = server.from;
  parcel.mail_to = post.email;
  parcel.user = server.user;
  parcel.password = server.password;
  parcel.must_encrypt = server.tls == "starttls";
  parcel.ca_file = settings_.ca_file;
  parcel.revoked = settings_.revoked;
  parcel.body = email_of(text, server.from, post.email, id, at);
  return parcel;
}

Result<Parcel> Letters::sms(const v1::Notification& about) {
  if (settings_.sms.url.empty()) return impossible("no_connector");
  TRY(const Post post, post_of(about));
  return sms_to(post, text_of(about, language_for(post.language), settings_.pages), about.id());
}

Result<Parcel> Letters::voice(const v1::Notification& about) {
  const VoiceSettings& gateway = settings_.voice;
  if (gateway.url.empty()) return impossible("no_connector");
  TRY(const Post post, post_of(about));
  const auto number = dialled(post.phone);
  if (!number) return impossible("no_address");
  const Language language = language_for(post.language);
  Parcel parcel;
  parcel.url = gateway.url;
  parcel.ca_file = settings_.ca_file;
  parcel.revoked = settings_.revoked;
  parcel.body =
      fill_call(gateway.body.empty() ? kCallTemplate : gateway.body, gateway.form,
                {*number, spoken_of(about, language), language == Language::kKo ? "ko" : "en", about.id()});
  parcel.headers = link::signed_headers({"voice", gateway.secret}, parcel.body, clock_.now());
  if (gateway.form)
    for (auto& [name, value] : parcel.headers)
      if (name == "content-type") value = "application/x-www-form-urlencoded";
  parcel.headers.emplace_back("idempotency-key", about.id());
  if (!gateway.bearer.empty()) parcel.headers.emplace_back("authorization", "Bearer " + gateway.bearer);
  return parcel;
}

Result<Parcel> Letters::sms_to(const Post& post, const Text& text, const std::string& id) const {
  const SmsSettings& gateway = settings_.sms;
  if (gateway.url.empty()) return impossible("no_connector");
  const auto number = dialled(post.phone);
  if (!number) return impossible("no_address");
  Parcel parcel;
  parcel.url = gateway.url;
  parcel.ca_file = settings_.ca_file;
  parcel.revoked = settings_.revoked;
  parcel.body = fill_sms(gateway.body.empty() ? kSmsTemplate : gateway.body, *number, text.body, id);
  parcel.headers = link::signed_headers({"sms", gateway.secret}, parcel.body, clock_.now());
  parcel.headers.emplace_back("idempotency-key", id);
  if (!gateway.bearer.empty()) parcel.headers.emplace_back("authorization", "Bearer " + gateway.bearer);
  return parcel;
}

Result<Parcel> Letters::to_account(const std::string& account, const std::string& id,
                                   const std::function<Text(Language)>& text) const {
  v1::Notification whose;
  whose.set_account(account);
  TRY(const Post post, post_of(whose));
  const Text words = text(language_for(post.language));
  Result<Parcel> letter = email_to(post, words, id, clock_.now());
  return letter.ok() ? letter : sms_to(post, words, id);
}

Result<Parcel> Letters::account_notice(const std::string& account, const std::string& id) {
  return to_account(account, id,
                    [this](Language language) { return account_text(language, settings_.pages); });
}

bool Letters::reaches_accounts() const {
  return !settings_.pages.empty() && (!settings_.email.server.empty() || !settings_.sms.url.empty());
}

Result<Parcel> Letters::account_link(const std::string& account, const std::string& token,
                                     const std::string& id) const {
  if (!reaches_accounts()) return impossible("no_connector");
  return to_account(account, id,
                    [&](Language language) { return link_text(language, settings_.pages, token); });
}

// The page shows words of its own; it is told which notification it was, so that it can say that it came.
Result<Parcel> Letters::push(const v1::Notification& about) {
  if (!vapid_) return impossible("no_connector");
  const auto [holder, id] = reader_of(about);
  TRY(const std::string json, read(holder, id, AddressKind::kPush));
  const auto kept = read_as<v1::PushInput>(json);
  if (!check(kept).ok()) return impossible("no_address");
  TRY(const Subscription to, Subscription::parse(kept.endpoint(), kept.p256dh(), kept.auth()));
  Parcel parcel;
  parcel.url = to.endpoint;
  parcel.ca_file = settings_.ca_file;
  parcel.revoked = settings_.revoked;
  TRY(parcel.body, encrypt(to, R"({"id":")" + about.id() + R"("})"));
  // A push service keeps one message of a topic: what is sent twice is shown once.
  const std::string topic = base64url(view(sha256(about.id()))).substr(0, 32);
  parcel.headers = {{"content-type", "application/octet-stream"},
                    {"content-encoding", "aes128gcm"},
                    {"ttl", kPushSecondsToLive},
                    {"urgency", "high"},
                    {"topic", topic},
                    {"authorization", vapid(*vapid_, to.endpoint, settings_.push.contact, clock_.now())}};
  return parcel;
}

Status Letters::forget_subscription(const v1::Notification& about, const std::string& endpoint) {
  const auto [holder, id] = reader_of(about);
  TRY(const std::string json, read(holder, id, AddressKind::kPush));
  if (read_as<v1::PushInput>(json).endpoint() != endpoint) return {};  // there is a newer one already
  return records_.put_address(holder, id, AddressKind::kPush, store::Personal());
}

std::string Letters::public_key() const {
  return vapid_ ? base64url(vapid_->point()) : std::string();
}

Status Letters::check(const v1::PushInput& subscription) const {
  TRY(const Subscription read,
      Subscription::parse(subscription.endpoint(), subscription.p256dh(), subscription.auth()));
  if (is_served_by(read.endpoint, settings_.push.services)) return {};
  return invalid("endpoint", "must be at one of the push services of this node's configuration");
}

}  // namespace haechi::notify
