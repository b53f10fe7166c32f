// Watching those who look: glass that was broken and what a second person says of it, who is recused from
// whom, and which month's look-ups were reviewed.
#include <algorithm>

#include "cases/convert.h"
#include "cases/machine.h"
#include "law/shapes.h"

namespace haechi::cases {
namespace {

// So long broken glass opens at most: our choice. Who needs longer says so again, and somebody hears of it
// again.
constexpr uint32_t kGlassMinutesMax = 30;
constexpr size_t kAccountMax = 128;
// So long an account does not break the glass again to see the same person before somebody has answered for
// the first time: or half an hour would be as long as one likes. Our choice; another officer still may.
constexpr Duration kGlassOnceIn = Duration::seconds(12 * 3600);
constexpr Duration kLiftLasts = Duration::seconds(3600);

Status check_account(const std::string& account, const char* field) {
  if (account.empty() || account.size() > kAccountMax) return invalid(field, "must be 1..128 bytes");
  return {};
}

Status check_verdict(v1::ReviewVerdict verdict) {
  if (verdict != v1::REVIEW_VERDICT_JUSTIFIED && verdict != v1::REVIEW_VERDICT_NOT_JUSTIFIED)
    return invalid("verdict", "must be REVIEW_VERDICT_JUSTIFIED or REVIEW_VERDICT_NOT_JUSTIFIED");
  return {};
}

// "2026-11"
bool is_month(const std::string& text) {
  if (text.size() != 7 || text[4] != '-') return false;
  for (const size_t at : {0, 1, 2, 3, 5, 6}) {
    if (text[at] < '0' || text[at] > '9') return false;
  }
  const int month = (text[5] - '0') * 10 + (text[6] - '0');
  return month >= 1 && month <= 12;
}

}  // namespace

Status Machine::break_glass(const v1::GlassBroken& broken, Turn& turn) {
  TRY_STATUS(law::check_id(broken.id(), "id"));
  if (glasses_.contains(broken.id()))
    return Error{Code::kConflict, "id", "is the id of broken glass already"};
  TRY_STATUS(check_account(turn.by, "by"));
  TRY_STATUS(law::check_id(broken.person_id(), "person_id"));
  if (!v1::GlassReason_IsValid(broken.reason()) || broken.reason() == v1::GLASS_REASON_UNSPECIFIED)
    return invalid("reason", "must be given");
  if (broken.minutes() < 1 || broken.minutes() > kGlassMinutesMax) return invalid("minutes", "must be 1..30");
  for (const auto& [id, glass] : glasses_) {
    const bool same = glass.account() == turn.by && glass.person_id() == broken.person_id();
    if (same && turn.now < Time{glass.broken_at_us()} + kGlassOnceIn)
      return Error{Code::kConflict, "person_id",
                   "the glass was broken for this person; again when somebody has answered for that"};
  }
  v1::BrokenGlass made;
  made.set_id(broken.id());
  made.set_account(turn.by);
  made.set_person_id(broken.person_id());
  made.set_reason(broken.reason());
  made.set_broken_at_us(turn.now.us);
  made.set_ends_at_us((turn.now + Duration::seconds(60 * static_cast<int64_t>(broken.minutes()))).us);
  *turn.out.add().mutable_update_glass() = made;
  glasses_.emplace(broken.id(), std::move(made));
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_GLASS_BROKEN);
  notify(about, recipient(law::Party::kPrivacyOfficer, {}, {}, {}, {}), turn);
  return {};
}

Status Machine::answer_glass(const v1::GlassAnswered& answered, Turn& turn) {
  const auto found = glasses_.find(answered.glass_id());
  if (found == glasses_.end())
    return Error{Code::kNotFound, "glass_id", "is not the id of broken glass that waits for an answer"};
  TRY_STATUS(check_verdict(answered.verdict()));
  TRY_STATUS(check_account(turn.by, "by"));
  v1::BrokenGlass& glass = found->second;
  if (turn.by == glass.account()) return Error{Code::kConflict, "by", "must be another than who broke it"};
  glass.set_verdict(answered.verdict());
  glass.set_answered_by(turn.by);
  glass.set_answered_at_us(turn.now.us);
  if (answered.verdict() == v1::REVIEW_VERDICT_NOT_JUSTIFIED && glass.ends_at_us() > turn.now.us)
    glass.set_ends_at_us(turn.now.us);
  *turn.out.add().mutable_update_glass() = glass;
  glasses_.erase(found);
  return {};
}

