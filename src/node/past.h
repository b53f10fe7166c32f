// The log as the history reads it, on a thread of its own.
#pragma once

#include "api/history.h"
#include "log/log.h"
#include "store/fix_index.h"
#include "vault/keeper.h"

namespace haechi::node {

// All of them outlive whoever uses this.
api::LogSource source_of(log::Reader& reader, const vault::Keeper& ring, store::FixIndex& fixes);

}  // namespace haechi::node
