// One-time links to accounts, as letters: taken away on the loop of notifications; one that is refused stands
// in the audit trail, so that somebody makes another.
#pragma once

#include <memory>

#include "api/exchange.h"
#include "net/loop.h"
#include "notify/account_notices.h"
#include "spine/submit.h"

namespace haechi::node {

// All three outlive whatever is posted; `notices` belongs to the loop.
api::PostLetter posting(net::Loop& notify, const std::unique_ptr<notify::AccountNotices>& notices,
                        spine::Submit& submit);

}  // namespace haechi::node
