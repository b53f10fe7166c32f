// What the metrics say of notifications and of letters to holders of accounts.
#pragma once

#include "node/metrics.h"
#include "notify/account_notices.h"
#include "notify/sender.h"

namespace haechi::node {

// Both outlive the metrics' last reading.
void count_notifications(Metrics& metrics, const notify::Sender& sender,
                         const notify::AccountNotices& notices);

}  // namespace haechi::node
