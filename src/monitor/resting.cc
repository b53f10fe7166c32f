// Orders at rest: see base/resting_list.h.
#include "base/resting_list_body.h"
#include "law/archived.h"
#include "monitor/archived.h"
#include "monitor/machine.h"

template class haechi::RestingList<haechi::monitor::HeldOrder>;
