// Standings: as what each person stands, by order and by case: suspect or convict, protected person or
// witness. One person may stand differently in two of them; nobody who wears a device is ever protected or a
// witness by the same order or case.
#pragma once

#include <string>
#include <vector>

#include "haechi/v1/case_api.pb.h"
#include "picture/picture.h"

namespace haechi::api::standings {

// By one order; those it binds and those it protects. An order of a kind that no pack has binds a suspect.
std::vector<v1::PersonStanding> of_order(const picture::Picture& picture, const v1::Order& order);
std::vector<v1::PersonStanding> of_case(const picture::Picture& picture, const v1::Case& one);
// Of everybody, by orders in force and open cases.
std::vector<v1::PersonStanding> of_all(const picture::Picture& picture, Time now);

}  // namespace haechi::api::standings
