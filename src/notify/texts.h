// Texts: every word that leaves the house in a notification.
//
// A text is made of nothing but the kind of the notification, who is told, its id (made by the engine) and
// the address of this node's pages: no name, place, number of a case or anything else that somebody typed.
// What a protected person gets is as neutral as her app: another may read her phone. What a wearer gets tells
// him to call, and nothing else.
#pragma once

#include <string>
#include <string_view>

#include "haechi/v1/case.pb.h"

namespace haechi::notify {

enum class Language { kKo, kEn };
// "ko" and "ko-KR" are Korean, "en" and whatever else is given are English; empty: `otherwise`.
Language language_of(std::string_view tag, Language otherwise);

struct Text {
  std::string subject;
  std::string body;  // one or two lines; fits one text message of 70 characters if the link is short
};

// `pages` is what links begin with, empty for none.
Text text_of(const v1::Notification& about, Language language, const std::string& pages);

// The same to be spoken on the telephone: without id and link.
std::string spoken_of(const v1::Notification& about, Language language);

// That something happened to somebody's account, and where it is told what.
Text account_text(Language language, const std::string& pages);

// A one-time link to somebody's own account. Whoever has it sets how that one signs in.
Text link_text(Language language, const std::string& pages, const std::string& token);

}  // namespace haechi::notify
