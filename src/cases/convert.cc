#include "cases/convert.h"

#include <algorithm>

#include "law/shapes.h"

namespace haechi::cases {
namespace {

constexpr size_t kKeyMax = 128;
constexpr int kSoundKeysMax = 8;
constexpr int32_t kPeriodMax = 36'500;
constexpr int32_t kYearsMax = 100;

Result<law::Period> period_from(const v1::StatedPeriod& stated) {
  if (!v1::StatedPeriod::Unit_IsValid(stated.unit())) return invalid("term.unit", "is not known");
  law::Period made{static_cast<law::PeriodUnit>(stated.unit()), stated.count()};
  if (!made.known()) return law::Period{};
  const int32_t most = made.unit == law::PeriodUnit::kYears    ? kYearsMax
                       : made.unit == law::PeriodUnit::kMonths ? kYearsMax * 12
                                                               : kPeriodMax;
  if (made.count < 1 || made.count > most)
    return invalid("term.count", "must be 1.." + std::to_string(most) + " of that unit");
  return made;
}

bool same(const std::string& a, const std::string& b) {
  return !a.empty() && a == b;
}

}  // namespace

Status check_digest(const std::string& digest, const char* field) {
  if (!digest.empty() && digest.size() != 32) return invalid(field, "must be the 32 bytes of a SHA-256");
  return {};
}

Result<Time> moment(int64_t us, const char* field) {
  if (us < 0 || us >= kLastMomentUs) return invalid(field, "must be a moment from 1970 to 2199");
  return Time{us};
}

Result<law::LifeEvent> event_from(const v1::MeasureStepped& stepped, Time at) {
  if (!v1::CaseStep_IsValid(stepped.step()) || stepped.step() == v1::CASE_STEP_UNSPECIFIED)
    return invalid("step", "is not known");
  law::LifeEvent event;
  event.step = from_wire<law::Step>(stepped.step());
  event.at = at;
  TRY(event.until, moment(stepped.until_us(), "until_us"));
  TRY(event.from, moment(stepped.from_us(), "from_us"));
  TRY(event.report_by, moment(stepped.report_by_us(), "report_by_us"));
  TRY(event.term, period_from(stepped.term()));
  if (event.step == law::Step::kNotCounted) {
    TRY(const Time defeated, moment(stepped.not_counted_us(), "not_counted_us"));
    event.not_counted = {defeated.us};
  }
  event.kind = stepped.newer_kind();
  if (event.step == law::Step::kDone) {
    if (!v1::CaseTask_IsValid(stepped.task()) || stepped.task() == v1::CASE_TASK_UNSPECIFIED)
      return invalid("task", "is not known");
    event.task = from_wire<law::Task>(stepped.task());
  }
  return event;
}

law::Match compare_keys(const v1::IdentityRecorded& a, const v1::IdentityRecorded& b) {
  using law::Ground;
  law::Match match;
  auto& grounds = match.grounds;
  if (!a.document().empty() && !b.document().empty())
    grounds.push_back(a.document() == b.document() ? Ground::kDocumentSame : Ground::kDocumentDiffers);
  const bool sounds = std::any_of(a.sound_keys().begin(), a.sound_keys().end(), [&b](const std::string& one) {
    return std::find(b.sound_keys().begin(), b.sound_keys().end(), one) != b.sound_keys().end();
  });
  const bool named = same(a.name_key(), b.name_key());
  if (named || sounds) grounds.push_back(named ? Ground::kNameSame : Ground::kNameSounds);
  if (!a.born_key().empty() && !b.born_key().empty())
    grounds.push_back(a.born_key() == b.born_key() ? Ground::kBornSame : Ground::kBornDiffers);
  if (same(a.address_key(), b.address_key()))
    grounds.push_back(Ground::kAddressSame);
  else if (same(a.building_key(), b.building_key()))
    grounds.push_back(Ground::kAddressNear);
  int32_t score = 0;
  for (const Ground ground : grounds) score += law::points(ground);
  match.score = std::clamp(score, 0, 100);
  if (same(a.document(), b.document())) {
    match.certainty = law::Certainty::kCertain;
    match.score = 100;
  } else if (match.score >= law::kProposalScore && (named || sounds)) {
    match.certainty = law::Certainty::kProposal;
    match.score = std::min(match.score, 99);
  }
  return match;
}

Status check_identity(const v1::IdentityRecorded& identity) {
  TRY_STATUS(law::check_id(identity.person_id(), "person_id"));
  const auto check = [](const std::string& key, const char* field) -> Status {
    if (key.size() > kKeyMax) return invalid(field, "must be at most 128 characters");
    return {};
  };
  TRY_STATUS(check(identity.document(), "document"));
  TRY_STATUS(check(identity.name_key(), "name_key"));
  TRY_STATUS(check(identity.born_key(), "born_key"));
  TRY_STATUS(check(identity.address_key(), "address_key"));
  TRY_STATUS(check(identity.building_key(), "building_key"));
  if (identity.sound_keys_size() > kSoundKeysMax) return invalid("sound_keys", "must be at most 8");
  for (const std::string& key : identity.sound_keys()) {
    if (key.empty()) return invalid("sound_keys", "must not be empty");
    TRY_STATUS(check(key, "sound_keys"));
  }
  return {};
}

}  // namespace haechi::cases