Status Machine::recuse(const v1::Recused& recused, Turn& turn) {
  TRY_STATUS(check_account(recused.account(), "account"));
  TRY_STATUS(law::check_id(recused.person_id(), "person_id"));
  if (!v1::RecusalGround_IsValid(recused.ground()) || recused.ground() == v1::RECUSAL_GROUND_UNSPECIFIED)
    return invalid("ground", "must be given");
  if (recused.ended() && turn.by == recused.account())
    return Error{Code::kConflict, "by", "nobody ends a recusal of his own"};
  *turn.out.add().mutable_update_recusal() = recused;
  // Whoever writes it decides who sees somebody, and who sees no more.
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_RECUSAL);
  notify(about, recipient(law::Party::kPrivacyOfficer, {}, {}, {}, {}), turn);
  return {};
}

Status Machine::review_look_ups(const v1::LookUpsReviewed& reviewed, Turn& turn) {
  TRY_STATUS(check_account(reviewed.account(), "account"));
  TRY_STATUS(check_account(turn.by, "by"));
  TRY_STATUS(check_verdict(reviewed.verdict()));
  if (!is_month(reviewed.month())) return invalid("month", "must be a month like 2026-11");
  if (turn.by == reviewed.account()) return Error{Code::kConflict, "by", "nobody reviews himself"};
  v1::LookUpsReview& review = *turn.out.add().mutable_update_review();
  review.set_account(reviewed.account());
  review.set_month(reviewed.month());
  review.set_verdict(reviewed.verdict());
  review.set_by(turn.by);
  review.set_at_us(turn.now.us);
  return {};
}

Status Machine::exceed_looks(const v1::LooksExceeded& exceeded, Turn& turn) {
  if (!v1::LookAlarmKind_IsValid(exceeded.kind()) || exceeded.kind() == v1::LOOK_ALARM_KIND_UNSPECIFIED)
    return invalid("kind", "must be given");
  const bool at_one = exceeded.kind() == v1::LOOK_ALARM_KIND_MANY_ACCOUNTS;
  TRY_STATUS(at_one ? law::check_id(exceeded.person_id(), "person_id")
                    : check_account(exceeded.account(), "account"));
  v1::LookAlarm& alarm = *turn.out.add().mutable_tell_look_alarm();
  alarm.set_kind(exceeded.kind());
  alarm.set_account(exceeded.account());
  alarm.set_person_id(exceeded.person_id());
  alarm.set_count(exceeded.count());
  alarm.set_at_us(turn.now.us);
  v1::Notification about;
  about.set_kind(v1::NOTIFICATION_KIND_MANY_LOOKS);
  notify(about, recipient(law::Party::kPrivacyOfficer, {}, {}, {}, {}), turn);
  return {};
}

Status Machine::lift_looks(const v1::LooksLifted& lifted, Turn& turn) {
  TRY_STATUS(check_account(lifted.account(), "account"));
  TRY_STATUS(check_account(turn.by, "by"));
  if (turn.by == lifted.account()) return Error{Code::kConflict, "by", "must be another than the account"};
  v1::LooksLift& lift = *turn.out.add().mutable_update_look_lift();
  lift.set_account(lifted.account());
  lift.set_by(turn.by);
  lift.set_until_us((turn.now + kLiftLasts).us);
  return {};
}

// Whoever has her case hears of it: the officer who protects her, or the station where none is named.
Status Machine::change_her_phone(const v1::HerPhoneChanged& changed, Turn& turn) {
  TRY_STATUS(law::check_id(changed.person_id(), "person_id"));
  if (!v1::HerPhoneEvent_IsValid(changed.event()) || changed.event() == v1::HER_PHONE_EVENT_UNSPECIFIED)
    return invalid("event", "must be given");
  for (const auto& [id, one] : cases_) {
    const auto& hers = one.protected_ids();
    if (one.closed_at_us() != 0 || std::find(hers.begin(), hers.end(), changed.person_id()) == hers.end())
      continue;
    v1::Notification about;
    about.set_kind(v1::NOTIFICATION_KIND_HER_PHONE);
    about.set_case_id(id);
    const bool named = !one.protection_officer().empty();
    notify(about, recipient(named ? law::Party::kProtectionOfficer : law::Party::kPolice, id, {}, {}, {}),
           turn);
  }
  return {};
}

}  // namespace haechi::cases
