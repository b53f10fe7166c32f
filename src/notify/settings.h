// Settings: how notifications leave this node. The node reads them from its configuration
// (docs/notifications.md).
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace haechi::notify {

// A mail server that takes what we submit (RFC 6409).
struct EmailSettings {
  std::string server{};  // "host:port"; empty: no e-mail is sent
  // Or "implicit", "none". With "starttls" nothing is said before it is encrypted.
  std::string tls = "starttls";
  std::string user{}, password{};  // empty: no sign-in
  std::string from{};              // "haechi@example.org"
};

// A gateway that takes text messages as JSON over HTTP and tells later what became of them.
struct SmsSettings {
  std::string url{};     // empty: no text messages are sent
  std::string body{};    // JSON with {to}, {text} and {id} inside of strings
  std::string bearer{};  // of "authorization"; empty: none
  std::string secret{};  // signs what is sent and what comes back
};

// A gateway that calls a telephone and speaks: JSON, or a form, over HTTP; it tells later whether somebody
// answered.
struct VoiceSettings {
  std::string url{};   // empty: nobody is called
  std::string body{};  // JSON with {to} and, if it says them, {text}, {language} and {id} inside of strings
  bool form = false;   // `body` is a form: to={to}&say={text}
  std::string bearer{};
  std::string secret{};  // signs what is sent and what comes back
};

// Web push: RFC 8030, 8291, 8292.
struct PushSettings {
  std::string contact;  // "mailto:..." or "https://..." for the push services; empty: nothing is pushed
  // Origins that may be sent to; "https://*.name" stands for every name below. A browser names its own, and
  // this node must not be led to any other place.
  std::vector<std::string> services = {"https://fcm.googleapis.com",
                                       "https://updates.push.services.mozilla.com",
                                       "https://web.push.apple.com", "https://*.notify.windows.com"};
};

struct Settings {
  std::string pages;  // what links begin with, "https://haechi.example"; empty: messages hold no link
  std::string language = "ko";  // of those whose own is not known; "ko" or "en"
  std::string ca_file;          // certificates that are trusted instead of the system's; empty: the system's
  std::string revoked;          // file with a list (CRL) of each of them; empty: nothing is looked up
  EmailSettings email;
  SmsSettings sms;
  VoiceSettings voice;
  PushSettings push;
};

// What cannot be used, or must not: "notify.email.from: must be ...".
Status check(const Settings& settings);

}  // namespace haechi::notify
