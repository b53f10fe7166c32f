// The registers: who is bound to what. Every write is checked by itself (law::check) and against what exists.
#pragma once

#include "api/exchange.h"
#include "haechi/v1/api.pb.h"

namespace haechi::api::registers {

Result<Plan> put_person(const Exchange& exchange);
Result<Plan> get_person(const Exchange& exchange);
Result<Plan> put_device(const Exchange& exchange);
Result<Plan> get_device(const Exchange& exchange);
Result<Plan> put_order(const Exchange& exchange);
Result<Plan> get_order(const Exchange& exchange);
Result<Plan> put_zone(const Exchange& exchange);
Result<Plan> get_zone(const Exchange& exchange);
Result<Plan> put_jurisdiction(const Exchange& exchange);
Result<Plan> get_jurisdiction(const Exchange& exchange);
Result<Plan> put_agency(const Exchange& exchange);
// A change of what exists, as far as it changes where alarms go.
Result<std::optional<std::string>> second_of_agency(const Exchange& exchange);
Result<std::optional<std::string>> second_of_jurisdiction(const Exchange& exchange);
Result<Plan> get_agency(const Exchange& exchange);
Result<Plan> put_holiday_calendar(const Exchange& exchange);
Result<Plan> get_holiday_calendar(const Exchange& exchange);
Result<Plan> put_unit(const Exchange& exchange);
// Many registrations at once, as {"facts":[...]}, a JSON array, or newline-delimited JSON. All are checked,
// each against what exists and what stands before it in the batch; then all are logged, in order.
Result<Plan> post_facts(const Exchange& exchange);

// Takes out what only the device itself may know, digests included.
void hide_secrets(v1::Device& device);

// A person with her record, an agency with how its own system is reached; for those who may see them.
// `whole`: with the telephone number as it is.
Result<v1::PersonAnswer> person_answer(const Exchange& exchange, const v1::Person& person,
                                       bool whole = false);
Result<v1::AgencyAnswer> agency_answer(const Exchange& exchange, const v1::Agency& agency);

inline constexpr size_t kBatchFactsMax = 2'000;

}  // namespace haechi::api::registers
