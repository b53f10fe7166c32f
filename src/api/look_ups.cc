#include "api/look_ups.h"

#include <algorithm>
#include <array>
#include <vector>

#include "haechi/v1/effect.pb.h"
#include "haechi/v1/fact.pb.h"
#include "picture/case_book.h"
#include "spine/submit.h"

namespace haechi::api {
namespace {

// Our choices, none of them law. A look is off a case when no alarm of that person was open or rang in the
// day before it; ten of them in a month, five of them at one person, five refusals, or three times as many
// persons as is usual for the role, ask for words.
constexpr int64_t kMinuteUs = 60'000'000;
constexpr Duration kAfterAlarm = Duration::seconds(86'400);
constexpr uint64_t kOffCaseMin = 10;
constexpr uint64_t kOnePersonMin = 5;
constexpr uint64_t kRefusedMin = 5;
constexpr uint64_t kVolumeMin = 20;
constexpr uint64_t kVolumeTimes = 3;

bool is_look(const std::string& action) {
  static constexpr std::array kActions = {"see_position", "see_record", "see_risk", "see_history"};
  return std::find(kActions.begin(), kActions.end(), action) != kActions.end();
}

const char* finding_of(v1::RecusalGround ground) {
  switch (ground) {
    case v1::RECUSAL_GROUND_SELF:
      return "self";
    case v1::RECUSAL_GROUND_FAMILY:
      return "family";
    case v1::RECUSAL_GROUND_FORMER_PARTNER:
      return "former_partner";
    case v1::RECUSAL_GROUND_COLLEAGUE:
      return "colleague";
    case v1::RECUSAL_GROUND_NEIGHBOUR:
      return "neighbour";
    default:
      return "other";
  }
}

uint64_t median(std::vector<uint64_t> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[(values.size() - 1) / 2];
}

}  // namespace

std::string month_of(Time time) {
  return iso8601(time).substr(0, 7);
}

std::vector<std::string> looked_at(const std::string& action, const std::string& subject_kind,
                                   const std::string& subject_id, const std::vector<std::string>& shown_ids) {
  if (!is_look(action)) return {};
  // The record of an inquiry's track names its persons, and last the period.
  if (subject_kind == "inquiry" && !shown_ids.empty()) return {shown_ids.begin(), shown_ids.end() - 1};
  if (!subject_id.empty()) return {subject_id};
  return subject_kind == "playback" ? shown_ids : std::vector<std::string>();
}

bool LookUps::alarmed(const std::string& person_id, Time at) const {
  const auto open = open_alarms_.find(person_id);
  if (open != open_alarms_.end() && !open->second.empty()) return true;
  const auto heard = alarm_heard_.find(person_id);
  return heard != alarm_heard_.end() && at <= heard->second + kAfterAlarm;
}

void LookUps::note(Hour& hour, const std::string& of, const std::string& with, Time at) {
  auto& seen = hour[of];
  seen[with] = at;
  std::erase_if(seen, [at](const auto& one) { return one.second + kLooksHour <= at; });
}

uint32_t LookUps::different(const Hour& hour, const std::string& of, const std::string& with, Time now) {
  uint32_t count = 1;
  const auto found = hour.find(of);
  if (found == hour.end()) return count;
  for (const auto& [id, at] : found->second) count += id != with && now < at + kLooksHour ? 1 : 0;
  return count;
}

uint32_t LookUps::persons_with(const std::string& account, const std::string& person_id, Time now) const {
  return different(persons_of_, account, person_id, now);
}

uint32_t LookUps::accounts_with(const std::string& person_id, const std::string& account, Time now) const {
  return different(accounts_at_, person_id, account, now);
}

void LookUps::take(const v1::AccessDecided& access, Time at) {
  const std::vector<std::string> persons =
      looked_at(access.action(), access.subject_kind(), access.subject_id(),
                {access.shown_ids().begin(), access.shown_ids().end()});
  if (access.allowed() && !access.why().empty()) {
    Account& account = months_[month_of(at)][access.viewer()];
    account.role = access.viewer_role();
    v1::DataTaken& taken = account.taken.emplace_back();
    taken.set_at_us(at.us);
    taken.set_subject_kind(access.subject_kind());
    taken.set_subject_id(access.subject_id());
    taken.set_persons(static_cast<uint32_t>(access.shown_ids_size()));
    taken.set_why(access.why());
    if (account.taken.size() > kTakenMax) account.taken.pop_front();
  }
  if (persons.empty()) return;
  Account& account = months_[month_of(at)][access.viewer()];
  while (months_.size() > kMonthsMax) months_.erase(months_.begin());
  account.role = access.viewer_role();
  if (!access.allowed()) {
    ++account.refused;
    return;
  }
  for (const std::string& id : persons) {
    ++account.looks;
    if (persons.size() <= kPersonsNamedMax && counts(id, at)) {
      note(persons_of_, access.viewer(), id, at);
      note(accounts_at_, id, access.viewer(), at);
    }
    // Other roles see nobody to whom nothing ties them; the control centre sees everybody, by duty.
    const bool quiet = !alarmed(id, at);
    const bool off_case = access.viewer_role() == "control" && quiet;
    if (quiet) account.quiet_minutes.insert(at.us / kMinuteUs);
    account.off_case += off_case;
    if (account.persons.size() >= kPersonsMax && !account.persons.contains(id)) continue;
    ++account.persons[id];
    if (!off_case) continue;
    Quiet& at_this_one = account.off_case_at[id];
    ++at_this_one.looks;
    at_this_one.last = at;
  }
}

void LookUps::fold(const spine::Batch& batch) {
  for (const spine::PublishedEntry& entry : batch.entries) {
    for (const auto& effect : entry.effects) {
      const v1::Alert* alert = effect->has_raise_alert()    ? &effect->raise_alert()
                               : effect->has_update_alert() ? &effect->update_alert()
                               : effect->has_clear_alert()  ? &effect->clear_alert()
                                                            : nullptr;
      if (alert == nullptr) continue;
      const bool open = alert->state() != v1::ALERT_STATE_CLEARED;
      for (const std::string& id : {alert->wearer_id(), alert->protected_id()}) {
        if (id.empty()) continue;
        alarm_heard_[id] = entry.stamped_at;
        if (open) open_alarms_[id].insert(alert->id());
        if (!open) open_alarms_[id].erase(alert->id());
      }
    }
    if (entry.fact->has_access_decided()) take(entry.fact->access_decided(), entry.stamped_at);
  }
}

// Of whoever sees everybody by duty: what others look at is theirs to look at. The newest first.
void LookUps::add_quiet(const Account& account, v1::LookUps& out) {
  for (const auto& [person_id, quiet] : account.off_case_at) {
    v1::QuietLook& one = *out.add_quiet();
    one.set_person_id(person_id);
    one.set_looks(quiet.looks);
    one.set_last_at_us(quiet.last.us);
  }
  std::stable_sort(
      out.mutable_quiet()->begin(), out.mutable_quiet()->end(),
      [](const v1::QuietLook& a, const v1::QuietLook& b) { return a.last_at_us() > b.last_at_us(); });
}

v1::LookUps LookUps::of_account(const std::string& name, const Account& account, const Grounds& grounds) {
  const picture::CaseBook& book = grounds.book;
  v1::LookUps out;
  out.set_account(name);
  out.set_role(account.role);
  out.set_looks(account.looks);
  out.set_persons(account.persons.size());
  out.set_refused(account.refused);
  out.set_off_case(account.off_case);
  std::set<std::string> findings;
  if (account.off_case >= kOffCaseMin) findings.insert("off_case");
  for (const auto& [person_id, quiet] : account.off_case_at)
    if (quiet.looks >= kOnePersonMin) findings.insert("one_person");
  if (account.refused >= kRefusedMin) findings.insert("refused");
  if (out.persons() >= kVolumeMin && out.persons() > kVolumeTimes * grounds.usual.at(account.role))
    findings.insert("volume");
  uint64_t close = 0;
  if (const auto recusals = book.recusals().find(name); recusals != book.recusals().end()) {
    for (const auto& [person_id, recused] : recusals->second) {
      const auto looked = account.persons.find(person_id);
      if (looked == account.persons.end()) continue;
      close += looked->second;
      findings.insert(finding_of(recused.ground()));
    }
  }
  out.set_close(close);
  uint64_t glasses = 0;
  for (const v1::BrokenGlass& glass : book.glasses())
    glasses += glass.account() == name && month_of(Time{glass.broken_at_us()}) == grounds.month ? 1 : 0;
  out.set_glasses(glasses);
  if (glasses > 0) findings.insert("glass");
  for (auto taken = account.taken.rbegin(); taken != account.taken.rend(); ++taken) *out.add_taken() = *taken;
  if (!account.taken.empty()) findings.insert("taken");
  if (std::any_of(account.quiet_minutes.begin(), account.quiet_minutes.end(), [&](int64_t minute) {
        return grounds.duty.off_duty(account.role, Time{minute * kMinuteUs});
      }))
    findings.insert("off_duty");
  for (const std::string& id : grounds.own_cases.of(name, account.persons)) out.add_own_cases(id);
  if (out.own_cases_size() > 0) findings.insert("own_case");
  add_quiet(account, out);
  for (const std::string& finding : findings) out.add_findings(finding);
  if (const v1::LookUpsReview* review = book.review(name, grounds.month)) *out.mutable_review() = *review;
  return out;
}

v1::LookUpsReport LookUps::report(const std::string& month, const picture::CaseBook& book, Time now,
                                  const DutyHours& duty) const {
  v1::LookUpsReport report;
  for (auto one = months_.rbegin(); one != months_.rend(); ++one) report.add_months(one->first);
  report.set_month(month.empty() && !months_.empty() ? months_.rbegin()->first : month);
  const auto& alarms = book.look_alarms();
  for (auto alarm = alarms.rbegin(); alarm != alarms.rend(); ++alarm)
    if (month_of(Time{alarm->at_us()}) == report.month()) *report.add_alarms() = *alarm;
  for (const auto& [account, lift] : book.look_lifts())
    if (now.us < lift.until_us()) *report.add_lifts() = lift;
  const auto found = months_.find(report.month());
  if (found == months_.end()) return report;
  std::map<std::string, std::vector<uint64_t>> by_role;
  for (const auto& [name, account] : found->second) by_role[account.role].push_back(account.persons.size());
  Grounds grounds{report.month(), book, duty, OwnCases(book), {}};
  for (const auto& [role, persons] : by_role) grounds.usual[role] = median(persons);
  std::vector<v1::LookUps> all;
  for (const auto& [name, account] : found->second) all.push_back(of_account(name, account, grounds));
  std::stable_sort(all.begin(), all.end(), [](const v1::LookUps& a, const v1::LookUps& b) {
    return a.findings_size() > b.findings_size();
  });
  for (v1::LookUps& one : all) *report.add_accounts() = std::move(one);
  return report;
}

}  // namespace haechi::api
