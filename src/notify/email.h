// An e-mail as bytes (RFC 5322, RFC 2045): one short text in UTF-8.
#pragma once

#include <string>

#include "base/time.h"
#include "notify/texts.h"

namespace haechi::notify {

// One mailbox without a name: "a@b". Nothing that could end a line or begin another address.
bool is_mailbox(const std::string& address);

// `id` makes the Message-ID: the same letter tried again has the same one, so that mail servers can know it
// again.
std::string email_of(const Text& text, const std::string& from, const std::string& to, const std::string& id,
                     Time now);

}  // namespace haechi::notify
