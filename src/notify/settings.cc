#include "notify/settings.h"

#include "net/client_url.h"
#include "notify/email.h"
#include "notify/sms.h"
#include "notify/voice.h"

namespace haechi::notify {
namespace {

constexpr size_t kSecretMin = 16;

bool starts_with_any(const std::string& text, std::initializer_list<const char*> beginnings) {
  for (const char* beginning : beginnings)
    if (text.starts_with(beginning)) return true;
  return false;
}

bool is_loopback(const std::string& after_scheme) {
  return starts_with_any(after_scheme, {"127.0.0.1:", "127.0.0.1/", "localhost:", "[::1]:"});
}

// What goes into a header or a token as it is.
bool is_plain(const std::string& text) {
  for (const char c : text)
    if (c <= 0x20 || c >= 0x7f || c == '"' || c == '\\') return false;
  return true;
}

Status check(const EmailSettings& email) {
  if (email.server.empty()) return {};
  if (!is_plain(email.server) || email.server.find(':') == std::string::npos ||
      email.server.find_first_of("/@") != std::string::npos)
    return invalid("notify.email.server", "must be host:port");
  if (email.tls != "starttls" && email.tls != "implicit" && email.tls != "none")
    return invalid("notify.email.tls", "must be starttls, implicit or none");
  if (email.tls == "none" && !is_loopback(email.server))
    return invalid("notify.email.tls", "may be none only where the server is on this machine");
  if (!is_mailbox(email.from))
    return invalid("notify.email.from", "must be an address like haechi@example.org");
  return {};
}

// A number and a text go there: not in the clear past this machine.
bool is_safe_url(const std::string& url) {
  return is_plain(url) && !net::origin_of(url).empty() &&
         (url.starts_with("https://") ||
          (url.starts_with("http://") && is_loopback(url.substr(std::string("http://").size()))));
}

Status check(const SmsSettings& sms) {
  if (sms.url.empty()) return {};
  if (!is_safe_url(sms.url)) return invalid("notify.sms.url", "must begin with https://");
  if (sms.secret.size() < kSecretMin) return invalid("notify.sms.secret", "must be 16 characters or more");
  if (!is_plain(sms.bearer)) return invalid("notify.sms.bearer", "must be a token without spaces");
  if (sms.body.empty()) return {};
  if (const Status body = check_sms_template(sms.body); !body.ok())
    return invalid("notify.sms.body", body.error().reason);
  return {};
}

Status check(const VoiceSettings& voice) {
  if (voice.url.empty()) return {};
  if (!is_safe_url(voice.url)) return invalid("notify.voice.url", "must begin with https://");
  if (voice.secret.size() < kSecretMin)
    return invalid("notify.voice.secret", "must be 16 characters or more");
  if (!is_plain(voice.bearer)) return invalid("notify.voice.bearer", "must be a token without spaces");
  if (voice.form && voice.body.empty())
    return invalid("notify.voice.body", "must be given for a form, like to={to}&say={text}");
  if (const Status body = check_call_template(voice.body, voice.form); !voice.body.empty() && !body.ok())
    return invalid("notify.voice.body", body.error().reason);
  return {};
}

Status check(const PushSettings& push) {
  if (push.contact.empty()) return {};
  if (!is_plain(push.contact) || !starts_with_any(push.contact, {"mailto:", "https://"}))
    return invalid("notify.push.contact", "must begin with mailto: or https://");
  for (std::string service : push.services) {
    if (const size_t star = service.find('*'); star != std::string::npos) service[star] = 'x';
    if (!is_safe_url(service + "/"))
      return invalid("notify.push.services", "must be like https://fcm.googleapis.com");
  }
  return {};
}

}  // namespace

Status check(const Settings& settings) {
  if (settings.language != "ko" && settings.language != "en")
    return invalid("notify.language", "must be ko or en");
  if (!is_plain(settings.pages) || settings.pages.ends_with('/') ||
      (!settings.pages.empty() && !starts_with_any(settings.pages, {"https://", "http://"})))
    return invalid("notify.pages", "must be like https://haechi.example, without a slash at the end");
  if (!settings.revoked.empty() && settings.ca_file.empty())
    return invalid("notify.revoked", "needs notify.ca_file: the system's authorities have lists without end");
  TRY_STATUS(check(settings.email));
  TRY_STATUS(check(settings.sms));
  TRY_STATUS(check(settings.voice));
  return check(settings.push);
}

}  // namespace haechi::notify
