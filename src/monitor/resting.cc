// Persons, devices, orders and rules at rest: see base/resting_list.h.
#include "base/resting_list_body.h"
#include "law/archived.h"
#include "monitor/archived.h"
#include "monitor/machine.h"

template class haechi::RestingList<haechi::monitor::HeldOrder>;
template class haechi::RestingList<haechi::monitor::Person>;
template class haechi::RestingList<haechi::monitor::Device>;
template class haechi::RestingList<haechi::monitor::Rule>;
