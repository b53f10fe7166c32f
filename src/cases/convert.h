// The numbers of the law room as the vocabulary writes them: plus one, so that zero means "not said".
#pragma once

#include <string>

#include "base/result.h"
#include "haechi/v1/case.pb.h"
#include "law/identity.h"
#include "law/legal_life.h"

namespace haechi::cases {

static_assert(v1::CASE_STEP_DONE == static_cast<int>(law::Step::kDone) + 1);
static_assert(v1::CASE_STEP_SERVE == static_cast<int>(law::Step::kServe) + 1);
static_assert(v1::CASE_TASK_APPEAL == static_cast<int>(law::Task::kAppeal) + 1);
static_assert(v1::CASE_TASK_SEND_VICTIM_DATA == static_cast<int>(law::Task::kSendVictimData) + 1);
static_assert(v1::MEASURE_STAGE_ENDED == static_cast<int>(law::Stage::kEnded) + 1);
static_assert(v1::MEASURE_END_BASIS_ENDED == static_cast<int>(law::End::kBasisEnded) + 1);
static_assert(v1::CASE_PARTY_PRIVACY_OFFICER == static_cast<int>(law::Party::kPrivacyOfficer) + 1);
static_assert(v1::DUTY_TRIGGER_PICTURES_VIEWED == static_cast<int>(law::Trigger::kPicturesViewed) + 1);
static_assert(v1::DUTY_TRIGGER_MOVED == static_cast<int>(law::Trigger::kMoved) + 1);
static_assert(v1::DUTY_TRIGGER_FITTED == static_cast<int>(law::Trigger::kFitted) + 1);

template <typename To, typename From>
constexpr To to_wire(From from) {
  return static_cast<To>(static_cast<int>(from) + 1);
}
// `from` is known to be one of the enumerators and not "unspecified".
template <typename To, typename From>
constexpr To from_wire(From from) {
  return static_cast<To>(static_cast<int>(from) - 1);
}

// Beyond any legal period that starts today, and far inside what arithmetic bears: 2200-01-01.
inline constexpr int64_t kLastMomentUs = 7'258'118'400'000'000;

// Empty, or the 32 bytes of a SHA-256.
Status check_digest(const std::string& digest, const char* field);

// A stated moment; 0 is "not stated". Refuses what lies before 1970 or after 2199.
Result<Time> moment(int64_t us, const char* field);
Result<law::LifeEvent> event_from(const v1::MeasureStepped& stepped, Time at);

// Her or his record as the engine may know it: keyed digests only.
law::Match compare_keys(const v1::IdentityRecorded& a, const v1::IdentityRecorded& b);
Status check_identity(const v1::IdentityRecorded& identity);

}  // namespace haechi::cases
