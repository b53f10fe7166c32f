#include "notify/email.h"

#include <algorithm>
#include <array>
#include <ctime>

#include "base/base64.h"

namespace haechi::notify {
namespace {

constexpr size_t kMailboxMax = 254, kLineMax = 76;

// "Sun, 22 Nov 2026 10:18:00 +0000", whatever the locale.
std::string date_of(Time now) {
  constexpr std::array kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = now.us / 1'000'000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%s, %02d %s %04d %02d:%02d:%02d +0000",
                kDays[static_cast<size_t>(utc.tm_wday)], utc.tm_mday,
                kMonths[static_cast<size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour, utc.tm_min,
                utc.tm_sec);
  return out.data();
}

}  // namespace

bool is_mailbox(const std::string& address) {
  const size_t at = address.find('@');
  return at != std::string::npos && at > 0 && at + 1 < address.size() && address.size() <= kMailboxMax &&
         address.find('@', at + 1) == std::string::npos &&
         std::all_of(address.begin(), address.end(), [](char c) {
           return c > 0x20 && c < 0x7f && std::string_view("<>(),;:\"\\[]").find(c) == std::string_view::npos;
         });
}

std::string email_of(const Text& text, const std::string& from, const std::string& to, const std::string& id,
                     Time now) {
  std::string out = "Date: " + date_of(now) + "\r\nFrom: <" + from + ">\r\nTo: <" + to +
                    ">\r\nSubject: =?UTF-8?B?" + base64(text.subject) + "?=\r\nMessage-ID: <" + id +
                    from.substr(from.find('@')) +
                    ">\r\nAuto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n";
  const std::string body = base64(text.body);
  for (size_t at = 0; at < body.size(); at += kLineMax) out += body.substr(at, kLineMax) + "\r\n";
  return out;
}

}  // namespace haechi::notify
